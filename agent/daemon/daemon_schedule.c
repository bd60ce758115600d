/* SPDX-License-Identifier: Apache-2.0 */
#include <strings.h>

#include "agent/daemon/daemon_internal.h"

#define UNTRIED_MARGIN_SEC 15

/* A link that nobody could try is put back, where it does not connect, before the next node writes
 * it: its time is over, the peer was asked, and the former link is up again. */
static uint64_t untried_turn_usec(unsigned untried_sec)
{
	return (untried_sec + UNTRIED_MARGIN_SEC) * 1000000ULL;
}

/* A rewrite that restarts consumers and is not urgent leaves its turn to the nodes before us. */
bool daemon_is_splayed(DaemonPass *pass, const Plan *plan, const char *digest)
{
	Daemon *daemon = pass->daemon;
	const uint64_t now_usec = daemon_now_usec(daemon);
	const unsigned rank = wanted_rank(plan->wanted);
	const uint64_t splay_usec = plan->untried_sec > 0
					    ? rank * untried_turn_usec(plan->untried_sec)
					    : schedule_splay_usec(rank);

	if (plan->n_sessions_dropped == 0 || splay_usec == 0 ||
	    (pass->authors.has_drift && plan->untried_sec == 0))
		return false;
	turn_take(&daemon->splay, digest, splay_usec, now_usec);
	return !turn_has_come(&daemon->splay, now_usec);
}

static bool is_joining(const Plan *plan)
{
	for (size_t i = 0; i < plan->n_holds; i++)
		if (plan->holds[i].guard == GUARD_JOINING)
			return true;
	return false;
}

static PassOutcome outcome_of(const DaemonPass *pass, const Error *err)
{
	if (pass->found.troubles.has_ended)
		return PASS_DENIED;
	switch (err->class) {
	case ERROR_NONE:
		break;
	case ERROR_UNREACHABLE:
		return pass->daemon->places.socket ? PASS_AWAY : PASS_UNSEEN;
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
	if (pass->found.report.n_failures > 0 || pass->waits_after_refusal)
		return PASS_REFUSED;
	return pass->found.report.is_postponed || pass->found.report.fence_has_changed ||
			       is_joining(&pass->found.report.last_plan)
		       ? PASS_SOON
		       : PASS_SETTLED;
}

/* A second more than is left: the clock of the day is asked for whole seconds. */
static uint64_t pause_left_usec(const DaemonPass *pass)
{
	const int64_t left_sec =
		pass->found.inputs.state.pause.until_sec - found_realtime_sec(&pass->found);

	return left_sec > 0 ? (uint64_t)(left_sec + 1) * 1000000 : 1000000;
}

void daemon_schedule_written(DaemonPass *pass, const Applied *applied)
{
	for (size_t i = 0; i < applied->n_done; i++)
		for (size_t k = 0; k < applied->done[i]->n_mods; k++)
			pass->has_restarted |=
				strcasecmp(applied->done[i]->mods[k].attribute, "olcSyncrepl") == 0;
}

static bool are_consumers_up(const DaemonPass *pass)
{
	const Live *live = &pass->found.report.last_world.live;

	for (size_t i = 0; i < live->n_running; i++)
		if (!live->running[i].is_connected || !live->running[i].is_persistent)
			return false;
	return pass->found.report.has_plan;
}

void daemon_schedule_next(DaemonPass *pass, const Error *err)
{
	Daemon *daemon = pass->daemon;
	Schedule *schedule = &daemon->schedule;
	const uint64_t now_usec = daemon_now_usec(daemon);
	const PassOutcome outcome = outcome_of(pass, err);
	WakeList *wakes = &pass->follow.wakes;
	uint64_t next_usec, follow_usec;

	if (found_is_caused_by(&pass->found, TRIGGER_SOCKET))
		schedule_encourage(schedule);
	if (outcome == PASS_REFUSED && pass->has_tried)
		schedule_refused(schedule, pass->digest, now_usec);
	if (schedule->random == 0 && pass->found.has_inputs && pass->found.inputs.wanted.self)
		schedule->random = pass->found.inputs.wanted.self->id;
	next_usec = schedule_passed(schedule, outcome, now_usec);
	if (pass->found.report.is_postponed && !turn_has_come(&daemon->splay, now_usec))
		wake_add(wakes, WAKE_TURN, daemon->splay.at_usec);
	else
		wake_add(wakes, WAKE_SCHEDULE, next_usec);
	follow_usec =
		schedule_follow(schedule, pass->has_restarted, are_consumers_up(pass), now_usec);
	if (follow_usec > 0)
		wake_add(wakes, WAKE_FOLLOW, follow_usec);
	if (pass->found.report.is_paused)
		wake_add(wakes, WAKE_PAUSE, now_usec + pause_left_usec(pass));
}

/* slapd that is away or refuses has a schedule of its own, and nothing else is seen then. */
void daemon_schedule_ill(DaemonPass *pass)
{
	Daemon *daemon = pass->daemon;
	Status *status = &daemon->status;
	size_t n_ill;
	uint64_t at_usec;

	status->conditions =
		daemon->told; /* those that the status had are gone with the pass before */
	n_ill = status->is_slapd_up == CLAIM_YES ? status_count_ill(status) : 0;
	at_usec = schedule_ill(&daemon->schedule, n_ill, daemon_now_usec(daemon));

	if (at_usec > 0)
		wake_add(&pass->follow.wakes, WAKE_ILL, at_usec);
}
