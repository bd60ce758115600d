/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_EMPTIED_H
#define SYNCWARD_EMPTIED_H

#include <stdbool.h>

#include "common/base/pool.h"
#include "common/live/live_config.h"
#include "common/memory/memory.h"

/*
 * Was a provider's database emptied otherwise than by its clients? That needs another start of
 * slapd, or another folder, than the ones in which entries and contextCSN were last seen. Whoever
 * deletes all entries over LDAP does it in the same one, peers follow, and nothing is wrong.
 */

/* Where a database is seen now: slapd's start, what decides who sees what in it, its folder. NULL:
 * slapd does not tell. */
const char *emptied_place(Pool *pool, const Live *live, const LiveDatabase *database);

/* True when slapd has run on since: its consumers have been there and read nothing anew. */
bool emptied_runs_on(const Live *live, const KnownDatabase *known);

/* True when it must be looked at: a provider that was not seen full where it is now. */
bool emptied_must_look(const Live *live, const LiveDatabase *database, const KnownDatabase *known);

/* True when what was seen there is elsewhere by now, and who looks may see as much as then. */
bool emptied_place_is_left(const char *seen, const char *now);

#endif
