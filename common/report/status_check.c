/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/base/buf.h"
#include "common/base/timestamp.h"
#include "common/remedies/remedies.h"
#include "common/report/check_numbers.h"
#include "common/status/check_guard.h"
#include "common/status/status_compared.h"
#include "common/status/status_fleet.h"
#include "common/status/status_lag.h"
#include "common/status/status_sight.h"

bool status_is_stale(const Status *status, int64_t now_sec)
{
	return now_sec - status->written_sec > stale_after_sec(status);
}

static const char *const level_names[] = {
	[CHECK_OK] = "OK",
	[CHECK_WARNING] = "WARNING",
	[CHECK_CRITICAL] = "CRITICAL",
	[CHECK_UNKNOWN] = "UNKNOWN",
};
_Static_assert(ARRAY_SIZE(level_names) == CHECK_LEVEL_COUNT, "name every level");

/* What is wrong: the first of the worst is reported, the others are counted. */
typedef struct Verdict {
	Pool *pool;
	CheckLevel level;
	const char *text;
	size_t n_problems;
} Verdict;

static void problem(Verdict *verdict, CheckLevel level, const char *text)
{
	verdict->n_problems++;
	if (level <= verdict->level)
		return;
	verdict->level = level;
	verdict->text = text;
}

/* --- rules --- */

static void judge_life(Verdict *verdict, const Status *status, const StatusLife *life)
{
	const char *age = duration_print(verdict->pool, life->now_sec - status->written_sec);

	if (life->is_running != CLAIM_YES)
		problem(verdict, CHECK_CRITICAL,
			pool_printf(verdict->pool, "the daemon does not run: it %s %s ago",
				    status->stopped_sec >= 0 ? "was stopped"
							     : "died, its last report was",
				    age));
	else if (status_is_stale(status, life->now_sec))
		problem(verdict, CHECK_CRITICAL,
			pool_printf(verdict->pool,
				    "the daemon hangs: process %ld has reported nothing for %s",
				    status->pid, age));
	else if (status->looked_sec < 0)
		problem(verdict, CHECK_WARNING, "the daemon starts: it has not looked yet");
	/* The daemon waits longer before it says that slapd hangs. */
	if (life->slapd_silent_sec > 0)
		problem(verdict, CHECK_WARNING,
			pool_printf(verdict->pool,
				    "slapd takes connections and has not answered for %u s",
				    life->slapd_silent_sec));
}

static CheckLevel trouble_level(const Status *status, const Condition *condition)
{
	if (condition->begins == EVENT_DESIRED_REFUSED)
		return status->has_desired ? CHECK_WARNING : CHECK_CRITICAL;
	if (status_is_only_late(condition))
		return CHECK_WARNING;
	/* A correction that slapd refused. */
	if (condition->begins == EVENT_KIND_COUNT)
		return CHECK_CRITICAL;
	return event_priority(condition->begins) <= 3 ? CHECK_CRITICAL : CHECK_WARNING;
}

static CheckLevel condition_level(const Status *status, const Condition *condition)
{
	switch (condition->kind) {
	case CONDITION_TROUBLE:
		return trouble_level(status, condition);
	case CONDITION_HOLD:
		return check_guard_is_critical(condition->code) ? CHECK_CRITICAL : CHECK_WARNING;
	case CONDITION_CHANGE: /* a link that is being tried is no trouble: it ends by itself */
		return condition->code ? CHECK_OK : CHECK_WARNING;
	case CONDITION_FINDING:
		return condition->is_critical ? CHECK_CRITICAL : CHECK_WARNING;
	default:
		return CHECK_WARNING;
	}
}

static const char *condition_text(Pool *pool, const Condition *condition)
{
	const char *what = condition->what ? condition->what : condition->text;
	const char *suffix = condition->suffix;

	switch (condition->kind) {
	case CONDITION_HOLD:
		return pool_printf(pool, "%s%sheld %s: %s", suffix ? suffix : "",
				   suffix ? ": " : "", condition->code ? condition->code : "",
				   what);
	case CONDITION_CHANGE:
		return pool_printf(pool, "%s%sto be changed: %s", suffix ? suffix : "",
				   suffix ? ": " : "", what);
	default:
		return what;
	}
}

/* Why the first of them that is down is so; "" while that is not known. */
static const char *link_reason(Pool *pool, const Status *status, const char *suffix)
{
	for (size_t i = 0; i < status->conditions.n_items; i++) {
		const Condition *condition = &status->conditions.items[i];

		if (condition->kind == CONDITION_LINK && condition->suffix &&
		    strcmp(condition->suffix, suffix) == 0)
			return pool_printf(pool, ": %s",
					   condition->what ? condition->what : condition->text);
	}
	return "";
}

static void judge_links(Verdict *verdict, const Status *status, const StatusDatabase *database)
{
	const LinkCount count = links_count(status, database);
	Pool *pool = verdict->pool;

	if (count.n_known > 0 && count.n_up == 0)
		problem(verdict, CHECK_CRITICAL,
			pool_printf(pool, "%s: none of its %u links is up%s", database->suffix,
				    count.n_known, link_reason(pool, status, database->suffix)));
	else if (count.n_up < count.n_known)
		problem(verdict, CHECK_WARNING,
			pool_printf(pool, "%s: %u of its %u links are not up%s", database->suffix,
				    count.n_known - count.n_up, count.n_known,
				    link_reason(pool, status, database->suffix)));
}

static void judge_compared(Verdict *verdict, const Status *status, const StatusLife *life)
{
	for (size_t i = 0; i < status->compared.n_items; i++) {
		const char *text = compared_problem(verdict->pool, &status->compared.items[i],
						    status, life->now_sec);

		if (text)
			problem(verdict, CHECK_WARNING, text);
	}
}

/* --- the line --- */

/* The end of the command that begins at this quote, if it has a pipe; NULL: none does. */
static const char *piped_end(const char *text)
{
	const char *end = *text == '`' ? strchr(text + 1, '`') : NULL;

	return end && memchr(text, '|', (size_t)(end - text)) ? end : NULL;
}

/* Monitoring systems split the line at '|': a command with a pipe would be cut off there, and one
 * without its pipe would be another command. */
static void text_add(Pool *pool, Buf *line, const char *text)
{
	Buf plain = BUF_IN(pool);

	for (; *text; text++) {
		const char *end = piped_end(text);

		if (end)
			buf_printf(&plain, "see `%s`", remedy_text(REMEDY_STATUS));
		else
			buf_putc(&plain, *text == '|' ? ' ' : *text);
		text = end ? end : text;
	}
	buf_put_line(line, buf_text(&plain));
}

/* Where not every node reads every other one, this node sees a part. */
static const char *unseen_describe(Pool *pool, const Status *status)
{
	size_t n_providers = 0, n_consumers = 0;
	const char *text = "";

	for (size_t i = 0; i < status->n_databases; i++) {
		n_providers += status->databases[i].n_not_read;
		n_consumers += status->databases[i].n_leaves;
	}
	if (n_providers > 0)
		text = pool_printf(pool, ", %zu providers not read and not looked at", n_providers);
	if (n_consumers > 0)
		text = pool_printf(pool, "%s, %zu consumers not looked at", text, n_consumers);
	return text;
}

static const char *all_is_well(Pool *pool, const Status *status)
{
	const LinkCount links = links_of_all(status);
	const char *unseen = unseen_describe(pool, status);

	if (links.n_known == 0)
		return pool_printf(pool, "%zu of %zu databases in step%s", in_step_count(status),
				   status->n_databases, unseen);
	return pool_printf(pool, "%zu of %zu databases in step, %u of %u links up%s",
			   in_step_count(status), status->n_databases, links.n_up, links.n_known,
			   unseen);
}

/* If a limit was given, all is not called well while the lag is not known. */
static void judge_lag(Verdict *verdict, const Status *status, const CheckLimits *limits)
{
	const LagSight lag = lag_see(status);
	const CheckLevel level =
		limits->critical_msec >= 0 && lag.msec > limits->critical_msec ? CHECK_CRITICAL
		: limits->warning_msec >= 0 && lag.msec > limits->warning_msec ? CHECK_WARNING
									       : CHECK_OK;

	if (level != CHECK_OK)
		problem(verdict, level, lag_describe_longest(verdict->pool, &lag));
	else if (lag.unknown && verdict->level == CHECK_OK)
		problem(verdict, CHECK_UNKNOWN,
			pool_printf(verdict->pool,
				    "%s: it is not known how far this node is "
				    "behind",
				    lag.unknown));
}

static void judge_sight(Verdict *verdict, const Status *status)
{
	const char *unseen = verdict->level == CHECK_OK ? sight_lacks(verdict->pool, status) : NULL;

	if (unseen)
		problem(verdict, CHECK_UNKNOWN, unseen);
}

/* What is not known is reported if nothing is worse. */
static void judge_all(Verdict *verdict, const FleetProblems *problems)
{
	for (size_t i = 0; i < problems->n_items; i++)
		if (problems->items[i].level != CHECK_UNKNOWN)
			problem(verdict, problems->items[i].level, problems->items[i].text);
	for (size_t i = 0; i < problems->n_items; i++) {
		if (problems->items[i].level != CHECK_UNKNOWN)
			continue;
		if (verdict->level == CHECK_OK)
			problem(verdict, CHECK_UNKNOWN, problems->items[i].text);
		else
			verdict->n_problems++;
	}
}

CheckResult status_check(Pool *pool, const Status *status, const StatusLife *life,
			 const CheckLimits *limits)
{
	Verdict verdict = {.pool = pool};
	Buf line = BUF_IN(pool);

	judge_life(&verdict, status, life);
	for (size_t i = 0; i < status->conditions.n_items; i++) {
		const Condition *condition = &status->conditions.items[i];

		/* Links are judged together, and other nodes by --all. */
		if (condition->kind != CONDITION_LINK && condition_is_of_this_node(condition))
			problem(&verdict, condition_level(status, condition),
				condition_text(pool, condition));
	}
	for (size_t i = 0; i < status->n_databases; i++)
		judge_links(&verdict, status, &status->databases[i]);
	judge_compared(&verdict, status, life);
	if (limits->warning_msec >= 0 || limits->critical_msec >= 0)
		judge_lag(&verdict, status, limits);
	judge_sight(&verdict, status);
	if (limits->is_of_all) {
		const FleetProblems problems = fleets_judge(pool, status, life->now_sec);

		judge_all(&verdict, &problems);
	}
	buf_printf(&line, "SYNCWARD %s - ", level_names[verdict.level]);
	text_add(pool, &line, verdict.text ? verdict.text : all_is_well(pool, status));
	if (verdict.n_problems > 1)
		buf_printf(&line, " (and %zu more: see %s)", verdict.n_problems - 1,
			   remedy_text(REMEDY_STATUS));
	perfdata_add(pool, &line, status, life->now_sec, limits);
	if (limits->is_of_all)
		fleets_lines(pool, &line, status, life->now_sec);
	return (CheckResult){verdict.level, buf_text(&line)};
}

CheckResult status_check_failed(Pool *pool, CheckLevel level, const char *why)
{
	Buf line = BUF_IN(pool);

	buf_printf(&line, "SYNCWARD %s - ", level_names[level]);
	text_add(pool, &line, why);
	return (CheckResult){level, buf_text(&line)};
}
