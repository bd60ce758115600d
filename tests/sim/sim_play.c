/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "agent/pass/pass.h"
#include "tests/sim/sim_play.h"
#include "tests/sim/sim_state.h"

/* Carries choices out. */

#define QUIET_ROUNDS 12
#define ALL_MESSAGES 1000

/* --- the beginning --- */

static const char *peers_text(Pool *pool, size_t n_nodes)
{
	const char *peers = "";

	for (size_t i = 0; i < n_nodes; i++)
		peers = pool_printf(pool, "%s%s{\"id\": %zu, \"uri\": \"ldap://n%zu\"}", peers,
				    i > 0 ? ", " : "", i + 1, i + 1);
	return pool_printf(
		pool,
		"{\"format\": 1, \"policy\": {\"mode\": \"enforce\"}, \"peers\": [%s], \"databases\": [{\"suffix\": \"" SIM_SUFFIX
		"\", \"syncrepl\": {\"bindmethod\": \"simple\", \"binddn\": "
		"\"cn=admin," SIM_SUFFIX "\", \"credentials\": {\"file\": \"/secret\"}}}]}",
		peers);
}

static void wanted_read(Sim *sim, SimHost *host, const Desired *desired)
{
	Secret secret = {.kind = desired->databases[0].syncrepl.credentials.kind,
			 .name = desired->databases[0].syncrepl.credentials.name,
			 .text = "secret",
			 .identity = "secret"};
	const Secrets secrets = {.items = &secret, .n_items = 1};
	Error err;

	host->desired = desired;
	if (wanted_make(sim->pool, desired, host->at, &secrets, &host->wanted, &err) < 0)
		abort();
}

static void machine_make(Sim *sim, size_t at)
{
	SimNode *node = &sim->cluster.nodes[at];
	SimHost *host = &sim->hosts[at];

	node->copy = (SimCopy){0};
	node->disk = node->memory = (SimContext){0};
	node->is_unsaved = node->is_dirty = false;
	sim_state_forget(host->state_dir);
	sim_host_make(sim, at);
}

/* Entries from before there was a server ID. */
static void database_make(SimCluster *cluster, size_t at, unsigned n_names)
{
	SimNode *node = &cluster->nodes[at];

	for (unsigned name = 0; name < n_names; name++)
		node->copy.entries[node->copy.n_entries++] =
			(SimEntry){.uuid = ++cluster->n_uuids,
				   .name = (uint8_t)name,
				   .csn = {.time = ++cluster->now, .sid = node->sid}};
}

/* Each node has written before: until it has, slapd alone brings back what is deleted while two
 * nodes are apart and one of them writes for the first time (joining_readers.c). */
static void cluster_form(SimPlay *play)
{
	sim_play_quiet(play);
	for (size_t i = 0; i < play->sim.cluster.n_nodes; i++)
		if (sim_takes_writes(&play->sim.cluster.nodes[i]))
			(void)sim_write(&play->sim.cluster, i, 0, false);
	sim_play_quiet(play);
}

/* By somebody's hand, and each server was started once since. cn=config is not looked at any more.
 */
static void cluster_connect(SimCluster *cluster, SimStart start)
{
	const uint32_t now = cluster->now;

	for (size_t i = 0; i < cluster->n_nodes; i++) {
		SimNode *node = &cluster->nodes[i];

		node->copy = cluster->nodes[0].copy;
		node->disk.time[start == SIM_OLD ? 1 : 0] = now;
		node->memory = node->disk;
		node->has_overlay = node->has_flag = true;
		node->sid = (uint8_t)(i + 1);
		for (size_t k = 0; k < cluster->n_nodes; k++)
			node->links[k].is_declared = k != i;
	}
}

void sim_play_begin(SimPlay *play, const SimHistory *history, bool has_agent)
{
	Sim *sim = &play->sim;
	const char *text = peers_text(sim->pool, history->n_nodes);
	const Desired *desired;
	Error err;

	sim->cluster = (SimCluster){.n_nodes = history->n_nodes, .now = 100};
	if (desired_parse(sim->pool, "peers.json", text, strlen(text), &desired, &err) < 0)
		abort();
	for (size_t i = 0; i < history->n_nodes; i++) {
		SimHost *host = &sim->hosts[i];

		*host = (SimHost){.at = i, .sim = sim, .steps_left = -1, .is_reference = true};
		host->state_dir = pool_printf(sim->pool, "n%zu", i + 1);
		wanted_read(sim, host, desired);
		sim->cluster.nodes[i].is_up = true;
		machine_make(sim, i);
	}
	database_make(&sim->cluster, 0, 3);
	sim->cluster.now += 100;
	sim->has_agent = true;
	if (history->start == SIM_FORMED)
		cluster_form(play);
	else if (history->start != SIM_STOCK)
		cluster_connect(&sim->cluster, history->start);
	sim->has_agent = has_agent;
	for (unsigned name = 0; name < SIM_NAMES; name++) {
		const SimEntry *entry = sim_find_name(&sim->cluster.nodes[0].copy, name);

		play->ledger[name] = (SimRecord){.is_deleted = !entry};
		if (entry) {
			play->ledger[name].csn = entry->csn;
			play->ledger[name].uuid = entry->uuid;
		}
	}
	sim_play_look(play);
}

/* --- what happens --- */

static bool all_run(const SimCluster *cluster)
{
	for (size_t i = 0; i < cluster->n_nodes; i++)
		if (!cluster->nodes[i].is_up)
			return false;
	return true;
}

static bool reaches_all(const SimCluster *cluster, size_t at)
{
	for (size_t i = 0; i < cluster->n_nodes; i++)
		if (cluster->is_cut[at][i])
			return false;
	return all_run(cluster);
}

/* Whoever begins a cluster sees to it that the others answer, and whoever brings a database of his
 * own that they run: where no server is, a node with data is taken for the first one. */
static void pass(SimPlay *play, size_t at, int kill_after, bool is_first)
{
	const SimCluster *cluster = &play->sim.cluster;
	const bool is_sensible = is_first ? reaches_all(cluster, at)
					  : !play->sim.hosts[at].is_foreign || all_run(cluster);

	if (play->sim.has_agent && is_sensible)
		sim_pass(&play->sim.hosts[at], kill_after, is_first);
	else if (!play->sim.has_agent && play->sim.cluster.nodes[at].is_up)
		sim_host_relink(&play->sim.hosts[at]); /* as somebody would who sees it */
	play->sim.cluster.now += 3;
}

static void flow(SimPlay *play)
{
	SimCluster *cluster = &play->sim.cluster;
	bool moves = true;

	for (int i = 0; moves && i < 50; i++) {
		moves = false;
		for (size_t reader = 0; reader < cluster->n_nodes; reader++)
			for (size_t provider = 0; provider < cluster->n_nodes; provider++) {
				sim_connect(cluster, reader, provider);
				moves |= sim_deliver(cluster, reader, provider, ALL_MESSAGES) > 0;
				sim_play_look(play);
			}
	}
	cluster->now += 5;
}

/* A client that knows what was last acknowledged of the entry: there are no conflicts. */
static void client_write(SimPlay *play, size_t at, unsigned name, bool is_delete)
{
	SimNode *node = &play->sim.cluster.nodes[at];
	const SimEntry *entry = sim_find_name(&node->copy, name);
	SimRecord *record = &play->ledger[name];
	uint16_t uuid = entry ? entry->uuid : 0;

	if (!sim_takes_writes(node) || record->is_deleted != !entry || (is_delete && !entry) ||
	    (is_delete && name == 0) ||
	    (entry && memcmp(&entry->csn, &record->csn, sizeof(entry->csn)) != 0))
		return;
	*record = (SimRecord){.csn = sim_write(&play->sim.cluster, at, name, is_delete),
			      .is_deleted = is_delete,
			      .is_acknowledged = true};
	record->uuid = uuid > 0 ? uuid : sim_find_name(&node->copy, name)->uuid;
	record->is_held[at] = true;
	sim_tally.changes += play->sim.has_agent;
	play->sim.cluster.now += 2;
}

static void stop(SimPlay *play, size_t at, bool is_killed)
{
	if (play->sim.cluster.nodes[at].is_up)
		sim_stop(&play->sim.cluster, at, is_killed);
}

static void start(SimPlay *play, size_t at)
{
	if (!play->sim.cluster.nodes[at].is_up)
		sim_start(&play->sim.cluster, at);
}

/* The folder of the database as somebody leaves it, with slapd stopped. */
static void database_put(SimPlay *play, size_t at, const SimCopy *copy, const SimContext *context)
{
	SimNode *node = &play->sim.cluster.nodes[at];

	stop(play, at, true);
	node->copy = *copy;
	node->disk = *context;
	play->sim.hosts[at].is_reference = false;
	start(play, at);
}

static void machine_replace(SimPlay *play, size_t at, bool is_foreign)
{
	stop(play, at, true);
	machine_make(&play->sim, at);
	if (is_foreign)
		database_make(&play->sim.cluster, at, 2);
	play->sim.hosts[at].is_reference = false;
	play->sim.hosts[at].is_foreign = is_foreign;
	start(play, at);
}

static void backup(SimHost *host, const SimNode *node)
{
	host->has_backup = node->is_up;
	host->backup = node->copy;
	host->backup_context = node->disk;
}

static void person_acts(SimPlay *play, const SimChoice *choice)
{
	static const SimCopy nothing;
	static const SimContext none;
	const size_t at = choice->of[0] - 1;
	SimHost *host = &play->sim.hosts[at];

	switch (choice->verb) {
	case SIM_WIPE:
		database_put(play, at, &nothing, &none);
		break;
	case SIM_REPLACE:
	case SIM_FOREIGN:
		machine_replace(play, at, choice->verb == SIM_FOREIGN);
		break;
	case SIM_BACKUP:
		backup(host, &play->sim.cluster.nodes[at]);
		break;
	case SIM_RESTORE:
		if (host->has_backup)
			database_put(play, at, &host->backup, &host->backup_context);
		break;
	case SIM_UNLINK:
		if (play->sim.cluster.nodes[at].is_up)
			sim_host_unlink(host);
		break;
	default:
		pass(play, at, -1, true);
	}
}

static void network_acts(SimPlay *play, const SimChoice *choice)
{
	SimCluster *cluster = &play->sim.cluster;
	const size_t one = choice->of[0] - 1, other = choice->of[1] - 1;

	switch (choice->verb) {
	case SIM_CONNECT:
		sim_connect(cluster, one, other);
		break;
	case SIM_DELIVER:
		(void)sim_deliver(cluster, one, other, choice->of[2]);
		break;
	default:
		cluster->is_cut[one][other] = cluster->is_cut[other][one] =
			choice->verb == SIM_CUT && one != other;
		if (choice->verb == SIM_CUT) {
			sim_link_drop(cluster, one, other);
			sim_link_drop(cluster, other, one);
		}
	}
}

static void all_pass(SimPlay *play)
{
	for (size_t i = 0; i < play->sim.cluster.n_nodes; i++)
		pass(play, i, -1, false);
}

static void choice_play(SimPlay *play, const SimChoice *choice)
{
	const size_t at = choice->of[0] - 1;

	switch (choice->verb) {
	case SIM_WRITE:
	case SIM_DELETE:
		client_write(play, at, choice->of[1], choice->verb == SIM_DELETE);
		break;
	case SIM_PASS:
	case SIM_KILLED:
		pass(play, at, choice->verb == SIM_KILLED ? (int)choice->of[1] : -1, false);
		break;
	case SIM_ROUND:
		all_pass(play);
		break;
	case SIM_FLOW:
		flow(play);
		break;
	case SIM_STOP:
	case SIM_CRASH:
		stop(play, at, choice->verb == SIM_CRASH);
		break;
	case SIM_START:
		start(play, at);
		break;
	case SIM_WAIT:
		play->sim.cluster.now += choice->of[0];
		break;
	case SIM_CONNECT:
	case SIM_DELIVER:
	case SIM_CUT:
	case SIM_MEND:
		network_acts(play, choice);
		break;
	default:
		person_acts(play, choice);
	}
}

void sim_play_choice(SimPlay *play, const SimChoice *choice)
{
	choice_play(play, choice);
	sim_play_look(play);
}

/* --- quiet --- */

static size_t steps_of_all(const Sim *sim)
{
	size_t n = 0;

	for (size_t i = 0; i < sim->cluster.n_nodes; i++)
		n += sim->hosts[i].n_steps;
	return n;
}

void sim_play_quiet(SimPlay *play)
{
	Sim *sim = &play->sim;
	int n_same = 0;

	memset(sim->cluster.is_cut, 0, sizeof(sim->cluster.is_cut));
	for (size_t i = 0; i < sim->cluster.n_nodes; i++)
		start(play, i);
	for (int round = 0; round < QUIET_ROUNDS && n_same < 2; round++) {
		const size_t n_steps = steps_of_all(sim);

		sim->cluster.now += 100;
		flow(play);
		all_pass(play);
		n_same = steps_of_all(sim) == n_steps ? n_same + 1 : 0;
	}
	flow(play);
}
