/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim_rules.h"

#include <stddef.h>

#include "common/copy/copy_relation.h"
#include "common/copy/csn_set.h"
#include "common/copy/seen_changes.h"
#include "common/decide/diff.h"

const char *const sim_rule_names[] = {
	[SIM_ALL_RULES] = "none",
	[SIM_TWO_PHASES] = "two-phases",
	[SIM_ONE_PROVIDER] = "one-provider",
	[SIM_IDENTITY] = "identity",
	[SIM_COVERAGE] = "coverage",
	[SIM_FACT_COVERED] = "fact-covered",
	[SIM_FACT_PRESENT] = "fact-present",
};

static SimRule off;

void sim_rule_switch_off(SimRule rule)
{
	off = rule;
}

bool sim_knows(SimRule fact)
{
	return off != fact;
}

const Hold *__real_joining_judge(Diff *diff, const WantedDatabase *wanted,
				 const LiveDatabase *live);
const Hold *__wrap_joining_judge(Diff *diff, const WantedDatabase *wanted,
				 const LiveDatabase *live);
void __real_plan_hold(Pool *pool, Plan *plan, Change *change, Hold hold);
void __wrap_plan_hold(Pool *pool, Plan *plan, Change *change, Hold hold);
CopyRelation __real_copy_relation(const Content *here, const Content *peer);
CopyRelation __wrap_copy_relation(const Content *here, const Content *peer);
SeenChanges __real_seen_changes_missing(Pool *pool, const SeenChanges *seen, const Content *here);
SeenChanges __wrap_seen_changes_missing(Pool *pool, const SeenChanges *seen, const Content *here);
bool __real_copy_covers(const Content *here, const Content *peer);
bool __wrap_copy_covers(const Content *here, const Content *peer);

const Hold *__wrap_joining_judge(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live)
{
	const Hold *hold = __real_joining_judge(diff, wanted, live);
	const bool is_asked = diff_facts(diff, wanted->desired->suffix)->here.state == CONTENT_READ;

	return off == SIM_TWO_PHASES && is_asked && hold && hold->guard == GUARD_JOINING ? NULL
											 : hold;
}

void __wrap_plan_hold(Pool *pool, Plan *plan, Change *change, Hold hold)
{
	if (off == SIM_ONE_PROVIDER && change && change->kind == CHANGE_CONSUMER_ADD &&
	    hold.guard == GUARD_JOINING)
		return;
	__real_plan_hold(pool, plan, change, hold);
}

CopyRelation __wrap_copy_relation(const Content *here, const Content *peer)
{
	CopyRelation relation = __real_copy_relation(here, peer);

	if (off == SIM_IDENTITY && relation.identity == COPY_IS_OTHER)
		relation.identity = COPY_IS_SAME;
	return relation;
}

/* Nothing of what peers showed is missed. */
SeenChanges __wrap_seen_changes_missing(Pool *pool, const SeenChanges *seen, const Content *here)
{
	return off == SIM_COVERAGE ? (SeenChanges){0}
				   : __real_seen_changes_missing(pool, seen, here);
}

/* Of what the peer has any is enough. */
bool __wrap_copy_covers(const Content *here, const Content *peer)
{
	if (off != SIM_COVERAGE)
		return __real_copy_covers(here, peer);
	for (size_t i = 0; i < peer->n_context_csns; i++)
		if (csn_covers(here->context_csns, here->n_context_csns, &peer->context_csns[i], 1))
			return true;
	return false;
}
