/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim_people.h"

#include "agent/pass/pass.h"
#include "tests/sim/sim_state.h"
#include "tests/sim/sim_wanted.h"

/* --- machines and their files --- */

void sim_machine_make(Sim *sim, size_t at)
{
	SimNode *node = &sim->cluster.nodes[at];
	SimHost *host = &sim->hosts[at];

	node->copy = (SimCopy){0};
	node->disk = node->memory = (SimContext){0};
	node->log = (SimLog){0};
	node->is_unsaved = node->is_forgetful = node->is_dirty = false;
	sim_state_forget(host->state_dir);
	host->had_entries = false;
	sim_wanted_read(host, SIM_NO_MISTAKE);
	sim_host_make(sim, at);
}

void sim_database_make(SimCluster *cluster, size_t at, unsigned n_names)
{
	SimNode *node = &cluster->nodes[at];

	for (unsigned name = 0; name < n_names; name++)
		node->copy.entries[node->copy.n_entries++] =
			(SimEntry){.uuid = ++cluster->n_uuids,
				   .name = (uint8_t)name,
				   .csn = {.time = ++cluster->now, .sid = node->sid}};
}

/* The folder of the database as somebody leaves it while slapd is stopped. */
static void database_put(SimPlay *play, size_t at, const SimCopy *copy, const SimContext *context)
{
	SimNode *node = &play->sim.cluster.nodes[at];
	const bool was_up = node->is_up;

	if (was_up)
		sim_stop(&play->sim.cluster, at, true);
	node->copy = *copy;
	node->disk = *context;
	node->is_unsaved = node->is_forgetful = false;
	play->sim.hosts[at].is_reference = false;
	if (was_up)
		sim_start(&play->sim.cluster, at);
}

static void database_empty(SimPlay *play, size_t at)
{
	static const SimCopy nothing;
	static const SimContext none;

	database_put(play, at, &nothing, &none);
}

static void machine_replace(SimPlay *play, size_t at, bool is_foreign)
{
	SimCluster *cluster = &play->sim.cluster;

	if (cluster->nodes[at].is_up)
		sim_stop(cluster, at, true);
	sim_machine_make(&play->sim, at);
	if (is_foreign)
		sim_database_make(cluster, at, 2);
	play->sim.hosts[at].is_reference = false;
	play->sim.hosts[at].is_foreign = is_foreign;
	sim_start(cluster, at);
}

static void backup(SimHost *host, const SimNode *node)
{
	host->has_backup = true;
	host->backup = node->copy;
	host->backup_context = node->disk;
}

/* --- what they are told --- */

/* Who cannot be reached "will never come back": its machine is thrown away. One that runs and is
 * cut off will, or is there under another name, so nobody may say that. */
static bool others_are_gone(SimPlay *play, size_t at)
{
	Sim *sim = &play->sim;

	for (size_t i = 0; i < sim->cluster.n_nodes; i++)
		if (i != at && sim->cluster.nodes[i].is_up &&
		    (sim->cluster.is_cut[at][i] || sim->hosts[at].has_typo))
			return false;
	for (size_t i = 0; i < sim->cluster.n_nodes; i++) {
		if (i == at || sim->cluster.nodes[i].is_up)
			continue;
		sim_machine_make(sim, i);
		sim->hosts[i].is_reference = sim->hosts[i].is_foreign = false;
	}
	return true;
}

/* Literally what the last pass printed, where what it says of the others is so. */
static void obey(SimPlay *play, size_t at)
{
	SimHost *host = &play->sim.hosts[at];

	if (!play->sim.has_agent || !play->sim.cluster.nodes[at].is_up)
		return;
	if (host->advice.empties_database)
		database_empty(play, at);
	else if (host->advice.released && others_are_gone(play, at) &&
		 (!host->advice.awaits_readers || sim_is_read_by_all(host)))
		sim_pass(host, &(SimPass){.kill_after = -1, .released = host->advice.released});
	host->advice = (SimAdvice){0};
}

/* Whoever begins a cluster sees to it that the others answer: where nobody does a node with data is
 * taken for the first one. */
static void begin_first(SimPlay *play, size_t at)
{
	if (play->sim.has_agent && sim_reaches_all(&play->sim, at))
		sim_pass(&play->sim.hosts[at], &(SimPass){.kill_after = -1, .is_first_node = true});
}

/* An empty database that takes it gets the first entries, as guides say. */
static void seed(SimPlay *play, size_t at)
{
	SimNode *node = &play->sim.cluster.nodes[at];

	if (!node->is_up || node->copy.n_entries > 0 || sim_is_closed(node) ||
	    play->sim.hosts[at].had_entries)
		return;
	(void)sim_write(&play->sim.cluster, at, 0, false);
	(void)sim_write(&play->sim.cluster, at, 1, false);
	play->sim.hosts[at].is_reference = false;
	play->sim.hosts[at].is_foreign = true;
}

/* --- all of it --- */

static void file_acts(SimPlay *play, const SimChoice *choice)
{
	const size_t at = choice->of[0] - 1;
	SimHost *host = &play->sim.hosts[at];

	switch (choice->verb) {
	case SIM_FORGET:
		sim_state_forget(host->state_dir);
		break;
	case SIM_TYPED:
		sim_wanted_read(host, SIM_TYPO);
		break;
	case SIM_FILTER:
		sim_wanted_read(host, SIM_PARTIAL);
		break;
	case SIM_CORRECT:
		sim_wanted_read(host, SIM_NO_MISTAKE);
		break;
	case SIM_BACKUP:
		backup(host, &play->sim.cluster.nodes[at]);
		break;
	case SIM_RESTORE:
		if (host->has_backup)
			database_put(play, at, &host->backup, &host->backup_context);
		break;
	default:
		database_empty(play, at);
	}
}

void sim_person_acts(SimPlay *play, const SimChoice *choice)
{
	const size_t at = choice->of[0] - 1;
	SimHost *host = &play->sim.hosts[at];
	SimNode *node = &play->sim.cluster.nodes[at];

	switch (choice->verb) {
	case SIM_REPLACE:
	case SIM_FOREIGN:
		machine_replace(play, at, choice->verb == SIM_FOREIGN);
		break;
	case SIM_UNLINK:
		if (node->is_up)
			sim_host_unlink(host);
		break;
	case SIM_KEEP_LOG:
		if (node->is_up)
			sim_host_keep_log(host);
		break;
	case SIM_SET_ACL:
		if (node->is_up)
			sim_host_put_rules(host, (SimAccess)choice->of[1]);
		break;
	case SIM_REVOKE:
		if (node->is_up)
			sim_host_revoke(host);
		break;
	case SIM_LATE:
		node->late = choice->of[1];
		break;
	case SIM_OBEY:
		obey(play, at);
		break;
	case SIM_SEED:
		seed(play, at);
		break;
	case SIM_FIRST:
		begin_first(play, at);
		break;
	default:
		file_acts(play, choice);
	}
}
