/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_OLDEST_ENTRIES_H
#define SYNCWARD_OLDEST_ENTRIES_H

#include "agent/ldap/directory.h"
#include "common/entries/old_entries.h"

/*
 * Whether one of the first entries of the database carries a server ID that its contextCSN lacks:
 * one small search. slapd returns entries in the order in which they were added, so entries from
 * before the server ID come first (back-mdb, back-hdb); that none of them is old proves nothing.
 */
OldEntries oldest_entries_look(Directory *directory, const char *suffix);

#endif
