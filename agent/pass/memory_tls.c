/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "agent/pass/memory_after.h"

static bool same_age(const ConsumerAge *one, const ConsumerAge *other)
{
	return one->peer_id == other->peer_id && one->made_sec == other->made_sec &&
	       one->entry_sec == other->entry_sec && one->started_sec == other->started_sec &&
	       strcmp(one->suffix, other->suffix) == 0;
}

int remember_ages(const char *state_dir, const Plan *plan, const Known *known, Error *err)
{
	AUTO(Pool) *pool = pool_new();
	ConsumerAge *ages = NULL;
	size_t n_ages = 0;
	bool is_same = plan->n_old_tls == known->n_ages;

	for (size_t i = 0; i < plan->n_old_tls; i++) {
		is_same = is_same && same_age(&plan->old_tls[i].age, &known->ages[i]);
		POOL_PUSH(pool, ages, n_ages, plan->old_tls[i].age);
	}
	if (!plan->wanted || is_same)
		return 0;
	return state_write_ages(state_dir, ages, n_ages, err);
}
