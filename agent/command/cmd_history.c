/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "agent/command/commands.h"
#include "agent/command/history_conflicts.h"
#include "agent/pass/site.h"
#include "agent/system/clock.h"
#include "agent/system/say.h"
#include "agent/tell/history.h"
#include "common/base/few.h"
#include "common/base/suggest.h"
#include "common/base/timestamp.h"

static int since_parse(const char *text, int64_t *ret, Error *err)
{
	*ret = 0;
	if (!text)
		return 0;
	*ret = timestamp_parse_since(text, clock_system.realtime_sec(NULL));
	if (*ret < 0)
		return error_set(err, ERROR_USAGE, 0,
				 "--since '%s' is neither a time like '2026-07-01 10:00' (UTC) nor "
				 "how long ago, like 2h or 7d",
				 text);
	return 0;
}

/* --- what is asked for --- */

static RecordList records_choose(Pool *pool, const RecordList *all, const RecordQuery *query)
{
	RecordList chosen = *all;

	chosen.items = NULL;
	chosen.n_items = 0;
	for (size_t i = 0; i < all->n_items; i++)
		if (record_concerns(&all->items[i], query))
			POOL_PUSH(pool, chosen.items, chosen.n_items, all->items[i]);
	return chosen;
}

static bool is_recorded(Pool *pool, const RecordList *all, const char *suffix)
{
	const RecordQuery query = {.suffix = suffix};

	return records_choose(pool, all, &query).n_items > 0;
}

static bool is_named(const char *const *names, size_t n_names, const char *name)
{
	for (size_t i = 0; i < n_names; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

/* A typo must not read as "nobody changed it". */
static const char *suffix_question(Pool *pool, const RecordList *all, const char *suffix)
{
	const char **known = NULL, *question;
	size_t n = 0;
	Few few = few_names(pool);

	if (!suffix || is_recorded(pool, all, suffix))
		return "";
	for (size_t i = 0; i < all->n_items; i++)
		if (all->items[i].event.suffix && !is_named(known, n, all->items[i].event.suffix)) {
			POOL_PUSH(pool, known, n, all->items[i].event.suffix);
			few_add(&few, all->items[i].event.suffix);
		}
	question = suggest_question(pool, suffix, known, n);
	return *question || n == 0
		       ? question
		       : pool_printf(pool, ": what is recorded is of %s", few_text(&few));
}

/* --- what is printed --- */

static void print_nothing(Pool *pool, const RecordList *all, const RecordQuery *query)
{
	char oldest[TIMESTAMP_SIZE];

	(void)printf("Nothing is recorded%s%s%s%s%s\n", query->attribute ? " of " : "",
		     query->attribute ? query->attribute : "", query->suffix ? " of " : "",
		     query->suffix ? query->suffix : "", suffix_question(pool, all, query->suffix));
	if (all->oldest_sec >= 0)
		(void)printf("The history begins at %s.\n",
			     timestamp_print(all->oldest_sec, oldest));
}

static void print_text(Pool *pool, const RecordList *records)
{
	for (size_t i = 0; i < records->n_items; i++)
		(void)printf("%s\n", record_text(pool, &records->items[i]));
}

static const char *history_json(Pool *pool, const RecordList *records)
{
	char oldest[TIMESTAMP_SIZE];
	Buf text = BUF_IN(pool);
	JsonOut out = {.text = &text};

	json_out_open(&out, NULL, '{');
	json_out_number(&out, "schema_version", 1);
	if (records->oldest_sec >= 0)
		json_out_text(&out, "begins", timestamp_print(records->oldest_sec, oldest));
	json_out_number(&out, "damaged_lines", (int64_t)records->n_damaged);
	json_out_open(&out, "records", '[');
	for (size_t i = 0; i < records->n_items; i++)
		record_json(&out, &records->items[i]);
	json_out_close(&out, '[');
	json_out_close(&out, '{');
	return buf_text(&text);
}

static int cmd_history(const Options *options)
{
	const RecordQuery query = {.suffix = options->suffix, .attribute = options->attribute};
	RecordList all, records;
	Context context;
	int64_t since_sec;
	Error err;

	if (since_parse(options->since, &since_sec, &err) < 0)
		return say_error(&err);
	if (options->wants_conflicts)
		return history_conflicts(options, since_sec);
	if (context_read(options->pool, &options->override, &context, &err) < 0 ||
	    history_read(options->pool, context.paths.state_dir, since_sec, &all, &err) < 0)
		return say_error(&err);
	records = records_choose(options->pool, &all, &query);
	if (options->output == OUTPUT_JSON && *suffix_question(options->pool, &all, query.suffix))
		say("nothing is recorded of %s%s", query.suffix,
		    suffix_question(options->pool, &all, query.suffix));
	if (options->output == OUTPUT_JSON)
		(void)fputs(history_json(options->pool, &records), stdout);
	else if (records.n_items > 0)
		print_text(options->pool, &records);
	else
		print_nothing(options->pool, &all, &query);
	if (records.n_damaged > 0)
		say("%s/" HISTORY_FILE ": %zu line%s could not be read and %s left out",
		    context.paths.state_dir, records.n_damaged, records.n_damaged == 1 ? "" : "s",
		    records.n_damaged == 1 ? "was" : "were");
	return 0;
}

static const OptionRule history_options[] = {
	OPTION_NAMED("--suffix", OPTION_TEXT, suffix, "DN",
		     "only records about this database; cn=config: about the server itself"),
	OPTION_NAMED("--attribute", OPTION_TEXT, attribute, "NAME",
		     "only changes of this attribute, such as olcSyncrepl"),
	OPTION_NAMED("--since", OPTION_TEXT, since, "TIME",
		     "only records since then: 2h, 7d, '2026-07-01 10:00' (UTC)"),
	OPTION_NAMED("--conflicts", OPTION_FLAG, wants_conflicts, NULL,
		     "instead show entries written at two nodes at once, from the log of changes"),
	OPTION_NAMED("--lag", OPTION_TEXT, lag, "SECONDS",
		     "with --conflicts: how far apart two changes may be a conflict, in seconds "
		     "(10)"),
};

const Command command_history = {
	.name = "history",
	.run = cmd_history,
	.summary = "who changed what in cn=config, when, why, and with what result",
	.arguments = "",
	.exits = "0; with --conflicts 0 none, 1 some, 3 not all is known, 70 it failed",
	.options = history_options,
	.n_options = ARRAY_SIZE(history_options),
};
