/* SPDX-License-Identifier: Apache-2.0 */
#include "common/status/status_fleet.h"

#include <string.h>

#include "common/base/text.h"
#include "common/base/timestamp.h"
#include "common/status/check_guard.h"

static const char none_text[] =
	"no database has a \"heartbeat\" in peers.json: nothing is known of other nodes";

FleetCount fleets_count(const Fleets *fleets, int64_t now_sec)
{
	FleetCount all = {0};

	for (size_t i = 0; i < fleets->n_items; i++) {
		const FleetCount count = fleet_count(&fleets->items[i], now_sec);

		for (int state = 0; state < FLEET_STATE_COUNT; state++)
			all.n[state] += count.n[state];
		all.n_ignored += count.n_ignored;
	}
	return all;
}

bool fleets_are_read(const Fleets *fleets)
{
	for (size_t i = 0; i < fleets->n_items; i++)
		if (fleets->items[i].problem)
			return false;
	return true;
}

/* --- one node --- */

/* Clocks differ: what a node wrote a moment ahead of ours it wrote just now. */
static const char *age_of(Pool *pool, const FleetNode *node, int64_t now_sec)
{
	const int64_t age_sec = now_sec - node->beat.time_sec;

	return duration_print(pool, age_sec > 0 ? age_sec : 0);
}

static const char *unknown_text(Pool *pool, const Fleet *fleet, const FleetNode *node)
{
	if (node->ignored)
		return pool_printf(pool, "not known: its heartbeat does not count: %s",
				   node->ignored);
	if (fleet->problem)
		return "not known";
	if (node->has_beat)
		return "not known: its heartbeats were not read since";
	if (node->is_self && fleet->unsaid)
		return pool_printf(pool, "not known: it writes no heartbeat: %s", fleet->unsaid);
	return "not known: it has no heartbeat here";
}

/* When it was heard, or why it is not. */
static const char *heard_text(Pool *pool, const Fleet *fleet, const FleetNode *node,
			      int64_t now_sec)
{
	char time[TIMESTAMP_SIZE] = "";

	switch (fleet_node_state(fleet, node, now_sec)) {
	case FLEET_HEARD:
		return pool_printf(pool, "at most %s ago", age_of(pool, node, now_sec));
	case FLEET_SILENT:
		(void)timestamp_print(node->beat.time_sec, time);
		return pool_printf(pool, "SILENT since %s (%s)", time, age_of(pool, node, now_sec));
	case FLEET_NONE:
		return "not known: a consumer that has nowhere to write a heartbeat";
	default:
		return unknown_text(pool, fleet, node);
	}
}

static const char *revision_text(Pool *pool, const FleetNode *node)
{
	return node->has_beat && node->beat.has_revision
		       ? pool_printf(pool, "%lu", node->beat.revision)
		       : "-";
}

static const char *says_text(Pool *pool, const FleetNode *node)
{
	if (!node->has_beat)
		return "-";
	return *node->beat.held ? pool_printf(pool, "%s (%s)", node->beat.state, node->beat.held)
				: node->beat.state;
}

/* NULL: the same file as here, or one of them is not known. */
static const char *other_file_text(Pool *pool, const Status *status, const FleetNode *node)
{
	if (!node->has_beat || !node->beat.sha256 || !status->sha256 ||
	    strcmp(node->beat.sha256, status->sha256) == 0)
		return NULL;
	if (!node->beat.has_revision || !status->has_revision ||
	    node->beat.revision == status->revision)
		return "another peers.json than here";
	return pool_printf(pool, "revision %lu, here %lu", node->beat.revision, status->revision);
}

/* --- for people --- */

static size_t width_of(size_t width, const char *text)
{
	return strlen(text) > width ? strlen(text) : width;
}

static void nodes_table(Pool *pool, Buf *out, const Status *status, const Fleet *fleet,
			int64_t now_sec)
{
	size_t uri_width = strlen("NAME"), says_width = strlen("STATE");

	for (size_t i = 0; i < fleet->n_nodes; i++) {
		uri_width = width_of(uri_width, fleet->nodes[i].uri);
		says_width = width_of(says_width, says_text(pool, &fleet->nodes[i]));
	}
	buf_printf(out, "  %-5s  %-*s  %-8s  %-*s  %s\n", "NODE", (int)uri_width, "NAME",
		   "REVISION", (int)says_width, "STATE", "HEARD");
	for (size_t i = 0; i < fleet->n_nodes; i++) {
		const FleetNode *node = &fleet->nodes[i];
		const char *other = other_file_text(pool, status, node);

		buf_printf(out, "  %-5u  %-*s  %-8s  %-*s  %s%s%s%s\n", node->id, (int)uri_width,
			   node->uri, revision_text(pool, node), (int)says_width,
			   says_text(pool, node), heard_text(pool, fleet, node, now_sec),
			   other ? ", " : "", other ? other : "",
			   node->is_self ? ", this node" : "");
	}
}

static void fleet_text(Pool *pool, Buf *out, const Status *status, const Fleet *fleet,
		       int64_t now_sec)
{
	buf_printf(out, "\nNodes of %s, by the heartbeats in this node's own copy", fleet->suffix);
	if (fleet->read_sec >= 0)
		buf_printf(out, ", read %s ago",
			   duration_print(pool, now_sec > fleet->read_sec
							? now_sec - fleet->read_sec
							: 0));
	buf_puts(out, ":\n");
	if (fleet->problem)
		buf_printf(out, "  they cannot be read: %s\n", fleet->problem);
	nodes_table(pool, out, status, fleet, now_sec);
	if (fleet->n_strangers > 0)
		buf_printf(out, "  entries of other ids below %s: %zu\n", fleet->container,
			   fleet->n_strangers);
}

const char *fleets_text(Pool *pool, const Status *status, int64_t now_sec)
{
	Buf out = BUF_IN(pool);

	for (size_t i = 0; i < status->fleets.n_items; i++)
		fleet_text(pool, &out, status, &status->fleets.items[i], now_sec);
	if (status->fleets.n_items == 0)
		buf_printf(&out, "\nAll nodes: %s.\n", none_text);
	return buf_text(&out);
}

/* --- for monitoring systems --- */

/* Text after the first line may not have a '|' either. */
static void line_add(Buf *out, const char *text)
{
	buf_putc(out, '\n');
	for (const char *at = text; *at; at++)
		buf_putc(out, *at == '|' || *at == '\n' ? ' ' : *at);
}

static const char *node_name(Pool *pool, const FleetNode *node)
{
	return pool_printf(pool, "node %u, %s", node->id, node->uri);
}

void fleets_lines(Pool *pool, Buf *out, const Status *status, int64_t now_sec)
{
	for (size_t i = 0; i < status->fleets.n_items; i++) {
		const Fleet *fleet = &status->fleets.items[i];

		for (size_t k = 0; k < fleet->n_nodes; k++) {
			const FleetNode *node = &fleet->nodes[k];

			line_add(out,
				 pool_printf(pool, "%s: revision %s, %s, %s", node_name(pool, node),
					     revision_text(pool, node), says_text(pool, node),
					     heard_text(pool, fleet, node, now_sec)));
		}
	}
}

/* What the words of a heartbeat are worth; one that a later release uses is not known. */
static CheckLevel level_of_words(const Heartbeat *beat)
{
	static const char *const warnings[] = {"paused", "held", "changing", "ill", "trouble"};
	AUTO(Pool) *scratch = pool_new();
	char *rest = pool_strdup(scratch, beat->held);

	for (char *code = strtok_r(rest, " ", &rest); code; code = strtok_r(NULL, " ", &rest))
		if (check_guard_is_critical(code))
			return CHECK_CRITICAL;
	if (strcmp(beat->state, "in-step") == 0)
		return CHECK_OK;
	return text_is_among(beat->state, warnings, ARRAY_SIZE(warnings)) ? CHECK_WARNING
									  : CHECK_UNKNOWN;
}

static void problem_add(Pool *pool, FleetProblems *problems, CheckLevel level, const char *text)
{
	POOL_PUSH(pool, problems->items, problems->n_items, {level, text});
}

static void heard_judge(Pool *pool, const Status *status, const FleetNode *node,
			FleetProblems *problems)
{
	const CheckLevel level = level_of_words(&node->beat);
	const char *other = other_file_text(pool, status, node);

	if (level != CHECK_OK)
		problem_add(
			pool, problems, level,
			pool_printf(pool, "%s: %s", node_name(pool, node), says_text(pool, node)));
	if (other)
		problem_add(pool, problems, CHECK_WARNING,
			    pool_printf(pool, "%s: %s", node_name(pool, node), other));
}

static void node_judge(Pool *pool, const Status *status, const Fleet *fleet, const FleetNode *node,
		       int64_t now_sec, FleetProblems *problems)
{
	const char *text = pool_printf(pool, "%s: %s", node_name(pool, node),
				       heard_text(pool, fleet, node, now_sec));

	switch (fleet_node_state(fleet, node, now_sec)) {
	case FLEET_HEARD:
		heard_judge(pool, status, node, problems);
		break;
	case FLEET_SILENT:
		problem_add(pool, problems, CHECK_CRITICAL, text);
		break;
	case FLEET_NONE:
		break;
	default:
		problem_add(pool, problems, CHECK_UNKNOWN, text);
	}
}

FleetProblems fleets_judge(Pool *pool, const Status *status, int64_t now_sec)
{
	FleetProblems problems = {0};

	if (status->fleets.n_items == 0)
		problem_add(pool, &problems, CHECK_UNKNOWN, none_text);
	for (size_t i = 0; i < status->fleets.n_items; i++) {
		const Fleet *fleet = &status->fleets.items[i];

		if (fleet->problem)
			problem_add(pool, &problems, CHECK_UNKNOWN,
				    pool_printf(pool, "the heartbeats of %s cannot be read: %s",
						fleet->suffix, fleet->problem));
		for (size_t k = 0; k < fleet->n_nodes; k++)
			node_judge(pool, status, fleet, &fleet->nodes[k], now_sec, &problems);
	}
	return problems;
}
