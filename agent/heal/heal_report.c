/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/heal/heal_report.h"

#include "common/base/buf.h"
#include "common/base/colour.h"
#include "common/json/json_write.h"

/* --- text --- */

static void old_lines(Buf *text, const HealedDatabase *database)
{
	for (size_t i = 0; i < database->n_old; i++)
		buf_printf(text,
			   "  %zu of %zu entries carried server ID %u, which contextCSN had not\n",
			   database->old[i].n_entries, database->n_entries, database->old[i].sid);
}

static void one_sided_lines(Buf *text, const HealedDatabase *database)
{
	for (size_t i = 0; i < database->n_one_sided; i++) {
		const HealedEntry *entry = &database->one_sided[i];

		buf_printf(text, "  %s\n      is at: %s; not at: %s\n",
			   entry->dn ? entry->dn : entry->uuid, entry->at, entry->missing);
		if (entry->dn)
			buf_printf(text, "      to keep it: %s\n      to remove it: %s\n",
				   entry->keep, entry->remove);
	}
}

static void outcome_line(Buf *text, const HealedDatabase *database)
{
	switch (database->state) {
	case HEAL_NOT_NEEDED:
		buf_puts(text, "  contextCSN has the server ID of every entry: nothing to heal\n");
		break;
	case HEAL_DONE:
	case HEAL_UNSEEN:
		buf_printf(text, "  contextCSN has them now, written as %s", database->hand);
		if (database->away_usec > 0)
			buf_printf(text, "; this server had server ID 0 for %lld ms",
				   (long long)(database->away_usec + 999) / 1000);
		buf_puts(text, database->state == HEAL_DONE ? "; every peer has it\n" : "\n");
		break;
	default:
		break;
	}
	for (size_t i = 0; database->state == HEAL_UNSEEN && i < database->n_unseen; i++)
		buf_printf(text, "  %s was not seen to have it yet\n", database->unseen[i]);
}

static bool is_held(const HealReport *report)
{
	for (size_t i = 0; i < report->n_databases; i++)
		if (report->databases[i].holds.n_items > 0)
			return true;
	return false;
}

static void hold_lines(Buf *text, const HealHolds *holds, bool has_colour)
{
	for (size_t i = 0; i < holds->n_items; i++)
		buf_printf(text, "%s\n",
			   colour_text(text->pool, has_colour, COLOUR_BAD,
				       pool_printf(text->pool, "  held %s: %s:\n      %s",
						   holds->items[i].code, holds->items[i].text,
						   holds->items[i].release)));
}

const char *heal_report_text(Pool *pool, const HealReport *report, bool has_colour)
{
	Buf text = BUF_IN(pool);

	for (size_t i = 0; i < report->n_databases; i++) {
		const HealedDatabase *database = &report->databases[i];

		buf_printf(&text, "%s\n",
			   colour_text(pool, has_colour, COLOUR_HEAD, database->suffix));
		old_lines(&text, database);
		hold_lines(&text, &database->holds, has_colour);
		one_sided_lines(&text, database);
		outcome_line(&text, database);
	}
	if (report->has_failed)
		buf_puts(&text, "It stopped in between; see the message.\n");
	else if (is_held(report))
		buf_puts(&text, "What is held was not healed.\n");
	return buf_text(&text);
}

/* --- JSON --- */

static void holds_json(JsonOut *out, const HealHolds *holds)
{
	json_out_open(out, "holds", '[');
	for (size_t i = 0; i < holds->n_items; i++) {
		json_out_open(out, NULL, '{');
		json_out_text(out, "code", holds->items[i].code);
		json_out_text(out, "text", holds->items[i].text);
		json_out_text(out, "release", holds->items[i].release);
		json_out_close(out, '{');
	}
	json_out_close(out, '[');
}

static void entries_json(JsonOut *out, const HealedDatabase *database)
{
	json_out_open(out, "one_sided", '[');
	for (size_t i = 0; i < database->n_one_sided; i++) {
		const HealedEntry *entry = &database->one_sided[i];

		json_out_open(out, NULL, '{');
		json_out_text(out, "entry_uuid", entry->uuid);
		json_out_text(out, "at", entry->at);
		json_out_text(out, "not_at", entry->missing);
		if (entry->dn) {
			json_out_text(out, "dn", entry->dn);
			json_out_text(out, "keep", entry->keep);
			json_out_text(out, "remove", entry->remove);
		}
		json_out_close(out, '{');
	}
	json_out_close(out, '[');
}

static void old_json(JsonOut *out, const HealedDatabase *database)
{
	json_out_open(out, "old", '[');
	for (size_t i = 0; i < database->n_old; i++) {
		json_out_open(out, NULL, '{');
		json_out_number(out, "sid", database->old[i].sid);
		json_out_number(out, "entries", (int64_t)database->old[i].n_entries);
		json_out_close(out, '{');
	}
	json_out_close(out, '[');
}

static void database_json(JsonOut *out, const HealedDatabase *database)
{
	json_out_open(out, NULL, '{');
	json_out_text(out, "suffix", database->suffix);
	json_out_text(out, "state", heal_state_name(database->state));
	old_json(out, database);
	holds_json(out, &database->holds);
	entries_json(out, database);
	if (database->hand)
		json_out_text(out, "written_as", database->hand);
	json_out_number(out, "away_usec", database->away_usec);
	json_out_open(out, "unseen", '[');
	for (size_t i = 0; i < database->n_unseen; i++)
		json_out_text(out, NULL, database->unseen[i]);
	json_out_close(out, '[');
	json_out_close(out, '{');
}

const char *heal_report_json(Pool *pool, const HealReport *report)
{
	Buf text = BUF_IN(pool);
	JsonOut out = {.text = &text};

	json_out_open(&out, NULL, '{');
	json_out_number(&out, "schema_version", 1);
	json_out_open(&out, "databases", '[');
	for (size_t i = 0; i < report->n_databases; i++)
		database_json(&out, &report->databases[i]);
	json_out_close(&out, '[');
	json_out_close(&out, '{');
	return buf_text(&text);
}
