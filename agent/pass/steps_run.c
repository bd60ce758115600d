/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/pass/steps_run.h"

#include "agent/ldap/content_here.h"
#include "agent/system/progress.h"
#include "agent/system/wait.h"
#include "common/live/calm.h"

/* Many looks may be needed, and each of many consumers is much: the one before goes. */
static int look_again(StepsPlace *place, Error *err)
{
	Pool *look = pool_child(place->pool);

	if (world_read_running(place->directory, look, place->world, err) < 0)
		return -1;
	pool_free(place->look);
	place->look = look;
	return 0;
}

static int step_send(const StepsPlace *place, const PassAction *action, Error *err)
{
	Directory *directory = place->directory;
	const Budget budget = directory->budget;
	int result;

	if (action->must_be_sent)
		directory->budget = (Budget){0};
	witness_forget(place->witness);
	result = directory_apply(directory, action->step, err);
	directory->budget = budget;
	return result;
}

static Content content_asked(const StepsPlace *place, const PassAction *action)
{
	Directory *directory = place->directory;
	const char *suffix = action->covered ? action->covered : action->step->dn;
	Content here = content_read_here(place->pool, directory, suffix);

	if (action->covered)
		content_coverage_here(place->pool, directory, suffix, action->step->covered_sid,
				      &here);
	return here;
}

static void settle(unsigned msec)
{
	AUTO_PROGRESS waiting;

	progress_begin(&waiting, "Waiting until a change of cn=config stalls nobody ...");
	pause_msec(msec);
}

static int carry_out(StepsPlace *place, const PassAction *action, Content *ret_here, Error *err)
{
	if (action->may_end && directory_check_stop(place->directory, err) < 0)
		return -1;
	switch (action->want) {
	case PASS_RUNNING:
		return look_again(place, err);
	case PASS_STEP:
		return step_send(place, action, err);
	case PASS_CONTENT:
		*ret_here = content_asked(place, action);
		return 0;
	case PASS_WAIT:
		settle(action->wait_msec);
		return 0;
	default:
		return 0;
	}
}

PassAnswer steps_do(StepsPlace *place, const PassAction *action)
{
	PassAnswer answer = {.is_on_disk = false};

	answer.has_failed = carry_out(place, action, &place->here, &answer.error) < 0;
	answer.here = &place->here;
	answer.is_on_disk = answer.has_failed && answer.error.class == ERROR_UNSAVED &&
			    witness_saw(place->witness, action->step->dn);
	return answer;
}

void steps_outlast_stalls(const StepsPlace *place)
{
	const unsigned long needed_msec = (calm_longest_stall_sec(&place->world->live) + 5) * 1000;
	Directory *directory = place->directory;

	if (directory->timeout_msec < needed_msec)
		directory->timeout_msec = (unsigned)needed_msec;
}

int steps_run(StepsPlace *place, const Plan *plan, Applied *ret, Error *err)
{
	PassSteps steps =
		pass_steps_begin(place->pool, plan, &place->world->live, place->world->has_monitor);
	PassAction action;
	PassAnswer answer = {0};

	steps_outlast_stalls(place);
	while (action = pass_steps_next(&steps, &answer), action.want != PASS_OVER)
		answer = steps_do(place, &action);
	*ret = steps.applied;
	if (steps.has_failed)
		*err = steps.error;
	return steps.has_failed ? -1 : 0;
}
