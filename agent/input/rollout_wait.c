/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/input/rollout_wait.h"

#include "common/base/text.h"
#include "common/memory/rollout.h"

static unsigned self_of(Pool *pool, const RolloutWaitLook *look)
{
	const Desired *desired = look->file->desired;
	size_t self;

	if (desired->n_peers == 0 || node_find(pool, desired, &look->node, &self, NULL) < 0)
		return 0;
	return desired->peers[self].id;
}

/* Byte for byte the one in force; what was kept of another revision is no help. */
static const PeersFile *kept_read(Pool *pool, const RolloutWaitLook *look)
{
	PeersFile *kept = pool_alloc(pool, sizeof(*kept));
	const int result = look->good ? last_good_file(look->good, pool, look->path, kept, NULL)
				      : last_good_stored(pool, look->state_dir, look->path, kept);

	if (result < 0 || (!text_equal(kept->sha256, look->known->latest.sha256) &&
			   !text_equal(kept->sha256, look->known->latest.rollout.passed)))
		return NULL;
	return kept;
}

RolloutWait rollout_wait(Pool *pool, const RolloutWaitLook *look)
{
	const RolloutFile file = {
		.desired = look->file->desired,
		.sha256 = look->file->sha256,
		.self = self_of(pool, look),
	};
	RolloutWait wait = {0};
	PeersFile *waiting;

	if (rollout_verdict(&file, &look->known->latest) == ROLLOUT_RUNS)
		return wait;
	waiting = pool_alloc(pool, sizeof(*waiting));
	*waiting = *look->file;
	wait.file = waiting;
	wait.self = file.self;
	wait.kept = kept_read(pool, look);
	wait.text = rollout_text(pool, &file, &look->known->latest,
				 wait.kept ? wait.kept->desired : NULL);
	return wait;
}
