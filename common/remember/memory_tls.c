/* SPDX-License-Identifier: Apache-2.0 */
#include "common/memory/memory_equal.h"
#include "common/remember/memory_after.h"

void memory_ages(Pool *pool, const Plan *plan, Known *known)
{
	Known next = *known;

	next.peers.ages = NULL;
	next.peers.n_ages = 0;
	for (size_t i = 0; i < plan->n_old_tls; i++)
		POOL_PUSH(pool, next.peers.ages, next.peers.n_ages, plan->old_tls[i].age);
	if (plan->wanted && !known_ages_equal(&next.peers, &known->peers))
		*known = next;
}
