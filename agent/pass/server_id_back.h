/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SERVER_ID_BACK_H
#define SYNCWARD_SERVER_ID_BACK_H

#include "agent/ldap/directory.h"
#include "common/memory/memory.h"
#include "common/tell/event.h"

/*
 * The server ID that a heal takes away for a moment, and that must come back whatever happens: heal
 * itself gives it back, or whoever writes next (the daemon's pass, apply, leave, another heal) and
 * finds heal.json, before it does anything else.
 */

/* olcServerID with these values, in one modify. */
int server_id_write(Directory *directory, const char *const *values, size_t n_values, Error *err);

/*
 * Writes the server ID as it was. A list of values with URLs is written after the bare number:
 * slapd takes that at once, and a list of which no URL is its own leaves the number in force
 * (slapd's config_check_my_url; 2.4, 2.5, 2.6).
 */
int server_id_restore(Directory *directory, const KnownHeal *heal, Error *err);

/*
 * Ends a heal that was cut off: restores the server ID, unless somebody else wrote another one
 * meanwhile, and forgets it. heal NULL: nothing to do. What was written is told in ret (everything
 * in the pool). When it fails the heal stays remembered, and nothing else may be written.
 */
int server_id_bring_back(Pool *pool, const char *state_dir, const KnownHeal *heal,
			 Directory *directory, EventList *ret, Error *err);

#endif
