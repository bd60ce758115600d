/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/state/state_keep.h"

#include "agent/state/state.h"
#include "agent/state/state_age.h"
#include "agent/state/state_fence.h"
#include "agent/state/state_rollout.h"
#include "common/base/text.h"
#include "common/memory/memory_equal.h"

/* Writes one part when it is another now, and takes it over. */
typedef int (*Keeper)(const char *state_dir, Known *kept, const Known *next, Error *err);

static int keep_revision(const char *state_dir, Known *kept, const Known *next, Error *err)
{
	if (kept->latest.has_revision == next->latest.has_revision &&
	    kept->latest.revision == next->latest.revision &&
	    text_equal(kept->latest.sha256, next->latest.sha256) &&
	    kept->latest.is_staged == next->latest.is_staged)
		return 0;
	if (state_write_revision(state_dir, &next->latest, err) < 0)
		return -1;
	kept->latest.has_revision = next->latest.has_revision;
	kept->latest.revision = next->latest.revision;
	kept->latest.sha256 = next->latest.sha256;
	kept->latest.is_staged = next->latest.is_staged;
	return 0;
}

static int keep_rollout(const char *state_dir, Known *kept, const Known *next, Error *err)
{
	if (known_rollout_equal(&kept->latest.rollout, &next->latest.rollout))
		return 0;
	if (state_write_rollout(state_dir, &next->latest.rollout, err) < 0)
		return -1;
	kept->latest.rollout = next->latest.rollout;
	return 0;
}

static int keep_left(const char *state_dir, Known *kept, const Known *next, Error *err)
{
	if (known_left_equal(&kept->leave, &next->leave))
		return 0;
	if (state_write_left(state_dir, &next->leave, err) < 0)
		return -1;
	kept->leave.databases = next->leave.databases;
	kept->leave.n_databases = next->leave.n_databases;
	kept->leave.time = next->leave.time;
	kept->leave.is_rejoining = next->leave.is_rejoining;
	return 0;
}

static int keep_databases(const char *state_dir, Known *kept, const Known *next, Error *err)
{
	if (known_databases_equal(kept, next))
		return 0;
	if (state_write_databases(state_dir, next->databases, next->n_databases, err) < 0)
		return -1;
	kept->databases = next->databases;
	kept->n_databases = next->n_databases;
	return 0;
}

static int keep_indexed(const char *state_dir, Known *kept, const Known *next, Error *err)
{
	if (kept->server.indexed_sec == next->server.indexed_sec)
		return 0;
	if (state_write_indexed(state_dir, next->server.indexed_sec, err) < 0)
		return -1;
	kept->server.indexed_sec = next->server.indexed_sec;
	return 0;
}

static int keep_unsaved(const char *state_dir, Known *kept, const Known *next, Error *err)
{
	if (known_unsaved_equal(&kept->server, &next->server))
		return 0;
	if (state_write_unsaved(state_dir, next->server.unsaved, next->server.n_unsaved, err) < 0)
		return -1;
	kept->server.unsaved = next->server.unsaved;
	kept->server.n_unsaved = next->server.n_unsaved;
	return 0;
}

static int keep_restarted(const char *state_dir, Known *kept, const Known *next, Error *err)
{
	if (text_equal(kept->server.restarted_consumers, next->server.restarted_consumers))
		return 0;
	if (state_write_restarted(state_dir, next->server.restarted_consumers, err) < 0)
		return -1;
	kept->server.restarted_consumers = next->server.restarted_consumers;
	return 0;
}

static int keep_machine(const char *state_dir, Known *kept, const Known *next, Error *err)
{
	if (kept->self.node == next->self.node &&
	    text_equal(kept->self.machine, next->self.machine))
		return 0;
	if (state_write_machine(state_dir, next->self.machine, next->self.node, err) < 0)
		return -1;
	kept->self.machine = next->self.machine;
	kept->self.node = next->self.node;
	return 0;
}

static int keep_links(const char *state_dir, Known *kept, const Known *next, Error *err)
{
	if (known_links_equal(&kept->peers.links, &next->peers.links))
		return 0;
	if (state_write_links(state_dir, &next->peers.links, err) < 0)
		return -1;
	kept->peers.links = next->peers.links;
	return 0;
}

static int keep_hiding(const char *state_dir, Known *kept, const Known *next, Error *err)
{
	if (hiding_peers_equal(&kept->peers.hiding, &next->peers.hiding))
		return 0;
	if (state_write_hiding(state_dir, &next->peers.hiding, err) < 0)
		return -1;
	kept->peers.hiding = next->peers.hiding;
	return 0;
}

/* The mark goes last: what is noted about an open database is worth nothing next to it. */
static int keep_fence(const char *state_dir, Known *kept, const Known *next, Error *err)
{
	if (!last_seen_equal(&kept->seen, &next->seen)) {
		if (state_write_last_seen(state_dir, &next->seen, err) < 0)
			return -1;
		kept->seen = next->seen;
	}
	if (fence_records_equal(&kept->fence, &next->fence))
		return 0;
	if (state_write_fence(state_dir, &next->fence, err) < 0)
		return -1;
	kept->fence = next->fence;
	return 0;
}

static int keep_ages(const char *state_dir, Known *kept, const Known *next, Error *err)
{
	if (known_ages_equal(&kept->peers, &next->peers))
		return 0;
	if (state_write_ages(state_dir, next->peers.ages, next->peers.n_ages, err) < 0)
		return -1;
	kept->peers.ages = next->peers.ages;
	kept->peers.n_ages = next->peers.n_ages;
	return 0;
}

static int keep_refusals(const char *state_dir, Known *kept, const Known *next, Error *err)
{
	if (probe_refusals_equal(&kept->peers.refusals, &next->peers.refusals))
		return 0;
	if (state_write_refusals(state_dir, &next->peers.refusals, err) < 0)
		return -1;
	kept->peers.refusals = next->peers.refusals;
	return 0;
}

int state_keep(const char *state_dir, Known *kept, const Known *next, Error *err)
{
	static const Keeper keepers[] = {
		keep_revision,  keep_left,    keep_databases, keep_indexed, keep_unsaved,
		keep_restarted, keep_machine, keep_links,     keep_fence,   keep_ages,
		keep_refusals,  keep_rollout, keep_hiding,
	};
	int result = 0;

	for (size_t i = 0; i < ARRAY_SIZE(keepers); i++) {
		Error failure;

		if (keepers[i](state_dir, kept, next, &failure) == 0 || result < 0)
			continue;
		result = -1;
		if (err)
			*err = failure;
	}
	return result;
}
