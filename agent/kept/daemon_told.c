/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/kept/daemon_told.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/buf.h"
#include "common/tell/told_plan.h"

static const char *const trigger_names[] = {
	[TRIGGER_START] = "start",     [TRIGGER_TIMER] = "timer",   [TRIGGER_RELOAD] = "reload",
	[TRIGGER_DESIRED] = "desired", [TRIGGER_CONFIG] = "config", [TRIGGER_SOCKET] = "socket",
	[TRIGGER_ANSWER] = "answer",   [TRIGGER_STATE] = "state",   [TRIGGER_PROBE] = "probe",
	[TRIGGER_HOST] = "host",
};
_Static_assert(ARRAY_SIZE(trigger_names) == TRIGGER_COUNT, "name every trigger");

static const char *triggers_text(Pool *pool, unsigned triggers)
{
	Buf text = BUF_IN(pool);

	for (unsigned i = 0; i < TRIGGER_COUNT; i++)
		if (triggers & TRIGGER_BIT(i))
			buf_printf(&text, "%s%s", text.len > 0 ? "," : "", trigger_names[i]);
	return buf_text(&text);
}

DaemonTold daemon_told_new(const ConditionList *lasting)
{
	DaemonTold told = {.pool = pool_new(), .notices_pool = pool_new()};

	told.lasting = conditions_copy(told.pool, lasting);
	return told;
}

void daemon_told_free(DaemonTold *told)
{
	pool_free(told->pool);
	pool_free(told->notices_pool);
}

JournalContext daemon_told_context(const Found *found)
{
	return (JournalContext){
		.pass = pool_printf(found->pool, "%d-%lu", (int)getpid(), found->begin.number),
		.trigger = triggers_text(found->pool, found->begin.triggers),
		.operator= {.command = "run"},
	};
}

void daemon_told_events(DaemonTold *told, const JournalContext *context, const EventList *events)
{
	for (size_t i = 0; i < events->n_items; i++) {
		told->n_events[events->items[i].kind]++;
		journal_tell(context, &events->items[i]);
	}
}

bool daemon_told_desired(DaemonTold *told, Found *found)
{
	const FileInForce *file = &found->inputs.in_force;
	const char *name = found->inputs.file.desired->name;
	Event event = {.kind = EVENT_DESIRED_LOADED};

	found->journal.sha256 = file->sha256;
	found->journal.has_revision = file->has_revision;
	found->journal.revision = file->revision;
	if (strcmp(told->desired_sha256, file->sha256) == 0)
		return false;
	(void)snprintf(told->desired_sha256, sizeof(told->desired_sha256), "%s", file->sha256);
	event.text = file->has_revision ? pool_printf(found->pool, "%s, revision %lu, is in force",
						      name, file->revision)
					: pool_printf(found->pool, "%s is in force", name);
	daemon_told_events(told, &found->journal, &(EventList){&event, 1});
	return true;
}

/* The command that pauses, or ends a pause, reports it itself, with the user who ran it. */
static bool is_told_by_command(const Found *found, const Event *event)
{
	return event->kind == EVENT_PAUSED ||
	       (event->kind == EVENT_RESUMED && pause_was_ended(&found->inputs.state.pause));
}

/* Reports what was not reported yet, and returns it. */
static EventList changes_tell(DaemonTold *told, const Found *found, const EventList *events)
{
	EventList own = {0};

	for (size_t i = 0; i < events->n_items; i++) {
		const Event *event = &events->items[i];

		if (is_told_by_command(found, event)) {
			told->n_events[event->kind]++;
			journal_repeat(event);
		} else {
			POOL_PUSH(found->pool, own.items, own.n_items, *event);
		}
	}
	daemon_told_events(told, &found->journal, &own);
	return own;
}

static void notice_add(Pool *pool, ConditionList *list, EventKind kind, const char *text)
{
	condition_add(
		pool, list,
		(Condition){.key = text, .begins = kind, .ends = EVENT_KIND_COUNT, .text = text});
}

EventList daemon_told_notices(DaemonTold *told, const Found *found)
{
	const Report *report = &found->report;
	ConditionList now = {0};
	EventList events = {0};
	Pool *pool = pool_new();

	for (size_t i = 0; i < found->state.n_notices; i++)
		notice_add(found->pool, &now, EVENT_STATE_TROUBLE, found->state.notices[i]);
	for (size_t i = 0; i < report->n_notices; i++)
		notice_add(found->pool, &now, EVENT_INTERRUPTED, report->notices[i]);
	conditions_compare(found->pool, &told->notices, &now, 0, &events);
	told->notices = conditions_copy(pool, &now);
	pool_free(told->notices_pool);
	told->notices_pool = pool;
	return changes_tell(told, found, &events);
}

static void ends_judge(const Plan *plan, ConditionList *told)
{
	for (size_t i = 0; i < told->n_items; i++) {
		Condition *condition = &told->items[i];
		const char *suffix = condition->suffix;

		condition->ends =
			condition_end(plan, condition,
				      suffix && plan->wanted && wanted_find(plan->wanted, suffix));
	}
}

EventList daemon_told_compare(DaemonTold *told, const Found *found, ConditionList *now)
{
	EventList events = {0};

	if (found->report.has_plan)
		ends_judge(&found->report.last.plan, &told->lasting);
	conditions_compare(found->pool, &told->lasting, now, found_realtime_sec(found), &events);
	return changes_tell(told, found, &events);
}

void daemon_told_take(DaemonTold *told, const ConditionList *now)
{
	Pool *pool = pool_new();

	told->lasting = conditions_copy(pool, now);
	pool_free(told->pool);
	told->pool = pool;
}
