/* SPDX-License-Identifier: Apache-2.0 */
#include "common/report/status_sight.h"

#include "common/base/timestamp.h"

#define UNSEEN_SEC 900 /* three looks of the usual probe_interval */

/* Where slapd binds as we cannot a peer is never read, and only its link tells. */
static bool is_unseen(const CopyHealth *copy, int64_t now_sec)
{
	return !copy->is_current && copy->read_sec >= 0 && now_sec - copy->read_sec >= UNSEEN_SEC;
}

static const char *peer_lacks(Pool *pool, const char *suffix, const DatabaseHealth *health,
			      int64_t now_sec)
{
	for (size_t i = 0; i < health->n_peers; i++)
		if (is_unseen(&health->peers[i], now_sec))
			return pool_printf(
				pool,
				"%s: what peer %u has was last read %s ago, so whether changes of "
				"it are missing here is not known",
				suffix, health->peers[i].peer_id,
				duration_print(pool, now_sec - health->peers[i].read_sec));
	return NULL;
}

const char *sight_lacks(Pool *pool, const Status *status)
{
	const char *lacks = NULL;

	for (size_t i = 0; i < status->n_databases && !lacks; i++) {
		const DatabaseHealth *health = status->databases[i].health;

		if (!health)
			continue;
		if (status->is_slapd_up == CLAIM_YES && !health->here.is_current)
			lacks = pool_printf(pool,
					    "%s: what this node has of it cannot be read, so "
					    "whether changes are missing is not known",
					    status->databases[i].suffix);
		else
			lacks = peer_lacks(pool, status->databases[i].suffix, health,
					   status->written_sec);
	}
	return lacks;
}
