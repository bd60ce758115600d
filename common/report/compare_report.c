/* SPDX-License-Identifier: Apache-2.0 */
#include "common/report/compare_report.h"

#include "common/base/buf.h"
#include "common/base/colour.h"
#include "common/json/json_write.h"

#define LISTED_MAX 100 /* of a kind, for people */

/* --- text --- */

static const char *const kind_texts[] = {
	[DIFFERENCE_MISSING_THERE] = "missing there",
	[DIFFERENCE_MISSING_HERE] = "missing here",
	[DIFFERENCE_OLDER_THERE] = "older there",
	[DIFFERENCE_OLDER_HERE] = "older here",
	[DIFFERENCE_OTHER_CONTENTS] = "same version, other contents",
};
_Static_assert(ARRAY_SIZE(kind_texts) == DIFFERENCE_KIND_COUNT, "name every kind");

static const char *const unproven_texts[] = {
	[DIFFERENCE_MISSING_THERE] = "missing or hidden there",
	[DIFFERENCE_MISSING_HERE] = "missing or hidden here",
	[DIFFERENCE_OLDER_THERE] = "older there",
	[DIFFERENCE_OLDER_HERE] = "older here",
	[DIFFERENCE_OTHER_CONTENTS] = "same version, other contents",
};
_Static_assert(ARRAY_SIZE(unproven_texts) == DIFFERENCE_KIND_COUNT, "name every kind");

static const char *const verdict_texts[] = {
	[COMPARISON_NOT_COMPARABLE] = "not comparable",
	[COMPARISON_NOT_KNOWN] = "nothing differs in what it shows",
	[COMPARISON_DIFFERENT] = "different",
	[COMPARISON_EQUAL] = "equal",
};
_Static_assert(ARRAY_SIZE(verdict_texts) == COMPARISON_VERDICT_COUNT, "name every verdict");

static const Colour verdict_colours[] = {
	[COMPARISON_NOT_COMPARABLE] = COLOUR_DOUBTFUL,
	[COMPARISON_NOT_KNOWN] = COLOUR_DOUBTFUL,
	[COMPARISON_DIFFERENT] = COLOUR_BAD,
	[COMPARISON_EQUAL] = COLOUR_GOOD,
};
_Static_assert(ARRAY_SIZE(verdict_colours) == COMPARISON_VERDICT_COUNT, "a colour for each");

static void difference_line(Buf *text, const Difference *difference)
{
	const char *here = entry_mark_csn(text->pool, &difference->here);
	const char *there = entry_mark_csn(text->pool, &difference->there);
	const AttributeNames *names = &difference->attributes;

	buf_puts(text, "      ");
	buf_put_line(text, difference->dn ? difference->dn
					  : entry_mark_uuid(text->pool, &difference->here));
	for (size_t i = 0; i < names->n_items; i++) {
		buf_puts(text, i == 0 ? "; " : ", ");
		buf_put_line(text, names->items[i]);
	}
	if (*here && names->n_items == 0)
		buf_printf(text, "; here %s", here);
	if (*there && names->n_items == 0)
		buf_printf(text, "; there %s", there);
	buf_putc(text, '\n');
}

static void kind_lines(Buf *text, const Comparison *comparison, const CopyReading *here,
		       DifferenceKind kind, bool has_names)
{
	const size_t n = comparison_count(comparison, kind);
	size_t n_listed = 0;

	if (n == 0)
		return;
	buf_printf(text, "    %s: %zu\n",
		   (comparison_proves(comparison, here, kind) ? kind_texts : unproven_texts)[kind],
		   n);
	for (size_t i = 0; has_names && i < comparison->n_differences && n_listed < LISTED_MAX; i++)
		if (comparison->differences[i].kind == kind) {
			difference_line(text, &comparison->differences[i]);
			n_listed++;
		}
	if (has_names && n_listed < n)
		buf_printf(text, "      and %zu more; --output json lists up to %d\n", n - n_listed,
			   DIFFERENCES_MAX);
}

static void subentries_note(Buf *text, const CopyReading *reading)
{
	if (reading->n_subentries > 0)
		buf_printf(text, ", and %zu subentr%s, which slapd does not replicate",
			   reading->n_subentries, reading->n_subentries == 1 ? "y" : "ies");
}

static void peer_lines(Buf *text, const Comparison *comparison, const CopyReading *here,
		       const CompareReport *report)
{
	const ComparisonVerdict verdict = comparison_verdict(comparison, here);
	const CopyReading *there = &comparison->there;
	const char *lack = copy_reading_describe(text->pool, there);

	buf_printf(text, "  %u %s: %s", comparison->peer_id, comparison->uri,
		   colour_text(text->pool, report->has_colour, verdict_colours[verdict],
			       verdict_texts[verdict]));
	if (there->is_read)
		buf_printf(text, ", %zu entries", there->n_entries);
	subentries_note(text, there);
	if (*lack)
		buf_printf(text, ": %s", lack);
	if (comparison->contents_problem)
		buf_printf(text, "; contents were not compared: %s", comparison->contents_problem);
	buf_putc(text, '\n');
	for (DifferenceKind kind = 0; kind < DIFFERENCE_KIND_COUNT; kind++)
		kind_lines(text, comparison, here, kind, report->has_names);
}

static void database_lines(Buf *text, const ComparedDatabase *database, const CompareReport *report)
{
	const char *lack = copy_reading_describe(text->pool, &database->here);

	buf_puts(text, colour_text(text->pool, report->has_colour, COLOUR_HEAD, database->suffix));
	if (database->here.is_read)
		buf_printf(text, ": %zu entries here", database->here.n_entries);
	subentries_note(text, &database->here);
	if (*lack)
		buf_printf(text, "; this node cannot be compared: %s", lack);
	buf_putc(text, '\n');
	for (size_t i = 0; i < database->n_peers; i++)
		peer_lines(text, &database->peers[i], &database->here, report);
}

static const char *const ends[] = {
	[COMPARISON_NOT_COMPARABLE] = "Not everything could be compared.",
	[COMPARISON_NOT_KNOWN] =
		"Nothing differs in what is shown. That it is everything is known when the account "
		"may read\nolmMDBEntries below cn=Databases,cn=Monitor there",
	[COMPARISON_DIFFERENT] = "The copies differ.",
	[COMPARISON_EQUAL] = "All copies are equal.",
};
_Static_assert(ARRAY_SIZE(ends) == COMPARISON_VERDICT_COUNT, "an end for every verdict");

/* Two nodes that find nothing prove it together: each that the other one has all of its own copy,
 * where it surely sees that whole. */
static bool shows_own_copies(const CompareReport *report)
{
	for (size_t i = 0; i < report->n_databases; i++)
		if (copy_reading_sight(&report->databases[i].here) != COPY_SIGHT_WHOLE)
			return false;
	return true;
}

static void end_line(Buf *text, const CompareReport *report)
{
	const ComparisonVerdict verdict =
		comparison_verdict_all(report->databases, report->n_databases);

	buf_puts(text, colour_text(text->pool, report->has_colour, verdict_colours[verdict],
				   ends[verdict]));
	if (verdict != COMPARISON_NOT_KNOWN) {
		buf_putc(text, '\n');
		return;
	}
	if (shows_own_copies(report))
		buf_puts(text, ", or when compare finds nothing at that node, either");
	buf_puts(text, ";\nsee syncward-operations(7).\n");
}

const char *compare_report_text(Pool *pool, const CompareReport *report)
{
	Buf text = BUF_IN(pool);

	for (size_t i = 0; i < report->n_databases; i++)
		database_lines(&text, &report->databases[i], report);
	if (report->n_databases == 0)
		buf_puts(&text, "This node holds no database of peers.json.\n");
	else
		end_line(&text, report);
	return buf_text(&text);
}

/* --- JSON --- */

static const char *const sight_names[] = {
	[COPY_SIGHT_UNKNOWN] = "unknown",
	[COPY_SIGHT_LESS] = "less",
	[COPY_SIGHT_WHOLE] = "whole",
};

static void reading_members(JsonOut *out, Pool *pool, const CopyReading *reading)
{
	const char *lack = copy_reading_describe(pool, reading);

	json_out_boolean(out, "read", reading->is_read);
	json_out_text(out, "sees", sight_names[copy_reading_sight(reading)]);
	if (*lack)
		json_out_text(out, "text", lack);
	if (!reading->is_read)
		return;
	json_out_text(out, "identity", reading->identity);
	json_out_number(out, "entries", (int64_t)reading->n_entries);
	json_out_number(out, "subentries", (int64_t)reading->n_subentries);
	if (reading->n_counted > 0)
		json_out_number(out, "counted", (int64_t)reading->n_counted);
}

static void names_array(JsonOut *out, const AttributeNames *names)
{
	json_out_open(out, "attributes", '[');
	for (size_t i = 0; i < names->n_items; i++)
		json_out_text(out, NULL, names->items[i]);
	json_out_close(out, '[');
}

static void difference_object(JsonOut *out, Pool *pool, const Difference *difference)
{
	const char *here = entry_mark_csn(pool, &difference->here);
	const char *there = entry_mark_csn(pool, &difference->there);

	json_out_open(out, NULL, '{');
	json_out_text(out, "kind", difference_kind_name(difference->kind));
	if (difference->dn)
		json_out_text(out, "dn", difference->dn);
	json_out_text(out, "entryuuid", entry_mark_uuid(pool, &difference->here));
	if (difference->attributes.n_items > 0)
		names_array(out, &difference->attributes);
	if (*here)
		json_out_text(out, "entrycsn_here", here);
	if (*there)
		json_out_text(out, "entrycsn_there", there);
	json_out_close(out, '{');
}

static void peer_object(JsonOut *out, Pool *pool, const Comparison *comparison,
			const CopyReading *here, bool has_names)
{
	json_out_open(out, NULL, '{');
	json_out_number(out, "id", comparison->peer_id);
	json_out_text(out, "uri", comparison->uri);
	json_out_text(out, "verdict",
		      comparison_verdict_name(comparison_verdict(comparison, here)));
	reading_members(out, pool, &comparison->there);
	if (comparison->contents_problem)
		json_out_text(out, "contents_problem", comparison->contents_problem);
	json_out_open(out, "counts", '{');
	for (DifferenceKind kind = 0; kind < DIFFERENCE_KIND_COUNT; kind++)
		json_out_number(out, difference_kind_name(kind),
				(int64_t)comparison_count(comparison, kind));
	json_out_close(out, '{');
	if (has_names) {
		json_out_open(out, "differences", '[');
		for (size_t i = 0; i < comparison->n_differences; i++)
			difference_object(out, pool, &comparison->differences[i]);
		json_out_close(out, '[');
	}
	json_out_close(out, '{');
}

static void database_object(JsonOut *out, Pool *pool, const ComparedDatabase *database,
			    bool has_names)
{
	json_out_open(out, NULL, '{');
	json_out_text(out, "suffix", database->suffix);
	json_out_open(out, "here", '{');
	reading_members(out, pool, &database->here);
	json_out_close(out, '{');
	json_out_open(out, "peers", '[');
	for (size_t i = 0; i < database->n_peers; i++)
		peer_object(out, pool, &database->peers[i], &database->here, has_names);
	json_out_close(out, '[');
	json_out_close(out, '{');
}

const char *compare_report_json(Pool *pool, const CompareReport *report)
{
	const ComparisonVerdict verdict =
		comparison_verdict_all(report->databases, report->n_databases);
	Buf text = BUF_IN(pool);
	JsonOut out = {.text = &text};

	json_out_open(&out, NULL, '{');
	json_out_number(&out, "schema_version", 1);
	json_out_text(&out, "verdict", comparison_verdict_name(verdict));
	json_out_open(&out, "databases", '[');
	for (size_t i = 0; i < report->n_databases; i++)
		database_object(&out, pool, &report->databases[i], report->has_names);
	json_out_close(&out, '[');
	json_out_close(&out, '{');
	return buf_text(&text);
}
