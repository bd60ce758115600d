/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/daemon/daemon_schedule.h"

#include <string.h>
#include <strings.h>

#include "common/wanted/wanted_rhythm.h"

#define UNTRIED_MARGIN_SEC 15

/* A link that could not be tried beforehand is put back, if it does not connect, before the next
 * node writes it: its time is over, the peer was asked, and the former link is up again. */
static uint64_t untried_turn_usec(unsigned untried_sec)
{
	return (untried_sec + UNTRIED_MARGIN_SEC) * 1000000ULL;
}

DaemonSchedule daemon_schedule_new(unsigned interval_sec)
{
	DaemonSchedule schedule = {0};

	schedule_start(&schedule.schedule, interval_sec, 0);
	return schedule;
}

void daemon_schedule_begin(DaemonSchedule *schedule, const Found *found)
{
	schedule->schedule.interval_usec = found->context.rhythm.interval_sec * 1000000ULL;
}

void daemon_schedule_forget(DaemonSchedule *schedule)
{
	schedule_reset(&schedule->schedule);
}

static bool is_splayed(DaemonSchedule *schedule, const Plan *plan, bool has_drift,
		       const char *digest, uint64_t now_usec)
{
	const unsigned rank = wanted_rank(plan->wanted);
	const uint64_t splay_usec = plan->order.untried_sec > 0
					    ? rank * untried_turn_usec(plan->order.untried_sec)
					    : schedule_splay_usec(rank);

	if (plan->order.n_sessions_dropped == 0 || splay_usec == 0 ||
	    (has_drift && plan->order.untried_sec == 0))
		return false;
	turn_take(&schedule->splay, digest, splay_usec, now_usec);
	return !turn_has_come(&schedule->splay, now_usec);
}

bool daemon_schedule_may_write(DaemonSchedule *schedule, const Found *found, const Plan *plan,
			       bool has_drift, WriteTry *ret)
{
	const uint64_t now_usec = found_now_usec(found);

	ret->waits_after_refusal = !schedule_may_write(&schedule->schedule, ret->digest, now_usec);
	ret->has_tried = !ret->waits_after_refusal &&
			 !is_splayed(schedule, plan, has_drift, ret->digest, now_usec);
	return ret->has_tried;
}

static bool is_joining(const PlanHolds *held)
{
	for (size_t i = 0; i < held->n_holds; i++)
		if (held->holds[i].guard == GUARD_JOINING)
			return true;
	return false;
}

static PassOutcome outcome_of(const Found *found, const WriteTry *write, const Error *err,
			      bool is_watched)
{
	const Report *report = &found->report;

	if (found->troubles.has_ended)
		return PASS_DENIED;
	switch (err->class) {
	case ERROR_NONE:
		break;
	case ERROR_UNREACHABLE:
		return is_watched ? PASS_AWAY : PASS_UNSEEN;
	case ERROR_DENIED:
		return PASS_DENIED;
	case ERROR_BUSY:
	case ERROR_STOPPED:
	case ERROR_CONFLICT:
		return PASS_BUSY;
	case ERROR_INPUT:
		return PASS_SETTLED;
	default:
		return PASS_REFUSED;
	}
	if (report->n_failures > 0 || write->waits_after_refusal)
		return PASS_REFUSED;
	return report->is_postponed || report->fence_has_changed ||
			       is_joining(&report->last.plan.held)
		       ? PASS_SOON
		       : PASS_SETTLED;
}

/* One second more than is left, because the wall clock is read in whole seconds. */
static uint64_t pause_left_usec(const Found *found)
{
	const int64_t left_sec = found->inputs.state.pause.until_sec - found_realtime_sec(found);

	return left_sec > 0 ? (uint64_t)(left_sec + 1) * 1000000 : 1000000;
}

void daemon_schedule_written(WriteTry *write, const Applied *applied)
{
	for (size_t i = 0; i < applied->n_done; i++)
		for (size_t k = 0; k < applied->done[i]->n_mods; k++)
			write->has_restarted |=
				strcasecmp(applied->done[i]->mods[k].attribute, "olcSyncrepl") == 0;
}

static bool are_consumers_up(const Found *found)
{
	const Live *live = &found->report.last.world.live;

	for (size_t i = 0; i < live->runs.n_consumers; i++)
		if (!live->runs.consumers[i].is_connected || !live->runs.consumers[i].is_persistent)
			return false;
	return found->report.has_plan;
}

/* slapd 2.4 does not tell whether links are up. */
static bool sees_links(const Found *found)
{
	return found->has_inputs && found->inputs.wanted.self &&
	       found->report.last.world.live.runs.is_known;
}

Follow daemon_schedule_next(DaemonSchedule *own, const Found *found, const WriteTry *write,
			    const Error *err, bool is_watched)
{
	Schedule *schedule = &own->schedule;
	const uint64_t now_usec = found_now_usec(found);
	const PassOutcome outcome = outcome_of(found, write, err, is_watched);
	Follow follow = {0};
	uint64_t next_usec, follow_usec;

	if (found_is_caused_by(found, TRIGGER_SOCKET))
		schedule_encourage(schedule);
	if (outcome == PASS_REFUSED && write->has_tried)
		schedule_refused(schedule, write->digest, now_usec);
	if (schedule->random == 0 && found->has_inputs && found->inputs.wanted.self)
		schedule->random = found->inputs.wanted.self->id;
	if (sees_links(found))
		schedule->interval_usec =
			wanted_look_sec(&found->inputs.wanted, found->context.rhythm.interval_sec) *
			1000000ULL;
	next_usec = schedule_passed(schedule, outcome, now_usec);
	if (found->report.is_postponed && !turn_has_come(&own->splay, now_usec))
		wake_add(&follow.wakes, WAKE_TURN, own->splay.at_usec);
	else
		wake_add(&follow.wakes, WAKE_SCHEDULE, next_usec);
	follow_usec =
		schedule_follow(schedule, write->has_restarted, are_consumers_up(found), now_usec);
	if (follow_usec > 0)
		wake_add(&follow.wakes, WAKE_FOLLOW, follow_usec);
	if (found->report.is_paused)
		wake_add(&follow.wakes, WAKE_PAUSE, now_usec + pause_left_usec(found));
	return follow;
}

/* A slapd that is away or refuses has a schedule of its own, and nothing else is seen then. */
Follow daemon_schedule_ill(DaemonSchedule *schedule, const Found *found, size_t n_ill)
{
	const uint64_t at_usec = schedule_ill(&schedule->schedule, n_ill, found_now_usec(found));
	Follow follow = {0};

	if (at_usec > 0)
		wake_add(&follow.wakes, WAKE_ILL, at_usec);
	return follow;
}
