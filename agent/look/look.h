/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LOOK_H
#define SYNCWARD_LOOK_H

#include "agent/ldap/directory.h"
#include "common/pass/world.h"
#include "common/plan/plan.h"

/*
 * Reads cn=config and, where there is one, cn=monitor: one search each. machine holds what
 * is known of it; slapd's listeners are added when cn=monitor does not tell them.
 */
int world_read(Directory *directory, Pool *pool, const Machine *machine, World *ret, Error *err);

/* Reads cn=monitor again, after cn=config stayed as it was. */
int world_read_running(Directory *directory, Pool *pool, World *world, Error *err);

/* What is known of the database; a new one without anything when there was none. */
DatabaseFacts *world_facts_of(Pool *pool, Facts *facts, const char *suffix);

/* Reads what a database holds here, as content_read_here() does; one that has entries and hides
 * them from us is CONTENT_DENIED. */
Content world_content_here(Directory *directory, Pool *pool, const World *world,
			   const char *suffix);

/* Looks for entries whose server ID contextCSN lacks among the first ones of each database that has
 * an overlay, and at its suffix entry: two small searches each. */
void world_look_for_old(Directory *directory, Pool *pool, const PlanInput *input, World *world);

/* The glance of that at providers that were not seen full where they are now, and at no others:
 * nothing is asked in one pass after the other. */
void world_look_for_emptied(Directory *directory, Pool *pool, const PlanInput *input, World *world);

/* The folder in which slapd keeps cn=config (slapd_config_dir()); NULL: unknown. */
const char *world_config_dir(Pool *pool, const World *world);

/* The addresses of this machine; and whether another peer's URL has one, and that of the peer that
 * it is has not. */
void world_look_for_addresses(Pool *pool, const Wanted *wanted, Machine *machine);

/* Which of the addresses at which peers were reached are this machine's. */
void world_look_at_reached(Pool *pool, World *world);

/* The name under which this slapd's schema knows the multi-provider flag (2.4: olcMirrorMode). */
int world_multi_provider_name(Directory *directory, const char **ret, Error *err);

#endif
