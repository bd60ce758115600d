/* SPDX-License-Identifier: Apache-2.0 */
#include "common/health/health_again.h"

#include "common/health/copy_health.h"

/* Each look asks all peers. */
#define FEW_PEERS      16
#define VERY_FEW_PEERS 8

#define SOON_SEC  5
#define LATER_SEC 7 /* what was mended is reported for 10 s at most */

static int64_t trouble_again_sec(const CopyHealth *copy, size_t n_peers, int64_t now_sec)
{
	const int64_t lasted_sec = now_sec - copy->pending.since_sec;
	const int64_t quarter_sec = lasted_sec / 4;

	if (!copy->is_current || copy->state == HEALTH_UNKNOWN || copy->state == HEALTH_IN_STEP)
		return -1;
	if (n_peers > FEW_PEERS)
		return lasted_sec > HEALTH_TOLERANCE_SEC ? lasted_sec : HEALTH_TOLERANCE_SEC;
	if (n_peers <= VERY_FEW_PEERS && quarter_sec > LATER_SEC)
		return LATER_SEC;
	return quarter_sec > SOON_SEC ? quarter_sec : SOON_SEC;
}

static int64_t sooner_sec(int64_t one, int64_t other)
{
	return one < 0 || (other >= 0 && other < one) ? other : one;
}

int64_t health_again_sec(const DatabaseHealth *health)
{
	int64_t again_sec = health_is_in_doubt(health) ? HEALTH_TOLERANCE_SEC : -1;

	for (size_t i = 0; i < health->n_peers; i++)
		again_sec =
			sooner_sec(again_sec, trouble_again_sec(&health->peers[i], health->n_peers,
								health->looked_sec));
	return sooner_sec(again_sec,
			  trouble_again_sec(&health->here, health->n_peers, health->looked_sec));
}
