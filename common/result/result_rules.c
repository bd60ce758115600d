/* SPDX-License-Identifier: Apache-2.0 */
#include "common/result/result_rules.h"

bool result_database(const Result *result, const DatabasePlan *plan, ResultDatabase *ret)
{
	*ret = (ResultDatabase){.result = result,
				.plan = plan,
				.wanted = plan->wanted,
				.before = plan->live,
				.suffix = plan->suffix};
	return ret->before && live_find_database(result->then, ret->suffix, &ret->then) == 1;
}
