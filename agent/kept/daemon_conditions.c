/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/kept/daemon_conditions.h"

#include <string.h>

#include "common/plan/render.h"
#include "common/remedies/remedies.h"
#include "common/tell/told_plan.h"

#define REFUSAL_LASTS_USEC 500000ULL

/* Editors and shells write a file in several steps: what is refused between two of them is reported
 * when it lasts. The last good one is in force meanwhile. */
static bool may_pass(DaemonRefusal *refusal, const Found *found, const char *key, WakeList *wakes)
{
	const uint64_t now_usec = found_now_usec(found);

	if (condition_find(found->before.told, key) || found_is_caused_by(found, TRIGGER_START) ||
	    found_is_caused_by(found, TRIGGER_RELOAD) ||
	    (refusal->since_usec == 0 && !found_is_caused_by(found, TRIGGER_DESIRED)))
		return false;
	if (refusal->since_usec == 0)
		refusal->since_usec = now_usec;
	if (now_usec >= refusal->since_usec + REFUSAL_LASTS_USEC)
		return false;
	wake_add(wakes, WAKE_REFUSED, refusal->since_usec + REFUSAL_LASTS_USEC);
	return true;
}

static void refusal_add(DaemonRefusal *refusal, const Found *found, const char *key,
			const char *text, Follow *ret)
{
	if (text && !may_pass(refusal, found, key, &ret->wakes))
		condition_add(found->pool, &ret->lasting,
			      (Condition){
				      .key = key,
				      .begins = EVENT_DESIRED_REFUSED,
				      .ends = EVENT_DESIRED_LOADED,
				      .text = text,
			      });
}

static void failure_add(DaemonRefusal *refusal, const Found *found, const Error *err, Follow *ret)
{
	Condition condition = {.text = pool_strdup(found->pool, err->text)};

	switch (err->class) {
	case ERROR_UNREACHABLE:
	case ERROR_DENIED:
		condition.key = "slapd";
		condition.begins = EVENT_SLAPD_LOST;
		condition.ends = EVENT_SLAPD_BACK;
		break;
	case ERROR_INPUT:
		refusal_add(refusal, found, "desired", condition.text, ret);
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
		/* A step that slapd refused was reported with it. */
		condition.begins = err->code == 0 ? EVENT_VERIFY_FAILED : EVENT_KIND_COUNT;
		condition.ends = EVENT_KIND_COUNT;
		break;
	}
	condition_add(found->pool, &ret->lasting, condition);
}

static void trouble_add(const Found *found, const char *key, const char *text, Follow *ret)
{
	if (!text)
		return;
	condition_add(found->pool, &ret->lasting,
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
} trouble_stages[] = {
	{"state", STAGE_STATE},
	{"desired", STAGE_INPUTS},
	{"slapd", STAGE_SLAPD},
	{"verify", STAGE_PLAN},
};

static bool was_looked_at(const Found *found, const Condition *condition)
{
	/* Known as soon as the state folder was read. */
	if (strcmp(condition->key, "paused") == 0)
		return found->has_inputs;
	if (condition->kind != CONDITION_TROUBLE)
		return found->stage >= STAGE_PLAN;
	for (size_t i = 0; i < ARRAY_SIZE(trouble_stages); i++)
		if (strcmp(condition->key, trouble_stages[i].key) == 0)
			return found->stage >= trouble_stages[i].seen_at;
	return true;
}

/* What a pass could not look at, because it did not get that far, stays as it was. */
static void conditions_carry(const Found *found, ConditionList *ret)
{
	const ConditionList *told = found->before.told;

	for (size_t i = 0; i < told->n_items; i++)
		if (!was_looked_at(found, &told->items[i]))
			condition_add(found->pool, ret, told->items[i]);
}

static void audit_add(const Found *found, ConditionList *ret)
{
	const Report *report = &found->report;

	if (report->is_audit && !plan_is_empty(&report->last.plan))
		condition_add(
			found->pool, ret,
			(Condition){
				.key = "audit",
				.begins = EVENT_HELD,
				.ends = EVENT_RELEASED,
				.text = pool_printf(
					found->pool,
					"changes are needed and not written: policy.mode is "
					"\"audit\"; see `%s`; to have them written, put in \"policy\" of peers.json",
					remedy_text(REMEDY_PLAN)),
				.kind = CONDITION_HOLD,
				.code = "audit",
				.release = remedy_text(REMEDY_MODE_ENFORCE),
			});
}

/* Even where slapd is away: a person asked for it. */
static void pause_add(const Found *found, ConditionList *ret)
{
	const Pause *pause = &found->inputs.state.pause;

	if (found->has_inputs && pause_holds(pause, found_realtime_sec(found)))
		condition_add(found->pool, ret,
			      (Condition){
				      .key = "paused",
				      .begins = EVENT_PAUSED,
				      .ends = EVENT_RESUMED,
				      .text = pool_printf(found->pool, "%s: %s",
							  pause_text(found->pool, pause),
							  remedy_text(REMEDY_RESUME)),
				      .kind = CONDITION_HOLD,
				      .code = "paused",
				      .what = pause_text(found->pool, pause),
				      .release = remedy_text(REMEDY_RESUME),
			      });
}

static void changes_left(const Found *found, const Plan *plan, ConditionList *ret)
{
	for (size_t i = 0; i < plan->n_changes; i++)
		if (!plan->changes[i].is_held)
			condition_add(found->pool, ret,
				      (Condition){
					      .key = change_key(found->pool, &plan->changes[i]),
					      .begins = EVENT_KIND_COUNT,
					      .ends = EVENT_KIND_COUNT,
					      .text = render_change(found->pool, &plan->changes[i]),
					      .kind = CONDITION_CHANGE,
					      .suffix = plan->changes[i].suffix,
				      });
}

Follow daemon_troubles_look(DaemonRefusal *refusal, const Found *found, const Error *err)
{
	const Troubles *troubles = &found->troubles;
	const char *refused = found->has_inputs ? found->inputs.refusal : NULL;
	Follow follow = {0};

	trouble_add(found, "state", troubles->state ? troubles->state : troubles->kept, &follow);
	if (err->class != ERROR_NONE && !troubles->has_ended)
		failure_add(refusal, found, err, &follow);
	refusal_add(refusal, found, "settings", troubles->settings, &follow);
	/* Only people and their monitoring suffer from that one. */
	trouble_add(found, "status", troubles->status, &follow);
	trouble_add(found, "watch", troubles->watch, &follow);
	refusal_add(refusal, found, "desired", refused, &follow);
	if (!troubles->settings && found->has_inputs && !refused)
		refusal->since_usec = 0;
	pause_add(found, &follow.lasting);
	return follow;
}

Follow daemon_conditions_look(const Found *found)
{
	const Report *report = &found->report;
	Follow follow = {0};

	conditions_carry(found, &follow.lasting);
	if (!report->has_plan)
		return follow;
	conditions_of_plan(found->pool, &report->last.plan, &follow.lasting);
	audit_add(found, &follow.lasting);
	changes_left(found, &report->last.plan, &follow.lasting);
	return follow;
}
