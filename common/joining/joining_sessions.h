/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_JOINING_SESSIONS_H
#define SYNCWARD_JOINING_SESSIONS_H

#include "common/comparing/joining_copies.h"

/* To which peers the readers' connections to this slapd belong, as far as their addresses tell. */
typedef struct SessionsClaimed {
	size_t n_theirs; /* of the peers that were named, one for each of them at most */
	size_t n_others; /* of other peers, or of consumers as far as anybody knows */
} SessionsClaimed;

/* is_named: by position among all peers of the database. A connection from an address that no peer
 * was reached at may be anybody's: of those, each consumer that reads this node has one first. */
SessionsClaimed joining_claim_sessions(const Joining *joining, const bool *is_named);

/* True when a client that is connected as a reader of this database can read no other one with that
 * account. slapd shows the DN of a client, but not which database its search concerns. */
bool joining_is_told_of_database(const Joining *joining);

#endif
