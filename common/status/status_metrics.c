/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "common/status/metric.h"
#include "common/status/status_compared.h"
#include "common/status/status_fleet.h"
#include "common/status/status_logs.h"
#include "common/status/status_rollout.h"

/* What is reported, and where to. */
typedef struct Page {
	Buf *out;
	const Status *status;
} Page;

static void node(Page *page)
{
	const Status *status = page->status;
	char id[16];

	if (status->node_id == 0)
		return;
	(void)snprintf(id, sizeof(id), "%u", status->node_id);
	metric_begin(page->out, "node_info", "gauge", "The peer that this node is.");
	metric_sample(page->out, "node_info",
		      (const char *const[][2]){{"id", id}, {"uri", status->node_uri}, {0}}, "1");
}

/* What stays true of a daemon that was stopped. */
static void life(Page *page)
{
	const Status *status = page->status;

	metric_begin(page->out, "build_info", "gauge", "The version of syncward.");
	metric_sample(page->out, "build_info",
		      (const char *const[][2]){{"version", status->version}, {0}}, "1");
	metric_gauge(page->out, "up", "Whether the daemon runs: 0 once it was stopped.",
		     status->stopped_sec < 0);
	metric_moment(page->out, "start_time_seconds", "When the daemon started.",
		      status->started_sec);
	metric_moment(page->out, "written_timestamp_seconds", "When the daemon wrote this.",
		      status->written_sec);
	node(page);
}

static void passes(Page *page)
{
	const Status *status = page->status;
	unsigned long all = 0;

	metric_moment(page->out, "last_pass_timestamp_seconds", "When the last pass ended.",
		      status->last_pass.ended_sec);
	metric_moment(page->out, "last_success_timestamp_seconds",
		      "When a pass last ended without an error.", status->success_sec);
	metric_gauge(page->out, "interval_seconds",
		     "The longest time between passes while all is well.", status->interval_sec);
	metric_begin(page->out, "passes_total", "counter", "Passes since the start, by outcome.");
	for (unsigned i = 0; i < PASS_OUTCOME_COUNT; i++) {
		all += status->counters.passes[i];
		metric_number(page->out, "passes_total",
			      (const char *const[][2]){{"outcome", pass_outcome_name(i)}, {0}},
			      (long long)status->counters.passes[i]);
	}
	metric_begin(page->out, "pass_duration_seconds", "summary", "How long passes took.");
	metric_usec(page->out, "pass_duration_seconds_sum", NULL, status->counters.passes_usec);
	metric_number(page->out, "pass_duration_seconds_count", NULL, (long long)all);
}

static void events(Page *page)
{
	const unsigned long *counts = page->status->counters.events;

	metric_begin(page->out, "events_total", "counter",
		     "Events that were logged to the journal, by name.");
	for (unsigned i = 0; i < EVENT_KIND_COUNT; i++)
		metric_number(page->out, "events_total",
			      (const char *const[][2]){{"event", event_name(i)}, {0}},
			      (long long)counts[i]);
	metric_begin(page->out, "corrections_total", "counter",
		     "Corrections of cn=config, by result.");
	metric_number(page->out, "corrections_total",
		      (const char *const[][2]){{"result", "applied"}, {0}},
		      (long long)counts[EVENT_CORRECTION_APPLIED]);
	metric_number(page->out, "corrections_total",
		      (const char *const[][2]){{"result", "failed"}, {0}},
		      (long long)counts[EVENT_CORRECTION_FAILED]);
}

static void desired(Page *page)
{
	const Status *status = page->status;

	if (status->has_desired && status->sha256) {
		metric_begin(page->out, "desired_info", "gauge",
			     "The peers.json that is in force.");
		metric_sample(page->out, "desired_info",
			      (const char *const[][2]){{"sha256", status->sha256}, {0}}, "1");
	}
	if (status->has_desired && status->has_revision)
		metric_gauge(page->out, "desired_revision",
			     "The revision of peers.json that is in force.",
			     (long long)status->revision);
	metric_gauge(page->out, "desired_refused",
		     "Whether peers.json or a secret cannot be used and an earlier one is in "
		     "force.",
		     status_condition(status, CONDITION_TROUBLE, "desired") != NULL);
	metric_gauge(page->out, "enforcing",
		     "Whether changes are written (policy.mode is enforce).",
		     status->has_desired && status->mode == POLICY_ENFORCE);
}

static bool is_of_code(const Condition *condition, const Condition *other)
{
	return condition->kind == other->kind && condition->code && other->code &&
	       (condition->kind != CONDITION_FINDING ||
		condition->is_critical == other->is_critical) &&
	       strcmp(condition->code, other->code) == 0;
}

/* One sample for each code that there is; of findings for each severity of it. */
static void conditions_by_code(Page *page, ConditionKind kind, const char *name)
{
	const ConditionList *list = &page->status->conditions;

	for (size_t i = 0; i < list->n_items; i++) {
		const Condition *one = &list->items[i];
		const char *severity = kind != CONDITION_FINDING ? NULL
				       : one->is_critical        ? "critical"
								 : "warning";
		long long n_same = 0, n_before = 0;

		for (size_t k = 0; k < list->n_items; k++)
			if (is_of_code(&list->items[k], one)) {
				n_same++;
				n_before += k < i;
			}
		if (one->kind == kind && one->code && n_before == 0)
			metric_number(page->out, name,
				      (const char *const[][2]){
					      {"code", one->code}, {"severity", severity}, {0}},
				      n_same);
	}
}

static void number_left(Page *page, const char *name, const char *help, ConditionKind kind)
{
	if (status_knows_count(page->status, kind))
		metric_gauge(page->out, name, help, (long long)status_count(page->status, kind));
}

static void left(Page *page)
{
	const Status *status = page->status;

	metric_gauge(page->out, "troubles", "Troubles that keep the agent from its work.",
		     (long long)status_count(status, CONDITION_TROUBLE));
	number_left(page, "holds", "Changes that are held until somebody releases them.",
		    CONDITION_HOLD);
	number_left(page, "findings", "Findings that syncward cannot correct.", CONDITION_FINDING);
	metric_begin(page->out, "holds_by_code", "gauge",
		     "Changes that are held until somebody releases them, by guard.");
	conditions_by_code(page, CONDITION_HOLD, "holds_by_code");
	metric_begin(page->out, "findings_by_code", "gauge",
		     "Findings that syncward cannot correct, by code and severity.");
	conditions_by_code(page, CONDITION_FINDING, "findings_by_code");
	metric_gauge(page->out, "paused", "Whether a person paused corrections.",
		     status_condition(status, CONDITION_HOLD, "paused") != NULL);
	number_left(page, "changes_pending", "What is still to be changed.", CONDITION_CHANGE);
	if (status->is_slapd_up != CLAIM_UNKNOWN)
		metric_gauge(page->out, "slapd_up", "Whether slapd answers.",
			     status->is_slapd_up == CLAIM_YES);
}

static void in_step_sample(Page *page, const char *suffix, Claim claim)
{
	if (claim != CLAIM_UNKNOWN)
		metric_number(page->out, "in_step",
			      (const char *const[][2]){{"suffix", suffix}, {0}},
			      claim == CLAIM_YES);
}

static void databases(Page *page)
{
	const Status *status = page->status;

	metric_begin(page->out, "in_step", "gauge",
		     "Whether the database, or cn=config itself, is as peers.json says.");
	in_step_sample(page, "cn=config", status->is_server_in_step);
	for (size_t i = 0; i < status->n_databases; i++)
		in_step_sample(page, status->databases[i].suffix, status->databases[i].is_in_step);
	metric_begin(page->out, "multi_provider", "gauge",
		     "Whether clients may write to the database here.");
	for (size_t i = 0; i < status->n_databases && status_is_seen(status); i++)
		metric_number(
			page->out, "multi_provider",
			(const char *const[][2]){{"suffix", status->databases[i].suffix}, {0}},
			status->databases[i].is_multi_provider);
}

static void copy_sample(Page *page, const char *name, const char *suffix, const CopyHealth *copy)
{
	char id[16];
	const char *const labels[][2] = {{"suffix", suffix}, {"peer", id}, {0}};

	(void)snprintf(id, sizeof(id), "%u", copy->peer_id);
	if (strcmp(name, "lag_seconds") != 0)
		metric_number(page->out, name, labels, copy->read_sec);
	else if (copy->lag_msec >= 0 && status_is_seen(page->status))
		metric_usec(page->out, name, labels, copy->lag_msec * 1000);
}

static void copies(Page *page, const char *name, const char *help)
{
	metric_begin(page->out, name, "gauge", help);
	for (size_t i = 0; i < page->status->n_databases; i++) {
		const StatusDatabase *database = &page->status->databases[i];
		const DatabaseHealth *health = database->health;

		for (size_t k = 0; health && k <= health->n_peers; k++) {
			const CopyHealth *copy = k == 0 ? &health->here : &health->peers[k - 1];

			if (copy->read_sec >= 0)
				copy_sample(page, name, database->suffix, copy);
		}
	}
}

typedef void PeerSample(Page *page, const char *suffix, const char *id, const StatusPeer *peer);

static void peer_info(Page *page, const char *suffix, const char *id, const StatusPeer *peer)
{
	metric_sample(page->out, "consumer_info",
		      (const char *const[][2]){
			      {"suffix", suffix}, {"peer", id}, {"provider", peer->uri}, {0}},
		      "1");
}

static void peer_up(Page *page, const char *suffix, const char *id, const StatusPeer *peer)
{
	const LinkState state = status_link_state(peer);

	if (state != LINK_UNKNOWN)
		metric_sample(page->out, "consumer_up",
			      (const char *const[][2]){{"suffix", suffix}, {"peer", id}, {0}},
			      link_state_works(state) ? "1" : "0");
}

static void peer_down(Page *page, const char *suffix, const char *id, const StatusPeer *peer)
{
	if ((peer->was_seen || peer->is_down) && status_is_seen(page->status))
		metric_sample(page->out, "link_down",
			      (const char *const[][2]){{"suffix", suffix}, {"peer", id}, {0}},
			      peer->is_down ? "1" : "0");
}

static void peer_contact(Page *page, const char *suffix, const char *id, const StatusPeer *peer)
{
	if (peer->is_running == CLAIM_YES && peer->last_contact_sec >= 0)
		metric_number(page->out, "consumer_last_contact_timestamp_seconds",
			      (const char *const[][2]){{"suffix", suffix}, {"peer", id}, {0}},
			      peer->last_contact_sec);
}

static void peer_certificate(Page *page, const char *suffix, const char *id, const StatusPeer *peer)
{
	if (peer->certificate_end_sec >= 0)
		metric_number(page->out, "peer_certificate_end_timestamp_seconds",
			      (const char *const[][2]){{"suffix", suffix}, {"peer", id}, {0}},
			      peer->certificate_end_sec);
}

static void peer_log(Page *page, const char *suffix, const char *id, const StatusPeer *peer)
{
	if (peer->log_oldest_sec > 0)
		metric_number(page->out, "peer_log_oldest_timestamp_seconds",
			      (const char *const[][2]){{"suffix", suffix}, {"peer", id}, {0}},
			      peer->log_oldest_sec);
}

static void peer_clock(Page *page, const char *suffix, const char *id, const StatusPeer *peer)
{
	if (peer->has_clock && status_is_seen(page->status))
		metric_number(page->out, "peer_clock_ahead_seconds",
			      (const char *const[][2]){{"suffix", suffix}, {"peer", id}, {0}},
			      peer->clock_ahead_sec);
}

static void peers(Page *page, const char *name, const char *help, PeerSample *function)
{
	char id[16];

	metric_begin(page->out, name, "gauge", help);
	for (size_t i = 0; i < page->status->n_databases; i++) {
		const StatusDatabase *database = &page->status->databases[i];

		for (size_t k = 0; k < database->n_peers; k++) {
			(void)snprintf(id, sizeof(id), "%u", database->peers[k].id);
			function(page, database->suffix, id, &database->peers[k]);
		}
	}
}

/* One number for each state, not a sample for each node: each of many nodes would report on all
 * others. */
static void nodes(Page *page)
{
	const Status *status = page->status;
	const FleetCount count = fleets_count(&status->fleets, status->written_sec);

	if (status->fleets.n_items == 0)
		return;
	metric_begin(page->out, "nodes", "gauge",
		     "Nodes by their heartbeats in this node's own copies, by state.");
	for (FleetState state = 0; state < FLEET_STATE_COUNT; state++)
		metric_number(page->out, "nodes",
			      (const char *const[][2]){{"state", fleet_state_name(state)}, {0}},
			      (long long)count.n[state]);
	if (fleets_are_read(&status->fleets))
		metric_gauge(
			page->out, "heartbeats_ignored",
			"Heartbeats that do not count, because they are broken or may be forged.",
			(long long)count.n_ignored);
}

const char *status_metrics(Pool *pool, const Status *status)
{
	Buf out = BUF_IN(pool);
	Page page = {.out = &out, .status = status};

	buf_reserve(&out, 300 * status_count_links(status));
	life(&page);
	if (status->stopped_sec >= 0)
		return buf_text(&out);
	passes(&page);
	events(&page);
	desired(&page);
	left(&page);
	databases(&page);
	peers(&page, "consumer_info", "A peer from which the database is to be read.", peer_info);
	peers(&page, "consumer_up", "Whether slapd is connected to that peer.", peer_up);
	peers(&page, "link_down", "Whether the link to that peer is reported as down.", peer_down);
	peers(&page, "consumer_last_contact_timestamp_seconds",
	      "When slapd last heard from that peer.", peer_contact);
	peers(&page, "peer_certificate_end_timestamp_seconds",
	      "Until when that peer's certificate is valid, as a probe saw it.", peer_certificate);
	peers(&page, "peer_log_oldest_timestamp_seconds",
	      "When the oldest change in that peer's log of changes was made, as a probe saw it.",
	      peer_log);
	peers(&page, "peer_clock_ahead_seconds",
	      "How far that peer's clock is ahead of this node's, as a probe saw it.", peer_clock);
	copies(&page, "lag_seconds",
	       "The age of the oldest change that the peer, or this node, is known to lack.");
	copies(&page, "content_read_timestamp_seconds", "When its contextCSN was last read.");
	compared_metrics(page.out, &status->compared);
	logs_metrics(page.out, &status->logs);
	rollout_metrics(page.out, &status->rollout);
	nodes(&page);
	return buf_text(&out);
}
