/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_HEAL_PEER_H
#define SYNCWARD_HEAL_PEER_H

#include "agent/heal/heal_work.h"
#include "common/entries/entry_set.h"

/* The entries of one server. */
typedef struct HealCopy {
	EntrySet shown; /* to servers that replicate from it: a refresh would delete what is not
			   shown */
	EntrySet whole; /* all that it has */
} HealCopy;

/*
 * Reads the copy of a peer as this node's link does, and as its rootdn if nothing else shows
 * whether that is all. False, with a hold, when it is not all, or when that cannot be known. Sets
 * are in the pool, and sorted.
 */
bool heal_peer_read(HealWork *work, Pool *pool, VerifiedServer *peer, HealCopy *ret);

/* Notes that a server shows less than it has to servers that replicate; text: what it hides. */
void heal_hold_hidden(HealWork *work, const VerifiedServer *server, const char *text);

#endif
