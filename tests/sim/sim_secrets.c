/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim_secrets.h"

#include "tests/sim/sim_rules.h"

const char *sim_reader(const Sim *sim)
{
	return sim->rights.is_inside ? SIM_INSIDE : SIM_READER;
}

bool sim_is_reached(const SimHost *host, size_t peer)
{
	const SimCluster *cluster = &host->sim->cluster;

	return cluster->nodes[peer].is_up && !cluster->is_cut[host->at][peer] &&
	       !host->file.is_deaf;
}

bool sim_answers(const SimHost *host, size_t peer)
{
	return sim_is_reached(host, peer) &&
	       sim_takes_secret(&host->sim->cluster, peer, host->file.has_other_secret);
}

bool sim_may_search(const SimHost *host, size_t peer)
{
	return sim_answers(host, peer) && !host->sim->cluster.nodes[peer].is_shut;
}

/* --- session_bind.c --- */

/* lacks_account(): the suffix, and with it the account, is not there, or hidden before a bind. */
static bool shows_nothing(const SimHost *host, size_t peer)
{
	return host->sim->rights.is_hidden || host->sim->cluster.nodes[peer].copy.n_entries == 0;
}

/* The account that is elsewhere is seen where an empty database is. */
static bool shows_no_account(const SimHost *host, size_t peer)
{
	return host->sim->rights.is_inside ? shows_nothing(host, peer)
					   : host->sim->rights.is_hidden;
}

/* --- password_gate.c --- */

static bool has_link_up(const SimHost *host)
{
	for (size_t i = 0; i < host->sim->cluster.n_nodes; i++)
		if (host->sim->cluster.nodes[host->at].links[i].phase != SIM_DOWN)
			return true;
	return false;
}

/* A peer took the password, or takes it now. */
static bool is_proven(const SimHost *host)
{
	for (size_t i = 0; i < host->sim->cluster.n_nodes; i++)
		if (i != host->at && sim_answers(host, i))
			return true;
	return has_link_up(host);
}

/* Of those that may well have the account the first one hears the password, and no other one; who
 * shows nothing is asked all the same until then. */
static bool is_asked(const SimHost *host, size_t peer)
{
	const size_t n = host->sim->cluster.n_nodes;

	if (is_proven(host))
		return true;
	for (size_t k = 1; k < n; k++) {
		const size_t i = (host->at + k) % n;

		if (i == peer)
			return true;
		if (sim_is_reached(host, i) && !shows_nothing(host, i))
			return false;
	}
	return true;
}

/* And what it refuses is the password that a copy has: needs_answer.c. */
static bool shows_unbegun(const SimHost *host, size_t peer)
{
	return is_asked(host, peer) && shows_no_account(host, peer) &&
	       !host->sim->cluster.nodes[peer].has_overlay &&
	       sim_takes_secret(&host->sim->cluster, host->at, host->file.has_other_secret);
}

bool sim_looks_unbegun(const SimHost *host, size_t peer)
{
	return sim_is_reached(host, peer) && !sim_answers(host, peer) &&
	       shows_unbegun(host, peer) && host->sim->cluster.nodes[peer].copy.n_entries > 0;
}

Content sim_refused_read(const SimHost *host, size_t peer)
{
	if (sim_answers(host, peer))
		return (Content){.peer_id = (unsigned)peer + 1,
				 .state = CONTENT_DENIED,
				 .problem = "result 11"};
	return (Content){
		.peer_id = (unsigned)peer + 1,
		.state = CONTENT_DENIED,
		.problem = "invalid credentials",
		.is_unbegun = sim_rule_is_off(SIM_REFUSED) || shows_unbegun(host, peer),
	};
}

void sim_refused_probe(Pool *pool, const SimHost *host, size_t peer, Probe *probe)
{
	for (int step = 0; step < PROBE_BIND; step++)
		probe->steps[step] = PROBE_GOOD;
	if (sim_answers(host, peer)) {
		probe->steps[PROBE_BIND] = PROBE_GOOD;
		probe_add_fault(pool, probe, PROBE_BUSY, "a limit there refuses every search");
		return;
	}
	if (is_asked(host, peer))
		probe->steps[PROBE_BIND] = PROBE_BAD;
	probe_add_fault(pool, probe,
			is_asked(host, peer) ? PROBE_BIND_REFUSED : PROBE_BIND_NOT_REPEATED,
			"invalid credentials");
}

/* --- by hand --- */

/* A link that is as it should be goes on, as it does where syncward looks at it. */
void sim_hand_secret(SimCluster *cluster, size_t at, bool is_other)
{
	for (size_t i = 0; i < cluster->n_nodes; i++) {
		SimLink *link = &cluster->nodes[at].links[i];

		if (link->has_other_secret == is_other)
			continue;
		sim_link_drop(cluster, at, i);
		link->has_other_secret = is_other;
	}
}

void sim_hand_secrets_mend(SimCluster *cluster)
{
	for (size_t at = 0; at < cluster->n_nodes; at++)
		for (size_t i = 0; i < cluster->n_nodes; i++)
			cluster->nodes[at].links[i].has_other_secret =
				sim_takes_secret(cluster, i, true);
}
