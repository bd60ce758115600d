/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_TESTS_DESIRED_SAME_H
#define SYNCWARD_TESTS_DESIRED_SAME_H

#include <string.h>

#include "common/base/macros.h"
#include "common/desired/desired.h"

/* Field by field: do two documents mean the same? For tests of desired_print(). */

static inline bool texts_same(const char *one, const char *other)
{
	return one == other || (one && other && strcmp(one, other) == 0);
}

static inline bool text_lists_same(const char **one, size_t n_one, const char **other,
				   size_t n_other)
{
	for (size_t i = 0; i < n_one && i < n_other; i++)
		if (!texts_same(one[i], other[i]))
			return false;
	return n_one == n_other;
}

static inline bool links_same(const SyncreplSettings *one, const SyncreplSettings *other)
{
	for (int i = 0; i < SYNCREPL_KEYWORD_COUNT; i++)
		if (!texts_same(one->value[i], other->value[i]) ||
		    one->left_out[i] != other->left_out[i])
			return false;
	return one->credentials.kind == other->credentials.kind &&
	       texts_same(one->credentials.name, other->credentials.name);
}

static inline bool peers_same(const Peer *one, const Peer *other)
{
	return one->id == other->id && texts_same(one->uri, other->uri) &&
	       one->role == other->role && one->is_hub == other->is_hub &&
	       one->refers_updates == other->refers_updates && texts_same(one->site, other->site) &&
	       text_lists_same(one->names, one->n_names, other->names, other->n_names) &&
	       links_same(one->syncrepl, other->syncrepl) &&
	       links_same(one->as_consumer, other->as_consumer);
}

static inline bool database_fields_same(const DesiredDatabase *one, const DesiredDatabase *other)
{
	return texts_same(one->suffix, other->suffix) && one->rid_offset == other->rid_offset &&
	       one->n_peer_ids == other->n_peer_ids &&
	       (one->n_peer_ids == 0 ||
		memcmp(one->peer_ids, other->peer_ids, one->n_peer_ids * sizeof(unsigned)) == 0) &&
	       text_lists_same(one->readers, one->n_readers, other->readers, other->n_readers) &&
	       one->syncprov.is_managed == other->syncprov.is_managed &&
	       texts_same(one->syncprov.checkpoint, other->syncprov.checkpoint) &&
	       texts_same(one->syncprov.sessionlog, other->syncprov.sessionlog) &&
	       one->syncprov.removes_sessionlog == other->syncprov.removes_sessionlog &&
	       one->manages_index == other->manages_index &&
	       one->manages_limits == other->manages_limits &&
	       one->manages_access == other->manages_access &&
	       texts_same(one->heartbeat.container, other->heartbeat.container) &&
	       one->heartbeat.interval_sec == other->heartbeat.interval_sec;
}

/* Also every effective link, between all peers. */
static inline bool databases_same(Pool *pool, const Desired *one, const Desired *other, size_t i)
{
	const DesiredDatabase *a = &one->databases[i], *b = &other->databases[i];

	if (!database_fields_same(a, b))
		return false;
	for (size_t j = 0; j < one->n_peers; j++) {
		for (size_t k = 0; k < one->n_peers; k++) {
			SyncreplSettings first =
				desired_link(pool, a, &one->peers[j], &one->peers[k]);
			SyncreplSettings second =
				desired_link(pool, b, &other->peers[j], &other->peers[k]);

			if (!links_same(&first, &second))
				return false;
		}
	}
	return true;
}

static inline bool rollouts_same(const DesiredRollout *one, const DesiredRollout *other)
{
	for (size_t i = 0; i < one->n_first && one->n_first == other->n_first; i++)
		if (one->first[i] != other->first[i])
			return false;
	return one->n_first == other->n_first && one->soak_sec == other->soak_sec &&
	       one->is_off == other->is_off;
}

static inline bool desired_same(const Desired *one, const Desired *other)
{
	AUTO(Pool) *pool = pool_new();

	if (one->n_peers != other->n_peers || one->n_databases != other->n_databases)
		return false;
	for (size_t i = 0; i < one->n_peers; i++)
		if (!peers_same(&one->peers[i], &other->peers[i]))
			return false;
	for (size_t i = 0; i < one->n_databases; i++)
		if (!databases_same(pool, one, other, i))
			return false;
	return one->adopted_from == other->adopted_from &&
	       one->topology.n_gateways == other->topology.n_gateways &&
	       one->has_revision == other->has_revision && one->revision == other->revision &&
	       one->server_id == other->server_id && one->policy.mode == other->policy.mode &&
	       one->policy.prune == other->policy.prune &&
	       one->policy.retry_may_end == other->policy.retry_may_end &&
	       one->policy.max_removals == other->policy.max_removals &&
	       rollouts_same(&one->policy.rollout, &other->policy.rollout) &&
	       text_lists_same(one->policy.keep, one->policy.n_keep, other->policy.keep,
			       other->policy.n_keep);
}

#endif
