/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/report/status_view.h"

/* Prometheus' text format, as node_exporter's textfile collector wants it: no timestamps, HELP and
 * TYPE once before all samples of a metric. */

typedef struct Page {
	Buf *out;
	const Status *status;
} Page;

static void metric(Page *page, const char *name, const char *type, const char *help)
{
	const char *const words[] = {
		"# HELP syncward_", name, " ", help, "\n# TYPE syncward_", name, " ", type, "\n"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		buf_puts(page->out, words[i]);
}

static void label_add(Page *page, char before, const char *label, const char *value)
{
	buf_putc(page->out, before);
	buf_puts(page->out, label);
	buf_puts(page->out, "=\"");
	for (const char *at = value; *at;) {
		const size_t n_plain = strcspn(at, "\\\"\n");

		buf_add(page->out, at, n_plain);
		at += n_plain;
		if (*at == '\n')
			buf_puts(page->out, "\\n");
		else if (*at) {
			buf_putc(page->out, '\\');
			buf_putc(page->out, *at);
		}
		at += *at != '\0';
	}
	buf_putc(page->out, '"');
}

/* Labels are pairs of name and value up to a NULL name; a NULL value leaves the label out. */
static void sample(Page *page, const char *name, const char *const labels[][2], const char *value)
{
	char before = '{';

	buf_puts(page->out, "syncward_");
	buf_puts(page->out, name);
	for (size_t i = 0; labels && labels[i][0]; i++) {
		if (!labels[i][1])
			continue;
		label_add(page, before, labels[i][0], labels[i][1]);
		before = ',';
	}
	if (before == ',')
		buf_putc(page->out, '}');
	buf_putc(page->out, ' ');
	buf_puts(page->out, value);
	buf_putc(page->out, '\n');
}

static void sample_number(Page *page, const char *name, const char *const labels[][2],
			  long long number)
{
	char value[24];

	(void)snprintf(value, sizeof(value), "%lld", number);
	sample(page, name, labels, value);
}

static void sample_usec(Page *page, const char *name, const char *const labels[][2], int64_t usec)
{
	char value[32];

	(void)snprintf(value, sizeof(value), "%lld.%06lld", (long long)(usec / 1000000),
		       (long long)(usec % 1000000));
	sample(page, name, labels, value);
}

static void gauge(Page *page, const char *name, const char *help, long long number)
{
	metric(page, name, "gauge", help);
	sample_number(page, name, NULL, number);
}

/* A time that never was has no sample. */
static void moment(Page *page, const char *name, const char *help, int64_t sec)
{
	if (sec >= 0)
		gauge(page, name, help, sec);
}

/* --- parts --- */

static void life(Page *page)
{
	const Status *status = page->status;

	metric(page, "build_info", "gauge", "The version of syncward.");
	sample(page, "build_info", (const char *const[][2]){{"version", status->version}, {0}},
	       "1");
	gauge(page, "up", "Whether the daemon runs: 0 once it was stopped.",
	      status->stopped_sec < 0);
	moment(page, "start_time_seconds", "When the daemon started.", status->started_sec);
}

static void passes(Page *page)
{
	const Status *status = page->status;
	unsigned long all = 0;

	moment(page, "last_pass_timestamp_seconds", "When the last pass ended.",
	       status->last_pass.ended_sec);
	moment(page, "last_success_timestamp_seconds", "When a pass last ended without an error.",
	       status->success_sec);
	gauge(page, "interval_seconds", "The longest time between passes while all is well.",
	      status->interval_sec);
	metric(page, "passes_total", "counter", "Passes since the start, by outcome.");
	for (unsigned i = 0; i < PASS_OUTCOME_COUNT; i++) {
		all += status->counters.passes[i];
		sample_number(page, "passes_total",
			      (const char *const[][2]){{"outcome", pass_outcome_name(i)}, {0}},
			      (long long)status->counters.passes[i]);
	}
	metric(page, "pass_duration_seconds", "summary", "How long passes took.");
	sample_usec(page, "pass_duration_seconds_sum", NULL, status->counters.passes_usec);
	sample_number(page, "pass_duration_seconds_count", NULL, (long long)all);
}

static void events(Page *page)
{
	const unsigned long *counts = page->status->counters.events;

	metric(page, "events_total", "counter", "Events that the journal was told, by name.");
	for (unsigned i = 0; i < EVENT_KIND_COUNT; i++)
		sample_number(page, "events_total",
			      (const char *const[][2]){{"event", event_name(i)}, {0}},
			      (long long)counts[i]);
	metric(page, "corrections_total", "counter", "Corrections of cn=config, by result.");
	sample_number(page, "corrections_total",
		      (const char *const[][2]){{"result", "applied"}, {0}},
		      (long long)counts[EVENT_CORRECTION_APPLIED]);
	sample_number(page, "corrections_total",
		      (const char *const[][2]){{"result", "failed"}, {0}},
		      (long long)counts[EVENT_CORRECTION_FAILED]);
}

static void desired(Page *page)
{
	const Status *status = page->status;
	char id[16];

	(void)snprintf(id, sizeof(id), "%u", status->node_id);
	if (status->node_id > 0) {
		metric(page, "node_info", "gauge", "The peer that this node is.");
		sample(page, "node_info",
		       (const char *const[][2]){{"id", id}, {"uri", status->node_uri}, {0}}, "1");
	}
	if (status->has_desired && status->has_revision)
		gauge(page, "desired_revision", "The revision of peers.json that is in force.",
		      (long long)status->revision);
	gauge(page, "desired_refused",
	      "Whether peers.json or a secret cannot be used and an earlier one is in force.",
	      status_condition(status, CONDITION_TROUBLE, "desired") != NULL);
	gauge(page, "enforcing", "Whether changes are written (policy.mode is enforce).",
	      status->has_desired && status->mode == POLICY_ENFORCE);
}

/* One sample for each code that there is. */
static void conditions_by_code(Page *page, ConditionKind kind, const char *name)
{
	const ConditionList *list = &page->status->conditions;

	for (size_t i = 0; i < list->n_items; i++) {
		const char *code = list->items[i].code;
		long long n_same = 0, n_before = 0;

		for (size_t k = 0; code && k < list->n_items; k++)
			if (list->items[k].kind == kind && list->items[k].code &&
			    strcmp(list->items[k].code, code) == 0) {
				n_same++;
				n_before += k < i;
			}
		if (list->items[i].kind == kind && code && n_before == 0)
			sample_number(page, name, (const char *const[][2]){{"code", code}, {0}},
				      n_same);
	}
}

static void left(Page *page)
{
	const Status *status = page->status;

	gauge(page, "troubles", "What keeps the agent from its work.",
	      (long long)status_count(status, CONDITION_TROUBLE));
	gauge(page, "holds", "What is held until somebody releases it.",
	      (long long)status_count(status, CONDITION_HOLD));
	gauge(page, "findings", "What was found and no correction mends.",
	      (long long)status_count(status, CONDITION_FINDING));
	metric(page, "holds_by_code", "gauge",
	       "What is held until somebody releases it, by guard.");
	conditions_by_code(page, CONDITION_HOLD, "holds_by_code");
	metric(page, "findings_by_code", "gauge",
	       "What was found and no correction mends, by code.");
	conditions_by_code(page, CONDITION_FINDING, "findings_by_code");
	gauge(page, "paused", "Whether a person paused corrections.",
	      status_condition(status, CONDITION_HOLD, "paused") != NULL);
	gauge(page, "changes_pending", "What is still to be changed.",
	      (long long)status_count(status, CONDITION_CHANGE));
	gauge(page, "slapd_up", "Whether slapd answers.", status->is_slapd_up == CLAIM_YES);
}

static void databases(Page *page)
{
	const Status *status = page->status;

	metric(page, "in_step", "gauge",
	       "Whether the database, or cn=config itself, is known to be as peers.json says.");
	sample_number(page, "in_step", (const char *const[][2]){{"suffix", "cn=config"}, {0}},
		      status->is_server_in_step == CLAIM_YES);
	for (size_t i = 0; i < status->n_databases; i++)
		sample_number(
			page, "in_step",
			(const char *const[][2]){{"suffix", status->databases[i].suffix}, {0}},
			status->databases[i].is_in_step == CLAIM_YES);
	metric(page, "multi_provider", "gauge", "Whether clients may write to the database here.");
	for (size_t i = 0; i < status->n_databases; i++)
		sample_number(
			page, "multi_provider",
			(const char *const[][2]){{"suffix", status->databases[i].suffix}, {0}},
			status->databases[i].is_multi_provider);
}

static void copy_sample(Page *page, const char *name, const char *suffix, const CopyHealth *copy)
{
	char id[16];
	const char *const labels[][2] = {{"suffix", suffix}, {"peer", id}, {0}};

	(void)snprintf(id, sizeof(id), "%u", copy->peer_id);
	if (strcmp(name, "lag_seconds") != 0)
		sample_number(page, name, labels, copy->read_sec);
	else if (copy->lag_msec >= 0)
		sample_usec(page, name, labels, copy->lag_msec * 1000);
}

static void copies(Page *page, const char *name, const char *help)
{
	metric(page, name, "gauge", help);
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
	sample(page, "consumer_info",
	       (const char *const[][2]){
		       {"suffix", suffix}, {"peer", id}, {"provider", peer->uri}, {0}},
	       "1");
}

static void peer_up(Page *page, const char *suffix, const char *id, const StatusPeer *peer)
{
	const LinkState state = status_link_state(peer);

	if (state != LINK_UNKNOWN)
		sample(page, "consumer_up",
		       (const char *const[][2]){{"suffix", suffix}, {"peer", id}, {0}},
		       link_state_works(state) ? "1" : "0");
}

static void peer_down(Page *page, const char *suffix, const char *id, const StatusPeer *peer)
{
	if (peer->was_seen || peer->is_down)
		sample(page, "link_down",
		       (const char *const[][2]){{"suffix", suffix}, {"peer", id}, {0}},
		       peer->is_down ? "1" : "0");
}

static void peer_contact(Page *page, const char *suffix, const char *id, const StatusPeer *peer)
{
	if (peer->is_running == CLAIM_YES && peer->last_contact_sec >= 0)
		sample_number(page, "consumer_last_contact_timestamp_seconds",
			      (const char *const[][2]){{"suffix", suffix}, {"peer", id}, {0}},
			      peer->last_contact_sec);
}

static void peer_certificate(Page *page, const char *suffix, const char *id, const StatusPeer *peer)
{
	if (peer->certificate_end_sec >= 0)
		sample_number(page, "peer_certificate_end_timestamp_seconds",
			      (const char *const[][2]){{"suffix", suffix}, {"peer", id}, {0}},
			      peer->certificate_end_sec);
}

static void peers(Page *page, const char *name, const char *help, PeerSample *function)
{
	char id[16];

	metric(page, name, "gauge", help);
	for (size_t i = 0; i < page->status->n_databases; i++) {
		const StatusDatabase *database = &page->status->databases[i];

		for (size_t k = 0; k < database->n_peers; k++) {
			(void)snprintf(id, sizeof(id), "%u", database->peers[k].id);
			function(page, database->suffix, id, &database->peers[k]);
		}
	}
}

static void compared(Page *page)
{
	const CompareRecords *records = &page->status->compared;
	char id[16];

	metric(page, "compare_timestamp_seconds", "gauge",
	       "When the entries were last compared with those of that peer.");
	for (size_t i = 0; i < records->n_items; i++) {
		(void)snprintf(id, sizeof(id), "%u", records->items[i].peer_id);
		sample_number(page, "compare_timestamp_seconds",
			      (const char *const[][2]){
				      {"suffix", records->items[i].suffix}, {"peer", id}, {0}},
			      records->items[i].compared_sec);
	}
	metric(page, "compare_result", "gauge", "What came of it; 1 for the verdict it was.");
	for (size_t i = 0; i < records->n_items; i++) {
		(void)snprintf(id, sizeof(id), "%u", records->items[i].peer_id);
		sample(page, "compare_result",
		       (const char *const[][2]){
			       {"suffix", records->items[i].suffix},
			       {"peer", id},
			       {"verdict", comparison_verdict_name(records->items[i].verdict)},
			       {0}},
		       "1");
	}
	metric(page, "compare_differences", "gauge", "How many entries differed, by kind.");
	for (size_t i = 0; i < records->n_items; i++)
		for (DifferenceKind kind = 0;
		     kind < DIFFERENCE_KIND_COUNT &&
		     records->items[i].verdict != COMPARISON_NOT_COMPARABLE;
		     kind++) {
			(void)snprintf(id, sizeof(id), "%u", records->items[i].peer_id);
			sample_number(page, "compare_differences",
				      (const char *const[][2]){{"suffix", records->items[i].suffix},
							       {"peer", id},
							       {"kind", difference_kind_name(kind)},
							       {0}},
				      (int64_t)records->items[i].counts[kind]);
		}
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
	peers(&page, "consumer_info", "A peer that the database is to be read from.", peer_info);
	peers(&page, "consumer_up", "Whether slapd is connected to that peer.", peer_up);
	peers(&page, "link_down", "Whether the link to that peer is told to be down.", peer_down);
	peers(&page, "consumer_last_contact_timestamp_seconds",
	      "When slapd last heard from that peer.", peer_contact);
	peers(&page, "peer_certificate_end_timestamp_seconds",
	      "Until when that peer's certificate is valid, as a probe saw it.", peer_certificate);
	copies(&page, "lag_seconds",
	       "How far the peer, or this node, is behind the newest change that any of them has.");
	copies(&page, "content_read_timestamp_seconds", "When its contextCSN was last read.");
	compared(&page);
	return buf_text(&out);
}
