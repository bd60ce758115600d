/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim_rollout.h"

#include <string.h>

#include "common/base/text.h"
#include "common/memory/rollout.h"
#include "tests/sim/sim_history.h"
#include "tests/sim/sim_rules.h"

static PeersFile *file_show(Pool *pool, const SimFile *file)
{
	PeersFile *shown = pool_alloc(pool, sizeof(*shown));

	*shown = (PeersFile){.desired = file->desired};
	memcpy(shown->sha256, file->sha256, sizeof(file->sha256));
	return shown;
}

/* Node 1 tries it, and does not do well with it, unless it reads no node. */
static bool is_tried(const SimHost *host)
{
	for (size_t i = 1; i < host->sim->cluster.n_nodes; i++)
		if (!(host->disk.consumers >> i & 1))
			return true;
	return false;
}

static void force_judge(SimHost *host, const Known *known, bool is_released)
{
	const bool is_new =
		known->latest.has_revision && host->disk.revision > known->latest.revision;

	sim_tally.rolled_out += is_new && host->at != 0 && !is_released;
	if (is_new && host->at != 0 && host->disk.is_bad && is_tried(host) && !is_released &&
	    !*host->sim->breach)
		snprintf(host->sim->breach, sizeof(host->sim->breach),
			 "node %zu: a revision is in force that did well nowhere", host->at + 1);
}

static bool must_wait(const SimHost *host, const Known *known, bool is_released)
{
	const RolloutFile file = {host->disk.desired, host->disk.sha256, (unsigned)host->at + 1};

	return host->sim->is_staged && known->latest.has_revision && !is_released &&
	       !sim_rule_is_off(SIM_ROLLOUT) &&
	       rollout_verdict(&file, &known->latest) != ROLLOUT_RUNS;
}

static void wait_begin(Pool *pool, const SimHost *host, Inputs *inputs)
{
	const Known *known = &inputs->state.known;
	const RolloutFile file = {host->disk.desired, host->disk.sha256, (unsigned)host->at + 1};
	const bool is_kept = text_equal(host->file.sha256, known->latest.sha256) ||
			     text_equal(host->file.sha256, known->latest.rollout.passed);

	inputs->rollout = (RolloutWait){.file = file_show(pool, &host->disk),
					.self = file.self,
					.kept = is_kept ? file_show(pool, &host->file) : NULL};
	inputs->rollout.text =
		rollout_text(pool, &file, &known->latest, is_kept ? host->file.desired : NULL);
	inputs->in_force = (FileInForce){true, known->latest.revision, known->latest.sha256};
}

void sim_rollout_choose(Pool *pool, SimHost *host, const SimPass *options, Inputs *inputs)
{
	const Known *known = &inputs->state.known;
	const bool is_released = options->released & GUARD_BIT(GUARD_ROLLOUT);

	if (must_wait(host, known, is_released)) {
		wait_begin(pool, host, inputs);
		if (!inputs->rollout.kept)
			host->file = host->disk;
	} else {
		force_judge(host, known, is_released);
		host->file = host->disk;
		inputs->in_force = (FileInForce){host->file.desired->has_revision,
						 host->file.desired->revision, host->file.sha256};
	}
	inputs->file = *file_show(pool, &host->file);
	inputs->wanted = host->file.wanted;
}
