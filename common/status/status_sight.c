/* SPDX-License-Identifier: Apache-2.0 */
#include "common/status/status_sight.h"

#include "common/base/timestamp.h"
#include "common/remedies/remedies.h"

#define UNSEEN_SEC 900 /* three looks of the usual probe_interval */

static bool is_unseen(const CopyHealth *copy, int64_t now_sec)
{
	return !copy->is_current && copy->read_sec >= 0 && now_sec - copy->read_sec >= UNSEEN_SEC;
}

static const CopyHealth *copy_of(const DatabaseHealth *health, unsigned peer_id)
{
	for (size_t i = 0; health && i < health->n_peers; i++)
		if (health->peers[i].peer_id == peer_id && health->peers[i].read_sec >= 0)
			return &health->peers[i];
	return NULL;
}

/* Of one that nobody asks only its link shows anything. */
static bool was_never_seen(const StatusPeer *peer, const DatabaseHealth *health, int64_t now_sec)
{
	return !peer->is_unasked && peer->since_sec > 0 &&
	       now_sec - peer->since_sec >= UNSEEN_SEC && !copy_of(health, peer->id);
}

static const char *peer_is_unknown(Pool *pool, const StatusDatabase *database, int64_t now_sec)
{
	for (size_t i = 0; i < database->n_peers; i++)
		if (was_never_seen(&database->peers[i], database->health, now_sec))
			return pool_printf(pool,
					   "%s: the copy of peer %u was never read since the "
					   "daemon started, so it is not known whether changes of "
					   "it are missing here; `%s` says why",
					   database->suffix, database->peers[i].id,
					   remedy_text(REMEDY_DOCTOR));
	return NULL;
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
	const char *lacks;

	if (database->is_in_step == CLAIM_UNKNOWN)
		return pool_printf(pool,
				   "%s: it is not known whether cn=config is as peers.json says",
				   database->suffix);
	if (!health)
		return peer_is_unknown(pool, database, status->written_sec);
	if (status->is_slapd_up == CLAIM_YES && !health->here.is_current)
		return pool_printf(pool,
				   "%s: this node cannot read its own copy, so it is not known "
				   "whether changes are missing",
				   database->suffix);
	lacks = peer_lacks(pool, database->suffix, health, status->written_sec);
	return lacks ? lacks : peer_is_unknown(pool, database, status->written_sec);
}

const char *sight_lacks(Pool *pool, const Status *status)
{
	const char *lacks = NULL;

	for (size_t i = 0; i < status->n_databases && !lacks; i++)
		lacks = database_lacks(pool, status, &status->databases[i]);
	return lacks;
}
