/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/correction.h"
#include "agent/daemon_internal.h"
#include "common/buf.h"
#include "common/contesting.h"
#include "common/render.h"
#include "common/telling.h"

static const char *const trigger_names[] = {
	[TRIGGER_START] = "start",     [TRIGGER_TIMER] = "timer",   [TRIGGER_RELOAD] = "reload",
	[TRIGGER_DESIRED] = "desired", [TRIGGER_CONFIG] = "config", [TRIGGER_SOCKET] = "socket",
	[TRIGGER_ANSWER] = "answer",   [TRIGGER_STATE] = "state",
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

static void tell(const DaemonPass *pass, const Event *event)
{
	pass->daemon->status.counters.events[event->kind]++;
	journal_tell(&pass->journal, event);
}

static void tell_all(const DaemonPass *pass, const EventList *events)
{
	for (size_t i = 0; i < events->n_items; i++)
		tell(pass, &events->items[i]);
}

void daemon_start(Daemon *daemon)
{
	AUTO(Pool) *pool = pool_new();
	const JournalContext journal = {.trigger = "start"};

	daemon_status_start(daemon);
	daemon->status.counters.events[EVENT_STARTED]++;
	journal_tell(&journal,
		     &(Event){
			     .kind = EVENT_STARTED,
			     .text = pool_printf(pool, "syncward %s started, watching %s",
						 SYNCWARD_VERSION, daemon->context.peers_file),
		     });
}

void daemon_stop(Daemon *daemon)
{
	daemon_status_stop(daemon);
	journal_tell(&(JournalContext){0},
		     &(Event){.kind = EVENT_STOPPED, .text = "syncward stopped"});
}

void daemon_tell_begin(DaemonPass *pass)
{
	pass->journal = (JournalContext){
		.pass = pool_printf(pass->pool, "%d-%lu", (int)getpid(), pass->number),
		.trigger = triggers_text(pass->pool, pass->triggers),
	};
}

/* A peers.json that can be used was read: from now on events name it. */
void daemon_desired_seen(DaemonPass *pass)
{
	Daemon *daemon = pass->daemon;
	const PeersFile *file = &pass->inputs.file;
	const Desired *desired = file->desired;

	pass->journal.sha256 = file->sha256;
	pass->journal.has_revision = desired->has_revision;
	pass->journal.revision = desired->revision;
	if (strcmp(daemon->desired_sha256, file->sha256) == 0)
		return;
	memcpy(daemon->desired_sha256, file->sha256, sizeof(daemon->desired_sha256));
	schedule_reset(&daemon->schedule);
	tell(pass,
	     &(Event){
		     .kind = EVENT_DESIRED_LOADED,
		     .text = desired->has_revision
				     ? pool_printf(pass->pool, "%s, revision %lu, is in force",
						   desired->name, desired->revision)
				     : pool_printf(pass->pool, "%s is in force", desired->name),
	     });
}

/* --- changes --- */

/* How often that was corrected before, and how fast. */
static const char *with_rhythm(const DaemonPass *pass, const Change *change, const char *text)
{
	const char *rhythm = contest_rhythm(pass->pool, contest_of_change(&pass->contests, change),
					    daemon_realtime_sec(pass->daemon));

	return rhythm ? pool_printf(pass->pool, "%s; %s", text, rhythm) : text;
}

/* Who made each change necessary: told once, however long it takes until it can be corrected. */
void daemon_tell_changes(DaemonPass *pass, const Tree *config, const Plan *plan)
{
	const size_t n_before = pass->attributed.n_items;
	const Attribution *attributions =
		attributions_make(pass->pool, plan, config, &pass->daemon->seen, &pass->attributed);

	for (size_t i = 0; i < plan->n_changes; i++) {
		const Change *change = &plan->changes[i];
		const char *key = change_key(pass->pool, change);
		Event event;

		if (change->is_held || !attributions[i].is_drift)
			continue;
		pass->has_drift = true;
		event = event_of_change(pass->pool, change, &attributions[i]);
		event.text = with_rhythm(pass, change, event.text);
		if (attributed_find(&pass->attributed, key) >= n_before &&
		    !condition_find(&pass->daemon->told, key))
			tell(pass, &event);
	}
	pass->attributions = attributions;
}

static void changes_left(DaemonPass *pass, const Plan *plan)
{
	for (size_t i = 0; i < plan->n_changes; i++)
		if (!plan->changes[i].is_held)
			condition_add(pass->pool, &pass->now,
				      (Condition){
					      .key = change_key(pass->pool, &plan->changes[i]),
					      .begins = EVENT_KIND_COUNT,
					      .ends = EVENT_KIND_COUNT,
					      .text = render_change(pass->pool, &plan->changes[i]),
					      .kind = CONDITION_CHANGE,
					      .suffix = plan->changes[i].suffix,
				      });
}

/* --- writes --- */

void daemon_tell_intent(DaemonPass *pass, const Plan *plan)
{
	const EventList events = corrections_intended(pass->pool, plan, pass->attributions);

	tell_all(pass, &events);
	daemon_memory_keep(pass, &events);
}

void daemon_tell_outcome(DaemonPass *pass, const Plan *plan, const Applied *applied,
			 const Error *err)
{
	EventList events = corrections_done(pass->pool, plan, pass->attributions, applied, err);

	corrections_took(&events,
			 (int64_t)(daemon_now_usec(pass->daemon) - pass->write_started_usec));
	tell_all(pass, &events);
	daemon_memory_keep(pass, &events);
}

/* --- what lasts --- */

static void failure_add(DaemonPass *pass, const Error *err)
{
	Condition condition = {.text = pool_strdup(pass->pool, err->text)};

	switch (err->class) {
	case ERROR_UNREACHABLE:
	case ERROR_DENIED:
		condition.key = "slapd";
		condition.begins = EVENT_SLAPD_LOST;
		condition.ends = EVENT_SLAPD_BACK;
		break;
	case ERROR_INPUT:
		condition.key = "desired";
		condition.begins = EVENT_DESIRED_REFUSED;
		condition.ends = EVENT_DESIRED_LOADED;
		break;
	case ERROR_SYSTEM:
		condition.key = "state";
		condition.begins = EVENT_STATE_TROUBLE;
		condition.ends = EVENT_STATE_MENDED;
		break;
	case ERROR_BUSY:
	case ERROR_CONFLICT:
		return;
	default:
		condition.key = "verify";
		/* A step that slapd refused was told with it. */
		condition.begins = err->code == 0 ? EVENT_VERIFY_FAILED : EVENT_KIND_COUNT;
		condition.ends = EVENT_KIND_COUNT;
		break;
	}
	condition_add(pass->pool, &pass->now, condition);
}

static void refusal_add(DaemonPass *pass, const char *key, const char *text)
{
	if (text)
		condition_add(pass->pool, &pass->now,
			      (Condition){
				      .key = key,
				      .begins = EVENT_DESIRED_REFUSED,
				      .ends = EVENT_DESIRED_LOADED,
				      .text = text,
			      });
}

static void state_problem_add(DaemonPass *pass, const char *key, const char *text)
{
	condition_add(pass->pool, &pass->now,
		      (Condition){
			      .key = key,
			      .begins = EVENT_STATE_TROUBLE,
			      .ends = EVENT_STATE_MENDED,
			      .text = text,
		      });
}

/* What a pass that did not get that far could not look at goes on as it was. */
static void conditions_carry(DaemonPass *pass)
{
	const ConditionList *told = &pass->daemon->told;

	for (size_t i = 0; i < told->n_items; i++) {
		/* Whether it is paused is known as soon as the state folder was read. */
		if (pass->has_inputs && strcmp(told->items[i].key, "paused") == 0)
			continue;
		if (told->items[i].kind != CONDITION_TROUBLE)
			condition_add(pass->pool, &pass->now, told->items[i]);
	}
}

static void audit_add(DaemonPass *pass)
{
	const Report *report = &pass->report;

	if (report->is_audit && !plan_is_empty(&report->plan))
		condition_add(pass->pool, &pass->now,
			      (Condition){
				      .key = "audit",
				      .begins = EVENT_HELD,
				      .ends = EVENT_RELEASED,
				      .text = "changes are needed and not written: policy.mode is "
					      "\"audit\"; see `syncward plan`",
				      .kind = CONDITION_HOLD,
				      .code = "audit",
				      .release = "\"policy\": {\"mode\": \"enforce\"}",
			      });
}

/* Also where slapd is away: a person asked for it. */
static void pause_add(DaemonPass *pass)
{
	const Pause *pause = &pass->inputs.state.pause;

	if (pass->has_inputs && pause_holds(pause, daemon_realtime_sec(pass->daemon)))
		condition_add(pass->pool, &pass->now,
			      (Condition){
				      .key = "paused",
				      .begins = EVENT_PAUSED,
				      .ends = EVENT_RESUMED,
				      .text = pool_printf(pass->pool, "%s: syncward resume",
							  pause_text(pass->pool, pause)),
				      .kind = CONDITION_HOLD,
				      .code = "paused",
				      .what = pause_text(pass->pool, pause),
				      .release = "syncward resume",
			      });
}

static void conditions_find(DaemonPass *pass, const Error *err)
{
	const Report *report = &pass->report;

	if (!pass->state_problem && *pass->daemon->memory_problem)
		pass->state_problem = pass->daemon->memory_problem;
	if (pass->state_problem)
		state_problem_add(pass, "state", pass->state_problem);
	if (err->class != ERROR_NONE && !pass->has_state_failed)
		failure_add(pass, err);
	refusal_add(pass, "settings", pass->settings_problem);
	/* Only people and their monitoring suffer from that one. */
	if (*pass->daemon->status_problem)
		state_problem_add(pass, "status", pass->daemon->status_problem);
	if (pass->has_inputs)
		refusal_add(pass, "desired", pass->inputs.refusal);
	pause_add(pass);
	daemon_edits_carry(pass);
	if (!report->has_plan) {
		conditions_carry(pass);
		return;
	}
	conditions_of_plan(pass->pool, &report->last_plan, &pass->now);
	audit_add(pass);
	changes_left(pass, &report->last_plan);
}

static void conditions_tell(DaemonPass *pass)
{
	EventList events = {0};

	conditions_compare(pass->pool, &pass->daemon->told, &pass->now,
			   daemon_realtime_sec(pass->daemon), &events);
	tell_all(pass, &events);
	daemon_memory_conditions(pass);
}

/* systemd would take what follows a line end for another assignment. */
static const char *one_line(Pool *pool, const char *text)
{
	Buf line = BUF_IN(pool);

	buf_put_line(&line, text);
	return buf_text(&line);
}

/* The most urgent thing that lasts, or that all is well. */
static void sentence_make(DaemonPass *pass)
{
	Daemon *daemon = pass->daemon;
	Pool *pool = pool_new();
	const Condition *worst = NULL;

	for (size_t i = 0; i < daemon->told.n_items; i++) {
		const Condition *condition = &daemon->told.items[i];

		if (!worst || (condition->begins != EVENT_KIND_COUNT &&
			       (worst->begins == EVENT_KIND_COUNT ||
				event_priority(condition->begins) < event_priority(worst->begins))))
			worst = condition;
	}
	if (worst)
		daemon->sentence = one_line(pool, worst->text);
	else if (pass->has_inputs && pass->inputs.wanted.self)
		daemon->sentence =
			pool_printf(pool, "in step: peer %u, %zu database%s",
				    pass->inputs.wanted.self->id, pass->inputs.wanted.n_databases,
				    pass->inputs.wanted.n_databases == 1 ? "" : "s");
	else
		daemon->sentence = "in step";
	pool_free(daemon->sentence_pool);
	daemon->sentence_pool = pool;
}

static void notice_add(DaemonPass *pass, ConditionList *list, EventKind kind, const char *text)
{
	condition_add(
		pass->pool, list,
		(Condition){.key = text, .begins = kind, .ends = EVENT_KIND_COUNT, .text = text});
}

/* Files of the state folder that had to be put aside, a write that did not end: pass after pass,
 * where they cannot be moved or removed. */
static void notices_tell(DaemonPass *pass)
{
	Daemon *daemon = pass->daemon;
	const Report *report = &pass->report;
	ConditionList now = {0};
	EventList events = {0};
	Pool *pool = pool_new();

	for (size_t i = 0; i < pass->state.n_notices; i++)
		notice_add(pass, &now, EVENT_STATE_TROUBLE, pass->state.notices[i]);
	for (size_t i = 0; i < report->n_notices; i++)
		notice_add(pass, &now, EVENT_INTERRUPTED, report->notices[i]);
	conditions_compare(pass->pool, &daemon->notices, &now, 0, &events);
	tell_all(pass, &events);
	daemon->notices = conditions_copy(pool, &now);
	pool_free(daemon->notices_pool);
	daemon->notices_pool = pool;
}

void daemon_tell_end(DaemonPass *pass, const Error *err)
{
	const Report *report = &pass->report;

	notices_tell(pass);
	if (report->has_plan && (report->is_audit || report->is_paused))
		daemon_tell_changes(pass, &report->world.config, &report->plan);
	if (report->has_plan) {
		daemon_memory_entries(pass);
		daemon_contests_look(pass);
	}
	conditions_find(pass, err);
	conditions_tell(pass);
	sentence_make(pass);
}

unsigned daemon_rank(const Wanted *wanted)
{
	unsigned rank = 0;

	for (size_t i = 0; i < wanted->desired->n_peers; i++)
		rank += wanted->desired->peers[i].id < wanted->self->id;
	return rank;
}

bool daemon_is_joining(const Plan *plan)
{
	for (size_t i = 0; i < plan->n_holds; i++)
		if (plan->holds[i].guard == GUARD_JOINING)
			return true;
	return false;
}
