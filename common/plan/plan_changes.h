/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_PLAN_CHANGES_H
#define SYNCWARD_PLAN_CHANGES_H

#include "common/plan/plan.h"

/* The changes of a plan, by database and kind, for code that looks for some of them. Where a
 * database is asked for, NULL is the whole plan, the server's own changes included. kinds are
 * CHANGE_BITs. What is returned is valid until a change is added. */

#define CHANGE_BIT(kind) (1u << (kind))
_Static_assert(CHANGE_KIND_COUNT <= 32, "a bit for every kind of change");
#define CHANGES_ALL (~0u)

/* What peers.json asks for as a link: these have `wanted`. */
#define CHANGES_TO_LINK (CHANGE_BIT(CHANGE_CONSUMER_ADD) | CHANGE_BIT(CHANGE_CONSUMER_EDIT))

/* Links that exist: these have `live`. */
#define CHANGES_OF_LIVE_LINK (CHANGE_BIT(CHANGE_CONSUMER_EDIT) | CHANGE_BIT(CHANGE_CONSUMER_REMOVE))

/* Changes that write all values of olcSyncrepl again and make all consumers of the database anew.
 */
#define CHANGES_OF_LIST                                                \
	(CHANGES_OF_LIVE_LINK | CHANGE_BIT(CHANGE_CONSUMERS_RESTART) | \
	 CHANGE_BIT(CHANGE_CONSUMERS_RENEW) | CHANGE_BIT(CHANGE_CONSUMERS_RETRY))

/* Changes that let others read the database from here, or clients write to it. */
#define CHANGES_TO_PROVIDER (CHANGE_BIT(CHANGE_OVERLAY) | CHANGE_BIT(CHANGE_MULTI_PROVIDER_ON))

/* Those of plan->wanted in its order, then those of the server that it does not name: before the
 * first change is added. */
void plan_databases_make(Pool *pool, Plan *plan, const Live *live);

/* The plan's part for a database of the live configuration, or of peers.json; NULL: there is none.
 */
const DatabasePlan *plan_database_of(const Plan *plan, const LiveDatabase *live);
const DatabasePlan *plan_database_wanted(const Plan *plan, const WantedDatabase *wanted);

/* The suffix of a database that the server has and peers.json does not list for this node; NULL:
 * it is no such one. */
const char *plan_database_unlisted(const Plan *plan, const DatabasePlan *database);

/* The next change from *at on, which starts at 0; NULL: no other. */
Change *change_next(const Plan *plan, const DatabasePlan *database, unsigned kinds, size_t *at);

/* The same among those that nothing holds. */
Change *change_next_free(const Plan *plan, const DatabasePlan *database, unsigned kinds,
			 size_t *at);

/* The first of either; NULL: there is none. */
Change *change_first(const Plan *plan, const DatabasePlan *database, unsigned kinds);
Change *change_first_free(const Plan *plan, const DatabasePlan *database, unsigned kinds);

/* How many changes nothing holds. */
size_t change_count_free(const Plan *plan, const DatabasePlan *database, unsigned kinds);

/* The next change of that entry, whatever holds it. */
Change *change_next_at(const Plan *plan, const char *dn, size_t *at);

/* The next change that the step carries out. */
Change *change_next_carried(const Plan *plan, const Step *step, size_t *at);

/* The next change, and the next hold, that is reported under that suffix; NULL: under the server
 * itself. What slapd has of a database in memory only is reported there. */
Change *change_next_told(const Plan *plan, const char *suffix, size_t *at);
Hold *hold_next_told(const PlanHolds *held, const char *suffix, size_t *at);

/* The next finding about the database of that suffix, or about the server as a whole. */
const Finding *finding_next_about(const Plan *plan, const char *suffix, size_t *at);

/* Why the guard holds something of the database as a whole; NULL: it does not. */
const Hold *plan_hold_of(const PlanHolds *held, const char *suffix, Guard guard);

/* True when a guard of the whole server refuses the peers.json that the plan is made from: it was
 * not put in force, and nothing that the plan lacks is known to be done. */
bool plan_is_held_whole(const PlanHolds *held);

/* The live value that stays in place of the wanted one because a guard holds its edit; NULL: none
 * does. */
const LiveConsumer *plan_held_link(const Plan *plan, const DatabasePlan *database,
				   const WantedConsumer *wanted);

/* Holds changes that nothing holds yet. Returns how many. */
size_t plan_hold_kinds(Pool *pool, Plan *plan, const DatabasePlan *database, unsigned kinds,
		       Hold hold);

#endif
