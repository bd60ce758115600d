/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_HEAL_PEER_H
#define SYNCWARD_HEAL_PEER_H

#include "agent/heal/heal_work.h"
#include "common/entries/entry_set.h"

/* The entries of one server. */
typedef struct HealCopy {
	EntrySet shown; /* to those that replicate from it: a refresh would delete what is not
			 */
	EntrySet whole; /* all that it has */
} HealCopy;

/*
 * Reads the copy of a peer as this node's link does, and as its rootdn where nothing else tells
 * whether that is all. False, with a hold, when it is not, or when nobody can tell. Sets are in the
 * pool, and sorted.
 */
bool heal_peer_read(HealWork *work, Pool *pool, VerifiedServer *peer, HealCopy *ret);

/* Notes that a server shows less than it has to those who replicate; text: what. */
void heal_hold_hidden(HealWork *work, const VerifiedServer *server, const char *text);

#endif
