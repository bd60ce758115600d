/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tests/sim/sim_excuse.h"
#include "tests/sim/sim_people.h"
#include "tests/sim/sim_secrets.h"
#include "tests/sim/sim_state.h"
#include "tests/sim/sim_wanted.h"

/* Carries choices out. */

#define QUIET_ROUNDS 12
#define CALM_ROUNDS  12
#define BEAT_ROUNDS  6 /* each of two passes, and a roll-out takes three */
#define ALL_MESSAGES 1000
/* guard_identity.c */
#define CLOCK_TOLERANCE 60
#define POLLS           6

/* --- the beginning --- */

/* Each node has written before: until it has, slapd alone brings back what is deleted while two
 * nodes are apart and one of them writes for the first time (joining_readers.c). */
static void cluster_form(SimPlay *play, bool has_written)
{
	sim_play_quiet(play);
	if (!has_written)
		return;
	for (size_t i = 0; i < play->sim.cluster.n_nodes; i++)
		if (sim_takes_writes(&play->sim.cluster.nodes[i]))
			(void)sim_write(&play->sim.cluster, i, 0, false);
	sim_play_quiet(play);
}

/* Only a provider that reads has the flag: slapd refuses it of others. */
static void role_put(Sim *sim, size_t at)
{
	SimCluster *cluster = &sim->cluster;
	SimNode *node = &cluster->nodes[at];
	const bool is_consumer = sim->consumers >> at & 1;

	node->has_consumers = false;
	for (size_t k = 0; k < cluster->n_nodes; k++) {
		node->links[k].is_declared = sim_host_reads(&sim->hosts[at], k);
		node->links[k].is_polled = sim->polled >> k & 1;
		node->has_consumers |= node->links[k].is_declared;
	}
	node->has_overlay = !is_consumer || sim->hubs >> at & 1;
	node->has_flag = !is_consumer && node->has_consumers;
	node->sid = is_consumer ? 0 : (uint8_t)(at + 1);
}

/* By somebody's hand, and each server was started once since. cn=config is not looked at any more.
 */
static void cluster_connect(Sim *sim, SimStart start)
{
	SimCluster *cluster = &sim->cluster;
	const uint32_t now = cluster->now;

	for (size_t i = 0; i < cluster->n_nodes; i++) {
		SimNode *node = &cluster->nodes[i];

		node->copy = cluster->nodes[0].copy;
		node->disk.time[start == SIM_OLD ? 1 : 0] = now;
		node->memory = node->disk;
		role_put(sim, i);
	}
}

static void cluster_begin(SimPlay *play, SimStart start)
{
	SimCluster *cluster = &play->sim.cluster;

	play->sim.has_agent = true;
	if (start == SIM_EMPTY) {
		sim_pass(&play->sim.hosts[0], &(SimPass){.kill_after = -1, .is_first_node = true});
		for (unsigned name = 0; name < 3; name++)
			(void)sim_write(cluster, 0, name, false);
	} else {
		sim_database_make(cluster, 0, 3);
	}
	cluster->now += 100;
	if (start == SIM_FORMED || start == SIM_FRESH || start == SIM_EMPTY)
		cluster_form(play, start != SIM_FRESH);
	else if (start != SIM_STOCK)
		cluster_connect(&play->sim, start);
}

void sim_play_begin(SimPlay *play, const SimHistory *history, bool has_agent)
{
	Sim *sim = &play->sim;

	sim_state_begin();
	sim->shape = history->shape;
	sim->polled = history->polled;
	sim->consumers = sim->hubs = 0;
	sim->has_delta = false;
	sim->has_beats = history->has_beats;
	sim->is_staged = history->is_staged;
	sim->revision = 1;
	sim->revised = SIM_NO_MISTAKE;
	sim->rights = history->rights;
	sim_logs_shut(!history->rights.is_root);
	sim->cluster = (SimCluster){.n_nodes = history->n_nodes,
				    .is_account_inside = history->rights.is_inside,
				    .now = 100};
	sim->hosts[0] = (SimHost){.sim = sim};
	(void)sim_wanted_set_roles(sim, history->consumers, history->hubs);
	for (size_t i = 0; i < history->n_nodes; i++) {
		SimHost *host = &sim->hosts[i];

		*host = (SimHost){.at = i, .sim = sim, .actions_left = -1, .is_reference = true};
		host->state_dir = pool_printf(sim->pool, "n%zu", i + 1);
		sim->cluster.nodes[i].is_up = true;
		sim_machine_make(sim, i);
	}
	cluster_begin(play, history->start);
	sim->has_agent = has_agent;
	for (unsigned name = 0; name < SIM_NAMES; name++) {
		const SimEntry *entry = sim_find_name(&sim->cluster.nodes[0].copy, name);

		play->ledger[name] = (SimRecord){.is_deleted = !entry};
		if (entry) {
			play->ledger[name].csn = play->ledger[name].newest = entry->csn;
			play->ledger[name].uuid = entry->uuid;
		}
	}
	sim_play_look(play);
}

/* --- what happens --- */

bool sim_reaches_all(const Sim *sim, size_t at)
{
	const SimCluster *cluster = &sim->cluster;

	if (sim->hosts[at].file.is_deaf)
		return false;
	for (size_t i = 0; i < cluster->n_nodes; i++)
		if (!cluster->nodes[i].is_up || cluster->is_cut[at][i])
			return false;
	return true;
}

static bool all_run(const SimCluster *cluster)
{
	for (size_t i = 0; i < cluster->n_nodes; i++)
		if (!cluster->nodes[i].is_up)
			return false;
	return true;
}

bool sim_is_tended(const Sim *sim, size_t at)
{
	const SimHost *host = &sim->hosts[at];

	return sim->has_agent &&
	       (!host->is_foreign ||
		(all_run(&sim->cluster) && (host->disk.consumers == 0 || !sim_begins_anew(host))));
}

static void pass(SimPlay *play, size_t at, int kill_after)
{
	SimHost *host = &play->sim.hosts[at];

	if (sim_is_tended(&play->sim, at))
		sim_pass(host, &(SimPass){.kill_after = kill_after});
	else if (!play->sim.has_agent && play->sim.cluster.nodes[at].is_up)
		sim_host_relink(host); /* as a person would who sees it */
	play->sim.cluster.now += 3;
}

static void flow(SimPlay *play)
{
	SimCluster *cluster = &play->sim.cluster;
	bool moves = true;

	/* Each poll moves something, if only its end. */
	for (int i = 0; moves && i < (play->sim.polled ? POLLS : 50); i++) {
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

/* What was last acknowledged of the entry is here. */
static bool is_known(const SimRecord *record, const SimEntry *entry)
{
	return record->is_deleted == !entry &&
	       (!entry || memcmp(&entry->csn, &record->csn, sizeof(entry->csn)) == 0);
}

/* A client knows what was last acknowledged, and there are no conflicts; or it changes the entry as
 * it is here, and that is the newest change of it. */
static bool may_change(SimVerb verb, const SimRecord *record, const SimEntry *entry)
{
	if (verb == SIM_MODIFY)
		return entry && !record->is_deleted && entry->uuid == record->uuid;
	return is_known(record, entry) &&
	       (verb == SIM_WRITE || (entry && (verb == SIM_REPASS || entry->name != 0)));
}

/* No node that looks at this one's clock finds fault with it. Two slapds alone, of which one is 57
 * s behind, each keep their own version, with equal contextCSN (2.5.13, 2.6.10). */
static bool is_tolerated(const SimCluster *cluster, uint32_t late)
{
	for (size_t i = 0; i < cluster->n_nodes; i++) {
		const uint32_t other = cluster->nodes[i].late;

		if ((other > late ? other - late : late - other) > CLOCK_TOLERANCE)
			return false;
	}
	return true;
}

static void client_write(SimPlay *play, size_t at, unsigned name, SimVerb verb)
{
	const bool is_delete = verb == SIM_DELETE;
	SimNode *node = &play->sim.cluster.nodes[at];
	const SimEntry *entry = sim_find_name(&node->copy, name);
	SimRecord *record = &play->ledger[name];
	const uint16_t uuid = entry ? entry->uuid : 0;
	const SimRecord before = *record;

	if (!sim_takes_writes(node) || !may_change(verb, record, entry))
		return;
	*record = (SimRecord){.csn = verb == SIM_REPASS
					     ? sim_repass(&play->sim.cluster, at)
					     : sim_write(&play->sim.cluster, at, name, is_delete),
			      .is_deleted = is_delete,
			      .is_acknowledged = true};
	/* Of a late clock: slapd keeps what was there, or not everywhere. An entry that is deleted
	 * and made again there is lost (test_slapd_alone.py). */
	record->is_contested = !sim_csn_is_newer(record->csn, before.newest);
	record->newest = record->is_contested ? before.newest : record->csn;
	record->is_tolerated = is_tolerated(&play->sim.cluster, node->late);
	record->uuid = uuid > 0 ? uuid : sim_find_name(&node->copy, name)->uuid;
	record->is_held[at] = true;
	/* Whoever writes to an entry means to keep its passwords. */
	if (record->uuid == before.uuid)
		memcpy(record->was_whole, before.was_whole, sizeof(record->was_whole));
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
		pass(play, i, -1);
}

static void choice_play(SimPlay *play, const SimChoice *choice)
{
	const size_t at = choice->of[0] - 1;

	switch (choice->verb) {
	case SIM_WRITE:
	case SIM_DELETE:
	case SIM_MODIFY:
		client_write(play, at, choice->of[1], choice->verb);
		break;
	case SIM_REPASS:
		if (play->sim.cluster.is_account_inside && !play->sim.is_staged)
			client_write(play, at, 0, SIM_REPASS);
		break;
	case SIM_PASS:
	case SIM_KILLED:
		pass(play, at, choice->verb == SIM_KILLED ? (int)choice->of[1] : -1);
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
		sim_person_acts(play, choice);
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

static void busy_round(SimPlay *play)
{
	Sim *sim = &play->sim;

	sim->cluster.now += 100;
	if (!sim->has_agent)
		sim_hand_secrets_mend(&sim->cluster);
	flow(play);
	all_pass(play);
	/* What they just said of themselves is everywhere before they look again. */
	if (sim->has_beats) {
		flow(play);
		all_pass(play);
	}
}

static bool is_unfinished(const Sim *sim)
{
	for (size_t i = 0; i < sim->cluster.n_nodes; i++)
		if (sim->hosts[i].is_unfinished && !sim->hosts[i].has_said)
			return sim->has_agent;
	return false;
}

/* No change is on its way when a node looks. */
static void calm_rounds(SimPlay *play)
{
	Sim *sim = &play->sim;

	for (int round = 0;
	     sim_excuse_holds(EXCUSE_BUSY) && is_unfinished(sim) && round < CALM_ROUNDS; round++) {
		sim->cluster.now += 100;
		for (size_t i = 0; i < sim->cluster.n_nodes; i++) {
			flow(play);
			pass(play, i, -1);
		}
	}
}

void sim_play_quiet(SimPlay *play)
{
	Sim *sim = &play->sim;
	int n_same = 0;

	memset(sim->cluster.is_cut, 0, sizeof(sim->cluster.is_cut));
	memset(sim->cluster.is_kept_out, 0, sizeof(sim->cluster.is_kept_out));
	for (size_t i = 0; i < sim->cluster.n_nodes; i++) {
		start(play, i);
		/* The newest file reaches all nodes; what somebody did to it is done again. */
		if (sim->hosts[i].disk.revision != sim->revision)
			sim_wanted_read(&sim->hosts[i], (SimMistake)sim->hosts[i].disk.mistake);
	}
	for (int round = 0; round < (sim->has_beats ? BEAT_ROUNDS : QUIET_ROUNDS) && n_same < 2;
	     round++) {
		const size_t n_steps = steps_of_all(sim);

		busy_round(play);
		n_same = steps_of_all(sim) == n_steps && !sim->is_staged ? n_same + 1 : 0;
	}
	if (is_unfinished(sim)) {
		play->excuses |= 1U << EXCUSE_BUSY;
		calm_rounds(play);
	}
	flow(play);
}
