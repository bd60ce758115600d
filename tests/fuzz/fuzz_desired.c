/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes: common/desired/desired.c common/document/desired_check.c */
/* Fuzzes: common/document/desired_check_link.c common/document/desired_delta.c */
/* Fuzzes: common/document/desired_heartbeat.c common/desired/desired_retired.c */
/* Fuzzes: common/document/desired_databases.c common/document/desired_parse.c */
/* Fuzzes: common/document/desired_peers.c common/document/desired_print.c */
/* Fuzzes: common/desired/desired_node.c common/desired/desired_syncrepl.c */
/* Fuzzes: common/json/json_fields.c common/json/json_place.c common/desired/settings.c */
/* Fuzzes: common/desired/desired_setting.c common/base/suggest.c */
/* Fuzzes: common/desired/desired_resolve.c common/document/desired_sites.c */
/* Fuzzes: common/desired/desired_rollout.c common/document/desired_hubs.c */
#include <stdint.h>
#include <stdlib.h>
#include <strings.h>

#include "common/base/suggest.h"
#include "common/desired/settings.h"
#include "common/json/json_scan.h"
#include "tests/lib/desired_same.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* The same bytes as agent.json: read whole, or the defaults stay. */
static void check_settings(Pool *pool, const char *bytes, size_t len)
{
	AgentSettings settings = settings_defaults;
	Error err = {0};

	if (settings_parse(pool, "fuzz", bytes, len, &settings, &err) < 0) {
		if (err.class != ERROR_INPUT || settings.ldap_uri != settings_defaults.ldap_uri)
			abort();
	} else if (settings.interval_sec < 5 || !settings.state_dir) {
		abort();
	}
}

static bool is_missing_or_found(int result, const Error *err)
{
	return result == 0 || (err->class == ERROR_INPUT && *err->text);
}

static int find(const Desired *desired, const char *node, const char *short_name, size_t *ret,
		Error *err)
{
	const NodeNames names = {.node = node, .fqdn = "no.such.host", .short_name = short_name};

	return desired_find_node(desired, &names, ret, err);
}

/* A consumer writes under no server ID, and in a mesh nobody is one. */
static void check_role(const Desired *desired, const Peer *peer)
{
	const bool is_provider = peer->role == PEER_PROVIDER;

	if ((desired_writer(desired, peer->id) == peer) != is_provider ||
	    (peer_server_id(peer) < 4096) != is_provider ||
	    (peer_is_consumer(peer) && is_provider) || (desired_is_mesh(desired) && !is_provider) ||
	    (*peer_clause(peer) == '\0') != is_provider)
		abort();
}

/* Whoever shows the server ID of another provider is taken for that one, and a consumer for nobody.
 */
static void check_writer(const Desired *desired, const Peer *peer)
{
	const bool is_provider = peer->role == PEER_PROVIDER;

	if (desired_other_writer(desired, peer, (int)peer->id) ||
	    desired_other_writer(desired, peer, 0))
		abort();
	for (size_t i = 0; i < desired->n_peers; i++) {
		const Peer *other = &desired->peers[i];
		const Peer *writer = desired_other_writer(desired, peer, (int)other->id);
		const bool is_taken = is_provider && other != peer && other->role == PEER_PROVIDER;

		if (writer != (is_taken ? other : NULL))
			abort();
	}
}

/* A hub is a consumer. */
static void check_hubs(const Desired *desired)
{
	for (size_t i = 0; i < desired->n_databases; i++)
		if (desired_has_hub(desired, &desired->databases[i]) &&
		    !desired_has_consumer(desired, &desired->databases[i]))
			abort();
}

/* Id and URI name one peer each; host and further names may be shared, but are never unknown. */
static void check_peer(Pool *pool, const Desired *desired, size_t i)
{
	const Peer *peer = &desired->peers[i];
	const char *id = pool_printf(pool, "%u", peer->id);
	size_t by_id = 0, by_uri = 0;
	Error err = {0};

	if (find(desired, id, NULL, &by_id, NULL) < 0 ||
	    find(desired, peer->uri, NULL, &by_uri, NULL) < 0 || by_id != i || by_uri != i ||
	    desired_peer(desired, peer->id) != peer)
		abort();
	check_role(desired, peer);
	check_writer(desired, peer);
	for (size_t k = 0; k < peer->n_names; k++) {
		size_t named = 0, asked = 0;
		const int result = find(desired, NULL, peer->names[k], &named, &err);

		if (result < 0 && err.code == DESIRED_NODE_MISSING)
			abort();
		if (!is_missing_or_found(find(desired, peer->names[k], NULL, &asked, &err), &err))
			abort();
	}
}

/* The addresses of this machine are hosts of peers: one of them, or two that are not one peer's. */
static void check_addresses(Pool *pool, const Desired *desired)
{
	const char *hosts[2];
	NodeNames names = {.fqdn = "no.such.host", .addresses = hosts};
	size_t at = 0;
	Error err = {0};

	for (size_t i = 0; i < desired->n_peers; i++) {
		hosts[0] = desired_peer_host(pool, &desired->peers[i]);
		hosts[1] = desired_peer_host(pool, &desired->peers[(i + 1) % desired->n_peers]);
		for (names.n_addresses = 1; names.n_addresses <= 2; names.n_addresses++)
			if (!is_missing_or_found(desired_find_node(desired, &names, &at, &err),
						 &err))
				abort();
	}
}

static void check_nodes(Pool *pool, const Desired *desired)
{
	size_t none = 0;
	Error err = {0};

	for (size_t i = 0; i < desired->n_peers; i++)
		check_peer(pool, desired, i);
	check_addresses(pool, desired);
	check_hubs(desired);
	if (!is_missing_or_found(find(desired, "no.such.host", NULL, &none, &err), &err) ||
	    !is_missing_or_found(find(desired, NULL, "", &none, &err), &err) ||
	    desired_peer(desired, 0))
		abort();
}

/* Only a link of type refreshOnly has an interval. */
static bool is_interval_right(const DesiredDatabase *database, const Peer *provider,
			      const Peer *consumer)
{
	AUTO(Pool) *pool = pool_new();
	const SyncreplSettings link = desired_link(pool, database, provider, consumer);
	const int64_t sec = desired_interval_sec(database, provider, consumer);

	return sec == 0 || (sec > 0 && strcasecmp(link.value[SYNCREPL_TYPE], "refreshOnly") == 0);
}

/* What is said of a link's pauses is of that link. */
static bool is_pace_right(const DesiredDatabase *database, const Peer *provider,
			  const Peer *consumer)
{
	AUTO(Pool) *pool = pool_new();
	const SyncreplSettings link = desired_link(pool, database, provider, consumer);
	const Syncrepl pace = desired_pace(database, provider, consumer);

	return pace.value[SYNCREPL_TYPE] == link.value[SYNCREPL_TYPE] &&
	       pace.value[SYNCREPL_INTERVAL] == link.value[SYNCREPL_INTERVAL] &&
	       pace.value[SYNCREPL_RETRY] == link.value[SYNCREPL_RETRY];
}

/* Each peer that a database lists is one of the file's, and has a rid of its own there. */
static void check_databases(const Desired *desired)
{
	for (size_t i = 0; i < desired->n_databases; i++) {
		const DesiredDatabase *database = &desired->databases[i];

		for (size_t k = 0; k < database->n_peer_ids; k++) {
			const Peer *peer = desired_peer(desired, database->peer_ids[k]);

			if (!peer || !desired_database_has_peer(database, peer->id) ||
			    (peer_is_read(peer) && desired_rid(database, peer) > 999) ||
			    !is_interval_right(database, &desired->peers[0], peer) ||
			    !is_pace_right(database, &desired->peers[0], peer))
				abort();
		}
		if (desired_database_has_peer(database, 0) ||
		    desired_database(desired, database->suffix) != database)
			abort();
	}
}

/* What may be made may stay in force. */
static void check_kept(Pool *pool, const char *bytes, size_t len)
{
	const Desired *kept = NULL;
	Error err = {0};

	if (desired_parse_kept(pool, "fuzz", bytes, len, &kept, &err) < 0)
		abort();
}

static void check_suggestion(Pool *pool, const char *bytes, size_t len)
{
	static const char *const known[] = {"peers", "databases"};
	const char *word = pool_printf(pool, "%.*s", (int)len, bytes);
	const char *near = suggest_word(word, known, ARRAY_SIZE(known));

	if ((near == NULL) != (*suggest_question(pool, word, known, ARRAY_SIZE(known)) == '\0'))
		abort();
}

/* What desired_print() shows means the same; a masked password alone must not load. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	AUTO(Pool) *pool = pool_new();
	const Desired *desired = NULL, *again = NULL;
	const char *text;
	Error err = {0};
	int result;

	check_settings(pool, (const char *)bytes, len);
	check_suggestion(pool, (const char *)bytes, len);
	result = desired_parse(pool, "fuzz", (const char *)bytes, len, &desired, &err);
	if (result < 0) {
		if (desired || err.class != ERROR_INPUT)
			abort();
		return 0;
	}
	check_kept(pool, (const char *)bytes, len);
	if (desired->n_peers <= 16) {
		check_nodes(pool, desired);
		check_databases(desired);
	}
	text = desired_print(pool, desired);
	if (strlen(text) > JSON_MAX_BYTES || desired->n_peers > 16)
		return 0;
	result = desired_parse(pool, "again", text, strlen(text), &again, &err);
	if (desired->has_literal_secret ? result == 0 : result < 0 || !desired_same(desired, again))
		abort();
	return 0;
}
