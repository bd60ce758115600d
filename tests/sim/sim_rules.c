/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim_rules.h"

#include <stddef.h>

#include "common/copy/copy_relation.h"
#include "common/copy/csn_set.h"
#include "common/copy/seen_changes.h"
#include "common/delta/delta_links.h"
#include "common/delta/log_left.h"
#include "common/delta/log_shut.h"
#include "common/diff/diff_parts.h"
#include "common/draft/diff.h"
#include "common/draft/role.h"
#include "common/guard/order_context_csn.h"
#include "common/joining/joining_empty.h"
#include "common/live/live_log.h"

const char *const sim_rule_names[] = {
	[SIM_ALL_RULES] = "none",
	[SIM_TWO_PHASES] = "two-phases",
	[SIM_ONE_PROVIDER] = "one-provider",
	[SIM_IDENTITY] = "identity",
	[SIM_COVERAGE] = "coverage",
	[SIM_FIRST_NODE] = "first-node",
	[SIM_MEMORY] = "memory",
	[SIM_CLOCKS] = "clocks",
	[SIM_LINK] = "link",
	[SIM_WHOLE] = "whole",
	[SIM_ORDER] = "order",
	[SIM_READERS] = "readers",
	[SIM_SESSION_LOG] = "session-log",
	[SIM_HEARTBEATS] = "heartbeats",
	[SIM_THERE] = "heartbeats-there",
	[SIM_ROLLOUT] = "rollout",
	[SIM_ROLES] = "roles",
	[SIM_HEIRS] = "heirs",
	[SIM_SHOWN] = "shown",
	[SIM_LAGS] = "lags",
	[SIM_OWN_LOG] = "own-log",
	[SIM_WORD] = "word",
	[SIM_LEFT] = "left",
	[SIM_LOG_SHUT] = "log-shut",
	[SIM_SHUT] = "shut",
	[SIM_REFUSED] = "refused",
	[SIM_FACT_COVERED] = "fact-covered",
	[SIM_FACT_PRESENT] = "fact-present",
	[SIM_FACT_LOGGED] = "fact-logged",
	[SIM_FACT_WHOLE] = "fact-whole",
	[SIM_FACT_USED] = "fact-used",
	[SIM_FACT_SEVERAL] = "fact-several",
	[SIM_FACT_LOWEST] = "fact-lowest",
	[SIM_FACT_OWN_LOG] = "fact-own-log",
	[SIM_FACT_BEGUN] = "fact-begun",
	[SIM_FACT_NEWEST] = "fact-newest",
	[SIM_FACT_REFRESH] = "fact-log-refresh",
	[SIM_FACT_SESSION] = "fact-session-refresh",
};

static SimRule off, off_before;
static bool stay_open;

void sim_logs_shut(bool can_be_shut)
{
	stay_open = !can_be_shut;
}

void sim_rule_switch_off(SimRule rule)
{
	off = rule;
}

bool sim_rule_is_off(SimRule rule)
{
	return off == rule;
}

void sim_rules_switch_on(void)
{
	off_before = off;
	if (off < SIM_FACT_COVERED)
		off = SIM_ALL_RULES;
}

void sim_rules_switch_back(void)
{
	off = off_before;
}

bool sim_knows(SimRule fact)
{
	return off != fact;
}

const Hold *__real_joining_judge_empty(const Joining *joining);
const Hold *__wrap_joining_judge_empty(const Joining *joining);
const Hold *__real_order_judge_csns(Order *order);
const Hold *__wrap_order_judge_csns(Order *order);
const Hold *__real_joining_judge(Diff *diff, const WantedDatabase *wanted,
				 const LiveDatabase *live);
const Hold *__wrap_joining_judge(Diff *diff, const WantedDatabase *wanted,
				 const LiveDatabase *live);
void __real_plan_add_hold(Pool *pool, Plan *plan, Hold hold);
void __wrap_plan_add_hold(Pool *pool, Plan *plan, Hold hold);
void __real_plan_hold(Pool *pool, Plan *plan, Change *change, Hold hold);
void __wrap_plan_hold(Pool *pool, Plan *plan, Change *change, Hold hold);
CopyRelation __real_copy_relation(const Content *here, const Content *peer);
CopyRelation __wrap_copy_relation(const Content *here, const Content *peer);
SeenChanges __real_seen_changes_missing(Pool *pool, const SeenChanges *seen, const Content *here);
SeenChanges __wrap_seen_changes_missing(Pool *pool, const SeenChanges *seen, const Content *here);
const char *__real_log_shut_print(Pool *pool, const WantedLog *wanted, const char *root_dn,
				  const LiveDatabase *log);
const char *__wrap_log_shut_print(Pool *pool, const WantedLog *wanted, const char *root_dn,
				  const LiveDatabase *log);
bool __real_log_shut_hides_all(const WantedDatabase *wanted, const char *base, const char *root_dn,
			       const LiveDatabase *log);
bool __wrap_log_shut_hides_all(const WantedDatabase *wanted, const char *base, const char *root_dn,
			       const LiveDatabase *log);
void __real_diff_shut(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live);
void __wrap_diff_shut(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live);
void __real_guard_readers(Diff *diff);
void __wrap_guard_readers(Diff *diff);
bool __real_role_fits(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live);
bool __wrap_role_fits(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live);
bool __real_copy_covers(const Content *here, const Content *peer);
bool __wrap_copy_covers(const Content *here, const Content *peer);
ProbeLogOutcome __real_probe_log(const Probe *probe);
ProbeLogOutcome __wrap_probe_log(const Probe *probe);
bool __real_log_left_is_awaited(LogLeft left, bool may_be_read);
bool __wrap_log_left_is_awaited(LogLeft left, bool may_be_read);
const Wanted *__real_delta_wanted(Pool *pool, const PlanInput *input);
const Wanted *__wrap_delta_wanted(Pool *pool, const PlanInput *input);
const Entry *__real_live_log_overlay(const Live *live, const LiveDatabase *database,
				     const char *log);
const Entry *__wrap_live_log_overlay(const Live *live, const LiveDatabase *database,
				     const char *log);

/* 0.1.0 asked only of a database that it remembered as joining. */
static bool is_remembered(Diff *diff, const char *suffix)
{
	const KnownDatabase *known = known_database(diff->in->known, suffix);

	return !diff_facts(diff, suffix)->here.entry.exists || (known && known->is_joining);
}

const Hold *__wrap_joining_judge(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live)
{
	const Hold *hold = __real_joining_judge(diff, wanted, live);
	const bool is_asked = diff_facts(diff, wanted->desired->suffix)->here.state == CONTENT_READ;

	/* An only provider asked no other node. */
	if (off == SIM_HEIRS && wanted->n_consumers == 0)
		return NULL;
	if (off == SIM_MEMORY && is_asked && !is_remembered(diff, wanted->desired->suffix))
		return NULL;
	return off == SIM_TWO_PHASES && is_asked && hold && hold->guard == GUARD_JOINING ? NULL
											 : hold;
}

void __wrap_plan_hold(Pool *pool, Plan *plan, Change *change, Hold hold)
{
	if (off == SIM_ONE_PROVIDER && change && change->kind == CHANGE_CONSUMER_ADD &&
	    hold.guard == GUARD_JOINING)
		return;
	if ((off == SIM_CLOCKS && hold.guard == GUARD_IDENTITY) ||
	    (off == SIM_LINK && (hold.guard == GUARD_LINK || hold.guard == GUARD_PROBING)) ||
	    (off == SIM_WHOLE && hold.guard == GUARD_PARTIAL))
		return;
	__real_plan_hold(pool, plan, change, hold);
}

/* G11 is reported for a provider as well. */
void __wrap_plan_add_hold(Pool *pool, Plan *plan, Hold hold)
{
	if (off != SIM_CLOCKS || hold.guard != GUARD_IDENTITY)
		__real_plan_add_hold(pool, plan, hold);
}

CopyRelation __wrap_copy_relation(const Content *here, const Content *peer)
{
	CopyRelation relation = __real_copy_relation(here, peer);

	if (off == SIM_IDENTITY && relation.identity == COPY_IS_OTHER)
		relation.identity = COPY_IS_SAME;
	return relation;
}

const Hold *__wrap_joining_judge_empty(const Joining *joining)
{
	if (off == SIM_FIRST_NODE && joining->diff->in->options.consent.is_first_node)
		return NULL;
	return __real_joining_judge_empty(joining);
}

const char *__wrap_log_shut_print(Pool *pool, const WantedLog *wanted, const char *root_dn,
				  const LiveDatabase *log)
{
	return off == SIM_LOG_SHUT || stay_open ? NULL
						: __real_log_shut_print(pool, wanted, root_dn, log);
}

bool __wrap_log_shut_hides_all(const WantedDatabase *wanted, const char *base, const char *root_dn,
			       const LiveDatabase *log)
{
	return !stay_open && __real_log_shut_hides_all(wanted, base, root_dn, log);
}

void __wrap_diff_shut(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live)
{
	if (off != SIM_SHUT)
		__real_diff_shut(diff, wanted, live);
}

void __wrap_guard_readers(Diff *diff)
{
	if (off != SIM_READERS)
		__real_guard_readers(diff);
}

const Hold *__wrap_order_judge_csns(Order *order)
{
	return off == SIM_ORDER ? NULL : __real_order_judge_csns(order);
}

/* Nothing of what peers showed is missed. */
SeenChanges __wrap_seen_changes_missing(Pool *pool, const SeenChanges *seen, const Content *here)
{
	return off == SIM_COVERAGE ? (SeenChanges){0}
				   : __real_seen_changes_missing(pool, seen, here);
}

bool __wrap_role_fits(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live)
{
	return off == SIM_ROLES || __real_role_fits(diff, wanted, live);
}

/* Any of what the peer has is enough. */
bool __wrap_copy_covers(const Content *here, const Content *peer)
{
	if (off != SIM_COVERAGE)
		return __real_copy_covers(here, peer);
	for (size_t i = 0; i < peer->n_context_csns; i++)
		if (csn_covers(here->context_csns, here->n_context_csns, &peer->context_csns[i], 1))
			return true;
	return false;
}

ProbeLogOutcome __wrap_probe_log(const Probe *probe)
{
	return off == SIM_SHOWN ? PROBE_LOG_SHOWN : __real_probe_log(probe);
}

bool __wrap_log_left_is_awaited(LogLeft left, bool may_be_read)
{
	return off != SIM_LEFT && __real_log_left_is_awaited(left, may_be_read);
}

/* --- the own log --- */

static bool decides_links;

const Wanted *__wrap_delta_wanted(Pool *pool, const PlanInput *input)
{
	const Wanted *wanted;

	decides_links = true;
	wanted = __real_delta_wanted(pool, input);
	decides_links = false;
	return wanted;
}

/* Nothing asks what writes here: something does. */
const Entry *__wrap_live_log_overlay(const Live *live, const LiveDatabase *database,
				     const char *log)
{
	static Attribute operations = {.name = "olcAccessLogOps"};
	static const Entry something = {.attributes = &operations, .n_attributes = 1};

	return off == SIM_OWN_LOG && decides_links ? &something
						   : __real_live_log_overlay(live, database, log);
}
