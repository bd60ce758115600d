/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "common/base/timestamp.h"
#include "common/json/json_write.h"
#include "common/status/status_fleet.h"
#include "common/status/status_logs.h"
#include "common/status/status_rollout.h"

static void put_time(JsonOut *out, const char *key, int64_t sec)
{
	char text[TIMESTAMP_SIZE];

	json_out_text(out, key, timestamp_print(sec, text));
}

static void put_claim(JsonOut *out, const char *key, Claim claim)
{
	if (claim == CLAIM_UNKNOWN)
		json_out_null(out, key);
	else
		json_out_boolean(out, key, claim == CLAIM_YES);
}

static void put_node(JsonOut *out, const Status *status)
{
	if (status->node_id == 0) {
		json_out_null(out, "node");
		return;
	}
	json_out_open(out, "node", '{');
	json_out_number(out, "id", status->node_id);
	json_out_text(out, "uri", status->node_uri);
	json_out_text(out, "role", status->is_consumer ? "consumer" : "provider");
	if (status->is_hub)
		json_out_boolean(out, "hub", true);
	json_out_close(out, '{');
}

static void put_desired(JsonOut *out, const Status *status)
{
	const Condition *refusal = status_condition(status, CONDITION_TROUBLE, "desired");

	json_out_open(out, "desired", '{');
	json_out_text(out, "file", status->peers_file);
	json_out_text(out, "sha256", status->has_desired ? status->sha256 : NULL);
	if (status->has_desired && status->has_revision)
		json_out_number(out, "revision", (int64_t)status->revision);
	else
		json_out_null(out, "revision");
	json_out_text(out, "mode",
		      !status->has_desired             ? NULL
		      : status->mode == POLICY_ENFORCE ? "enforce"
						       : "audit");
	put_time(out, "refused_since", refusal ? refusal->since_sec : -1);
	json_out_text(out, "refused_why", refusal ? refusal->text : NULL);
	json_out_close(out, '{');
}

static void put_slapd(JsonOut *out, const Status *status)
{
	json_out_open(out, "slapd", '{');
	json_out_text(out, "uri", status->slapd_uri);
	put_claim(out, "up", status->is_slapd_up);
	put_time(out, "since", status->slapd_since_sec);
	put_time(out, "looked", status->looked_sec);
	put_claim(out, "in_step", status->is_server_in_step);
	json_out_close(out, '{');
}

static void put_pass(JsonOut *out, const StatusPass *pass)
{
	if (pass->number == 0) {
		json_out_null(out, "last_pass");
		return;
	}
	json_out_open(out, "last_pass", '{');
	json_out_number(out, "number", (int64_t)pass->number);
	put_time(out, "ended", pass->ended_sec);
	json_out_text(out, "trigger", pass->trigger);
	json_out_text(out, "outcome", pass_outcome_name(pass->outcome));
	json_out_usec(out, "duration_seconds", pass->duration_usec);
	json_out_close(out, '{');
}

static void put_peer(JsonOut *out, const StatusPeer *peer)
{
	json_out_open(out, NULL, '{');
	json_out_number(out, "id", peer->id);
	json_out_text(out, "uri", peer->uri);
	json_out_number(out, "rid", peer->rid);
	json_out_text(out, "state", link_state_name(status_link_state(peer)));
	put_time(out, "since", peer->since_sec);
	json_out_boolean(out, "seen", peer->was_seen);
	json_out_boolean(out, "down", peer->is_down);
	if (peer->certificate_end_sec >= 0)
		put_time(out, "certificate_ends", peer->certificate_end_sec);
	if (peer->log_oldest_sec > 0)
		put_time(out, "log_oldest", peer->log_oldest_sec);
	if (peer->is_unasked)
		json_out_boolean(out, "unasked", true);
	if (peer->has_old_tls_files)
		json_out_boolean(out, "old_tls_files", true);
	put_claim(out, "running", peer->is_running);
	if (peer->is_running == CLAIM_YES) {
		json_out_boolean(out, "at_intervals", peer->reads_at_intervals);
		json_out_boolean(out, "connected", peer->is_connected);
		json_out_text(out, "phase", peer->is_persistent ? "persist" : "refresh");
		put_time(out, "last_contact", peer->last_contact_sec);
		put_time(out, "last_connect", peer->last_connect_sec);
		put_time(out, "next_connect", peer->next_connect_sec);
	}
	json_out_close(out, '{');
}

static void put_copy(JsonOut *out, const CopyHealth *copy)
{
	json_out_open(out, NULL, '{');
	json_out_number(out, "id", copy->peer_id);
	json_out_text(out, "state", health_state_name(copy->state));
	json_out_boolean(out, "current", copy->is_current);
	put_time(out, "read", copy->read_sec);
	if (copy->lag_msec < 0)
		json_out_null(out, "lag_seconds");
	else
		json_out_usec(out, "lag_seconds", copy->lag_msec * 1000);
	json_out_text(out, "lacks", copy->lag_text && *copy->lag_text ? copy->lag_text : NULL);
	json_out_close(out, '{');
}

static void put_server_ids(JsonOut *out, const DatabaseHealth *health)
{
	char hex[8];

	json_out_open(out, "context_csn", '[');
	for (size_t i = 0; i < health->n_sids; i++) {
		const SidHealth *sid = &health->sids[i];

		(void)snprintf(hex, sizeof(hex), "%03x", sid->sid);
		json_out_open(out, NULL, '{');
		json_out_number(out, "server_id", sid->sid);
		json_out_text(out, "hex", hex);
		json_out_boolean(out, "retired", sid->is_retired);
		json_out_boolean(out, "listed", sid->is_listed);
		json_out_text(out, "newest", sid->newest);
		json_out_text(out, "here", sid->here);
		json_out_close(out, '{');
	}
	json_out_close(out, '[');
}

static void put_health(JsonOut *out, const DatabaseHealth *health)
{
	if (!health) {
		json_out_null(out, "content");
		return;
	}
	json_out_open(out, "content", '{');
	put_time(out, "looked", health->looked_sec);
	json_out_open(out, "copies", '[');
	put_copy(out, &health->here);
	/* Nothing is said of those that were never reached: they may be very many. */
	for (size_t i = 0; i < health->n_peers; i++)
		if (health->peers[i].read_sec >= 0)
			put_copy(out, &health->peers[i]);
	json_out_close(out, '[');
	put_server_ids(out, health);
	json_out_close(out, '{');
}

static void put_databases(JsonOut *out, const Status *status)
{
	json_out_open(out, "databases", '[');
	for (size_t i = 0; i < status->n_databases; i++) {
		const StatusDatabase *database = &status->databases[i];

		json_out_open(out, NULL, '{');
		json_out_text(out, "suffix", database->suffix);
		json_out_text(out, "dn", database->dn);
		put_claim(out, "in_step", database->is_in_step);
		put_time(out, "since", database->since_sec);
		json_out_boolean(out, "multi_provider", database->is_multi_provider);
		json_out_open(out, "peers", '[');
		for (size_t k = 0; k < database->n_peers; k++)
			put_peer(out, &database->peers[k]);
		json_out_close(out, '[');
		if (database->n_not_read > 0)
			json_out_number(out, "not_read", (int64_t)database->n_not_read);
		if (database->n_leaves > 0)
			json_out_number(out, "consumers", (int64_t)database->n_leaves);
		put_health(out, database->health);
		json_out_close(out, '{');
	}
	json_out_close(out, '[');
}

static void put_counts(JsonOut *out, const CompareRecord *record)
{
	if (record->verdict == COMPARISON_NOT_COMPARABLE)
		return;
	json_out_open(out, "counts", '{');
	for (DifferenceKind kind = 0; kind < DIFFERENCE_KIND_COUNT; kind++)
		json_out_number(out, difference_kind_name(kind), (int64_t)record->counts[kind]);
	json_out_close(out, '{');
}

/* Numbers only: names of entries are for whoever runs compare. */
static void put_compared(JsonOut *out, const CompareRecords *records)
{
	json_out_open(out, "compared", '[');
	for (size_t i = 0; i < records->n_items; i++) {
		const CompareRecord *record = &records->items[i];

		json_out_open(out, NULL, '{');
		json_out_text(out, "suffix", record->suffix);
		json_out_number(out, "id", record->peer_id);
		put_time(out, "compared", record->compared_sec);
		json_out_text(out, "verdict", comparison_verdict_name(record->verdict));
		put_counts(out, record);
		json_out_close(out, '{');
	}
	json_out_close(out, '[');
}

/* What lists of one kind call their items' code; NULL: they have none. */
static const struct {
	const char *list;
	const char *code;
} kinds[] = {
	[CONDITION_TROUBLE] = {"troubles", "event"}, [CONDITION_HOLD] = {"holds", "guard"},
	[CONDITION_FINDING] = {"findings", "code"},  [CONDITION_CHANGE] = {"changes", NULL},
	[CONDITION_LINK] = {"links_down", NULL},     [CONDITION_NODE] = {"nodes_silent", NULL},
};
_Static_assert(ARRAY_SIZE(kinds) == CONDITION_KIND_COUNT, "a list for every kind");

static void put_condition(JsonOut *out, const Condition *condition)
{
	json_out_open(out, NULL, '{');
	json_out_text(out, "key", condition->key);
	if (condition->kind == CONDITION_TROUBLE)
		json_out_text(out, "event",
			      condition->begins == EVENT_KIND_COUNT
				      ? NULL
				      : event_name(condition->begins));
	else if (kinds[condition->kind].code)
		json_out_text(out, kinds[condition->kind].code, condition->code);
	if (condition->kind == CONDITION_FINDING)
		json_out_text(out, "severity", condition->is_critical ? "critical" : "warning");
	json_out_text(out, "suffix", condition->suffix);
	if (condition->peer)
		json_out_text(out, "peer", condition->peer);
	json_out_text(out, "text", condition->what ? condition->what : condition->text);
	if (condition->kind == CONDITION_HOLD || condition->release)
		json_out_text(out, "release", condition->release);
	put_time(out, "since", condition->since_sec);
	json_out_close(out, '{');
}

static void put_conditions(JsonOut *out, const Status *status)
{
	for (ConditionKind kind = 0; kind < CONDITION_KIND_COUNT; kind++) {
		/* Without heartbeats nothing of it appears. */
		if (kind == CONDITION_NODE && status_count(status, kind) == 0)
			continue;
		json_out_open(out, kinds[kind].list, '[');
		for (size_t i = 0; i < status->conditions.n_items; i++)
			if (status->conditions.items[i].kind == kind)
				put_condition(out, &status->conditions.items[i]);
		json_out_close(out, '[');
	}
}

static void put_counters(JsonOut *out, const StatusCounters *counters)
{
	json_out_open(out, "counters", '{');
	json_out_open(out, "passes", '{');
	for (unsigned i = 0; i < PASS_OUTCOME_COUNT; i++)
		json_out_number(out, pass_outcome_name(i), (int64_t)counters->passes[i]);
	json_out_close(out, '{');
	json_out_usec(out, "passes_seconds", counters->passes_usec);
	json_out_open(out, "events", '{');
	for (unsigned i = 0; i < EVENT_KIND_COUNT; i++)
		json_out_number(out, event_name(i), (int64_t)counters->events[i]);
	json_out_close(out, '{');
	json_out_close(out, '{');
}

const char *status_print(Pool *pool, const Status *status)
{
	Buf text = BUF_IN(pool);
	JsonOut out = {.text = &text};

	/* A list of many peers is nearly all of it. */
	buf_reserve(&text, 330 * status_count_links(status));
	json_out_open(&out, NULL, '{');
	json_out_number(&out, "schema_version", STATUS_SCHEMA_VERSION);
	json_out_text(&out, "version", status->version);
	json_out_number(&out, "pid", status->pid);
	json_out_number(&out, "pid_ticks", (int64_t)status->pid_ticks);
	put_time(&out, "started", status->started_sec);
	put_time(&out, "stopped", status->stopped_sec);
	put_time(&out, "written", status->written_sec);
	json_out_number(&out, "interval_seconds", status->interval_sec);
	json_out_text(&out, "text", status->sentence);
	put_node(&out, status);
	put_desired(&out, status);
	put_slapd(&out, status);
	put_pass(&out, &status->last_pass);
	put_time(&out, "last_success", status->success_sec);
	put_time(&out, "next_pass", status->next_pass_sec);
	put_databases(&out, status);
	put_compared(&out, &status->compared);
	put_conditions(&out, status);
	logs_put(&out, &status->logs);
	rollout_put(&out, &status->rollout);
	fleets_put(&out, &status->fleets, status->written_sec);
	put_counters(&out, &status->counters);
	json_out_close(&out, '{');
	return buf_text(&text);
}
