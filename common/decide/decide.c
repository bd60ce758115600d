/* SPDX-License-Identifier: Apache-2.0 */
#include "common/decide/decide.h"

#include "common/decide/diff.h"
#include "common/decide/guard_result.h"
#include "common/plan/plan_changes.h"

void plan_make(Pool *pool, const PlanInput *input, Plan *ret)
{
	Plan plan = {.wanted = input->wanted};
	Diff diff = {.pool = pool, .in = input, .plan = &plan};

	plan_databases_make(pool, &plan, input->live);
	diff_restart(&diff);
	if (input->wanted) {
		diff_server_id(&diff);
		diff_databases(&diff);
		diff_module(&diff);
		diff_unsaved(&diff);
	}
	guard_plan(&diff);
	do
		plan_compose(&diff);
	while (guard_result(&diff));
	if (input->wanted)
		diff_tls_refused(&diff);
	*ret = plan;
}
