/* SPDX-License-Identifier: Apache-2.0 */
#include "common/health/fleet.h"

#include "common/base/macros.h"

static const char *const state_names[] = {
	[FLEET_NOT_KNOWN] = "not-known",
	[FLEET_NONE] = "none",
	[FLEET_HEARD] = "heard",
	[FLEET_SILENT] = "silent",
};
_Static_assert(ARRAY_SIZE(state_names) == FLEET_STATE_COUNT, "name every state");

const char *fleet_state_name(FleetState state)
{
	return state_names[state];
}

FleetState fleet_node_state(const Fleet *fleet, const FleetNode *node, int64_t now_sec)
{
	const int64_t patience_sec = (int64_t)FLEET_SILENT_INTERVALS * fleet->interval_sec;

	if (node->has_beat && now_sec - node->beat.time_sec <= patience_sec)
		return FLEET_HEARD;
	/* While slapd here is away nothing is read of what the others write. */
	if (node->has_beat && fleet->read_sec - node->beat.time_sec <= patience_sec &&
	    now_sec - fleet->read_sec > fleet->interval_sec)
		return FLEET_NOT_KNOWN;
	if (node->has_beat)
		return FLEET_SILENT;
	return node->is_mute && !node->ignored ? FLEET_NONE : FLEET_NOT_KNOWN;
}

FleetCount fleet_count(const Fleet *fleet, int64_t now_sec)
{
	FleetCount count = {0};

	for (size_t i = 0; i < fleet->n_nodes; i++) {
		count.n[fleet_node_state(fleet, &fleet->nodes[i], now_sec)]++;
		count.n_ignored += fleet->nodes[i].ignored != NULL;
	}
	return count;
}

size_t fleet_count_ill(const Fleet *fleet, int64_t now_sec)
{
	const FleetCount count = fleet_count(fleet, now_sec);

	return count.n[FLEET_SILENT] + count.n_ignored;
}

static FleetNode *node_of(Fleet *fleet, unsigned id)
{
	for (size_t i = 0; i < fleet->n_nodes; i++)
		if (fleet->nodes[i].id == id)
			return &fleet->nodes[i];
	return NULL;
}

void fleet_take(Pool *pool, const Tree *entries, const char *account, int64_t now_sec, Fleet *fleet)
{
	for (size_t i = 0; i < entries->n_entries; i++) {
		const Entry *entry = &entries->entries[i];
		FleetNode *node = node_of(fleet, heartbeat_id_of(entry->dn));
		const bool is_passive = node && node->is_consumer;
		const HeartbeatWriter writer = {
			.account = account,
			.server_ids = is_passive ? fleet->provider_ids
				      : node     ? &node->id
						 : NULL,
			.n_server_ids = is_passive ? fleet->n_provider_ids
					: node     ? 1
						   : 0,
			.now_sec = now_sec,
		};

		if (!node) {
			fleet->n_strangers++;
			continue;
		}
		node->ignored = heartbeat_read(pool, entry, &writer, &node->beat);
		node->has_beat = node->ignored == NULL;
	}
	fleet->read_sec = now_sec;
}

Fleet fleet_copy(Pool *pool, const Fleet *fleet)
{
	Fleet copy = *fleet;

	copy.suffix = pool_strdup(pool, fleet->suffix);
	copy.container = pool_strdup(pool, fleet->container);
	copy.problem = pool_strdup(pool, fleet->problem);
	copy.unsaid = pool_strdup(pool, fleet->unsaid);
	copy.provider_ids = pool_alloc(pool, (fleet->n_provider_ids + 1) * sizeof(unsigned));
	for (size_t i = 0; i < fleet->n_provider_ids; i++)
		copy.provider_ids[i] = fleet->provider_ids[i];
	copy.nodes = pool_alloc(pool, (fleet->n_nodes + 1) * sizeof(*copy.nodes));
	for (size_t i = 0; i < fleet->n_nodes; i++) {
		FleetNode *node = &copy.nodes[i];

		*node = fleet->nodes[i];
		node->uri = pool_strdup(pool, node->uri);
		node->ignored = pool_strdup(pool, node->ignored);
		if (node->has_beat)
			node->beat = heartbeat_copy(pool, &node->beat);
	}
	return copy;
}
