/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "agent/state/state_rollout.h"
#include "common/base/text.h"
#include "common/guard/heartbeat_gate.h"
#include "tests/sim/sim_history.h"
#include "tests/sim/sim_rollout.h"
#include "tests/sim/sim_rules.h"
#include "tests/sim/sim_secrets.h"

/* What a heartbeat says: the file by its id, and whether its node is well. */
#define BEAT_WELL 0x8000

#define CANARY 1
/* heartbeat.c, and peers.json */
#define BEAT_EVERY 60
#define BEAT_LEAST 10
/* heartbeat_consumer.c */
#define OTHERS_MAX 3

/* --- what this node says --- */

static bool is_consumer(const SimHost *host)
{
	return host->file.consumers >> host->at & 1;
}

/* lost_changes.c: what the look before saw of the own server ID is here still. A consumer has none.
 */
static void own_look(SimHost *host)
{
	const SimNode *node = &host->sim->cluster.nodes[host->at];
	const uint32_t newest = sim_context(node)->time[host->at + 1];

	if (is_consumer(host))
		return;
	host->has_lost |= newest < host->own_newest;
	if (newest > host->own_newest)
		host->own_newest = newest;
}

/* content_coverage_here(), which needs a contextCSN of its own */
static CopyCoverage coverage_of(SimNode *node)
{
	for (size_t i = 0; i < node->copy.n_entries; i++)
		if (node->copy.entries[i].csn.sid == node->sid &&
		    node->copy.entries[i].csn.time > sim_context(node)->time[node->sid])
			return COPY_HAS_NEWER;
	return COPY_IS_COVERED;
}

/* Each time: the daemon asks them once in each run of slapd. */
static const Content *heirs_read(const SimLooked *looked, size_t *ret_n)
{
	const WantedDatabase *wanted = &looked->inputs->wanted.databases[0];
	const size_t first = wanted->n_consumers + wanted->n_others;
	Content *heirs = pool_alloc(looked->pool, (wanted->n_heirs + 1) * sizeof(*heirs));

	for (size_t i = 0; i < wanted->n_heirs; i++)
		heirs[i] = sim_peer_read(looked->pool, looked->host,
					 wanted->consumers[first + i].peer->id - 1);
	*ret_n = wanted->n_heirs;
	return heirs;
}

/* Peers were asked when the pass began; the copy here is read last. */
static bool may_say(const SimLooked *looked, const Known *known)
{
	SimHost *host = looked->host;
	Content here = sim_content_read(looked->pool, host, host->at);
	const Content *heirs;
	size_t n_heirs;

	if (!is_consumer(host) && !sim_takes_writes(&host->sim->cluster.nodes[host->at]))
		return false;
	here.view.coverage = coverage_of(&host->sim->cluster.nodes[host->at]);
	heirs = heirs_read(looked, &n_heirs);
	return sim_rule_is_off(SIM_HEARTBEATS) ||
	       heartbeat_gate(&(HeartbeatLook){
		       .wanted = &looked->inputs->wanted.databases[0],
		       .self = looked->inputs->wanted.self,
		       .plan = &looked->report->last.plan,
		       .live = &looked->report->last.world.live,
		       .known = known,
		       .here = &here,
		       .peers = looked->facts->peers,
		       .n_peers = looked->facts->n_peers,
		       .heirs = heirs,
		       .n_heirs = n_heirs,
		       .missing = host->has_lost ? "" : NULL,
	       }) == HEARTBEAT_MAY_WRITE;
}

/* heartbeat_is_due() */
static bool is_due(const SimHost *host, uint16_t says)
{
	const uint32_t age = host->sim->cluster.now - host->said_at;

	return host->said_at == 0 || age >= BEAT_EVERY || (says != host->said && age >= BEAT_LEAST);
}

/* --- what a consumer says at a provider --- */

static bool answers(const SimHost *host, size_t peer)
{
	const SimCluster *cluster = &host->sim->cluster;

	return sim_host_reads(host, peer) && sim_may_search(host, peer) &&
	       cluster->nodes[peer].copy.n_entries > 0;
}

/* heartbeat_consumer.c: the first one, and after each try that failed the next; SIM_NODES: none. */
static size_t provider_find(const SimHost *host)
{
	const SimCluster *cluster = &host->sim->cluster;
	size_t found[SIM_NODES], n = 0;

	for (size_t i = 0; i < cluster->n_nodes; i++)
		if (answers(host, i) && !(host->file.consumers >> i & 1) &&
		    cluster->nodes[i].has_overlay && cluster->nodes[i].sid == i + 1)
			found[n++] = i;
	return n > 0 ? found[host->n_failed % n] : SIM_NODES;
}

/* The provider's copy is compared with others', as they are now. */
static bool may_say_there(const SimLooked *looked, size_t provider)
{
	const SimHost *host = looked->host;
	const Content here = sim_content_read(looked->pool, host, host->at);
	Content there = sim_content_read(looked->pool, host, provider);
	Content others[SIM_NODES];
	HeartbeatThere look = {
		.sid = (unsigned)provider + 1, .there = &there, .here = &here, .others = others};

	for (size_t i = 0; i < host->sim->cluster.n_nodes && look.n_others < OTHERS_MAX; i++)
		if (i != provider && answers(host, i))
			others[look.n_others++] = sim_content_read(looked->pool, host, i);
	there.view.coverage = coverage_of(&looked->host->sim->cluster.nodes[provider]);
	return sim_rule_is_off(SIM_THERE) || heartbeat_gate_there(&look) == HEARTBEAT_MAY_WRITE;
}

/* Where it is written; SIM_NODES: nowhere. */
static size_t place_find(const SimLooked *looked, const Known *known)
{
	SimHost *host = looked->host;
	size_t provider;

	if (!may_say(looked, known))
		return SIM_NODES;
	if (!is_consumer(host))
		return host->at;
	provider = provider_find(host);
	if (provider < SIM_NODES && may_say_there(looked, provider) &&
	    sim_takes_writes(&host->sim->cluster.nodes[provider]))
		return provider;
	host->n_failed++;
	return SIM_NODES;
}

static void say(const SimLooked *looked, const Known *known)
{
	SimHost *host = looked->host;
	const uint16_t says = (uint16_t)(host->file.id | (host->is_well ? BEAT_WELL : 0));
	size_t place;

	if (!is_due(host, says))
		return;
	place = place_find(looked, known);
	if (place == SIM_NODES)
		return;
	sim_tally.beats++;
	sim_tally.beats_there += place != host->at;
	sim_beat(&host->sim->cluster, place, host->at, says);
	host->sim->cluster.now++;
	host->said = says;
	host->said_at = host->sim->cluster.now;
	own_look(host);
}

/* --- what is here of the others --- */

static int64_t now_sec(const SimHost *host)
{
	const SimCluster *cluster = &host->sim->cluster;

	return sim_seconds(cluster->now - cluster->nodes[host->at].late);
}

static Heartbeat beat_read(Pool *pool, const Sim *sim, const SimEntry *entry)
{
	const char *digest = sim->digests[entry->beat & ~BEAT_WELL];

	return (Heartbeat){
		.id = entry->name - SIM_NAMES + 1,
		.has_revision = true,
		.revision = (unsigned long)atol(digest),
		.sha256 = digest,
		.mode = "enforce",
		.state = entry->beat & BEAT_WELL ? HEARTBEAT_WELL : "held",
		.held = "",
		.rollout = entry->beat & BEAT_WELL ? HEARTBEAT_WELL : "held",
		.time_sec = sim_seconds(entry->csn.time),
		.csn = sim_csn_text(pool, entry->csn),
	};
}

/* Each counts: who may write them does not matter here. */
static Fleet fleet_read(Pool *pool, const SimHost *host)
{
	const SimNode *node = &host->sim->cluster.nodes[host->at];
	Fleet fleet = {.suffix = SIM_SUFFIX, .interval_sec = BEAT_EVERY, .read_sec = now_sec(host)};

	for (size_t i = 0; i < host->sim->cluster.n_nodes; i++) {
		FleetNode one = {.id = (unsigned)i + 1, .uri = "", .is_self = i == host->at};

		for (size_t k = 0; k < node->copy.n_entries; k++)
			if (node->copy.entries[k].name == SIM_NAMES + i) {
				one.has_beat = true;
				one.beat = beat_read(pool, host->sim, &node->copy.entries[k]);
			}
		POOL_PUSH(pool, fleet.nodes, fleet.n_nodes, one);
	}
	return fleet;
}

/* --- a revision that waits --- */

void sim_rollout_forget(SimHost *host)
{
	host->watched = NULL;
	host->own_newest = 0;
	host->has_lost = false;
}

/* What daemon_rollout.c asks before it believes its own copy. */
static const char *not_known(const SimLooked *looked, const Known *known)
{
	const KnownDatabase *database = known_database(known, SIM_SUFFIX);

	(void)looked;
	return !database || database->is_joining ? "this node's own copy is not complete" : NULL;
}

static void canary_look(const SimLooked *looked, const Known *known, KnownRollout *next)
{
	SimHost *host = looked->host;
	const PeersFile *waiting = looked->inputs->rollout.file;
	const Fleet fleet = fleet_read(looked->pool, host);
	const RolloutFile file = {waiting->desired, waiting->sha256, (unsigned)host->at + 1};
	KnownCanary *canary = pool_alloc(looked->pool, sizeof(*canary));

	if (!text_equal(next->sha256, file.sha256)) {
		next->sha256 = file.sha256;
		next->since_sec = now_sec(host);
		next->n_canaries = 0;
	}
	if (!text_equal(host->watched, file.sha256)) {
		host->watched = pool_strdup(host->sim->pool, file.sha256);
		host->watch = (CanaryWatch){.id = CANARY};
	}
	*canary =
		next->n_canaries > 0 ? next->canaries[0] : (KnownCanary){.id = CANARY, .says = ""};
	next->canaries = canary;
	next->n_canaries = 1;
	canary_watch(looked->pool,
		     &(CanaryLook){.file = &file,
				   .fleet = &fleet,
				   .now_usec = (uint64_t)host->sim->cluster.now * 1000000,
				   .now_sec = now_sec(host),
				   .not_known = not_known(looked, known)},
		     &host->watch, canary);
	if (rollout_has_soaked(&file, next))
		next->passed = file.sha256;
}

static void rollout_look(const SimLooked *looked, const Known *known)
{
	const SimHost *host = looked->host;
	const char *sha256 = looked->inputs->in_force.sha256;
	KnownRollout next = known->latest.rollout;

	if (looked->inputs->rollout.file) {
		canary_look(looked, known, &next);
	} else {
		looked->host->watched = NULL;
		next.sha256 = NULL;
		next.since_sec = 0;
		next.n_canaries = 0;
	}
	if (!text_equal(next.everywhere, sha256)) {
		const Fleet fleet = fleet_read(looked->pool, host);

		if (rollout_is_everywhere(&fleet, sha256, now_sec(host)))
			next.everywhere = sha256;
	}
	if (!known_rollout_equal(&known->latest.rollout, &next))
		(void)state_write_rollout(host->state_dir, &next, NULL);
}

void sim_beats_look(const SimLooked *looked)
{
	SimHost *host = looked->host;
	StateRead state;

	if (state_read(looked->pool, host->state_dir, false, &state, NULL) < 0)
		return;
	own_look(host);
	say(looked, &state.known);
	if (host->sim->is_staged)
		rollout_look(looked, &state.known);
}
