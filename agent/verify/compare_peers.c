/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/verify/compare_peers.h"

#include <string.h>

#include "agent/peer/probe_targets.h"
#include "agent/session/session_tls.h"
#include "common/copy/copy_relation.h"
#include "common/slapd/listener.h"
#include "common/slapd/url.h"

/* --- which to ask --- */

typedef struct Asking {
	Pool *pool;
	const CompareOptions *options;
	const World *world;
	LinkRound round;
} Asking;

/* For one that must not be asked, the answer is there at once. */
static ComparePeer peer_add(Asking *asking, const WantedDatabase *wanted,
			    const WantedConsumer *consumer)
{
	const size_t n_withheld = asking->round.withheld.n_items;
	ComparePeer peer = {
		.peer = consumer->peer,
		.link = link_inherit_tls(&consumer->syncrepl, asking->world->live.global)};

	link_round_add(&asking->round, wanted, consumer);
	if (asking->round.withheld.n_items > n_withheld)
		peer.content = probe_content(&asking->round.withheld.items[n_withheld].probe);
	return peer;
}

static ComparePeers database_add(Asking *asking, const WantedDatabase *wanted)
{
	ComparePeers peers = {.wanted = wanted};

	for (size_t i = 0; i < wanted->n_consumers; i++)
		if (compare_wants_peer(asking->options, wanted->consumers[i].peer->id))
			POOL_PUSH(asking->pool, peers.items, peers.n_items,
				  peer_add(asking, wanted, &wanted->consumers[i]));
	return peers;
}

/* --- whether they answer --- */

static Content content_take(const Asking *asking, const Probe *probe, const Error *err)
{
	if (probe)
		return probe_content(probe);
	return (Content){.state = CONTENT_UNREACHABLE,
			 .problem = pool_strdup(asking->pool, err->text)};
}

/* In the order in which they were added. */
static void contents_take(const Asking *asking, ComparePeers *databases, size_t n,
			  const Probe *probes, const Error *err)
{
	size_t at = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < databases[i].n_items; k++) {
			Content *content = &databases[i].items[k].content;

			if (content->state != CONTENT_UNKNOWN)
				continue;
			*content = content_take(asking, probes ? &probes[at] : NULL, err);
			at++;
		}
}

/* A password that one refuses is sent to no other. */
static Probe *peers_probe(const Asking *asking, const Wanted *wanted, World *world, Error *err)
{
	const LinkRound *round = &asking->round;
	const ProbeRefusals before = world->refusals;
	const ProbeOptions options = {.depth = PROBE_DEPTH_ID,
				      .expectation = {.our_id = peer_server_id(wanted->self)},
				      .refusals = &before};
	Probe *probes = NULL;

	if (round->n_targets > 0)
		(void)probe_run(asking->pool, round->targets, round->n_targets, &options, &probes,
				&world->refusals, err);
	return probes;
}

/* --- one server under two names --- */

/* Two that show different server IDs are two, whatever is between them and us. */
static bool is_reached_as(const ComparePeer *one, const ComparePeer *other)
{
	const int id = one->content.server_id, other_id = other->content.server_id;
	AUTO(Pool) *pool = pool_new();
	Url left, right;

	return (id == 0 || other_id == 0 || id == other_id) && one->content.address &&
	       other->content.address &&
	       strcmp(one->content.address, other->content.address) == 0 &&
	       url_parse(pool, one->peer->uri, &left) &&
	       url_parse(pool, other->peer->uri, &right) && left.port == right.port;
}

static bool is_here(const ComparePeer *peer, const World *world, const Listeners *listeners)
{
	AUTO(Pool) *pool = pool_new();
	Url url;

	return peer->content.address && url_parse(pool, peer->peer->uri, &url) &&
	       listeners_answer_at(listeners, &world->facts.machine.addresses,
				   peer->content.address, url.port);
}

/* The server ID first: it says which peer's line is right. */
static const char *another_describe(const Asking *asking, const Wanted *wanted,
				    const ComparePeers *peers, size_t i, const Listeners *listeners)
{
	const ComparePeer *peer = &peers->items[i];
	const Peer *owner =
		desired_other_writer(wanted->desired, peer->peer, peer->content.server_id);

	if (owner)
		return pool_printf(asking->pool,
				   "it runs under server ID %u, that of %s, and may be that "
				   "server: what it shows proves nothing of a second copy",
				   owner->id, owner->uri);
	if (peer->content.server_id == 0 && is_here(peer, asking->world, listeners))
		return "its address leads to this node, which would be compared with itself";
	for (size_t k = 0; k < i; k++)
		if (is_reached_as(peer, &peers->items[k]))
			return pool_printf(asking->pool,
					   "its address leads to the same server as %s, which is "
					   "compared already",
					   peers->items[k].peer->uri);
	return NULL;
}

static void others_find(const Asking *asking, const Wanted *wanted, World *world,
			ComparePeers *databases, size_t n)
{
	const Listeners listeners =
		listeners_read(asking->pool, world->live.listeners, world->live.n_listeners);

	world_look_for_addresses(asking->pool, wanted, &world->facts.machine);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < databases[i].n_items; k++)
			databases[i].items[k].is_another =
				another_describe(asking, wanted, &databases[i], k, &listeners);
}

ComparePeers *compare_peers_ask(Pool *pool, const CompareOptions *options, const Wanted *wanted,
				World *world, size_t *ret_n)
{
	const LinkProbes none = {0};
	const PasswordSight sight = {options->known_links, &world->live, &none};
	Asking asking = {.pool = pool,
			 .options = options,
			 .world = world,
			 .round = link_round_new(pool, options->directory, &sight)};
	ComparePeers *databases = NULL;
	size_t n = 0;
	Error err = {0};
	Probe *probes;

	for (size_t i = 0; i < wanted->n_databases; i++)
		if (compare_wants_database(options, &wanted->databases[i]))
			POOL_PUSH(pool, databases, n, database_add(&asking, &wanted->databases[i]));
	probes = peers_probe(&asking, wanted, world, &err);
	contents_take(&asking, databases, n, probes, &err);
	others_find(&asking, wanted, world, databases, n);
	*ret_n = n;
	return databases;
}

bool compare_peer_answers(const ComparePeer *peer)
{
	return content_has_data(&peer->content) && !peer->is_another;
}

const char *compare_peer_problem(Pool *pool, const ComparePeer *peer, const char *suffix)
{
	if (peer->content.state == CONTENT_READ && peer->is_another)
		return peer->is_another;
	if (peer->content.state == CONTENT_READ)
		return pool_printf(pool,
				   "it holds no entry %s, or hides it from the account that reads "
				   "it",
				   suffix);
	return peer->content.problem;
}
