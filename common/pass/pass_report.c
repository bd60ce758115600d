/* SPDX-License-Identifier: Apache-2.0 */
#include "common/pass/pass_report.h"

#include <string.h>

void report_state_note(Report *report, const Error *err)
{
	if (report->end.has_state_error)
		return;
	report->end.has_state_error = true;
	report->end.state_error = *err;
}

void report_failure_note(Pool *pool, Report *report, const char *text)
{
	for (size_t i = 0; i < report->n_failures; i++)
		if (strcmp(report->failures[i], text) == 0)
			return;
	POOL_PUSH(pool, report->failures, report->n_failures, pool_strdup(pool, text));
}

int report_exit_status(const Report *report, bool is_plan)
{
	if (report->end.has_failed)
		return error_exit_status(&report->end.error);
	if (report->end.has_state_error)
		return error_exit_status(&report->end.state_error);
	if (report->last.plan.held.n_holds > 0)
		return 3;
	if (is_plan)
		return plan_is_empty(&report->first.plan) ? 0 : 2;
	if (report->is_audit && !plan_is_empty(&report->last.plan))
		return 3;
	return report->n_failures > 0 ? 1 : 0;
}
