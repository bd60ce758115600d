/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"
#include "common/base/timestamp.h"
#include "common/json/json_document.h"
#include "common/status/status_fleet.h"
#include "common/status/status_get.h"
#include "common/status/status_logs.h"
#include "common/status/status_rollout.h"

/* --- parts --- */

static StatusPeer peer_read(const JsonNode *item)
{
	const char *phase = get_text(item, "phase");

	return (StatusPeer){
		.id = (unsigned)get_number(item, "id"),
		.uri = get_text(item, "uri"),
		.rid = (int)get_number(item, "rid"),
		.is_running = get_claim(item, "running"),
		.reads_at_intervals = get_boolean(item, "at_intervals"),
		.is_connected = get_boolean(item, "connected"),
		.was_seen = get_boolean(item, "seen"),
		.is_down = get_boolean(item, "down"),
		.is_unasked = get_boolean(item, "unasked"),
		.has_old_tls_files = get_boolean(item, "old_tls_files"),
		.certificate_end_sec = get_time(item, "certificate_ends"),
		.log_oldest_sec = get_time(item, "log_oldest"),
		.is_persistent = phase && strcmp(phase, "persist") == 0,
		.since_sec = get_time(item, "since"),
		.last_contact_sec = get_time(item, "last_contact"),
		.last_connect_sec = get_time(item, "last_connect"),
		.next_connect_sec = get_time(item, "next_connect"),
	};
}

static CopyHealth copy_read(const JsonNode *item)
{
	const JsonNode *lag = json_member(item, "lag_seconds");
	const char *lacks = get_text(item, "lacks");

	return (CopyHealth){
		.peer_id = (unsigned)get_number(item, "id"),
		.state = health_state_named(get_text(item, "state")),
		.is_current = get_boolean(item, "current"),
		.read_sec = get_time(item, "read"),
		.lag_msec =
			lag && lag->type == JSON_NUMBER ? get_usec(item, "lag_seconds") / 1000 : -1,
		.lag_text = lacks ? lacks : "",
	};
}

/* The first copy is the one of this node. */
static const DatabaseHealth *health_read(Pool *pool, const JsonNode *database)
{
	const JsonNode *object = get_object(database, "content"), *item;
	DatabaseHealth health = {.suffix = get_text(database, "suffix"),
				 .looked_sec = get_time(object, "looked")};
	DatabaseHealth *kept;

	item = get_item(object, "copies", 0);
	if (!item)
		return NULL;
	health.here = copy_read(item);
	for (size_t i = 1; (item = get_item(object, "copies", i)); i++)
		POOL_PUSH(pool, health.peers, health.n_peers, copy_read(item));
	for (size_t i = 0; (item = get_item(object, "context_csn", i)); i++)
		POOL_PUSH(pool, health.sids, health.n_sids,
			  {.sid = (unsigned)get_number(item, "server_id"),
			   .is_retired = get_boolean(item, "retired"),
			   .is_listed = get_boolean(item, "listed"),
			   .newest = get_text(item, "newest"),
			   .here = get_text(item, "here")});
	kept = pool_alloc(pool, sizeof(*kept));
	*kept = health;
	return kept;
}

static void databases_read(Pool *pool, const JsonNode *root, Status *status)
{
	const JsonNode *item, *peer;

	for (size_t i = 0; (item = get_item(root, "databases", i)); i++) {
		StatusDatabase database = {
			.suffix = get_text(item, "suffix"),
			.dn = get_text(item, "dn"),
			.is_in_step = get_claim(item, "in_step"),
			.since_sec = get_time(item, "since"),
			.is_multi_provider = get_boolean(item, "multi_provider"),
			.n_not_read = get_number(item, "not_read"),
			.n_leaves = get_number(item, "consumers"),
			.health = health_read(pool, item),
		};

		for (size_t k = 0; (peer = get_item(item, "peers", k)); k++)
			POOL_PUSH(pool, database.peers, database.n_peers, peer_read(peer));
		POOL_PUSH(pool, status->databases, status->n_databases, database);
	}
}

static void compared_read(Pool *pool, const JsonNode *root, CompareRecords *ret)
{
	const JsonNode *item;

	for (size_t i = 0; (item = get_item(root, "compared", i)); i++) {
		const JsonNode *counts = get_object(item, "counts");
		CompareRecord record = {
			.suffix = get_text(item, "suffix"),
			.peer_id = (unsigned)get_number(item, "id"),
			.compared_sec = get_time(item, "compared"),
			.verdict = comparison_verdict_named(get_text(item, "verdict"))};

		for (DifferenceKind kind = 0; kind < DIFFERENCE_KIND_COUNT; kind++)
			record.counts[kind] = get_number(counts, difference_kind_name(kind));
		if (record.suffix)
			POOL_PUSH(pool, ret->items, ret->n_items, record);
	}
}

static EventKind event_find(const char *name)
{
	for (EventKind kind = 0; name && kind < EVENT_KIND_COUNT; kind++)
		if (strcmp(event_name(kind), name) == 0)
			return kind;
	return EVENT_KIND_COUNT;
}

static void conditions_read(Pool *pool, const JsonNode *root, ConditionKind kind, Status *status)
{
	static const char *const lists[] = {"troubles", "holds",      "findings",
					    "changes",  "links_down", "nodes_silent"};
	static const char *const codes[] = {"event", "guard", "code", "code", "code", "code"};
	const JsonNode *item;

	_Static_assert(ARRAY_SIZE(lists) == CONDITION_KIND_COUNT, "a list for every kind");
	for (size_t i = 0; (item = get_item(root, lists[kind], i)); i++) {
		const char *code = get_text(item, codes[kind]);
		const char *severity = get_text(item, "severity");

		POOL_PUSH(pool, status->conditions.items, status->conditions.n_items,
			  {
				  .key = get_text(item, "key"),
				  .begins = kind == CONDITION_TROUBLE ? event_find(code)
								      : EVENT_KIND_COUNT,
				  .ends = EVENT_KIND_COUNT,
				  .text = get_text(item, "text"),
				  .kind = kind,
				  .code = kind == CONDITION_TROUBLE ? NULL : code,
				  .is_critical = severity && strcmp(severity, "critical") == 0,
				  .suffix = get_text(item, "suffix"),
				  .peer = get_text(item, "peer"),
				  .release = get_text(item, "release"),
				  .since_sec = get_time(item, "since"),
			  });
	}
}

static StatusPass pass_read(const JsonNode *root)
{
	const JsonNode *object = get_object(root, "last_pass");
	const char *outcome = get_text(object, "outcome");
	StatusPass pass = {
		.number = get_number(object, "number"),
		.ended_sec = get_time(object, "ended"),
		.trigger = get_text(object, "trigger"),
		.duration_usec = get_usec(object, "duration_seconds"),
	};

	for (unsigned i = 0; outcome && i < PASS_OUTCOME_COUNT; i++)
		if (strcmp(pass_outcome_name(i), outcome) == 0)
			pass.outcome = i;
	return pass;
}

static StatusCounters counters_read(const JsonNode *root)
{
	const JsonNode *object = get_object(root, "counters");
	const JsonNode *passes = get_object(object, "passes");
	const JsonNode *events = get_object(object, "events");
	StatusCounters counters = {.passes_usec = get_usec(object, "passes_seconds")};

	for (unsigned i = 0; i < PASS_OUTCOME_COUNT; i++)
		counters.passes[i] = get_number(passes, pass_outcome_name(i));
	for (unsigned i = 0; i < EVENT_KIND_COUNT; i++)
		counters.events[i] = get_number(events, event_name(i));
	return counters;
}

static void desired_read(const JsonNode *root, Status *status)
{
	const JsonNode *object = get_object(root, "desired");
	const JsonNode *revision = json_member(object, "revision");
	const char *mode = get_text(object, "mode");

	status->peers_file = get_text(object, "file");
	status->sha256 = get_text(object, "sha256");
	status->has_desired = mode != NULL;
	status->mode = mode && strcmp(mode, "enforce") == 0 ? POLICY_ENFORCE : POLICY_AUDIT;
	status->has_revision = revision && revision->type == JSON_NUMBER;
	status->revision = get_number(object, "revision");
}

static void slapd_read(const JsonNode *root, Status *status)
{
	const JsonNode *object = get_object(root, "slapd");

	status->slapd_uri = get_text(object, "uri");
	status->is_slapd_up = get_claim(object, "up");
	status->slapd_since_sec = get_time(object, "since");
	status->looked_sec = get_time(object, "looked");
	status->is_server_in_step = get_claim(object, "in_step");
}

static Status status_read(Pool *pool, const JsonNode *root)
{
	const JsonNode *node = get_object(root, "node");
	Status status = {
		.version = get_text(root, "version"),
		.pid = (long)get_number(root, "pid"),
		.pid_ticks = get_number(root, "pid_ticks"),
		.started_sec = get_time(root, "started"),
		.stopped_sec = get_time(root, "stopped"),
		.written_sec = get_time(root, "written"),
		.interval_sec = (unsigned)get_number(root, "interval_seconds"),
		.sentence = get_text(root, "text"),
		.node_id = (unsigned)get_number(node, "id"),
		.node_uri = get_text(node, "uri"),
		.is_consumer = text_equal(get_text(node, "role"), "consumer"),
		.is_hub = get_boolean(node, "hub"),
		.success_sec = get_time(root, "last_success"),
		.next_pass_sec = get_time(root, "next_pass"),
		.last_pass = pass_read(root),
		.counters = counters_read(root),
	};

	desired_read(root, &status);
	slapd_read(root, &status);
	databases_read(pool, root, &status);
	compared_read(pool, root, &status.compared);
	status.logs = logs_read(pool, root);
	status.rollout = rollout_read(pool, root);
	status.fleets = fleets_read(pool, root);
	for (ConditionKind kind = 0; kind < CONDITION_KIND_COUNT; kind++)
		conditions_read(pool, root, kind, &status);
	return status;
}

/* Those without which nothing can be said; nothing is printed that is NULL. */
static bool is_whole(const Status *status)
{
	bool is_whole = status->version && status->sentence && status->pid > 0 &&
			status->peers_file && status->slapd_uri && status->written_sec >= 0;

	for (size_t i = 0; i < status->n_databases; i++) {
		is_whole = is_whole && status->databases[i].suffix;
		for (size_t k = 0; k < status->databases[i].n_peers; k++)
			is_whole = is_whole && status->databases[i].peers[k].uri;
		for (size_t k = 0;
		     status->databases[i].health && k < status->databases[i].health->n_sids; k++)
			is_whole = is_whole && status->databases[i].health->sids[k].newest;
	}
	is_whole = is_whole && fleets_are_whole(&status->fleets);
	for (size_t i = 0; i < status->conditions.n_items; i++)
		is_whole = is_whole && status->conditions.items[i].key &&
			   status->conditions.items[i].text;
	return is_whole;
}

int status_parse(Pool *pool, const char *name, const char *bytes, size_t len, Status *ret,
		 Error *err)
{
	const JsonNode *root;
	unsigned long long version;
	Status status;

	if (json_parse_ours(pool, name, bytes, len, &root, err) < 0)
		return -1;
	version = root->type == JSON_OBJECT ? get_number(root, "schema_version") : 0;
	if (version > STATUS_SCHEMA_VERSION)
		return error_set(err, ERROR_INPUT, 0,
				 "%s: was written by a newer syncward (schema_version %llu, this "
				 "one reads %d)",
				 name, version, STATUS_SCHEMA_VERSION);
	if (version == 0)
		return error_set(err, ERROR_INPUT, 0, "%s: is no status of a syncward", name);
	status = status_read(pool, root);
	if (!is_whole(&status))
		return error_set(err, ERROR_INPUT, 0, "%s: is damaged", name);
	*ret = status;
	return 0;
}
