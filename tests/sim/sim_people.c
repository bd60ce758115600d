/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim_people.h"

#include "agent/pass/pass.h"
#include "common/plan/plan.h"
#include "tests/sim/sim_internal.h"
#include "tests/sim/sim_rollout.h"
#include "tests/sim/sim_secrets.h"
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
	node->changes = (SimChanges){.is_there = false};
	node->lost_first = 0;
	node->is_unsaved = node->is_dirty = false;
	node->forgettable = 0;
	sim_state_forget(host->state_dir);
	sim_rollout_forget(host);
	host->had_entries = host->lacks_folder = false;
	host->file.desired = NULL;
	host->advice = (SimAdvice){0};
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
	node->lost_first = 0;
	node->is_unsaved = false;
	node->forgettable = 0;
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

/* --- what they are asked to do --- */

/* A peer that cannot be reached "will never come back": its machine is thrown away. One that runs
 * and is cut off will, or is there under another name, or refuses the account, so nobody may say
 * that, unless somebody sees there that it is empty. */
static bool others_are_gone(SimPlay *play, size_t at)
{
	Sim *sim = &play->sim;

	for (size_t i = 0; i < sim->cluster.n_nodes; i++)
		if (i != at && sim->cluster.nodes[i].is_up &&
		    (!sim_is_reached(&sim->hosts[at], i) ||
		     (!sim_answers(&sim->hosts[at], i) &&
		      sim->cluster.nodes[i].copy.n_entries > 0)))
			return false;
	for (size_t i = 0; i < sim->cluster.n_nodes; i++) {
		if (i == at || sim->cluster.nodes[i].is_up)
			continue;
		sim_machine_make(sim, i);
		sim->hosts[i].is_reference = sim->hosts[i].is_foreign = false;
	}
	return true;
}

/* `syncward compare --attributes` finds nothing, with any provider that answers, and one does. */
static bool is_as_providers(const Sim *sim, size_t at)
{
	const SimHost *host = &sim->hosts[at];
	bool is_compared = false;

	for (size_t i = 0; i < sim->cluster.n_nodes; i++) {
		if (!sim_host_reads(host, i))
			continue;
		if (!sim_may_search(host, i) ||
		    !sim_copies_equal(&sim->cluster.nodes[at].copy, &sim->cluster.nodes[i].copy))
			return false;
		is_compared = true;
	}
	return is_compared;
}

/* A node that is a consumer by this file refuses clients' writes, and a pass there held nothing. */
static bool demoted_are_done(const Sim *sim, const SimHost *host)
{
	for (size_t i = 0; i < sim->cluster.n_nodes; i++)
		if (host->file.consumers >> i & 1 &&
		    (!sim->cluster.nodes[i].is_up || !sim_is_closed(&sim->cluster.nodes[i]) ||
		     !sim->hosts[i].was_judged || sim->hosts[i].has_said ||
		     !(sim->hosts[i].file.consumers >> i & 1)))
			return false;
	return !host->file.is_deaf;
}

static bool may_release(SimPlay *play, size_t at)
{
	const SimHost *host = &play->sim.hosts[at];
	const SimAdvice *advice = &host->advice;

	if ((advice->wants_compare && !is_as_providers(&play->sim, at)) ||
	    (advice->ends_demoted && !demoted_are_done(&play->sim, host)) ||
	    (advice->awaits_readers && !sim_is_read_by_all(host)))
		return false;
	return !(advice->released & (GUARD_BIT(GUARD_JOINING) | GUARD_BIT(GUARD_ORDER))) ||
	       others_are_gone(play, at);
}

/* Literally what the last pass printed, where what it says of the others is so, and this is still
 * the file that it spoke of: G4 is released for all links that it removes. */
static void obey(SimPlay *play, size_t at)
{
	SimHost *host = &play->sim.hosts[at];

	if (!play->sim.has_agent || !play->sim.cluster.nodes[at].is_up ||
	    host->advice.file != host->file.id)
		return;
	if (host->advice.empties_database)
		database_empty(play, at);
	else if (host->advice.released && may_release(play, at))
		sim_pass(host, &(SimPass){.kill_after = -1, .released = host->advice.released});
	host->advice = (SimAdvice){0};
}

/* Whoever begins a cluster sees to it that the others answer: where none does, a node with data is
 * taken for the first one. */
static void begin_first(SimPlay *play, size_t at)
{
	if (play->sim.has_agent && sim_reaches_all(&play->sim, at))
		sim_pass(&play->sim.hosts[at], &(SimPass){.kill_after = -1, .is_first_node = true});
}

bool sim_begins_anew(const SimHost *host)
{
	bool has_data = false;

	for (size_t i = 0; i < host->sim->cluster.n_nodes; i++) {
		const bool has_entries =
			i != host->at && host->sim->cluster.nodes[i].copy.n_entries > 0;

		if (has_entries && sim_disk_reads(host, i))
			return false;
		has_data |= has_entries;
	}
	return has_data;
}

/* An empty database that takes it gets the first entries, as guides say. */
static void seed(SimPlay *play, size_t at)
{
	SimNode *node = &play->sim.cluster.nodes[at];

	if (!node->is_up || node->copy.n_entries > 0 || sim_is_closed(node) ||
	    play->sim.hosts[at].had_entries ||
	    (play->sim.hosts[at].disk.consumers > 0 && sim_begins_anew(&play->sim.hosts[at])))
		return;
	(void)sim_write(&play->sim.cluster, at, 0, false);
	(void)sim_write(&play->sim.cluster, at, 1, false);
	play->sim.hosts[at].is_reference = false;
	play->sim.hosts[at].is_foreign = true;
}

/* --- all of it --- */

static void file_bring(Sim *sim, unsigned nodes)
{
	for (size_t i = 0; i < sim->cluster.n_nodes; i++)
		if (nodes >> i & 1)
			sim_wanted_read(&sim->hosts[i], SIM_NO_MISTAKE);
}

/* Whoever makes a new file knows how it was meant. */
static void revise(Sim *sim, SimMistake mistake, unsigned nodes)
{
	if (!sim->has_agent || !sim->is_staged)
		return;
	sim_wanted_revise(sim, mistake);
	file_bring(sim, nodes);
}

/* Nobody brings a file that `syncward validate` refuses. */
static void role_change(Sim *sim, SimVerb verb, size_t at, unsigned nodes)
{
	const unsigned node = 1U << at;

	if (!sim->has_agent ||
	    !sim_wanted_set_roles(sim, sim->consumers ^ (verb == SIM_ROLE ? node : 0),
				  sim->hubs ^ (verb == SIM_RELAY ? node : 0)))
		return;
	sim_wanted_revise(sim, SIM_NO_MISTAKE);
	file_bring(sim, nodes);
}

#define KEPT 100 /* seconds that a log keeps a change, before somebody wants it shorter */

/*
 * Until it has what the others' logs kept for longer a node keeps its own: what it deletes there,
 * an older change of theirs no longer meets, and is carried out. That a peer is away for longer
 * than a log keeps is reported before (log-short).
 */
static bool lacks_what_is_older(const SimCluster *cluster, size_t at, uint32_t before)
{
	for (size_t i = 0; i < cluster->n_nodes; i++) {
		const SimChanges *changes = &cluster->nodes[i].changes;

		for (size_t k = 0; k < changes->n_items; k++)
			if (changes->items[k].csn.time < before &&
			    !sim_is_covered(&cluster->nodes[at], changes->items[k].csn))
				return true;
	}
	return false;
}

static void purge(SimCluster *cluster, size_t at)
{
	const uint32_t before = cluster->now - KEPT;

	if (!lacks_what_is_older(cluster, at, before))
		sim_changes_purge(&cluster->nodes[at], before);
}

static void delta_change(Sim *sim, unsigned nodes)
{
	if (!sim->has_agent || !sim_wanted_set_delta(sim, !sim->has_delta))
		return;
	sim_wanted_revise(sim, SIM_NO_MISTAKE);
	file_bring(sim, nodes);
}

static void file_acts(SimPlay *play, const SimChoice *choice)
{
	const size_t at = choice->of[0] - 1;
	SimHost *host = &play->sim.hosts[at];

	switch (choice->verb) {
	case SIM_FORGET:
		sim_state_forget(host->state_dir);
		break;
	case SIM_PASSWORD:
		if (play->sim.has_agent)
			sim_wanted_read(host, SIM_SECRET);
		else
			sim_hand_secret(&play->sim.cluster, at, true);
		break;
	case SIM_ACCOUNT:
		play->sim.cluster.nodes[at].takes_other_secret ^=
			!play->sim.cluster.is_account_inside && !play->sim.is_staged;
		break;
	case SIM_TYPED:
		sim_wanted_read(host, SIM_TYPO);
		break;
	case SIM_FILTER:
		sim_wanted_read(host, SIM_PARTIAL);
		break;
	case SIM_REVISE:
		revise(&play->sim, (SimMistake)choice->of[0], choice->of[1]);
		break;
	case SIM_ROLE:
	case SIM_RELAY:
		role_change(&play->sim, choice->verb, at, choice->of[1]);
		break;
	case SIM_DELTA:
		delta_change(&play->sim, choice->of[0]);
		break;
	case SIM_FOLDER:
		host->lacks_folder = !host->lacks_folder;
		break;
	case SIM_HIDE_LOG:
		sim_changes_hide(&play->sim.cluster, at);
		break;
	case SIM_MUTE:
		play->sim.cluster.nodes[at].compares_nowhere ^= true;
		break;
	case SIM_PURGE:
		purge(&play->sim.cluster, at);
		break;
	case SIM_CORRECT:
		sim_wanted_read(host, SIM_NO_MISTAKE);
		if (!play->sim.has_agent)
			sim_hand_secret(&play->sim.cluster, at, false);
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
	case SIM_MAKE_LOG:
		if (node->is_up && !play->sim.has_agent)
			sim_hand_make_log(&play->sim.cluster, at);
		break;
	case SIM_READ_LOG:
		if (node->is_up && !play->sim.has_agent)
			sim_hand_read_log(&play->sim.cluster, at, choice->of[1] - 1);
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
