/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/options/report_print.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "agent/system/say.h"
#include "common/plan/render.h"
#include "common/remedies/remedies.h"

bool output_has_colour(void)
{
	const char *no_colour = getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) && !(no_colour && *no_colour);
}

void report_say(const Report *report)
{
	for (size_t i = 0; i < report->n_notices; i++)
		say("%s", report->notices[i]);
	for (size_t i = 0; i < report->n_failures; i++)
		say("%s", report->failures[i]);
	if (report->end.has_failed)
		(void)say_error(&report->end.error);
	else if (report->end.has_state_error)
		(void)say_error(&report->end.state_error);
}

static const char *result_sentence(Pool *pool, const Report *report)
{
	if (report->is_audit) {
		const char *written =
			report->n_done == 0
				? "Nothing was written"
				: "What the fence closed is open again; nothing else was written";

		return plan_is_empty(&report->last.plan)
			       ? pool_printf(pool, "%s.", written)
			       : pool_printf(
					 pool,
					 "%s: policy.mode is \"audit\". To let "
					 "syncward write, put in \"policy\" of peers.json:\n      %s",
					 written, remedy_text(REMEDY_MODE_ENFORCE));
	}
	if (report->end.has_failed || report->n_failures > 0)
		return pool_printf(pool, "%zu write%s done; not everything: see the messages.",
				   report->n_done, report->n_done == 1 ? "" : "s");
	if (report->n_done == 0)
		return "Nothing was written.";
	return pool_printf(pool, "%zu write%s done and verified%s.", report->n_done,
			   report->n_done == 1 ? "" : "s",
			   report->last.plan.held.n_holds < report->first.plan.held.n_holds
				   ? "; what was held could go ahead meanwhile, and is done too"
				   : "");
}

void report_print_applied(Pool *pool, const Report *report)
{
	const RenderStyle style = {.has_colour = output_has_colour()};

	if (!report->has_plan)
		return;
	(void)fputs(render_text(pool, &report->first.plan, style), stdout);
	(void)printf("%s\n", result_sentence(pool, report));
}
