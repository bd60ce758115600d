/* SPDX-License-Identifier: Apache-2.0 */
#include "common/report/conflicts_report.h"

#include "common/base/buf.h"
#include "common/base/timestamp.h"
#include "common/copy/csn_set.h"
#include "common/copy/lag.h"
#include "common/json/json_write.h"
#include "common/remedies/remedies.h"

static const char *const verdict_names[] = {
	[CONFLICTS_NONE] = "none",
	[CONFLICTS_FOUND] = "found",
	[CONFLICTS_UNKNOWN] = "unknown",
};
_Static_assert(ARRAY_SIZE(verdict_names) == CONFLICTS_VERDICT_COUNT, "name every verdict");

ConflictsVerdict conflicts_verdict(const ConflictsReport *report)
{
	ConflictsVerdict verdict = CONFLICTS_NONE;

	for (size_t i = 0; i < report->n_databases; i++) {
		const DatabaseConflicts *database = &report->databases[i];

		if (database->found && database->found->n_conflicts > 0)
			return CONFLICTS_FOUND;
		if (!database->found || database->problem)
			verdict = CONFLICTS_UNKNOWN;
	}
	return verdict;
}

/* NULL: no peer of peers.json does. */
static const char *writer_uri(const ConflictsReport *report, unsigned sid)
{
	for (size_t i = 0; i < report->n_writers; i++)
		if (report->writers[i].sid == sid)
			return report->writers[i].uri;
	return NULL;
}

static const char *csn_time(const char *csn, char ret[TIMESTAMP_SIZE])
{
	const int64_t msec = csn_msec(csn);

	return timestamp_print(msec < 0 ? -1 : msec / 1000, ret);
}

/* --- for people --- */

static const char *who(Pool *pool, const ConflictsReport *report, const LogChange *change)
{
	const unsigned sid = (unsigned)csn_sid(change->csn);
	const char *uri = writer_uri(report, sid);

	if (sid == report->own_sid)
		return "this node";
	return uri ? pool_printf(pool, "%s (server ID %u)", uri, sid)
		   : pool_printf(pool, "server ID %u, which no peer has", sid);
}

static void put_names(Buf *text, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		buf_puts(text, i == 0 ? " " : ", ");
		buf_put_line(text, names[i]);
	}
}

static void put_change(Buf *text, Pool *pool, const ConflictsReport *report,
		       const LogChange *change)
{
	char time[TIMESTAMP_SIZE];

	buf_printf(text, "    %s  %s: %s", csn_time(change->csn, time), who(pool, report, change),
		   log_change_kind_name(change->kind));
	put_names(text, change->attributes, change->n_attributes);
	if (change->is_dropped)
		buf_puts(text, ", of what slapd left nothing");
	buf_puts(text, change->by ? ", by " : ", the log does not say by whom");
	if (change->by)
		buf_put_line(text, change->by);
	buf_putc(text, '\n');
}

static const char *const outcome_texts[] = {
	[CONFLICT_NOT_KNOWN] = "The log does not show which one is here.",
	[CONFLICT_NEWER_STANDS] = "The newer one stands here.",
	[CONFLICT_OLDER_STANDS] = "The older one stands here: it came last, and takes or brings "
				  "back the whole entry.",
	[CONFLICT_BOTH_STAND] =
		"Both stand here: they name different attributes, or different values.",
};
_Static_assert(ARRAY_SIZE(outcome_texts) == CONFLICT_OUTCOME_COUNT, "a text for every outcome");

static void put_conflict(Buf *text, Pool *pool, const ConflictsReport *report,
			 const Conflict *conflict)
{
	buf_puts(text, "  ");
	buf_put_line(text, conflict->newer.dn);
	buf_putc(text, '\n');
	put_change(text, pool, report, &conflict->older);
	put_change(text, pool, report, &conflict->newer);
	buf_printf(
		text, "    %s %s\n",
		conflict->is_sure
			? "A conflict: the older one came here only after the newer one was made."
			: "Perhaps a conflict: the log there shows whether the writer of the "
			  "newer one had the older one.",
		outcome_texts[conflict->outcome]);
}

static void put_found(Buf *text, Pool *pool, const ConflictsReport *report,
		      const DatabaseConflicts *database)
{
	const ConflictsFound *found = database->found;
	char time[TIMESTAMP_SIZE];

	buf_printf(text, "%s: %zu change%s in the log of this node (%s)", database->suffix,
		   found->n_changes, found->n_changes == 1 ? "" : "s", database->log);
	if (found->first_csn)
		buf_printf(text, " since %s", csn_time(found->first_csn, time));
	buf_printf(text, ", %zu conflict%s\n", found->n_conflicts,
		   found->n_conflicts == 1 ? "" : "s");
	for (size_t i = 0; i < found->n_items; i++)
		put_conflict(text, pool, report, &found->items[i]);
	if (found->n_conflicts > found->n_items)
		buf_printf(text, "  %zu more are not shown\n", found->n_conflicts - found->n_items);
}

const char *conflicts_report_text(Pool *pool, const ConflictsReport *report)
{
	Buf text = BUF_IN(pool);

	for (size_t i = 0; i < report->n_databases; i++) {
		const DatabaseConflicts *database = &report->databases[i];

		if (database->found)
			put_found(&text, pool, report, database);
		if (database->problem)
			buf_printf(&text, "%s: not all is known: %s\n", database->suffix,
				   database->problem);
	}
	if (conflicts_verdict(report) == CONFLICTS_FOUND)
		buf_printf(
			&text,
			"\nOther nodes may hold something else, under the same entryCSN: `%s`.\n",
			remedy_text(REMEDY_COMPARE_ATTRIBUTES));
	return buf_text(&text);
}

/* --- for programs --- */

static void names_array(JsonOut *out, const char *const *names, size_t n)
{
	json_out_open(out, "attributes", '[');
	for (size_t i = 0; i < n; i++)
		json_out_text(out, NULL, names[i]);
	json_out_close(out, '[');
}

static void change_object(JsonOut *out, const ConflictsReport *report, const char *key,
			  const LogChange *change)
{
	const unsigned sid = (unsigned)csn_sid(change->csn);
	char time[TIMESTAMP_SIZE];

	json_out_open(out, key, '{');
	json_out_text(out, "csn", change->csn);
	json_out_text(out, "time", csn_time(change->csn, time));
	json_out_number(out, "server_id", sid);
	json_out_text(out, "peer", writer_uri(report, sid));
	json_out_text(out, "dn", change->dn);
	json_out_text(out, "type", log_change_kind_name(change->kind));
	names_array(out, change->attributes, change->n_attributes);
	json_out_text(out, "by", change->by);
	json_out_boolean(out, "dropped", change->is_dropped);
	json_out_close(out, '{');
}

static void conflict_object(JsonOut *out, const ConflictsReport *report, const Conflict *conflict)
{
	json_out_open(out, NULL, '{');
	json_out_text(out, "dn", conflict->newer.dn);
	json_out_text(out, "entryuuid", conflict->newer.entry_uuid);
	json_out_boolean(out, "sure", conflict->is_sure);
	json_out_text(out, "stands", conflict_outcome_name(conflict->outcome));
	names_array(out, conflict->attributes, conflict->n_attributes);
	change_object(out, report, "older", &conflict->older);
	change_object(out, report, "newer", &conflict->newer);
	json_out_close(out, '{');
}

static void database_object(JsonOut *out, const ConflictsReport *report,
			    const DatabaseConflicts *database)
{
	const ConflictsFound *found = database->found;
	char time[TIMESTAMP_SIZE];

	json_out_open(out, NULL, '{');
	json_out_text(out, "suffix", database->suffix);
	json_out_text(out, "log", database->log);
	json_out_boolean(out, "complete", found && !database->problem);
	json_out_text(out, "problem", database->problem);
	if (found) {
		json_out_text(out, "begins",
			      found->first_csn ? csn_time(found->first_csn, time) : NULL);
		json_out_number(out, "changes", (int64_t)found->n_changes);
		json_out_number(out, "count", (int64_t)found->n_conflicts);
		json_out_open(out, "conflicts", '[');
		for (size_t i = 0; i < found->n_items; i++)
			conflict_object(out, report, &found->items[i]);
		json_out_close(out, '[');
	}
	json_out_close(out, '{');
}

const char *conflicts_report_json(Pool *pool, const ConflictsReport *report)
{
	Buf text = BUF_IN(pool);
	JsonOut out = {.text = &text};

	json_out_open(&out, NULL, '{');
	json_out_number(&out, "schema_version", 1);
	json_out_text(&out, "verdict", verdict_names[conflicts_verdict(report)]);
	json_out_number(&out, "lag_seconds", report->lag_sec);
	json_out_open(&out, "databases", '[');
	for (size_t i = 0; i < report->n_databases; i++)
		database_object(&out, report, &report->databases[i]);
	json_out_close(&out, '[');
	json_out_close(&out, '{');
	return buf_text(&text);
}
