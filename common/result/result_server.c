/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "common/base/text.h"
#include "common/draft/guard_restart.h"
#include "common/draft/untended.h"
#include "common/guard/guard_order.h"
#include "common/remedies/remedies.h"
#include "common/result/result_rules.h"

/* --- G1 --- */

static bool ids_become_unsafe(const Result *result)
{
	const Diff *diff = result->diff;
	const Machine *machine = &diff->in->facts->machine;
	const RestartIds before = restart_judge_ids(diff->pool, diff->in->live, machine);
	const RestartIds then = restart_judge_ids(diff->pool, result->then, machine);

	return restart_ids_are_safe(&before) && !restart_ids_are_safe(&then);
}

/* Other values than there were: what slapd holds in memory alone is written once more as it is. */
static bool ids_differ(const Result *result)
{
	const Attribute *before = result->diff->in->live->server_ids;
	const Attribute *then = result->then->server_ids;

	if (!before || !then || before->n_values != then->n_values)
		return before != then;
	for (size_t i = 0; i < then->n_values; i++)
		if (strcmp(before->values[i].bytes, then->values[i].bytes) != 0)
			return true;
	return false;
}

/* The step that writes them. */
static bool writes_ids(const Result *result)
{
	const Step *step = result->step;

	for (size_t i = 0; step->kind == STEP_MODIFY && i < step->n_mods; i++)
		if (strcasecmp(step->mods[i].attribute, "olcServerID") == 0)
			return ids_differ(result);
	return false;
}

/* The same database before the plan. */
static const LiveDatabase *database_before(const Live *live, const LiveDatabase *then)
{
	for (size_t i = 0; i < live->n_databases; i++)
		if (strcasecmp(live->databases[i].entry->dn, then->entry->dn) == 0)
			return &live->databases[i];
	return NULL;
}

static bool database_becomes_unsafe(const Result *result, Breach *ret)
{
	const Diff *diff = result->diff;

	for (size_t i = 0; i < result->then->n_databases; i++) {
		const LiveDatabase *then = &result->then->databases[i];
		const LiveDatabase *before = database_before(diff->in->live, then);

		if (!restart_refused(then) || !before || restart_refused(before))
			continue;
		*ret = (Breach){
			.kinds = CHANGES_OF_LINKS,
			.database = plan_database_of(diff->plan, before),
			.hold = {.guard = GUARD_RESTART,
				 .text = pool_printf(
					 diff->pool,
					 "%s would have %s and nobody to read from, and slapd would "
					 "not start again: its links, the flag and olcUpdateRef stay "
					 "as they are. " RESULT_FAULT ", and look again with",
					 then->entry->dn, restart_refused(then)),
				 .release = remedy_text(REMEDY_PLAN)},
		};
		return true;
	}
	return false;
}

bool result_restarts_not(const Result *result, Breach *ret)
{
	if (database_becomes_unsafe(result, ret))
		return true;
	if (!writes_ids(result) || !ids_become_unsafe(result))
		return false;
	*ret = (Breach){
		.kinds = CHANGE_BIT(CHANGE_SERVER_ID),
		.hold = {.guard = GUARD_RESTART,
			 .text = "with the olcServerID values that would be written slapd would not "
				 "start again, or nobody can tell: they stay as they "
				 "are. " RESULT_FAULT ", and look again with",
			 .release = remedy_text(REMEDY_PLAN)},
	};
	return true;
}

/* --- order --- */

bool result_breaks_order(const Result *result, Breach *ret)
{
	Diff *diff = result->diff;
	ResultDatabase database;

	if (!writes_ids(result) || !diff->server_id_is_wrong || !diff->has_live_sid ||
	    diff_is_released(diff, GUARD_ORDER))
		return false;
	for (size_t i = 0; i < diff->plan->n_databases; i++) {
		const DatabasePlan *plan = &diff->plan->databases[i];

		if (untended_suffix(diff, plan))
			database = (ResultDatabase){.plan = plan,
						    .then = plan->live,
						    .suffix = untended_suffix(diff, plan)};
		else if (!plan->wanted || !result_database(result, plan, &database))
			continue;
		if (order_is_kept(
			    diff, plan, database.then,
			    text_is_among(database.suffix, result->written, result->n_written)))
			continue;
		*ret = (Breach){
			.kinds = CHANGE_BIT(CHANGE_SERVER_ID) | CHANGES_OF_LINKS,
			.hold = {.guard = GUARD_ORDER,
				 .suffix = plan->wanted ? database.suffix : NULL,
				 .text = pool_printf(
					 diff->pool,
					 "the server ID would be written before %s has its syncprov "
					 "overlay and contextCSN on disk: peers that were away would "
					 "never delete what was written before. " RESULT_FAULT
					 "; to write it all the same",
					 database.suffix),
				 .release = remedy_text(REMEDY_RELEASE_ORDER)},
		};
		return true;
	}
	return false;
}
