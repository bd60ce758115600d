/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LINK_PROBES_H
#define SYNCWARD_LINK_PROBES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/pool.h"
#include "common/probe/probe.h"
#include "common/syncrepl/syncrepl.h"

/*
 * What decides whether a link can connect and read: the peer's URL, how to bind, with which
 * password, TLS, which log of changes. A text that tells two links apart and holds nothing of a
 * password: secret is only the password's name (Secret.identity; NULL: none).
 */
const char *link_identity(Pool *pool, const Syncrepl *syncrepl, const char *secret);

/* True when one of them may connect where the other does not: they differ in what link_identity()
 * looks at, by meaning, or in the password itself. */
bool link_differs(const Syncrepl *one, const Syncrepl *other);

/* True when the peer takes the two for different identities, so that what they see may differ. */
bool link_is_another_identity(const Syncrepl *one, const Syncrepl *other);

/* How long slapd's consumer has to connect and to begin with its refresh once the link is written:
 * its first retry or its timeouts, whichever is longer, and at most about a minute. */
unsigned link_patience_sec(const Syncrepl *syncrepl);

/* The last probe of a link, and what exactly was probed. */
typedef struct LinkProbe {
	const char *suffix;
	unsigned peer_id;
	const char *identity;
	unsigned long round; /* of the daemon, in which it was asked; 0: in none */
	int64_t began_sec;   /* since 1970 */
	int64_t at_sec;      /* when it ended */
	Probe probe;
} LinkProbe;

typedef struct LinkProbes {
	LinkProbe *items;
	size_t n_items;
} LinkProbes;

/* The probe of exactly that link; with identity NULL the last one of that peer, whatever was
 * probed. NULL: there is none. */
const LinkProbe *link_probe_find(const LinkProbes *probes, const char *suffix, unsigned peer_id,
				 const char *identity);

/* The newer ones, and of the older those that are about other links; all strings are copied. */
LinkProbes link_probes_join(Pool *pool, const LinkProbes *older, const LinkProbes *newer);

/* True when the link binds in a way that only slapd can: nobody else can ask its provider. */
bool link_probe_is_beyond_us(const LinkProbe *answer);

#endif
