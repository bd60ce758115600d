/* SPDX-License-Identifier: Apache-2.0 */
#include "common/plan/plan_changes.h"

#include <string.h>
#include <strings.h>

#include "common/base/text.h"

static void database_add(Pool *pool, Plan *plan, DatabasePlan database)
{
	POOL_PUSH(pool, plan->databases, plan->n_databases, database);
}

void plan_databases_make(Pool *pool, Plan *plan, const Live *live)
{
	for (size_t i = 0; plan->wanted && i < plan->wanted->n_databases; i++) {
		const WantedDatabase *wanted = &plan->wanted->databases[i];
		const char *suffix = wanted->desired->suffix;
		const LiveDatabase *found;

		if (live_find_database(live, suffix, &found) != 1)
			found = NULL;
		database_add(pool, plan,
			     (DatabasePlan){.wanted = wanted, .live = found, .suffix = suffix});
	}
	for (size_t i = 0; i < live->n_databases; i++)
		if (!plan_database_of(plan, &live->databases[i]))
			database_add(pool, plan, (DatabasePlan){.live = &live->databases[i]});
}

const DatabasePlan *plan_database_of(const Plan *plan, const LiveDatabase *live)
{
	for (size_t i = 0; i < plan->n_databases; i++)
		if (plan->databases[i].live == live)
			return &plan->databases[i];
	return NULL;
}

const DatabasePlan *plan_database_wanted(const Plan *plan, const WantedDatabase *wanted)
{
	for (size_t i = 0; i < plan->n_databases; i++)
		if (plan->databases[i].wanted == wanted)
			return &plan->databases[i];
	return NULL;
}

/* One that the server has twice has no place with what peers.json says. */
const char *plan_database_unlisted(const Plan *plan, const DatabasePlan *database)
{
	const Attribute *suffixes = database->live ? database->live->suffixes : NULL;

	if (!suffixes || !plan->wanted)
		return NULL;
	for (size_t i = 0; i < suffixes->n_values; i++)
		if (wanted_find(plan->wanted, suffixes->values[i].bytes))
			return NULL;
	return suffixes->values[0].bytes;
}

Change *change_next(const Plan *plan, const DatabasePlan *database, unsigned kinds, size_t *at)
{
	const size_t n = database ? database->n_changes : plan->n_changes;

	while (*at < n) {
		const size_t place = database ? database->changes[*at] : *at;
		Change *change = &plan->changes[place];

		++*at;
		if (CHANGE_BIT(change->kind) & kinds)
			return change;
	}
	return NULL;
}

Change *change_next_free(const Plan *plan, const DatabasePlan *database, unsigned kinds, size_t *at)
{
	Change *change;

	while ((change = change_next(plan, database, kinds, at)))
		if (!change->is_held)
			return change;
	return NULL;
}

Change *change_first(const Plan *plan, const DatabasePlan *database, unsigned kinds)
{
	size_t at = 0;

	return change_next(plan, database, kinds, &at);
}

Change *change_first_free(const Plan *plan, const DatabasePlan *database, unsigned kinds)
{
	size_t at = 0;

	return change_next_free(plan, database, kinds, &at);
}

size_t change_count_free(const Plan *plan, const DatabasePlan *database, unsigned kinds)
{
	size_t n = 0;

	for (size_t at = 0; change_next_free(plan, database, kinds, &at);)
		n++;
	return n;
}

Change *change_next_at(const Plan *plan, const char *dn, size_t *at)
{
	while (*at < plan->n_changes) {
		Change *change = &plan->changes[(*at)++];

		if (strcasecmp(change->dn, dn) == 0)
			return change;
	}
	return NULL;
}

Change *change_next_carried(const Plan *plan, const Step *step, size_t *at)
{
	Change *change;

	while ((change = change_next_at(plan, step->dn, at)))
		if (step_carries(step, change))
			return change;
	return NULL;
}

Change *change_next_told(const Plan *plan, const char *suffix, size_t *at)
{
	while (*at < plan->n_changes) {
		Change *change = &plan->changes[(*at)++];

		if (text_equal(change->suffix, suffix))
			return change;
	}
	return NULL;
}

Hold *hold_next_told(const PlanHolds *held, const char *suffix, size_t *at)
{
	while (*at < held->n_holds) {
		Hold *hold = &held->holds[(*at)++];

		if (text_equal(hold->suffix, suffix))
			return hold;
	}
	return NULL;
}

const Finding *finding_next_about(const Plan *plan, const char *suffix, size_t *at)
{
	while (*at < plan->n_findings) {
		const Finding *finding = &plan->findings[(*at)++];

		if (!finding->suffix || strcmp(finding->suffix, suffix) == 0)
			return finding;
	}
	return NULL;
}

const Hold *plan_hold_of(const PlanHolds *held, const char *suffix, Guard guard)
{
	const Hold *hold;

	for (size_t at = 0; (hold = hold_next_told(held, suffix, &at));)
		if (hold->guard == guard && !hold->peer)
			return hold;
	return NULL;
}

bool plan_is_held_whole(const PlanHolds *held)
{
	const unsigned whole = GUARD_BIT(GUARD_NOT_LISTED) | GUARD_BIT(GUARD_EMPTY_FILE) |
			       GUARD_BIT(GUARD_REVISION) | GUARD_BIT(GUARD_CONFIG_REPLICATED) |
			       GUARD_BIT(GUARD_LEFT);

	for (size_t i = 0; i < held->n_holds; i++)
		if (GUARD_BIT(held->holds[i].guard) & whole)
			return true;
	return held->is_revision_held;
}

const LiveConsumer *plan_held_link(const Plan *plan, const DatabasePlan *database,
				   const WantedConsumer *wanted)
{
	const Change *change;

	for (size_t at = 0;
	     (change = change_next(plan, database, CHANGE_BIT(CHANGE_CONSUMER_EDIT), &at));)
		if (change->is_held && change->consumer.wanted == wanted)
			return change->consumer.live;
	return NULL;
}

size_t plan_hold_kinds(Pool *pool, Plan *plan, const DatabasePlan *database, unsigned kinds,
		       Hold hold)
{
	size_t n_held = 0;
	Change *change;

	for (size_t at = 0; (change = change_next_free(plan, database, kinds, &at)); n_held++)
		plan_hold(pool, plan, change, hold);
	return n_held;
}
