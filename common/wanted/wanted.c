/* SPDX-License-Identifier: Apache-2.0 */
#include "common/wanted/wanted.h"

#include <string.h>

#include "common/base/suggest.h"
#include "common/desired/desired_internal.h"
#include "common/slapd/dn.h"
#include "common/slapd/url.h"
#include "common/syncrepl/syncrepl_log.h"
#include "common/topology/links_log.h"
#include "common/topology/links_relay.h"

static int link_secret(Pool *pool, const Desired *desired, const SyncreplSettings *link,
		       const Secrets *secrets, WantedConsumer *ret, Error *err)
{
	const Credentials *credentials = &link->credentials;
	const Secret *secret;

	if (credentials->kind == CREDENTIALS_NONE)
		return 0;
	secret = secrets_find(secrets, credentials);
	if (!secret || !secret->text)
		return error_set(err, secret && secret->is_denied ? ERROR_DENIED : ERROR_INPUT, 0,
				 "%s:%u:%u: credentials: %s", desired->name,
				 credentials->place.line, credentials->place.column,
				 secret && secret->problem ? secret->problem : "not read");
	ret->syncrepl.value[SYNCREPL_CREDENTIALS] = pool_strdup(pool, secret->text);
	ret->secret = secret->identity;
	return 0;
}

/* What a database is made from. */
typedef struct Wanting {
	Pool *pool;
	const Desired *desired;
	const DesiredDatabase *given;
	const Links *links;
	const Secrets *secrets;
	size_t self;            /* positions in links */
	SyncreplSettings plain; /* desired_link_plain() of self */
} Wanting;

static SyncreplSettings link_of(const Wanting *wanting, const Peer *provider)
{
	SyncreplSettings link = wanting->plain;

	if (!desired_is_read_plainly(provider))
		return desired_link(wanting->pool, wanting->given, provider,
				    wanting->links->nodes[wanting->self]);
	desired_link_name(wanting->pool, wanting->given, provider, &link);
	return link;
}

static int64_t reads_here_sec(const Wanting *wanting, size_t at)
{
	const Links *links = wanting->links;

	return relay_set_has(&links->reads[at], wanting->self)
		       ? desired_interval_sec(wanting->given, links->nodes[wanting->self],
					      links->nodes[at])
		       : -1;
}

static void log_want(const DesiredDatabase *given, Syncrepl *syncrepl)
{
	for (SyncreplKeyword keyword = 0; keyword < SYNCREPL_KEYWORD_COUNT; keyword++)
		if (syncrepl_is_log_keyword(keyword))
			syncrepl->value[keyword] =
				syncrepl_log_value(keyword, given->delta->logbase);
}

/* A peer that is not read can go without being asked: what it has is not known then. */
static int consumer_want(const Wanting *wanting, size_t at, bool is_read, WantedConsumer *ret,
			 Error *err)
{
	Pool *pool = wanting->pool;
	const Peer *peer = wanting->links->nodes[at];
	const SyncreplSettings link = link_of(wanting, peer);
	WantedConsumer consumer = {.peer = peer,
				   .rid = (int)desired_rid(wanting->given, peer),
				   .provider = url_spelling(pool, peer->uri),
				   .reads_here_sec = reads_here_sec(wanting, at)};

	Error problem;

	memcpy(consumer.syncrepl.value, link.value, sizeof(link.value));
	if (links_read_log(wanting->links, wanting->self, at))
		log_want(wanting->given, &consumer.syncrepl);
	if (link_secret(pool, wanting->desired, &link, wanting->secrets, &consumer,
			is_read ? err : &problem) < 0) {
		if (is_read)
			return -1;
		consumer.no_secret = pool_strdup(pool, problem.text);
	}
	*ret = consumer;
	return 0;
}

static void reader_add(Pool *pool, WantedDatabase *database, const char *dn, size_t *n_ours)
{
	size_t n = wanted_count_readers(database);

	for (size_t i = 0; i < n; i++)
		if (dn_equal(database->readers[i], dn))
			return;
	POOL_PUSH(pool, database->readers, n, dn);
	*n_ours += 1;
}

static bool is_read(const Links *links, size_t at_self)
{
	for (size_t at = 0; at < links->n_nodes; at++)
		if (at != at_self && relay_set_has(&links->reads[at], at_self))
			return true;
	return false;
}

/* By default those that read here: the bind DN that each other peer uses towards this node. What
 * "readers" says changes for whom rights and limits are written, not which nodes read. */
static void readers_want(Pool *pool, const Links *links, size_t at_self, WantedDatabase *database)
{
	const DesiredDatabase *given = database->desired;
	const bool is_given = given->n_readers > 0;
	const char *dn, *before = NULL; /* most peers use the same */
	bool is_read_hub; /* No provider reads a hub; but one without readers is as open. */

	if (at_self >= links->n_relays)
		return;
	is_read_hub = at_self >= links->n_providers && is_read(links, at_self);
	for (size_t i = 0; i < given->n_readers; i++)
		reader_add(pool, database, given->readers[i], &database->n_readers);
	for (size_t at = 0; at < links->n_nodes; at++) {
		const bool reads = relay_set_has(&links->reads[at], at_self);
		/* It brings others what it reads here. A plain consumer may be meant to read less.
		 */
		const bool is_relay = at < links->n_relays;

		if (at == at_self || (!reads && (!is_relay || is_read_hub)))
			continue;
		dn = wanted_reader(given, links->nodes[at_self], links->nodes[at]);
		if ((dn && dn == before) || (is_given && !dn) ||
		    ((is_given || !dn) && !(is_relay && reads)))
			continue;
		if (!dn) {
			database->has_unknown_reader = true;
			continue;
		}
		reader_add(pool, database, dn,
			   is_given ? &database->n_more_readers : &database->n_readers);
		before = dn;
	}
}

static int consumers_want(const Wanting *wanting, WantedDatabase *database, Error *err)
{
	const Links *links = wanting->links;
	const RelaySet *reads = &links->reads[wanting->self];

	for (size_t at = 0; at < links->n_relays; at++)
		if (relay_set_has(reads, at) &&
		    consumer_want(wanting, at, true, &database->consumers[database->n_consumers++],
				  err) < 0)
			return -1;
	for (size_t at = 0; at < links->n_providers; at++)
		if (!relay_set_has(reads, at) && at != wanting->self &&
		    consumer_want(
			    wanting, at, false,
			    &database->consumers[database->n_consumers + database->n_others++],
			    err) < 0)
			return -1;
	return 0;
}

/* They have what this node had, when it had to be made anew. */
static int heirs_want(const Wanting *wanting, WantedDatabase *database, Error *err)
{
	const Links *links = wanting->links;
	WantedConsumer *heirs = &database->consumers[database->n_consumers + database->n_others];

	if (wanting->self >= links->n_providers)
		return 0;
	for (size_t at = links->n_providers; at < links->n_nodes; at++)
		if (consumer_want(wanting, at, false, &heirs[database->n_heirs++], err) < 0)
			return -1;
	return 0;
}

static bool is_partial(const Links *links)
{
	for (size_t at = 0; at < links->n_providers; at++)
		if (relay_set_count(&links->reads[at]) + 1 < links->n_providers)
			return true;
	return false;
}

/* That the node reads, and so can ask. */
static size_t count_hubs(const Links *links, size_t node)
{
	size_t n = 0;

	for (size_t at = links->n_providers; at < links->n_relays; at++)
		n += relay_set_has(&links->reads[node], at);
	return n;
}

static int database_want(Pool *pool, const Desired *desired, const DesiredDatabase *given,
			 const Peer *self, const Secrets *secrets, WantedDatabase *ret, Error *err)
{
	AUTO(Pool) *scratch = pool_new();
	Links links = links_make(scratch, desired, given);
	const Wanting wanting = {.pool = pool,
				 .desired = desired,
				 .given = given,
				 .links = &links,
				 .secrets = secrets,
				 .self = links_position(&links, self),
				 .plain = desired_link_plain(given, self)};
	WantedDatabase database = {.desired = given, .is_partial = is_partial(&links)};

	links_log_make(scratch, &links);
	database.n_leaves = links.n_nodes - links.n_providers - peer_is_consumer(self) -
			    count_hubs(&links, wanting.self);
	database.consumers = pool_alloc(pool, (links.n_nodes + 1) * sizeof(*database.consumers));
	if (consumers_want(&wanting, &database, err) < 0 ||
	    heirs_want(&wanting, &database, err) < 0)
		return -1;
	readers_want(pool, &links, wanting.self, &database);
	database.n_logs = wanted_logs(pool, &links, self, &database.logs);
	*ret = database;
	return 0;
}

int wanted_make(Pool *pool, const Desired *desired, size_t self, const Secrets *secrets,
		Wanted *ret, Error *err)
{
	Wanted wanted = {.desired = desired, .self = &desired->peers[self]};

	if (!peer_is_consumer(wanted.self))
		wanted.server_id = pool_printf(pool, "%u", wanted.self->id);
	for (size_t i = 0; desired->server_id == SERVER_ID_LIST && i < desired->n_peers; i++)
		if (desired->peers[i].role == PEER_PROVIDER)
			POOL_PUSH(pool, wanted.server_id_list, wanted.n_server_id_list,
				  pool_printf(pool, "%u %s", desired->peers[i].id,
					      desired->peers[i].uri));
	for (size_t i = 0; i < desired->n_databases; i++) {
		const DesiredDatabase *given = &desired->databases[i];
		WantedDatabase database;

		if (!desired_database_has_peer(given, wanted.self->id))
			continue;
		if (database_want(pool, desired, given, wanted.self, secrets, &database, err) < 0)
			return -1;
		POOL_PUSH(pool, wanted.databases, wanted.n_databases, database);
	}
	*ret = wanted;
	return 0;
}

size_t wanted_count_consumers(const WantedDatabase *database)
{
	return database->n_consumers + database->n_others + database->n_heirs;
}

const WantedConsumer *wanted_peer(const WantedDatabase *database, unsigned peer_id)
{
	for (size_t i = 0; i < wanted_count_consumers(database); i++)
		if (database->consumers[i].peer->id == peer_id)
			return &database->consumers[i];
	return NULL;
}

bool wanted_needs_secret(const Wanted *wanted, const Secret *secret)
{
	for (size_t i = 0; i < wanted->n_databases; i++)
		for (size_t k = 0; k < wanted->databases[i].n_consumers; k++) {
			const Credentials credentials = desired_credentials(
				wanted->databases[i].desired,
				wanted->databases[i].consumers[k].peer, wanted->self);

			if (credentials.kind == secret->kind &&
			    credentials.kind != CREDENTIALS_NONE &&
			    strcmp(credentials.name, secret->name) == 0)
				return true;
		}
	return false;
}

unsigned wanted_rank(const Wanted *wanted)
{
	unsigned rank = 0;

	for (size_t i = 0; i < wanted->desired->n_peers; i++)
		rank += wanted->desired->peers[i].id < wanted->self->id;
	return rank;
}

size_t wanted_count_readers(const WantedDatabase *database)
{
	return database->n_readers + database->n_more_readers;
}

bool wanted_is_relay(const Wanted *wanted, const WantedDatabase *database)
{
	AUTO(Pool) *scratch = pool_new();
	Links links;

	if (!wanted->self || !database->is_partial)
		return false;
	links = links_make(scratch, wanted->desired, database->desired);
	return links_need(&links, wanted->self);
}

bool wanted_may_shut(const Wanted *wanted, const WantedDatabase *database)
{
	return database->desired->manages_limits &&
	       wanted->desired->policy.mode == POLICY_ENFORCE && wanted_is_relay(wanted, database);
}

bool wanted_is_shared(const WantedDatabase *database)
{
	return database->n_consumers + database->n_others + database->n_leaves > 0;
}

const WantedDatabase *wanted_find(const Wanted *wanted, const char *suffix)
{
	for (size_t i = 0; i < wanted->n_databases; i++)
		if (dn_equal(wanted->databases[i].desired->suffix, suffix))
			return &wanted->databases[i];
	return NULL;
}

int wanted_check_suffix(const Wanted *wanted, const char *suffix, Error *err)
{
	AUTO(Pool) *pool = pool_new();
	const char **known = NULL;
	size_t n = 0;

	if (wanted_find(wanted, suffix))
		return 0;
	for (size_t i = 0; i < wanted->n_databases; i++)
		POOL_PUSH(pool, known, n, wanted->databases[i].desired->suffix);
	return error_set(err, ERROR_USAGE, 0,
			 "--suffix '%s' is no database that this node holds by peers.json%s",
			 suffix, suggest_question(pool, suffix, known, n));
}
