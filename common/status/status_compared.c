/* SPDX-License-Identifier: Apache-2.0 */
#include "common/status/status_compared.h"

#include <stdio.h>
#include <string.h>

#include "common/base/timestamp.h"
#include "common/remedies/remedies.h"
#include "common/status/metric.h"

/* The timer compares every week: three of them were missed. */
#define COMPARED_OLD_SEC (21 * 86400)

/* One of a peer that peers.json has no more goes with the next comparison. */
static bool is_of_a_peer(const CompareRecord *record, const Status *status)
{
	for (size_t i = 0; i < status->n_databases; i++) {
		const StatusDatabase *database = &status->databases[i];

		for (size_t k = 0; k < database->n_peers; k++)
			if (database->peers[k].id == record->peer_id &&
			    strcmp(database->suffix, record->suffix) == 0)
				return true;
	}
	return false;
}

const char *compared_difference(Pool *pool, const CompareRecord *record, int64_t now_sec)
{
	const size_t n = compare_record_total(record);

	if (record->verdict != COMPARISON_DIFFERENT)
		return NULL;
	return pool_printf(pool, "%s: %zu %s from peer %u when they were compared %s ago; see %s",
			   record->suffix, n, n == 1 ? "entry differs" : "entries differ",
			   record->peer_id, duration_print(pool, now_sec - record->compared_sec),
			   remedy_text(REMEDY_COMPARE));
}

const char *compared_problem(Pool *pool, const CompareRecord *record, const Status *status,
			     int64_t now_sec)
{
	const int64_t age_sec = now_sec - record->compared_sec;

	if (record->verdict == COMPARISON_DIFFERENT)
		return compared_difference(pool, record, now_sec);
	if (!is_of_a_peer(record, status))
		return NULL;
	if (record->verdict == COMPARISON_NOT_COMPARABLE)
		return pool_printf(pool, "%s: the comparison with peer %u failed %s ago",
				   record->suffix, record->peer_id, duration_print(pool, age_sec));
	if (age_sec > COMPARED_OLD_SEC)
		return pool_printf(pool, "%s: peer %u was last compared with %s ago",
				   record->suffix, record->peer_id, duration_print(pool, age_sec));
	return NULL;
}

/* OpenLDAP 2.4 does not show when a link was made; then all that is known is since when this daemon
 * has seen it up. */
const char *compared_outdated(Pool *pool, const CompareRecord *record,
			      const StatusDatabase *database)
{
	if (record->verdict != COMPARISON_EQUAL)
		return NULL;
	for (size_t i = 0; i < database->n_peers; i++) {
		const StatusPeer *peer = &database->peers[i];
		const bool is_told = peer->last_connect_sec >= 0;

		if (!peer->reads_at_intervals &&
		    (is_told ? peer->last_connect_sec : peer->since_sec) > record->compared_sec)
			return pool_printf(pool,
					   "the link to peer %u %s made anew since, and what was "
					   "deleted meanwhile may be left: not known now",
					   peer->id, is_told ? "was" : "may have been");
	}
	return NULL;
}

void compared_perfdata(Buf *line, const Status *status)
{
	size_t n = 0, n_compared = 0;

	for (size_t i = 0; i < status->compared.n_items; i++) {
		const CompareRecord *record = &status->compared.items[i];

		if (record->verdict == COMPARISON_NOT_COMPARABLE)
			continue;
		n += compare_record_total(record);
		n_compared++;
	}
	if (n_compared > 0)
		buf_printf(line, " differences=%zu;;;0", n);
}

void compared_metrics(Buf *out, const CompareRecords *records)
{
	char id[16];

	metric_begin(out, "compare_timestamp_seconds", "gauge",
		     "When the entries were last compared with those of that peer.");
	for (size_t i = 0; i < records->n_items; i++) {
		(void)snprintf(id, sizeof(id), "%u", records->items[i].peer_id);
		metric_number(out, "compare_timestamp_seconds",
			      (const char *const[][2]){
				      {"suffix", records->items[i].suffix}, {"peer", id}, {0}},
			      records->items[i].compared_sec);
	}
	metric_begin(out, "compare_result", "gauge",
		     "The verdict of the last comparison: 1 for the one that applies.");
	for (size_t i = 0; i < records->n_items; i++) {
		(void)snprintf(id, sizeof(id), "%u", records->items[i].peer_id);
		metric_sample(
			out, "compare_result",
			(const char *const[][2]){
				{"suffix", records->items[i].suffix},
				{"peer", id},
				{"verdict", comparison_verdict_name(records->items[i].verdict)},
				{0}},
			"1");
	}
	metric_begin(out, "compare_differences", "gauge", "How many entries differed, by kind.");
	for (size_t i = 0; i < records->n_items; i++)
		for (DifferenceKind kind = 0;
		     kind < DIFFERENCE_KIND_COUNT &&
		     records->items[i].verdict != COMPARISON_NOT_COMPARABLE;
		     kind++) {
			(void)snprintf(id, sizeof(id), "%u", records->items[i].peer_id);
			metric_number(out, "compare_differences",
				      (const char *const[][2]){{"suffix", records->items[i].suffix},
							       {"peer", id},
							       {"kind", difference_kind_name(kind)},
							       {0}},
				      (int64_t)records->items[i].counts[kind]);
		}
}
