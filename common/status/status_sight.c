/* SPDX-License-Identifier: Apache-2.0 */
#include "common/status/status_sight.h"

#include "common/base/timestamp.h"

#define UNSEEN_SEC 900 /* three looks of the usual probe_interval */

/* If slapd binds in a way that we cannot, a peer is never read, and only its link shows anything.
 */
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
				"%s: the copy of peer %u was last read %s ago, so it is not known "
				"whether changes of it are missing here",
				suffix, health->peers[i].peer_id,
				duration_print(pool, now_sec - health->peers[i].read_sec));
	return NULL;
}

static const char *database_lacks(Pool *pool, const Status *status, const StatusDatabase *database)
{
	const DatabaseHealth *health = database->health;

	if (database->is_in_step == CLAIM_UNKNOWN)
		return pool_printf(pool,
				   "%s: it is not known whether cn=config is as peers.json says",
				   database->suffix);
	if (!health)
		return NULL;
	if (status->is_slapd_up == CLAIM_YES && !health->here.is_current)
		return pool_printf(pool,
				   "%s: this node cannot read its own copy, so it is not known "
				   "whether changes are missing",
				   database->suffix);
	return peer_lacks(pool, database->suffix, health, status->written_sec);
}

const char *sight_lacks(Pool *pool, const Status *status)
{
	const char *lacks = NULL;

	for (size_t i = 0; i < status->n_databases && !lacks; i++)
		lacks = database_lacks(pool, status, &status->databases[i]);
	return lacks;
}
