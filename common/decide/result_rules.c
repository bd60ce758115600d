/* SPDX-License-Identifier: Apache-2.0 */
#include "common/decide/result_rules.h"

bool result_database(const Result *result, const WantedDatabase *wanted, ResultDatabase *ret)
{
	*ret = (ResultDatabase){
		.result = result, .wanted = wanted, .suffix = wanted->desired->suffix};
	return live_find_database(result->diff->in->live, ret->suffix, &ret->before) == 1 &&
	       live_find_database(result->then, ret->suffix, &ret->then) == 1;
}
