/* SPDX-License-Identifier: Apache-2.0 */
#include "common/desired/wanted.h"

#include <string.h>

#include "common/base/suggest.h"
#include "common/desired/desired_internal.h"
#include "common/desired/links.h"
#include "common/slapd/dn.h"
#include "common/slapd/url.h"

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

static int consumer_want(Pool *pool, const Desired *desired, const DesiredDatabase *database,
			 const Peer *self, const Peer *peer, const Secrets *secrets,
			 WantedConsumer *ret, Error *err)
{
	SyncreplSettings link = desired_link(pool, database, peer, self);
	WantedConsumer consumer = {.peer = peer, .rid = (int)desired_rid(database, peer)};

	memcpy(consumer.syncrepl.value, link.value, sizeof(link.value));
	if (link_secret(pool, desired, &link, secrets, &consumer, err) < 0)
		return -1;
	consumer.provider = url_spelling(pool, peer->uri);
	*ret = consumer;
	return 0;
}

static void reader_add(Pool *pool, WantedDatabase *database, const char *dn)
{
	for (size_t i = 0; i < database->n_readers; i++)
		if (dn_equal(database->readers[i], dn))
			return;
	POOL_PUSH(pool, database->readers, database->n_readers, dn);
}

/* By default whoever reads here: the bind DN that each other peer uses towards this node. */
static void readers_want(Pool *pool, const Desired *desired, const Peer *self,
			 WantedDatabase *database)
{
	const DesiredDatabase *given = database->desired;
	const char *dn, *before = NULL; /* most peers use the same */

	for (size_t i = 0; i < given->n_readers; i++)
		reader_add(pool, database, given->readers[i]);
	if (given->n_readers > 0)
		return;
	for (size_t i = 0; i < desired->n_peers; i++) {
		const Peer *consumer = &desired->peers[i];

		if (consumer == self || !desired_database_has_peer(given, consumer->id))
			continue;
		dn = wanted_reader(given, self, consumer);
		if (dn && dn != before)
			reader_add(pool, database, dn);
		before = dn;
	}
}

static int database_want(Pool *pool, const Desired *desired, const DesiredDatabase *given,
			 const Peer *self, const Secrets *secrets, WantedDatabase *ret, Error *err)
{
	AUTO(Pool) *scratch = pool_new();
	const Links links = links_make(scratch, desired, given);
	const RelaySet *reads = &links.reads[links_position(&links, self)];
	WantedDatabase database = {.desired = given};

	database.consumers = pool_alloc(pool, (links.n_relays + 1) * sizeof(*database.consumers));
	for (size_t at = 0; at < links.n_relays; at++)
		if (relay_set_has(reads, at) &&
		    consumer_want(pool, desired, given, self, links.nodes[at], secrets,
				  &database.consumers[database.n_consumers++], err) < 0)
			return -1;
	for (size_t at = 0; at < links.n_providers; at++)
		if (!relay_set_has(reads, at) && links.nodes[at] != self &&
		    consumer_want(pool, desired, given, self, links.nodes[at], secrets,
				  &database.consumers[database.n_consumers + database.n_others++],
				  err) < 0)
			return -1;
	readers_want(pool, desired, self, &database);
	database.n_logs = wanted_logs(pool, &links, self, &database.logs);
	*ret = database;
	return 0;
}

int wanted_make(Pool *pool, const Desired *desired, size_t self, const Secrets *secrets,
		Wanted *ret, Error *err)
{
	Wanted wanted = {.desired = desired, .self = &desired->peers[self]};

	wanted.server_id = pool_printf(pool, "%u", wanted.self->id);
	for (size_t i = 0; desired->server_id == SERVER_ID_LIST && i < desired->n_peers; i++)
		POOL_PUSH(pool, wanted.server_id_list, wanted.n_server_id_list,
			  pool_printf(pool, "%u %s", desired->peers[i].id, desired->peers[i].uri));
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

unsigned wanted_rank(const Wanted *wanted)
{
	unsigned rank = 0;

	for (size_t i = 0; i < wanted->desired->n_peers; i++)
		rank += wanted->desired->peers[i].id < wanted->self->id;
	return rank;
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
