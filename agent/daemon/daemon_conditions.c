/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "agent/daemon/daemon_internal.h"
#include "common/base/remedies.h"
#include "common/plan/render.h"
#include "common/tell/told_plan.h"

#define REFUSAL_LASTS_USEC 500000ULL

/* Editors and shells write a file in several steps: what is refused between two of them is told
 * when it lasts. The last good one is in force meanwhile. */
static bool may_pass(DaemonPass *pass, const char *key)
{
	Daemon *daemon = pass->daemon;
	const uint64_t now_usec = daemon_now_usec(daemon);

	if (condition_find(&daemon->told, key) ||
	    (pass->found.triggers & (TRIGGER_BIT(TRIGGER_START) | TRIGGER_BIT(TRIGGER_RELOAD))) ||
	    (daemon->refused_usec == 0 && !(found_is_caused_by(&pass->found, TRIGGER_DESIRED))))
		return false;
	if (daemon->refused_usec == 0)
		daemon->refused_usec = now_usec;
	if (now_usec >= daemon->refused_usec + REFUSAL_LASTS_USEC)
		return false;
	wake_add(&pass->follow.wakes, WAKE_REFUSED, daemon->refused_usec + REFUSAL_LASTS_USEC);
	return true;
}

static void refusal_add(DaemonPass *pass, const char *key, const char *text)
{
	if (text && !may_pass(pass, key))
		condition_add(pass->found.pool, &pass->follow.lasting,
			      (Condition){
				      .key = key,
				      .begins = EVENT_DESIRED_REFUSED,
				      .ends = EVENT_DESIRED_LOADED,
				      .text = text,
			      });
}

static void failure_add(DaemonPass *pass, const Error *err)
{
	Condition condition = {.text = pool_strdup(pass->found.pool, err->text)};

	switch (err->class) {
	case ERROR_UNREACHABLE:
	case ERROR_DENIED:
		condition.key = "slapd";
		condition.begins = EVENT_SLAPD_LOST;
		condition.ends = EVENT_SLAPD_BACK;
		break;
	case ERROR_INPUT:
		refusal_add(pass, "desired", condition.text);
		return;
	case ERROR_SYSTEM:
		condition.key = "state";
		condition.begins = EVENT_STATE_TROUBLE;
		condition.ends = EVENT_STATE_MENDED;
		break;
	case ERROR_BUSY:
	case ERROR_STOPPED:
	case ERROR_CONFLICT:
		return;
	default:
		condition.key = "verify";
		/* A step that slapd refused was told with it. */
		condition.begins = err->code == 0 ? EVENT_VERIFY_FAILED : EVENT_KIND_COUNT;
		condition.ends = EVENT_KIND_COUNT;
		break;
	}
	condition_add(pass->found.pool, &pass->follow.lasting, condition);
}

static void state_problem_add(DaemonPass *pass, const char *key, const char *text)
{
	condition_add(pass->found.pool, &pass->follow.lasting,
		      (Condition){
			      .key = key,
			      .begins = EVENT_STATE_TROUBLE,
			      .ends = EVENT_STATE_MENDED,
			      .text = text,
		      });
}

/* The others are looked at by every pass. */
static const struct {
	const char *key;
	PassStage seen_at;
} troubles[] = {
	{"state", STAGE_STATE},
	{"desired", STAGE_INPUTS},
	{"slapd", STAGE_SLAPD},
	{"verify", STAGE_PLAN},
};

static bool was_looked_at(const DaemonPass *pass, const Condition *condition)
{
	/* Known as soon as the state folder was read. */
	if (strcmp(condition->key, "paused") == 0)
		return pass->found.has_inputs;
	if (condition->kind != CONDITION_TROUBLE)
		return pass->found.stage >= STAGE_PLAN;
	for (size_t i = 0; i < ARRAY_SIZE(troubles); i++)
		if (strcmp(condition->key, troubles[i].key) == 0)
			return pass->found.stage >= troubles[i].seen_at;
	return true;
}

/* What a pass that did not get that far could not look at goes on as it was. */
static void conditions_carry(DaemonPass *pass)
{
	const ConditionList *told = pass->found.told;

	for (size_t i = 0; i < told->n_items; i++)
		if (!was_looked_at(pass, &told->items[i]))
			condition_add(pass->found.pool, &pass->follow.lasting, told->items[i]);
}

static void audit_add(DaemonPass *pass)
{
	const Report *report = &pass->found.report;

	if (report->is_audit && !plan_is_empty(&report->last_plan))
		condition_add(
			pass->found.pool, &pass->follow.lasting,
			(Condition){
				.key = "audit",
				.begins = EVENT_HELD,
				.ends = EVENT_RELEASED,
				.text = pool_printf(
					pass->found.pool,
					"changes are needed and not written: policy.mode is "
					"\"audit\"; see `%s`; to have them written, put in \"policy\" of peers.json",
					remedy_text(REMEDY_PLAN)),
				.kind = CONDITION_HOLD,
				.code = "audit",
				.release = remedy_text(REMEDY_MODE_ENFORCE),
			});
}

/* Also where slapd is away: a person asked for it. */
static void pause_add(DaemonPass *pass)
{
	const Pause *pause = &pass->found.inputs.state.pause;

	if (pass->found.has_inputs && pause_holds(pause, found_realtime_sec(&pass->found)))
		condition_add(pass->found.pool, &pass->follow.lasting,
			      (Condition){
				      .key = "paused",
				      .begins = EVENT_PAUSED,
				      .ends = EVENT_RESUMED,
				      .text = pool_printf(pass->found.pool, "%s: %s",
							  pause_text(pass->found.pool, pause),
							  remedy_text(REMEDY_RESUME)),
				      .kind = CONDITION_HOLD,
				      .code = "paused",
				      .what = pause_text(pass->found.pool, pause),
				      .release = remedy_text(REMEDY_RESUME),
			      });
}

static void changes_left(DaemonPass *pass, const Plan *plan)
{
	for (size_t i = 0; i < plan->n_changes; i++)
		if (!plan->changes[i].is_held)
			condition_add(
				pass->found.pool, &pass->follow.lasting,
				(Condition){
					.key = change_key(pass->found.pool, &plan->changes[i]),
					.begins = EVENT_KIND_COUNT,
					.ends = EVENT_KIND_COUNT,
					.text = render_change(pass->found.pool, &plan->changes[i]),
					.kind = CONDITION_CHANGE,
					.suffix = plan->changes[i].suffix,
				});
}

static void conditions_find(DaemonPass *pass, const Error *err)
{
	const Report *report = &pass->found.report;
	const char *watch_problem;

	if (!pass->found.troubles.state && *pass->daemon->kept.problem)
		pass->found.troubles.state = pass->daemon->kept.problem;
	if (pass->found.troubles.state)
		state_problem_add(pass, "state", pass->found.troubles.state);
	if (err->class != ERROR_NONE && !pass->found.troubles.has_ended)
		failure_add(pass, err);
	refusal_add(pass, "settings", pass->found.troubles.settings);
	/* Only people and their monitoring suffer from that one. */
	if (*pass->daemon->status_problem)
		state_problem_add(pass, "status", pass->daemon->status_problem);
	watch_problem = daemon_places_problem(&pass->daemon->places, &pass->found);
	if (watch_problem)
		state_problem_add(pass, "watch", watch_problem);
	if (pass->found.has_inputs)
		refusal_add(pass, "desired", pass->found.inputs.refusal);
	if (!pass->found.troubles.settings && pass->found.has_inputs && !pass->found.inputs.refusal)
		pass->daemon->refused_usec = 0;
	pause_add(pass);
	daemon_follow(pass, daemon_hand_edits_follow(&pass->found, &pass->edits));
	conditions_carry(pass);
	if (!report->has_plan)
		return;
	conditions_of_plan(pass->found.pool, &report->last_plan, &pass->follow.lasting);
	audit_add(pass);
	changes_left(pass, &report->last_plan);
	daemon_follow(pass,
		      daemon_links_look(&pass->daemon->links, &pass->found, &pass->links_before));
	daemon_follow(pass, daemon_health_look(&pass->daemon->health, &pass->found,
					       &pass->daemon->links));
}

/* The command that pauses, or ends that, tells it, with who ran it. */
static bool is_told_by_command(const DaemonPass *pass, const Event *event)
{
	return event->kind == EVENT_PAUSED ||
	       (event->kind == EVENT_RESUMED && pause_was_ended(&pass->found.inputs.state.pause));
}

static void events_tell(DaemonPass *pass, const EventList *events)
{
	EventList own = {0};

	for (size_t i = 0; i < events->n_items; i++)
		if (is_told_by_command(pass, &events->items[i]))
			daemon_tell_again(pass, &events->items[i]);
		else
			POOL_PUSH(pass->found.pool, own.items, own.n_items, events->items[i]);
	daemon_tell_all(pass, &own);
	daemon_kept_history(&pass->daemon->kept, &pass->found, &own);
}

void daemon_conditions_tell(DaemonPass *pass, const Error *err)
{
	Daemon *daemon = pass->daemon;
	Pool *pool = pool_new();
	EventList events = {0};

	conditions_find(pass, err);
	conditions_compare(pass->found.pool, pass->found.told, &pass->follow.lasting,
			   found_realtime_sec(&pass->found), &events);
	events_tell(pass, &events);
	daemon_kept_conditions(&daemon->kept, &pass->found, &pass->follow.lasting);
	daemon->told = conditions_copy(pool, &pass->follow.lasting);
	pool_free(daemon->told_pool);
	daemon->told_pool = pool;
}

/* --- what is told once, and not when it ends --- */

static void notice_add(DaemonPass *pass, ConditionList *list, EventKind kind, const char *text)
{
	condition_add(
		pass->found.pool, list,
		(Condition){.key = text, .begins = kind, .ends = EVENT_KIND_COUNT, .text = text});
}

/* Files of the state folder that had to be put aside, a write that did not end: pass after pass,
 * where they cannot be moved or removed. */
void daemon_notices_tell(DaemonPass *pass)
{
	Daemon *daemon = pass->daemon;
	const Report *report = &pass->found.report;
	ConditionList now = {0};
	EventList events = {0};
	Pool *pool = pool_new();

	for (size_t i = 0; i < pass->found.state.n_notices; i++)
		notice_add(pass, &now, EVENT_STATE_TROUBLE, pass->found.state.notices[i]);
	for (size_t i = 0; i < report->n_notices; i++)
		notice_add(pass, &now, EVENT_INTERRUPTED, report->notices[i]);
	conditions_compare(pass->found.pool, &daemon->notices, &now, 0, &events);
	events_tell(pass, &events);
	daemon->notices = conditions_copy(pool, &now);
	pool_free(daemon->notices_pool);
	daemon->notices_pool = pool;
}
