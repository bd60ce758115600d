/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_HIDING_PEERS_H
#define SYNCWARD_HIDING_PEERS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/pool.h"
#include "common/copy/copy.h"
#include "common/syncrepl/syncrepl.h"

/*
 * A peer that hid what was here when it was last seen to. Once it has another change, what it does
 * not show may as well have been deleted there: so what was seen stays, until something else is
 * seen. Nothing is no evidence.
 */
typedef struct HidingPeer {
	const char *suffix;
	unsigned peer_id;
	const char *account; /* hiding_account() */
	const char *text;    /* what it hid: names of attributes and counts */
} HidingPeer;

typedef struct HidingPeers {
	HidingPeer *items;
	size_t n_items;
} HidingPeers;

/* The account with which a link reads, and where: what one account was shown says nothing about
 * another. No secret is in it. In the pool. */
const char *hiding_account(Pool *pool, const Syncrepl *link);

/* NULL: nothing is remembered of it. */
const HidingPeer *hiding_peer_find(const HidingPeers *peers, const char *suffix, unsigned peer_id);

/*
 * True when what a look brought ends it: everything is shown, or nothing was seen to be hidden from
 * another account than then.
 */
bool hiding_is_over(const HidingPeer *before, CopyShown sight, const char *account);

bool hiding_peers_equal(const HidingPeers *one, const HidingPeers *other);

#endif
