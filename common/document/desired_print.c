/* SPDX-License-Identifier: Apache-2.0 */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "common/desired/desired_internal.h"
#include "common/desired/secret.h"

typedef struct json_object Json;

static void put(Json *object, const char *key, Json *value)
{
	json_object_object_add(object, key, value);
}

static void put_number(Json *object, const char *key, unsigned long number)
{
	put(object, key, json_object_new_int64((int64_t)number));
}

static void put_boolean(Json *object, const char *key, bool is_true)
{
	put(object, key, json_object_new_boolean(is_true));
}

static void put_text(Json *object, const char *key, const char *text)
{
	put(object, key, json_object_new_string(text));
}

static void put_texts(Json *object, const char *key, const char **texts, size_t n)
{
	Json *array = json_object_new_array();

	for (size_t i = 0; i < n; i++)
		json_object_array_add(array, json_object_new_string(texts[i]));
	put(object, key, array);
}

static Json *credentials_json(const Credentials *credentials)
{
	Json *object;

	if (credentials->kind == CREDENTIALS_LITERAL)
		return json_object_new_string(PASSWORD_MASK);
	object = json_object_new_object();
	put_text(object, credentials->kind == CREDENTIALS_FILE ? "file" : "credential",
		 credentials->name);
	return object;
}

static Json *keyword_json(SyncreplKeyword keyword, const char *value)
{
	switch (syncrepl_keyword_kind(keyword)) {
	case SYNCREPL_KIND_NUMBER:
		return json_object_new_int64(strtol(value, NULL, 10));
	case SYNCREPL_KIND_FLAG:
		return json_object_new_boolean(true);
	default:
		return json_object_new_string(value);
	}
}

/* database is given for its own settings, which show our defaults; NULL for a peer's. */
static Json *settings_json(const SyncreplSettings *settings, const DesiredDatabase *database)
{
	Json *object = json_object_new_object();

	for (SyncreplKeyword keyword = 0; keyword < SYNCREPL_KEYWORD_COUNT; keyword++) {
		const char *name = syncrepl_keyword_name(keyword);
		const char *value = settings->value[keyword];

		if (!value && database)
			value = desired_default(database, keyword);
		if (keyword == SYNCREPL_CREDENTIALS &&
		    settings->credentials.kind != CREDENTIALS_NONE)
			put(object, name, credentials_json(&settings->credentials));
		else if (value)
			put(object, name, keyword_json(keyword, value));
		else if (settings->left_out[keyword] && !database)
			put(object, name, NULL);
	}
	return object;
}

static Json *reads_json(const PeerReads *reads)
{
	Json *array = json_object_new_array();

	for (size_t i = 0; i < reads->n_items; i++)
		json_object_array_add(array, reads->items[i].site
						     ? json_object_new_string(reads->items[i].site)
						     : json_object_new_int64(reads->items[i].id));
	return array;
}

/* What a peer is, other than a provider of a mesh. */
static void put_role(Json *object, const Peer *peer)
{
	/* A word that says what is so anyway would change the digest of files from before it. */
	if (peer->role != PEER_PROVIDER)
		put_text(object, "role", peer_role_names[peer->role]);
	if (peer->role == PEER_CONSUMER) {
		put_boolean(object, "hub", peer->is_hub);
		put_boolean(object, "update_ref", peer->refers_updates);
	}
	if (peer->site)
		put_text(object, "site", peer->site);
	if (peer->reads)
		put(object, "reads", reads_json(peer->reads));
}

static Json *peer_json(const Peer *peer)
{
	Json *object = json_object_new_object();
	unsigned rid = peer->rid >= 0 ? (unsigned)peer->rid : peer->id;

	put_number(object, "id", peer->id);
	put_text(object, "uri", peer->uri);
	if (peer->n_names > 0)
		put_texts(object, "names", peer->names, peer->n_names);
	put_role(object, peer);
	if (rid <= RID_MAX)
		put_number(object, "rid", rid);
	if (!settings_are_empty(peer->syncrepl))
		put(object, "syncrepl", settings_json(peer->syncrepl, NULL));
	if (!settings_are_empty(peer->as_consumer))
		put(object, "as_consumer", settings_json(peer->as_consumer, NULL));
	return object;
}

static Json *syncprov_json(const DesiredSyncprov *syncprov)
{
	Json *object;

	if (!syncprov->is_managed)
		return json_object_new_boolean(false);
	object = json_object_new_object();
	if (syncprov->checkpoint)
		put_text(object, "checkpoint", syncprov->checkpoint);
	if (syncprov->sessionlog)
		put_number(object, "sessionlog", strtoul(syncprov->sessionlog, NULL, 10));
	if (syncprov->removes_sessionlog)
		put(object, "sessionlog", json_object_new_boolean(false));
	return object;
}

static Json *delta_json(const Delta *delta)
{
	Json *object = json_object_new_object();

	put_text(object, "logbase", delta->logbase);
	put_text(object, "directory", delta->directory);
	put_text(object, "purge", delta->purge);
	return object;
}

static Json *heartbeat_json(const DesiredHeartbeat *heartbeat)
{
	Json *object = json_object_new_object();

	put_text(object, "container", heartbeat->container);
	put_number(object, "interval", heartbeat->interval_sec);
	return object;
}

static Json *database_json(const DesiredDatabase *database)
{
	Json *object = json_object_new_object(), *ids = json_object_new_array();

	for (size_t i = 0; i < database->n_peer_ids; i++)
		json_object_array_add(ids, json_object_new_int((int)database->peer_ids[i]));
	put_text(object, "suffix", database->suffix);
	put_number(object, "rid_offset", database->rid_offset);
	if (database->n_peer_ids > 0)
		put(object, "peers", ids);
	else
		json_object_put(ids);
	put(object, "syncrepl", settings_json(&database->syncrepl, database));
	if (database->n_readers > 0)
		put_texts(object, "readers", database->readers, database->n_readers);
	put(object, "syncprov", syncprov_json(&database->syncprov));
	put_boolean(object, "index", database->manages_index);
	put_boolean(object, "limits", database->manages_limits);
	put_boolean(object, "access", database->manages_access);
	if (database->delta)
		put(object, "delta", delta_json(database->delta));
	if (database->heartbeat.container)
		put(object, "heartbeat", heartbeat_json(&database->heartbeat));
	return object;
}

static Json *sites_json(const DesiredTopology *topology)
{
	Json *object = json_object_new_object();

	for (size_t i = 0; i < topology->n_sites; i++) {
		Json *site = json_object_new_object();

		put(site, "syncrepl", settings_json(&topology->sites[i].syncrepl, NULL));
		put(object, topology->sites[i].name, site);
	}
	return object;
}

static Json *topology_json(const DesiredTopology *topology)
{
	Json *object = json_object_new_object();

	put_number(object, "gateways", topology->n_gateways);
	return object;
}

static Json *retired_json(const Desired *desired)
{
	Json *array = json_object_new_array();

	for (size_t i = 0; i < desired->n_retired; i++) {
		Json *item = json_object_new_object();

		put_number(item, "id", desired->retired[i].id);
		json_object_array_add(array, item);
	}
	return array;
}

static Json *rollout_json(Pool *pool, const DesiredRollout *rollout)
{
	Json *object = json_object_new_object(), *first = json_object_new_array();

	for (size_t i = 0; i < rollout->n_first; i++)
		json_object_array_add(first, json_object_new_int64((int64_t)rollout->first[i]));
	put(object, "first", first);
	put_text(object, "soak", pool_printf(pool, "%llds", (long long)rollout->soak_sec));
	return object;
}

static Json *policy_json(Pool *pool, const DesiredPolicy *policy)
{
	Json *object = json_object_new_object();

	put_text(object, "mode", policy_mode_names[policy->mode]);
	put_boolean(object, "prune", policy->prune);
	put_texts(object, "keep", policy->keep, policy->n_keep);
	put_number(object, "max_removals", policy->max_removals);
	if (policy->retry_may_end)
		put_boolean(object, "retry_may_end", true);
	if (policy->rollout.n_first > 0)
		put(object, "rollout", rollout_json(pool, &policy->rollout));
	else if (policy->rollout.is_off)
		put_boolean(object, "rollout", false);
	return object;
}

const char *desired_print(Pool *pool, const Desired *desired)
{
	Json *document = json_object_new_object();
	Json *peers = json_object_new_array(), *databases = json_object_new_array();
	const char *text;

	for (size_t i = 0; i < desired->n_peers; i++)
		json_object_array_add(peers, peer_json(&desired->peers[i]));
	for (size_t i = 0; i < desired->n_databases; i++)
		json_object_array_add(databases, database_json(&desired->databases[i]));
	put_number(document, "format", 1);
	if (desired->has_revision)
		put_number(document, "revision", desired->revision);
	if (desired->adopted_from > 0)
		put_number(document, "adopted_from", desired->adopted_from);
	put(document, "peers", peers);
	put(document, "databases", databases);
	if (desired->topology.n_sites > 0)
		put(document, "sites", sites_json(&desired->topology));
	if (desired->topology.n_gateways > 0)
		put(document, "topology", topology_json(&desired->topology));
	if (desired->n_retired > 0)
		put(document, "retired", retired_json(desired));
	put_text(document, "server_id", server_id_form_names[desired->server_id]);
	put(document, "policy", policy_json(pool, &desired->policy));
	text = pool_printf(pool, "%s\n",
			   json_object_to_json_string_ext(
				   document, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
						     JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(document);
	return text;
}

/* It had a default that no longer exists. */
#define FORMER_SESSIONLOG "1000"

const char *desired_print_former(Pool *pool, const Desired *desired)
{
	DesiredDatabase *databases =
		pool_alloc(pool, (desired->n_databases + 1) * sizeof(*databases));
	Desired former = *desired;

	for (size_t i = 0; i < desired->n_databases; i++) {
		databases[i] = desired->databases[i];
		if (databases[i].syncprov.is_managed && !databases[i].syncprov.sessionlog &&
		    !databases[i].syncprov.removes_sessionlog)
			databases[i].syncprov.sessionlog = FORMER_SESSIONLOG;
	}
	former.databases = databases;
	return desired_print(pool, &former);
}
