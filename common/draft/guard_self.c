/* SPDX-License-Identifier: Apache-2.0 */
#include "common/draft/guard_self.h"

#include <string.h>

#include "common/plan/plan_changes.h"
#include "common/remedies/remedies.h"
#include "common/slapd/url.h"

static const Peer *other_peer(const Diff *diff, unsigned peer_id)
{
	const Peer *peer = desired_peer(diff->in->desired, peer_id);

	return diff->in->wanted && peer != diff->in->wanted->self ? peer : NULL;
}

static bool takes_for_own(const Diff *diff, unsigned peer_id)
{
	const Peer *peer = other_peer(diff, peer_id);

	return peer && live_is_myself(diff->in->live, peer->uri);
}

bool peer_is_myself(const Diff *diff, unsigned peer_id)
{
	for (size_t i = 0; i < diff->n_at_home; i++)
		if (diff->at_home[i] == peer_id)
			return true;
	return takes_for_own(diff, peer_id);
}

/* --- by address --- */

typedef struct Home {
	Diff *diff;
	Listeners listeners;
} Home;

/* 0: not known. */
static unsigned own_server_id(const Diff *diff)
{
	const Peer *self = diff->in->wanted->self;

	if (diff->server_id_is_wrong)
		return diff->has_live_sid ? diff->live_sid : 0;
	return peer_is_consumer(self) ? 0 : self->id;
}

static bool is_another(int server_id, unsigned own)
{
	return server_id > 0 && own > 0 && (unsigned)server_id != own;
}

/* What the kernel passes on to another server showed another server ID. */
static bool is_refuted(const Diff *diff, const Peer *peer)
{
	const Facts *facts = diff->in->facts;
	const unsigned own = own_server_id(diff);
	const Content *content;

	for (size_t i = 0; facts->probes && i < facts->probes->n_items; i++) {
		const Probe *probe = &facts->probes->items[i].probe;

		if (probe->peer_id == peer->id && url_equal(probe->uri, peer->uri) &&
		    is_another(probe->server_id, own))
			return true;
	}
	for (size_t i = 0; i < facts->n_databases; i++)
		for (size_t k = 0; (content = facts_everybody(&facts->databases[i], k)); k++)
			if (content->peer_id == peer->id && is_another(content->server_id, own))
				return true;
	return false;
}

static void home_look(const Home *home, unsigned peer_id, const char *address)
{
	Diff *diff = home->diff;
	const Peer *peer = other_peer(diff, peer_id);
	Url url;

	if (peer && address && url_parse(diff->pool, peer->uri, &url) &&
	    listeners_answer_at(&home->listeners, &diff->in->facts->machine.addresses, address,
				url.port) &&
	    !is_refuted(diff, peer))
		POOL_PUSH(diff->pool, diff->at_home, diff->n_at_home, peer_id);
}

/* Where it was reached by another URL says nothing. */
static void home_look_probe(const Home *home, const Probe *probe)
{
	const Peer *peer = other_peer(home->diff, probe->peer_id);

	if (peer && url_equal(probe->uri, peer->uri))
		home_look(home, probe->peer_id, probe->address);
}

void peers_find_myself(Diff *diff)
{
	const Live *live = diff->in->live;
	const Facts *facts = diff->in->facts;
	const Desired *desired = diff->in->desired;
	const Home home = {diff, listeners_read(diff->pool, live->listeners, live->n_listeners)};
	const Content *content;
	Url url;

	for (size_t i = 0; i < desired->n_peers; i++)
		if (url_parse(diff->pool, desired->peers[i].uri, &url))
			home_look(&home, desired->peers[i].id, url.host);
	for (size_t i = 0; facts->probes && i < facts->probes->n_items; i++)
		home_look_probe(&home, &facts->probes->items[i].probe);
	for (size_t i = 0; i < facts->n_databases; i++)
		for (size_t k = 0; (content = facts_everybody(&facts->databases[i], k)); k++)
			home_look(&home, content->peer_id, content->address);
}

/* --- by name --- */

/* An address, or "localhost", may be this machine's whatever slapd makes of it. */
static bool is_name(const char *uri)
{
	AUTO(Pool) *pool = pool_new();
	Url url;

	return url_parse(pool, uri, &url) && !strchr(url.host, ':') &&
	       strspn(url.host, "0123456789.") != strlen(url.host) &&
	       strncmp(url.host, "localhost", strlen("localhost")) != 0;
}

/* Where names say nothing, because all URLs are addresses: this machine has none but that one. */
static bool has_own_address(const Machine *machine, const Peer *peer)
{
	for (size_t i = 0; i < machine->n_own_urls; i++)
		if (strcmp(machine->own_urls[i], peer->uri) == 0)
			return true;
	return false;
}

const Peer *peer_that_listens_here(const Diff *diff)
{
	const Desired *desired = diff->in->desired;
	const Peer *self = diff->in->wanted->self;

	if (live_is_myself(diff->in->live, self->uri))
		return NULL;
	for (size_t i = 0; i < desired->n_peers; i++) {
		const Peer *peer = &desired->peers[i];

		if (has_own_address(&diff->in->facts->machine, peer))
			return peer;
		if (takes_for_own(diff, peer->id) &&
		    ((diff->has_live_sid && diff->live_sid == peer->id) ||
		     (is_name(self->uri) && is_name(peer->uri))))
			return peer;
	}
	return NULL;
}

bool provider_names_us(const Diff *diff, const char *provider)
{
	return provider && diff->own_provider && strcmp(provider, diff->own_provider) == 0;
}

bool consumer_is_myself(const Diff *diff, const LiveConsumer *consumer)
{
	return consumer->is_self ||
	       (diff->in->live->n_listeners == 0 && provider_names_us(diff, consumer->provider));
}

static Hold hold_of(const Diff *diff, const char *suffix, const Peer *peer)
{
	const char *id = pool_printf(diff->pool, "%u", peer->id);
	const char *line = remedy_fill(diff->pool, REMEDY_PEER_OUT, id, peer->uri);

	return (Hold){
		.guard = GUARD_SELF_NAMED,
		.suffix = suffix,
		.peer = peer->uri,
		.text = pool_printf(
			diff->pool,
			"peer %u, %s, is this server itself: %s. Write the URL of the server that "
			"is meant, or take out of \"peers\"",
			peer->id, peer->uri,
			takes_for_own(diff, peer->id)
				? "slapd here takes that URL for its own and would read from nobody"
				: "slapd here listens at that address and would read from itself"),
		.release = line,
	};
}

/* slapd refuses multi-provider on a database that reads from no other server. */
static bool reads_from_another(const Diff *diff, const WantedDatabase *wanted)
{
	for (size_t i = 0; i < wanted->n_consumers; i++)
		if (!peer_is_myself(diff, wanted->consumers[i].peer->id))
			return true;
	return false;
}

/* What cannot go without a link to another peer, and a list in which slapd would find itself twice:
 * it takes one value for its own only. */
static void hold_what_goes_with(Diff *diff, const DatabasePlan *database, Hold hold)
{
	if (diff->in->desired->server_id == SERVER_ID_LIST)
		plan_hold_kinds(diff->pool, diff->plan, NULL, CHANGE_BIT(CHANGE_SERVER_ID), hold);
	if (!reads_from_another(diff, database->wanted))
		plan_hold_kinds(diff->pool, diff->plan, database,
				CHANGE_BIT(CHANGE_MULTI_PROVIDER_ON), hold);
}

static void guard_database(Diff *diff, const DatabasePlan *database)
{
	Change *change;

	for (size_t at = 0; (change = change_next(diff->plan, database, CHANGES_TO_LINK, &at));) {
		Hold hold;

		if (!peer_is_myself(diff, change->consumer.wanted->peer->id))
			continue;
		/* Whatever else holds it: this is what a person must know. */
		hold = hold_of(diff, database->suffix, change->consumer.wanted->peer);
		plan_hold(diff->pool, diff->plan, change, hold);
		hold_what_goes_with(diff, database, hold);
	}
}

void guard_self_named(Diff *diff)
{
	for (size_t i = 0; i < diff->in->wanted->n_databases; i++)
		guard_database(diff, &diff->plan->databases[i]);
}
