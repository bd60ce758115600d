/* SPDX-License-Identifier: Apache-2.0 */
#include "common/tell/told_plan.h"

#include <string.h>
#include <strings.h>

#include "common/base/buf.h"
#include "common/plan/plan_changes.h"
#include "common/plan/release_line.h"
#include "common/plan/render.h"

/* A cluster may have hundreds of peers: a message names so many changes. */
#define MAX_CHANGES_TOLD 8

/* The events with which a hold begins and ends. */
typedef struct HoldEvents {
	EventKind begins;
	EventKind ends;
} HoldEvents;

static HoldEvents hold_events(Guard guard)
{
	switch (guard) {
	case GUARD_RESTART:
		return (HoldEvents){EVENT_RESTART_UNSAFE, EVENT_RESTART_SAFE};
	case GUARD_JOINING:
		return (HoldEvents){EVENT_JOINING, EVENT_JOINED};
	case GUARD_CONTESTED:
		return (HoldEvents){EVENT_CONTESTED, EVENT_UNCONTESTED};
	case GUARD_PROBING: /* over in seconds, by itself */
		return (HoldEvents){EVENT_KIND_COUNT, EVENT_KIND_COUNT};
	default:
		return (HoldEvents){EVENT_HELD, EVENT_RELEASED};
	}
}

static const char *or_server(const char *suffix)
{
	return suffix ? suffix : "server";
}

/* A database may have several contests or links that one command releases. */
static const char *hold_name(const Hold *hold)
{
	if (hold->guard == GUARD_CONTESTED)
		return hold->text;
	return hold->peer ? hold->peer : hold->release;
}

static void hold_add(Pool *pool, const Hold *hold, ConditionList *ret)
{
	const HoldEvents events = hold_events(hold->guard);
	const char *release = hold_release_line(pool, hold);

	condition_add(
		pool, ret,
		(Condition){
			.key = pool_printf(pool, "hold %s %s %s", guard_code(hold->guard),
					   or_server(hold->suffix), hold_name(hold)),
			.begins = events.begins,
			.ends = events.ends,
			.text = pool_printf(pool, "%s: held %s: %s: %s", or_server(hold->suffix),
					    guard_code(hold->guard), hold->text, release),
			.kind = hold->guard == GUARD_PROBING ? CONDITION_CHANGE : CONDITION_HOLD,
			.code = guard_code(hold->guard),
			.what = hold->text,
			.suffix = hold->suffix,
			.peer = hold->peer,
			.release = release,
		});
}

static void finding_add(Pool *pool, const Finding *finding, ConditionList *ret)
{
	if (finding->severity == SEVERITY_NOTE)
		return;
	condition_add(
		pool, ret,
		(Condition){
			.key = pool_printf(pool, "finding %s %s %s", finding->code,
					   or_server(finding->suffix),
					   finding->key ? finding->key : finding->text),
			.begins = EVENT_FINDING,
			.ends = EVENT_FINDING_GONE,
			.text = pool_printf(pool, "%s: %s [%s]", severity_name(finding->severity),
					    finding->text, finding->code),
			.kind = CONDITION_FINDING,
			.code = finding->code,
			.is_critical = finding->severity == SEVERITY_CRITICAL,
			.what = finding->text,
			.suffix = finding->suffix,
		});
}

void conditions_of_plan(Pool *pool, const Plan *plan, ConditionList *ret)
{
	for (size_t i = 0; i < plan->held.n_holds; i++)
		hold_add(pool, &plan->held.holds[i], ret);
	for (size_t i = 0; i < plan->n_findings; i++)
		finding_add(pool, &plan->findings[i], ret);
}

static bool is_held(const PlanHolds *held, const char *suffix, const Guard *guards, size_t n_guards)
{
	for (size_t i = 0; i < n_guards; i++)
		if (plan_hold_of(held, suffix, guards[i]))
			return true;
	return false;
}

/* Something else keeps it from being what peers.json says. */
static bool is_kept_back(const PlanHolds *held, const char *suffix)
{
	static const Guard of_database[] = {GUARD_CONTENT, GUARD_LEFT, GUARD_ROLE, GUARD_DATABASE};

	return plan_is_held_whole(held) ||
	       is_held(held, suffix, of_database, ARRAY_SIZE(of_database));
}

static bool would_not_start(const Plan *plan)
{
	bool found = plan_hold_of(&plan->held, NULL, GUARD_RESTART) != NULL;

	for (size_t i = 0; i < plan->n_databases && !found; i++)
		found = plan_hold_of(&plan->held, plan->databases[i].suffix, GUARD_RESTART) != NULL;
	return found;
}

EventKind condition_end(const Plan *plan, const Condition *condition, bool is_listed)
{
	if (condition->ends == EVENT_JOINED &&
	    plan_hold_of(&plan->held, condition->suffix, GUARD_JOINING))
		return EVENT_KIND_COUNT; /* it goes on, in other words */
	if (condition->ends == EVENT_JOINED &&
	    (!is_listed || is_kept_back(&plan->held, condition->suffix)))
		return EVENT_RELEASED;
	if (condition->ends == EVENT_RESTART_SAFE && would_not_start(plan))
		return EVENT_RELEASED;
	return condition->ends;
}

static const char *change_text(Pool *pool, const Change *change, const Attribution *attribution)
{
	const char *what =
		pool_printf(pool, "%s: %s", or_server(change->suffix), render_change(pool, change));

	if (attribution->cause != CAUSE_DRIFT)
		return what;
	if (!attribution->actor)
		return pool_printf(pool, "%s; who changed it is not known", what);
	return pool_printf(pool, "%s; the entry was last written by %s at %s", what,
			   attribution->actor, attribution->actor_time);
}

static const char *peer_of(const Change *change)
{
	return change->consumer.live || change->consumer.wanted ? change->subject : NULL;
}

Event event_of_change(Pool *pool, const Change *change, const Attribution *attribution)
{
	return (Event){
		.kind = change->kind == CHANGE_CONSUMERS_RESTART ? EVENT_CONSUMERS_SCRAMBLED
								 : EVENT_DRIFT_FOUND,
		.text = change_text(pool, change, attribution),
		.cause = attribution->cause,
		.suffix = change->suffix,
		.dn = change->dn,
		.attribute = change->attribute,
		.old_value = render_old(pool, change),
		.new_value = render_new(pool, change),
		.actor = attribution->actor,
		.actor_time = attribution->actor_time,
		.peer = peer_of(change),
	};
}

/* --- writes --- */

const char *change_key(Pool *pool, const Change *change)
{
	return pool_printf(pool, "change %s %s %s", change_kind_name(change->kind), change->dn,
			   change->subject);
}

size_t attributed_find(const AttributedList *list, const char *key)
{
	return text_index_find(&list->keys, key);
}

/* The look that it was found in may be gone when it is reported. */
static Attribution attribution_kept(Pool *pool, const Change *change, const Tree *config,
				    const Seen *seen)
{
	Attribution attribution = change_attribution(change, config, seen);

	attribution.actor = pool_strdup(pool, attribution.actor);
	attribution.actor_time = pool_strdup(pool, attribution.actor_time);
	return attribution;
}

const Attribution *attributions_make(Pool *pool, const Plan *plan, const Tree *config,
				     const Seen *seen, AttributedList *list)
{
	Attribution *attributions = pool_alloc(pool, (plan->n_changes + 1) * sizeof(*attributions));

	for (size_t i = 0; i < plan->n_changes; i++) {
		const char *key = change_key(pool, &plan->changes[i]);
		const size_t at = attributed_find(list, key);

		if (at == list->n_items) {
			text_index_add(pool, &list->keys, key);
			POOL_PUSH(pool, list->items, list->n_items,
				  {.key = key,
				   .attribution = attribution_kept(pool, &plan->changes[i], config,
								   seen)});
		}
		attributions[i] = list->items[at].attribution;
		if (list->cause != CAUSE_NOT_TOLD && attributions[i].cause != CAUSE_PUT_BACK)
			attributions[i].cause = list->cause;
	}
	return attributions;
}

/* The changes of one step, put together. */
typedef struct StepStory {
	Buf text, old_values, new_values;
	size_t n_changes;
	const Attribution *attribution; /* of the first that somebody else made necessary */
	bool has_several;               /* attributes: each value is reported with its own */
	const char *peer;
	const char *why; /* of the change that stands last in the text */
} StepStory;

/* Two changes of one step mostly have one reason: it is given after the last of them. */
static void why_once(Pool *pool, StepStory *story, const char *why)
{
	if (story->why && strcmp(story->why, why) == 0) {
		story->text.len -= strlen(pool_printf(pool, "  [%s]", why));
		story->text.bytes[story->text.len] = '\0';
	}
	story->why = why;
}

static void line_add(Buf *lines, const char *attribute, const char *text)
{
	if (text)
		buf_printf(lines, "%s%s%s%s", lines->len > 0 ? "\n" : "",
			   attribute ? attribute : "", attribute ? ": " : "", text);
}

/* What the step writes, one attribute a line. */
static const char *step_attributes(Pool *pool, const Step *step)
{
	Buf names = BUF_IN(pool);

	if (step->kind == STEP_DELETE_ENTRY) /* an overlay's */
		return "olcOverlay";
	for (size_t i = 0; i < step->n_mods; i++) {
		size_t k = 0;

		while (strcasecmp(step->mods[k].attribute, step->mods[i].attribute) != 0)
			k++;
		if (k == i)
			line_add(&names, NULL, step->mods[i].attribute);
	}
	return names.len > 0 ? buf_text(&names) : NULL;
}

static void story_add(Pool *pool, StepStory *story, const Change *change,
		      const Attribution *attribution)
{
	const char *name = story->has_several ? change->attribute : NULL;

	if (!story->attribution ||
	    (attribution->cause == CAUSE_DRIFT && story->attribution->cause != CAUSE_DRIFT))
		story->attribution = attribution;
	story->peer = story->n_changes == 0 ? peer_of(change) : NULL;
	if (++story->n_changes > MAX_CHANGES_TOLD)
		return;
	why_once(pool, story, change->why);
	buf_printf(&story->text, "; %s", render_change(pool, change));
	line_add(&story->old_values, name, render_old(pool, change));
	line_add(&story->new_values, name, render_new(pool, change));
}

static const char *or_null(const Buf *text)
{
	return text->len > 0 ? buf_text(text) : NULL;
}

Event event_of_step(Pool *pool, const Plan *plan, const Attribution *attributions, const Step *step,
		    EventKind kind)
{
	static const Attribution unknown;
	const char *attributes = step_attributes(pool, step);
	StepStory story = {.text = BUF_IN(pool),
			   .old_values = BUF_IN(pool),
			   .new_values = BUF_IN(pool),
			   .has_several = attributes && strchr(attributes, '\n')};
	const Change *change;

	for (size_t at = 0; (change = change_next_carried(plan, step, &at));)
		story_add(pool, &story, change, &attributions[change - plan->changes]);
	if (story.n_changes > MAX_CHANGES_TOLD)
		buf_printf(&story.text, "; and %zu more", story.n_changes - MAX_CHANGES_TOLD);
	if (!story.attribution)
		story.attribution = &unknown;
	return (Event){
		.kind = kind,
		.text = pool_printf(pool, "%s: %s%s",
				    kind == EVENT_CORRECTION_INTENDED ? "about to correct"
								      : "corrected",
				    step_title(pool, step), buf_text(&story.text)),
		.cause = story.attribution->cause,
		.suffix = step->suffix,
		.dn = step->dn,
		.attribute = attributes,
		.old_value = or_null(&story.old_values),
		.new_value = or_null(&story.new_values),
		.actor = story.attribution->actor,
		.actor_time = story.attribution->actor_time,
		.peer = story.peer,
	};
}
