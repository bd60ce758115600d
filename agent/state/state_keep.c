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
	if (kept->has_revision == next->has_revision && kept->revision == next->revision &&
	    text_equal(kept->sha256, next->sha256) && kept->is_staged == next->is_staged)
		return 0;
	if (state_write_revision(state_dir, next, err) < 0)
		return -1;
	kept->has_revision = next->has_revision;
	kept->revision = next->revision;
	kept->sha256 = next->sha256;
	kept->is_staged = next->is_staged;
	return 0;
}

static int keep_rollout(const char *state_dir, Known *kept, const Known *next, Error *err)
{
	if (known_rollout_equal(&kept->rollout, &next->rollout))
		return 0;
	if (state_write_rollout(state_dir, &next->rollout, err) < 0)
		return -1;
	kept->rollout = next->rollout;
	return 0;
}

static int keep_left(const char *state_dir, Known *kept, const Known *next, Error *err)
{
	if (known_left_equal(kept, next))
		return 0;
	if (state_write_left(state_dir, next, err) < 0)
		return -1;
	kept->left = next->left;
	kept->n_left = next->n_left;
	kept->left_time = next->left_time;
	kept->is_rejoining = next->is_rejoining;
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
	if (kept->indexed_sec == next->indexed_sec)
		return 0;
	if (state_write_indexed(state_dir, next->indexed_sec, err) < 0)
		return -1;
	kept->indexed_sec = next->indexed_sec;
	return 0;
}

static int keep_unsaved(const char *state_dir, Known *kept, const Known *next, Error *err)
{
	if (known_unsaved_equal(kept, next))
		return 0;
	if (state_write_unsaved(state_dir, next->unsaved, next->n_unsaved, err) < 0)
		return -1;
	kept->unsaved = next->unsaved;
	kept->n_unsaved = next->n_unsaved;
	return 0;
}

static int keep_restarted(const char *state_dir, Known *kept, const Known *next, Error *err)
{
	if (text_equal(kept->restarted_consumers, next->restarted_consumers))
		return 0;
	if (state_write_restarted(state_dir, next->restarted_consumers, err) < 0)
		return -1;
	kept->restarted_consumers = next->restarted_consumers;
	return 0;
}

static int keep_machine(const char *state_dir, Known *kept, const Known *next, Error *err)
{
	if (kept->machine_node == next->machine_node && text_equal(kept->machine, next->machine))
		return 0;
	if (state_write_machine(state_dir, next->machine, next->machine_node, err) < 0)
		return -1;
	kept->machine = next->machine;
	kept->machine_node = next->machine_node;
	return 0;
}

static int keep_links(const char *state_dir, Known *kept, const Known *next, Error *err)
{
	if (known_links_equal(&kept->links, &next->links))
		return 0;
	if (state_write_links(state_dir, &next->links, err) < 0)
		return -1;
	kept->links = next->links;
	return 0;
}

static int keep_hiding(const char *state_dir, Known *kept, const Known *next, Error *err)
{
	if (hiding_peers_equal(&kept->hiding, &next->hiding))
		return 0;
	if (state_write_hiding(state_dir, &next->hiding, err) < 0)
		return -1;
	kept->hiding = next->hiding;
	return 0;
}

/* The mark goes last: what is noted about an open database is worth nothing beside it. */
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
	if (known_ages_equal(kept, next))
		return 0;
	if (state_write_ages(state_dir, next->ages, next->n_ages, err) < 0)
		return -1;
	kept->ages = next->ages;
	kept->n_ages = next->n_ages;
	return 0;
}

static int keep_refusals(const char *state_dir, Known *kept, const Known *next, Error *err)
{
	if (probe_refusals_equal(&kept->refusals, &next->refusals))
		return 0;
	if (state_write_refusals(state_dir, &next->refusals, err) < 0)
		return -1;
	kept->refusals = next->refusals;
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
