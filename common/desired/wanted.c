/* SPDX-License-Identifier: Apache-2.0 */
#include "common/desired/wanted.h"

#include <string.h>
#include <strings.h>

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

static void reader_add(Pool *pool, WantedDatabase *database, const char *dn, size_t *n_ours)
{
	size_t n = wanted_count_readers(database);

	for (size_t i = 0; i < n; i++)
		if (dn_equal(database->readers[i], dn))
			return;
	POOL_PUSH(pool, database->readers, n, dn);
	*n_ours += 1;
}

/* With an authzid that is who reads, not who binds; NULL: nobody whose DN is known, for the
 * provider makes one of a name, or of a certificate. */
static const char *reader_of(const DesiredDatabase *given, const Peer *self, const Peer *consumer)
{
	const char *authzid = desired_setting(given, self, consumer, SYNCREPL_AUTHZID);
	const char *method = desired_setting(given, self, consumer, SYNCREPL_BINDMETHOD);

	if (authzid && *authzid)
		return strncasecmp(authzid, "dn:", 3) == 0 ? authzid + 3 : NULL;
	if (method && strcasecmp(method, "sasl") == 0)
		return NULL;
	return desired_setting(given, self, consumer, SYNCREPL_BINDDN);
}

/* Who brings others what it reads here. A plain consumer may be meant to read less. */
static bool relay_reads(const Links *links, const Peer *self, const Peer *consumer)
{
	const size_t at = links_position(links, consumer);
	const size_t at_self = links_position(links, self);

	return at < links->n_relays && at_self < links->n_relays &&
	       relay_set_has(&links->reads[at], at_self);
}

/* By default whoever reads here: the bind DN that each other peer uses towards this node. What
 * "readers" says changes for whom rights and limits are written, not who reads. */
static void readers_want(Pool *pool, const Desired *desired, const Links *links, const Peer *self,
			 WantedDatabase *database)
{
	const DesiredDatabase *given = database->desired;
	const bool is_given = given->n_readers > 0;
	const char *dn, *before = NULL; /* most peers use the same */

	for (size_t i = 0; i < given->n_readers; i++)
		reader_add(pool, database, given->readers[i], &database->n_readers);
	for (size_t i = 0; i < desired->n_peers; i++) {
		const Peer *consumer = &desired->peers[i];

		if (consumer == self || !desired_database_has_peer(given, consumer->id))
			continue;
		dn = reader_of(given, self, consumer);
		if ((dn && dn == before) || (is_given && !dn) ||
		    ((is_given || !dn) && !relay_reads(links, self, consumer)))
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
	readers_want(pool, desired, &links, self, &database);
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

size_t wanted_count_readers(const WantedDatabase *database)
{
	return database->n_readers + database->n_more_readers;
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
