/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "agent/command/commands.h"
#include "agent/pass/site.h"
#include "agent/state/history.h"
#include "agent/system/clock.h"
#include "agent/system/say.h"
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

static void print_text(Pool *pool, const RecordList *records)
{
	for (size_t i = 0; i < records->n_items; i++)
		(void)printf("%s\n", record_text(pool, &records->items[i]));
	if (records->n_items == 0)
		(void)puts("Nothing was corrected.");
}

/* Each record is printed as it is kept, less its line end. */
static void print_json(Pool *pool, const RecordList *records)
{
	(void)printf("{\"schema_version\": 1,\n \"damaged_lines\": %zu,\n \"records\": [",
		     records->n_damaged);
	for (size_t i = 0; i < records->n_items; i++) {
		const char *line = record_print(pool, &records->items[i]);

		(void)printf("%s\n  %.*s", i > 0 ? "," : "", (int)(strlen(line) - 1), line);
	}
	(void)puts("\n ]\n}");
}

static int cmd_history(const Options *options)
{
	RecordList records;
	Context context;
	int64_t since_sec;
	Error err;

	if (since_parse(options->since, &since_sec, &err) < 0 ||
	    context_read(options->pool, &options->override, &context, &err) < 0 ||
	    history_read(options->pool, context.state_dir, since_sec, &records, &err) < 0)
		return say_error(&err);
	if (options->output == OUTPUT_JSON)
		print_json(options->pool, &records);
	else
		print_text(options->pool, &records);
	if (records.n_damaged > 0)
		say("%s/" HISTORY_FILE ": %zu line%s could not be read and %s left out",
		    context.state_dir, records.n_damaged, records.n_damaged == 1 ? "" : "s",
		    records.n_damaged == 1 ? "was" : "were");
	return 0;
}

static const OptionRule history_options[] = {
	OPTION_NAMED("--since", OPTION_TEXT, since, "TIME",
		     "only what happened since then: 2h, 7d, '2026-07-01 10:00' (UTC)"),
};

const Command command_history = {
	.name = "history",
	.run = cmd_history,
	.summary = "what was corrected: when, what, why, and what came of it",
	.arguments = "",
	.exits = "0",
	.options = history_options,
	.n_options = ARRAY_SIZE(history_options),
};
