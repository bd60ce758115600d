/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/system/budget.h"

#include "agent/system/wait.h"

Budget budget_of(unsigned msec, bool (*must_stop)(void))
{
	return (Budget){.end_msec = monotonic_msec() + msec, .must_stop = must_stop};
}

unsigned budget_left_msec(const Budget *budget, unsigned at_most_msec)
{
	const int64_t left_msec = budget->end_msec - monotonic_msec();

	if (budget->end_msec == 0 || left_msec > (int64_t)at_most_msec)
		return at_most_msec;
	return left_msec > 0 ? (unsigned)left_msec : 0;
}

int budget_check_stop(const Budget *budget, Error *err)
{
	if (!budget->must_stop || !budget->must_stop())
		return 0;
	return error_set(err, ERROR_STOPPED, 0, "syncward was told to end in the middle of it");
}

int budget_check(const Budget *budget, unsigned needed_msec, const char *what, Error *err)
{
	if (budget_left_msec(budget, needed_msec) >= needed_msec)
		return 0;
	return error_set(err, ERROR_BUSY, 0,
			 "%s: not asked, because the time of this pass is over; the next pass "
			 "goes on",
			 what);
}
