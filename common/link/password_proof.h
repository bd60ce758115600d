/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_PASSWORD_PROOF_H
#define SYNCWARD_PASSWORD_PROOF_H

#include <stdbool.h>

#include "common/link/known_links.h"
#include "common/link/link_probes.h"
#include "common/live/live_config.h"
#include "common/wanted/wanted.h"

/* What was seen of links. */
typedef struct PasswordSight {
	const KnownLinks *known;
	const Live *live;
	const LinkProbes *probes;
} PasswordSight;

/*
 * True when a link of the database with that link's account and password was seen to work, and
 * bound since the servers changed the account's password: one that was connected before goes on
 * only until it has to bind again. account is its entry with entryCSN and pwdChangedTime
 * (slapo-ppolicy(5)): a change older than the password's file proves nothing against it. Where this
 * server does not hold the account (NULL) nothing is proven, for a change would not be seen.
 */
bool password_is_proven(const PasswordSight *sight, const WantedDatabase *wanted,
			const WantedConsumer *consumer, const Entry *account);

#endif
