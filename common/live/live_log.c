/* SPDX-License-Identifier: Apache-2.0 */
#include "common/live/live_log.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/live/overlays.h"
#include "common/slapd/dn.h"

static bool is_accesslog_of(const Entry *entry, const LiveDatabase *database)
{
	return overlay_is_of(entry, database, "accesslog");
}

const Entry *live_log_overlay(const Live *live, const LiveDatabase *database, const char *log)
{
	for (size_t i = 0; i < live->config->n_entries; i++) {
		const Entry *entry = &live->config->entries[i];
		const char *base = entry_first(entry, "olcAccessLogDB");

		if (base && is_accesslog_of(entry, database) && dn_equal(base, log))
			return entry;
	}
	return NULL;
}

const Entry *live_log_next(const Live *live, const LiveDatabase *database, const Entry *before)
{
	bool is_behind = before == NULL;

	for (size_t i = 0; i < live->config->n_entries; i++) {
		const Entry *entry = &live->config->entries[i];

		if (is_behind && entry_first(entry, "olcAccessLogDB") &&
		    is_accesslog_of(entry, database))
			return entry;
		is_behind |= entry == before;
	}
	return NULL;
}

const Entry *live_log_any(const Live *live, const LiveDatabase *database)
{
	return live_log_next(live, database, NULL);
}

const Entry *live_log_intruder(const Live *live, const LiveDatabase *database, const char *log)
{
	for (size_t i = 0; i < live->config->n_entries; i++) {
		const Entry *entry = &live->config->entries[i];
		const char *base = entry_first(entry, "olcAccessLogDB");

		if (base && dn_equal(base, log) && !is_accesslog_of(entry, database))
			return entry;
	}
	return NULL;
}

bool live_log_is_read(const LiveDatabase *log)
{
	return log->syncprov && entry_has_value(log->syncprov, "olcSpNoPresent", "TRUE") &&
	       entry_has_value(log->syncprov, "olcSpReloadHint", "TRUE");
}

static bool has_word(const char *text, const char *word)
{
	const size_t len = strlen(word);

	for (; *text; text += strcspn(text, " "), text += strspn(text, " "))
		if (strcspn(text, " ") == len && strncasecmp(text, word, len) == 0)
			return true;
	return false;
}

static bool logs_operation(const Attribute *operations, const char *operation)
{
	for (size_t i = 0; i < operations->n_values; i++)
		if (has_word(operations->values[i].bytes, operation) ||
		    has_word(operations->values[i].bytes, "writes") ||
		    has_word(operations->values[i].bytes, "all"))
			return true;
	return false;
}

bool live_log_is_whole(const Entry *overlay)
{
	static const char *const needed[] = {"add", "delete", "modify", "modrdn"};
	const Attribute *operations = entry_attribute(overlay, "olcAccessLogOps");

	for (size_t i = 0; operations && i < ARRAY_SIZE(needed); i++)
		if (!logs_operation(operations, needed[i]))
			return false;
	return operations != NULL;
}

static bool has_its_suffix_only(const LiveSizes *sizes, const char *base)
{
	const char *count = live_entries_counted(sizes, base);

	return count && strcmp(count, "1") == 0;
}

bool live_log_is_unwritten(const LiveSizes *sizes, const LiveDatabase *log, const char *base)
{
	return live_counts_none(sizes, base) ||
	       (log->is_read_only &&
		(!live_entries_counted(sizes, base) || has_its_suffix_only(sizes, base)));
}

bool live_log_only_begins(const Entry *overlay)
{
	return !entry_attribute(overlay, "olcAccessLogOps");
}

bool live_log_is_to_go(const LiveSizes *sizes, const LiveDatabase *log, const Entry *overlay)
{
	const bool found_it_begun =
		entry_has_value(overlay, "olcAccessLogSuccess", "TRUE") &&
		has_its_suffix_only(sizes, entry_first(overlay, "olcAccessLogDB"));

	return log->is_read_only && live_log_only_begins(overlay) && !found_it_begun;
}

/* "[DAYS+]HH:MM[:SS]" */
int64_t live_log_keeps_sec(const char *purge)
{
	unsigned days = 0, hours, minutes, seconds = 0;
	const char *plus = purge ? strchr(purge, '+') : NULL;
	const char *space = purge ? strchr(purge, ' ') : NULL;

	if (!purge)
		return -1;
	if (plus && (!space || plus < space)) {
		if (sscanf(purge, "%6u+", &days) != 1)
			return -1;
		purge = plus + 1;
	}
	if (sscanf(purge, "%6u:%6u:%6u", &hours, &minutes, &seconds) < 2)
		return -1;
	return ((int64_t)days * 24 + hours) * 3600 + (int64_t)minutes * 60 + seconds;
}

const LiveDatabase *live_logged(const Live *live, const LiveDatabase *log)
{
	for (size_t i = 0; i < live->n_databases; i++)
		for (size_t k = 0; log->suffixes && k < log->suffixes->n_values; k++)
			if (live->databases[i].suffixes &&
			    live_log_overlay(live, &live->databases[i],
					     log->suffixes->values[k].bytes))
				return &live->databases[i];
	return NULL;
}
