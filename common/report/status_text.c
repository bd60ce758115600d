/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/colour.h"
#include "common/base/timestamp.h"
#include "common/remedies/remedies.h"
#include "common/status/status_compared.h"
#include "common/status/status_view.h"

/* What is printed, for whom, when. */
typedef struct Page {
	Pool *pool;
	Buf *out;
	const Status *status;
	int64_t now_sec;
	bool is_alive; /* the daemon looks again */
	bool has_colour;
} Page;

static const Colour claim_colours[] = {
	[CLAIM_UNKNOWN] = COLOUR_DOUBTFUL,
	[CLAIM_NO] = COLOUR_BAD,
	[CLAIM_YES] = COLOUR_GOOD,
};

static const char *coloured(const Page *page, Colour colour, const char *text)
{
	return colour_text(page->pool, page->has_colour, colour, text);
}

static const char *ago(const Page *page, int64_t sec)
{
	return sec < 0 ? "never"
		       : pool_printf(page->pool, "%s ago",
				     duration_print(page->pool, page->now_sec - sec));
}

static const char *lasting(const Page *page, int64_t since_sec)
{
	return since_sec < 0 ? "-" : duration_print(page->pool, page->now_sec - since_sec);
}

static const char *date(const Page *page, int64_t sec)
{
	const char *text = timestamp_print(sec, pool_alloc(page->pool, TIMESTAMP_SIZE));

	return text ? text : "never";
}

/* --- the head --- */

static void life_line(Page *page, const StatusLife *life)
{
	const Status *status = page->status;

	if (life->is_running == CLAIM_YES && !status_is_stale(status, page->now_sec))
		return;
	if (life->is_running == CLAIM_YES)
		buf_printf(page->out,
			   "%s: process %ld has reported nothing for %s, although it looks every "
			   "%u s. What follows is that old.\n\n",
			   coloured(page, COLOUR_BAD, "THE DAEMON HANGS"), status->pid,
			   lasting(page, status->written_sec), status->interval_sec);
	else if (status->stopped_sec >= 0)
		buf_printf(page->out,
			   "%s: it was stopped at %s, %s. What follows is that "
			   "old.\n\n",
			   coloured(page, COLOUR_BAD, "THE DAEMON DOES NOT RUN"),
			   date(page, status->stopped_sec), ago(page, status->stopped_sec));
	else
		buf_printf(page->out,
			   "%s: process %ld is gone and was not stopped properly. What follows is "
			   "from %s, %s.\n\n",
			   coloured(page, COLOUR_BAD, "THE DAEMON DOES NOT RUN"), status->pid,
			   date(page, status->written_sec), ago(page, status->written_sec));
}

static void desired_line(Page *page)
{
	const Status *status = page->status;

	buf_printf(page->out, "desired   %s", status->peers_file);
	if (!status->has_desired)
		buf_puts(page->out, ", none is in force");
	if (status->has_desired && status->has_revision)
		buf_printf(page->out, ", revision %lu", status->revision);
	if (status->has_desired)
		buf_puts(page->out, status->mode == POLICY_ENFORCE ? ", enforce"
								   : ", audit: nothing is written");
	buf_putc(page->out, '\n');
}

static void slapd_line(Page *page)
{
	const Status *status = page->status;
	static const char *const words[] = {
		[CLAIM_UNKNOWN] = "was not asked yet",
		[CLAIM_NO] = "does not answer",
		[CLAIM_YES] = "answers",
	};

	buf_printf(page->out, "slapd     %s %s", status->slapd_uri,
		   coloured(page, claim_colours[status->is_slapd_up], words[status->is_slapd_up]));
	if (status->is_slapd_up != CLAIM_UNKNOWN)
		buf_printf(page->out, " since %s (%s)", date(page, status->slapd_since_sec),
			   lasting(page, status->slapd_since_sec));
	buf_putc(page->out, '\n');
}

static void pass_line(Page *page)
{
	const StatusPass *pass = &page->status->last_pass;

	if (pass->number == 0) {
		buf_puts(page->out, "last pass none yet\n");
		return;
	}
	buf_printf(page->out, "last pass %s (%s, took %lld ms), last success %s\n",
		   ago(page, pass->ended_sec), pass->trigger ? pass->trigger : "-",
		   (long long)(pass->duration_usec / 1000), ago(page, page->status->success_sec));
}

static void head(Page *page)
{
	const Status *status = page->status;

	buf_printf(page->out, "syncward  %s, process %ld, started %s (%s)\n", status->version,
		   status->pid, date(page, status->started_sec), ago(page, status->started_sec));
	if (status->node_id > 0)
		buf_printf(page->out, "node      %u, %s%s\n", status->node_id, status->node_uri,
			   status->is_hub        ? ", a hub"
			   : status->is_consumer ? ", a consumer"
						 : "");
	desired_line(page);
	slapd_line(page);
	pass_line(page);
}

/* --- databases --- */

static const char *link_text(const Page *page, const StatusPeer *peer)
{
	const LinkState state = status_link_state(peer);

	/* OpenLDAP 2.4 does not show it, but a probe does. */
	if (state == LINK_UNKNOWN && peer->is_down)
		return link_state_name(LINK_DOWN);
	if ((state == LINK_DOWN || state == LINK_WAITING) &&
	    peer->next_connect_sec >= page->now_sec)
		return pool_printf(
			page->pool, "%s, next try in %s", link_state_name(state),
			duration_print(page->pool, peer->next_connect_sec - page->now_sec));
	return link_state_name(state);
}

static Colour link_colour(const StatusPeer *peer)
{
	const LinkState state = status_link_state(peer);

	if (state == LINK_DOWN || peer->is_down)
		return COLOUR_BAD;
	return state == LINK_UP ? COLOUR_GOOD : COLOUR_DOUBTFUL;
}

static int uri_width(const StatusDatabase *database)
{
	size_t width = strlen("PROVIDER");

	for (size_t i = 0; i < database->n_peers; i++)
		if (strlen(database->peers[i].uri) > width)
			width = strlen(database->peers[i].uri);
	return (int)width;
}

static void peers_table(Page *page, const StatusDatabase *database)
{
	const int width = uri_width(database);

	if (database->n_peers == 0) {
		buf_puts(page->out, "  no peers\n");
		return;
	}
	buf_printf(page->out, "  %-4s  %-3s  %-*s  %-12s  %-12s  %s\n", "PEER", "RID", width,
		   "PROVIDER", "FOR", "LAST CONTACT", "LINK");
	for (size_t i = 0; i < database->n_peers; i++) {
		const StatusPeer *peer = &database->peers[i];

		buf_printf(page->out, "  %-4u  %03d  %-*s  %-12s  %-12s  %s%s\n", peer->id,
			   peer->rid, width, peer->uri, lasting(page, peer->since_sec),
			   peer->is_running == CLAIM_UNKNOWN ? "-"
							     : ago(page, peer->last_contact_sec),
			   coloured(page, link_colour(peer), link_text(page, peer)),
			   peer->has_old_tls_files ? ", with old TLS files" : "");
	}
}

/* --- what servers have of a database --- */

static const char *lag_text(const Page *page, const CopyHealth *copy)
{
	if (copy->read_sec < 0)
		return "-";
	if (copy->lag_msec < 0)
		return "not known";
	return copy->lag_msec == 0
		       ? "none"
		       : pool_printf(page->pool, "%lld.%03lld s", (long long)copy->lag_msec / 1000,
				     (long long)copy->lag_msec % 1000);
}

static Colour copy_colour(const CopyHealth *copy)
{
	if (copy->state == HEALTH_UNKNOWN || copy->read_sec < 0 || copy_is_unjudged(copy))
		return COLOUR_DOUBTFUL;
	return copy->state == HEALTH_IN_STEP ? COLOUR_GOOD : COLOUR_BAD;
}

static void copy_line(Page *page, const CopyHealth *copy, const char *who)
{
	buf_printf(page->out, "  %-4s  %-12s  %-12s  %s%s\n", who, lag_text(page, copy),
		   ago(page, copy->read_sec),
		   coloured(page, copy_colour(copy), copy_state_text(copy)),
		   copy->is_current || copy->read_sec < 0 ? "" : ", as of then");
}

static void server_id_line(Page *page, const SidHealth *sid)
{
	buf_printf(page->out, "  contextCSN of server ID %u (hex %03x): %s", sid->sid, sid->sid,
		   sid->newest);
	if (!sid->here)
		buf_puts(page->out, ", here nothing of it");
	else if (strcmp(sid->here, sid->newest) != 0)
		buf_printf(page->out, ", here %s", sid->here);
	if (sid->sid == 0)
		buf_puts(page->out, ", from before there were server IDs");
	else if (sid->is_retired)
		buf_puts(page->out, sid->is_listed ? ", retired" : ", retired: no peer has it");
	buf_putc(page->out, '\n');
}

static void content_table(Page *page, const DatabaseHealth *health)
{
	char id[16];

	if (!health)
		return;
	buf_printf(page->out, "  %-4s  %-12s  %-12s  %s\n", "COPY", "LAG", "READ", "STATE");
	copy_line(page, &health->here, "here");
	for (size_t i = 0; i < health->n_peers; i++) {
		(void)snprintf(id, sizeof(id), "%u", health->peers[i].peer_id);
		copy_line(page, &health->peers[i], id);
	}
	for (size_t i = 0; i < health->n_sids; i++)
		server_id_line(page, &health->sids[i]);
}

static void compared_lines(Page *page, const StatusDatabase *database)
{
	const CompareRecords *records = &page->status->compared;
	const char *outdated;

	for (size_t i = 0; i < records->n_items; i++) {
		const CompareRecord *record = &records->items[i];

		if (strcmp(record->suffix, database->suffix) != 0)
			continue;
		buf_printf(page->out, "  compared with %u %s ago: %s", record->peer_id,
			   lasting(page, record->compared_sec),
			   comparison_verdict_name(record->verdict));
		if (compare_record_total(record) > 0)
			buf_printf(page->out, ", %zu differences (see %s)",
				   compare_record_total(record), remedy_text(REMEDY_COMPARE));
		outdated = compared_outdated(page->pool, record, database);
		if (outdated)
			buf_printf(page->out, "; %s", outdated);
		buf_putc(page->out, '\n');
	}
}

static void databases(Page *page)
{
	static const char *const words[] = {
		[CLAIM_UNKNOWN] = "not known to be in step",
		[CLAIM_NO] = "NOT IN STEP",
		[CLAIM_YES] = "in step",
	};

	for (size_t i = 0; i < page->status->n_databases; i++) {
		const StatusDatabase *database = &page->status->databases[i];

		buf_printf(page->out, "\n%s: %s for %s%s\n",
			   coloured(page, COLOUR_HEAD, database->suffix),
			   coloured(page, claim_colours[database->is_in_step],
				    words[database->is_in_step]),
			   lasting(page, database->since_sec),
			   database->is_multi_provider || page->status->is_consumer
				   ? ""
				   : ", not multi-provider");
		peers_table(page, database);
		if (database->n_not_read > 0)
			buf_printf(page->out,
				   "  providers that this node neither reads nor looks at: %zu\n",
				   database->n_not_read);
		if (database->n_leaves > 0)
			buf_printf(page->out,
				   "  consumers, each of which reports only on itself: %zu\n",
				   database->n_leaves);
		content_table(page, database->health);
		compared_lines(page, database);
	}
}

/* --- what lasts --- */

/* When it is judged again, even if nobody does anything. */
static const char *next_try(const Page *page)
{
	const int64_t left_sec = page->status->next_pass_sec - page->now_sec;

	if (page->status->next_pass_sec < 0)
		return "";
	return left_sec <= 0 ? ", looked at again now"
			     : pool_printf(page->pool, ", looked at again in %s",
					   duration_print(page->pool, left_sec));
}

static Colour condition_colour(const Condition *condition)
{
	if (condition->is_critical)
		return COLOUR_BAD;
	return condition->kind == CONDITION_FINDING || condition->kind == CONDITION_CHANGE
		       ? COLOUR_DOUBTFUL
		       : COLOUR_BAD;
}

static void condition_lines(Page *page, const Condition *condition)
{
	buf_puts(page->out, "  ");
	if (condition->suffix)
		buf_printf(page->out, "%s: ", condition->suffix);
	if (condition->is_critical)
		buf_puts(page->out, "critical: ");
	buf_puts(page->out, coloured(page, condition_colour(condition),
				     condition->what ? condition->what : condition->text));
	if (condition->code)
		buf_printf(page->out, " [%s]", condition->code);
	buf_printf(page->out, "\n    since %s (%s)%s\n", date(page, condition->since_sec),
		   lasting(page, condition->since_sec), page->is_alive ? next_try(page) : "");
	if (condition->release)
		buf_printf(page->out, "    %s: %s\n",
			   condition->kind == CONDITION_HOLD ? "to release" : "remedy",
			   condition->release);
}

static void conditions(Page *page)
{
	static const char *const titles[] = {
		[CONDITION_TROUBLE] = "Trouble",
		[CONDITION_HOLD] = "Held, until somebody releases it",
		[CONDITION_FINDING] = "Found, and syncward cannot correct it",
		[CONDITION_CHANGE] = "Still to be changed",
		[CONDITION_LINK] = "Links that do not work",
		[CONDITION_NODE] = "Nodes that are silent",
	};

	_Static_assert(ARRAY_SIZE(titles) == CONDITION_KIND_COUNT, "a title for every kind");
	for (ConditionKind kind = 0; kind < CONDITION_KIND_COUNT; kind++) {
		if (status_count(page->status, kind) == 0)
			continue;
		buf_printf(page->out, "\n%s:\n", titles[kind]);
		for (size_t i = 0; i < page->status->conditions.n_items; i++)
			if (page->status->conditions.items[i].kind == kind)
				condition_lines(page, &page->status->conditions.items[i]);
	}
}

const char *status_text(Pool *pool, const Status *status, const StatusLife *life, bool has_colour)
{
	Buf out = BUF_IN(pool);
	Page page = {.pool = pool,
		     .out = &out,
		     .status = status,
		     .now_sec = life->now_sec,
		     .has_colour = has_colour,
		     .is_alive = life->is_running == CLAIM_YES &&
				 !status_is_stale(status, life->now_sec)};

	life_line(&page, life);
	head(&page);
	databases(&page);
	conditions(&page);
	if (status->conditions.n_items == 0 && status->last_pass.number > 0)
		buf_puts(&out, "\nNothing is held, found or left to be changed.\n");
	return buf_text(&out);
}
