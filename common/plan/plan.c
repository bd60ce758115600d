/* SPDX-License-Identifier: Apache-2.0 */
#include "common/plan/plan.h"

#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "common/base/buf.h"
#include "common/remedies/remedies.h"

typedef struct GuardRule {
	const char *code;
	bool is_releasable;  /* by --release; the others end by themselves or by another file */
	bool is_of_database; /* what is let pass is about one database: never of several at once */
} GuardRule;

static const GuardRule guard_rules[] = {
	[GUARD_RESTART] = {"G1", false, false},
	[GUARD_NOT_LISTED] = {"G2", false, false},
	[GUARD_EMPTY_FILE] = {"G3", false, false},
	[GUARD_REMOVAL] = {"G4", true, false},
	[GUARD_SERVER_ID] = {"G5", true, false},
	[GUARD_LINK] = {"G6", true, true},
	[GUARD_REVISION] = {"G7", true, false},
	[GUARD_PROBING] = {"probing", false, false},
	[GUARD_CONFIG_REPLICATED] = {"G8", false, false},
	[GUARD_CONTESTED] = {"G9", false, false},
	[GUARD_CONTENT] = {"G10", true, true},
	[GUARD_IDENTITY] = {"G11", true, false},
	[GUARD_READERS] = {"G12", true, true},
	[GUARD_PARTIAL] = {"G13", true, true},
	[GUARD_LEFT] = {"left", true, false},
	[GUARD_JOINING] = {"joining", true, true},
	[GUARD_ACCESS] = {"access", true, true},
	[GUARD_RID_CLASH] = {"rid-clash", false, false},
	[GUARD_SELF_NAMED] = {"self-named", false, false},
	[GUARD_NOT_UNDERSTOOD] = {"not-understood", true, true},
	[GUARD_INDEXING] = {"indexing", false, false},
	[GUARD_SESSION_LOG] = {"session-log", true, true},
	[GUARD_ORDER] = {"order", true, false},
	[GUARD_ROLE] = {"role", true, true},
	[GUARD_LOG] = {"log", false, true},
	[GUARD_ROLLOUT] = {"rollout", true, false},
	[GUARD_DATABASE] = {"database", false, false},
};
_Static_assert(ARRAY_SIZE(guard_rules) == GUARD_COUNT, "a rule for every guard");

static const char *const severity_names[] = {
	[SEVERITY_NOTE] = "note",
	[SEVERITY_WARNING] = "warning",
	[SEVERITY_CRITICAL] = "critical",
};
_Static_assert(ARRAY_SIZE(severity_names) == SEVERITY_COUNT, "name every severity");

const char *guard_code(Guard guard)
{
	return guard_rules[guard].code;
}

int guard_find_releasable(const char *code)
{
	for (int i = 0; i < GUARD_COUNT; i++)
		if (guard_rules[i].is_releasable && strcasecmp(guard_rules[i].code, code) == 0)
			return i;
	return -1;
}

bool guard_is_of_database(Guard guard)
{
	return guard_rules[guard].is_of_database;
}

const char *guards_releasable(Pool *pool)
{
	Buf text = BUF_IN(pool);

	for (int i = 0; i < GUARD_COUNT; i++)
		if (guard_rules[i].is_releasable)
			buf_printf(&text, "%s%s", text.len > 0 ? ", " : "", guard_rules[i].code);
	return buf_text(&text);
}

const char *severity_name(Severity severity)
{
	return severity_names[severity];
}

Change *plan_add_change(Pool *pool, Plan *plan, Change change)
{
	const size_t place = plan->n_changes;

	POOL_PUSH(pool, plan->changes, plan->n_changes, change);
	for (size_t i = 0; i < plan->n_databases; i++) {
		DatabasePlan *database = &plan->databases[i];

		if (!database->live || !change_is_of(&change, database->live))
			continue;
		POOL_PUSH(pool, database->changes, database->n_changes, place);
		break;
	}
	return &plan->changes[place];
}

void plan_add_finding(Pool *pool, Plan *plan, Severity severity, const char *code,
		      const char *suffix, const char *format, ...)
{
	va_list arguments;
	const char *text;

	va_start(arguments, format);
	text = pool_vprintf(pool, format, arguments);
	va_end(arguments);
	POOL_PUSH(pool, plan->findings, plan->n_findings,
		  {.severity = severity, .code = code, .suffix = suffix, .text = text});
}

const char *plan_release_line(Pool *pool, const Plan *plan, Guard guard, const char *suffix,
			      const char *line)
{
	if (!plan->wanted || plan->wanted->n_databases < 2 || !suffix ||
	    !guard_is_of_database(guard) || !strstr(line, " --release ") ||
	    strstr(line, " --suffix "))
		return line;
	return remedy_fill(pool, REMEDY_RELEASE_SUFFIX, line, suffix);
}

static Hold with_release_line(Pool *pool, const Plan *plan, Hold hold)
{
	hold.release = plan_release_line(pool, plan, hold.guard, hold.suffix, hold.release);
	return hold;
}

Hold *plan_hold_like(const PlanHolds *held, const Hold *hold)
{
	for (size_t i = 0; i < held->n_holds; i++)
		if (held->holds[i].guard == hold->guard &&
		    strcmp(held->holds[i].text, hold->text) == 0)
			return &held->holds[i];
	return NULL;
}

void plan_add_hold(Pool *pool, Plan *plan, Hold hold)
{
	if (plan_hold_like(&plan->held, &hold))
		return;
	hold = with_release_line(pool, plan, hold);
	hold.n_changes = 0;
	POOL_PUSH(pool, plan->held.holds, plan->held.n_holds, hold);
}

void plan_hold(Pool *pool, Plan *plan, Change *change, Hold hold)
{
	Hold *former = change->is_held ? plan_hold_like(&plan->held, &change->hold) : NULL;

	if (former)
		former->n_changes--;
	change->is_held = true;
	change->hold = with_release_line(pool, plan, hold);
	plan_add_hold(pool, plan, hold);
	plan_hold_like(&plan->held, &hold)->n_changes++;
}

bool change_is_of(const Change *change, const LiveDatabase *database)
{
	const size_t len = strlen(change->dn), len_database = strlen(database->entry->dn);

	return len >= len_database &&
	       strcmp(change->dn + len - len_database, database->entry->dn) == 0;
}

bool step_carries(const Step *step, const Change *change)
{
	if (change->is_held || strcmp(step->dn, change->dn) != 0)
		return false;
	if (step->kind != STEP_MODIFY || !change->attribute)
		return true;
	for (size_t i = 0; i < step->n_mods; i++)
		if (strcasecmp(step->mods[i].attribute, change->attribute) == 0)
			return true;
	return false;
}

bool plan_is_empty(const Plan *plan)
{
	return plan->order.n_steps == 0;
}

size_t plan_count_awaited(const Plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->unknown.n_contents; i++)
		n += plan->unknown.contents[i].catches_up;
	return n;
}
