/* SPDX-License-Identifier: Apache-2.0 */
#include "common/copy/health_again.h"

#include "common/copy/copy_health.h"

static int64_t trouble_again_sec(const CopyHealth *copy, int64_t now_sec)
{
	const int64_t lasted_sec = now_sec - copy->doubt_sec;

	if (!copy->is_current || copy->state == HEALTH_UNKNOWN || copy->state == HEALTH_IN_STEP)
		return -1;
	return lasted_sec > HEALTH_TOLERANCE_SEC ? lasted_sec : HEALTH_TOLERANCE_SEC;
}

static int64_t sooner_sec(int64_t one, int64_t other)
{
	return one < 0 || (other >= 0 && other < one) ? other : one;
}

int64_t health_again_sec(const DatabaseHealth *health)
{
	int64_t again_sec = health_is_in_doubt(health) ? HEALTH_TOLERANCE_SEC : -1;

	for (size_t i = 0; i < health->n_peers; i++)
		again_sec = sooner_sec(again_sec,
				       trouble_again_sec(&health->peers[i], health->looked_sec));
	return sooner_sec(again_sec, trouble_again_sec(&health->here, health->looked_sec));
}
