/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim_links.h"

#include <stdio.h>

#include "common/plan/plan.h"
#include "tests/sim/sim_delta.h"
#include "tests/sim/sim_history.h"

/* What a pass may not do to links that work. */

SimLinksUp sim_links_up(const SimHost *host)
{
	const SimCluster *cluster = &host->sim->cluster;
	const SimNode *node = &cluster->nodes[host->at];
	SimLinksUp up = {0};

	for (size_t i = 0; i < cluster->n_nodes; i++) {
		up.all |= (node->links[i].phase != SIM_DOWN ? 1U : 0) << i;
		up.logging |= (node->links[i].reads_log ? 1U : 0) << i;
	}
	return up;
}

/* No link that works gets nothing from now on. */
static void logs_compare(SimHost *host, const SimLinksUp *before)
{
	const SimCluster *cluster = &host->sim->cluster;

	for (size_t i = 0; i < cluster->n_nodes; i++) {
		if (!cluster->nodes[host->at].links[i].reads_log || before->logging >> i & 1)
			continue;
		sim_tally.logs++;
		if (before->all >> i & 1 && !sim_delta_is_whole(&cluster->nodes[i]) &&
		    !*host->sim->breach)
			snprintf(host->sim->breach, sizeof(host->sim->breach),
				 "node %zu: the link to node %zu worked, and reads a log that "
				 "nothing is written into",
				 host->at + 1, i + 1);
	}
}

/* A consumer, and a provider that is being filled, read the node that is their source by the file,
 * in the place of another provider or hub (guard_removal.c): nothing comes to others from them. */
static bool is_swapped(const SimHost *host, size_t provider)
{
	return !(host->file.consumers & ~host->file.hubs & 1U << provider) &&
	       !sim_host_reads(host, provider);
}

/* Nothing came by it yet, and no node reads or writes here. */
static bool is_unfilled(const SimNode *node)
{
	return node->copy.n_entries == 0 && !node->has_flag;
}

/* G6, G4: no link that works goes because somebody made a mistake, or before a person ends it. */
static void links_compare(SimHost *host, unsigned worked, bool was_open, unsigned released)
{
	const SimCluster *cluster = &host->sim->cluster;
	const unsigned ended = released & GUARD_BIT(GUARD_REMOVAL) ? host->file.consumers : 0;

	for (size_t i = 0; i < cluster->n_nodes; i++)
		if (worked >> i & 1 && !cluster->nodes[host->at].links[i].is_declared &&
		    !(ended >> i & 1) && !is_unfilled(&cluster->nodes[host->at]) &&
		    (was_open || !is_swapped(host, i)) && !*host->sim->breach)
			snprintf(host->sim->breach, sizeof(host->sim->breach),
				 "node %zu: the link to node %zu worked, and is gone", host->at + 1,
				 i + 1);
}

/* Their connections broke. */
static void anew_note(SimHost *host, unsigned worked)
{
	const SimNode *node = &host->sim->cluster.nodes[host->at];

	for (size_t i = 0; i < host->sim->cluster.n_nodes; i++)
		if (worked >> i & 1 && node->links[i].is_declared &&
		    node->links[i].phase == SIM_DOWN)
			host->sim->made_anew[host->at] |= 1U << i;
}

void sim_links_compare(SimHost *host, const SimLinksUp *before, bool was_open, unsigned released)
{
	anew_note(host, before->all);
	logs_compare(host, before);
	links_compare(host, before->all, was_open, released);
}
