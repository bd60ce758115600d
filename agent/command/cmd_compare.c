/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "agent/command/commands.h"
#include "agent/options/report_print.h"
#include "agent/options/timeout.h"
#include "agent/pass/site.h"
#include "agent/state/state_compare.h"
#include "agent/state/state_keep.h"
#include "agent/system/progress.h"
#include "agent/system/say.h"
#include "agent/system/wait.h"
#include "agent/verify/compare.h"
#include "common/remember/memory_after.h"
#include "common/report/compare_report.h"

#define LAG_SEC_USUAL 60
#define LAG_SEC_MAX   86400
#define RATE_MAX      10000000

typedef struct Run {
	const Options *options;
	Pool *pool;
	Context context;
	Inputs inputs;
	World world;
	CompareOptions compare;
	Progress progress;
} Run;

/* --- what is asked for --- */

static bool is_read(const Run *run, unsigned id)
{
	for (size_t i = 0; i < run->inputs.wanted.n_databases; i++)
		for (size_t k = 0; k < run->inputs.wanted.databases[i].n_consumers; k++)
			if (run->inputs.wanted.databases[i].consumers[k].peer->id == id)
				return true;
	return false;
}

static int peers_take(Run *run, Error *err)
{
	const TextList *words = &run->options->peers;
	unsigned *ids = pool_alloc(run->pool, (words->n_items + 1) * sizeof(*ids));

	for (size_t i = 0; i < words->n_items; i++) {
		char *end;
		unsigned long id;

		errno = 0;
		id = strtoul(words->items[i], &end, 10);
		if (*end || errno != 0 || id > UINT_MAX || !is_read(run, (unsigned)id))
			return error_set(err, ERROR_USAGE, 0,
					 "--peer '%s' is no id of a peer in peers.json that this "
					 "node reads",
					 words->items[i]);
		ids[i] = (unsigned)id;
	}
	run->compare.peer_ids = ids;
	run->compare.n_peer_ids = words->n_items;
	return 0;
}

static int prepare(Run *run, Error *err)
{
	const Options *options = run->options;

	if (number_parse("--lag", options->lag, "seconds", LAG_SEC_USUAL, LAG_SEC_MAX,
			 &run->compare.lag_sec, err) < 0 ||
	    number_parse("--rate", options->rate, "entries a second", 0, RATE_MAX,
			 &run->compare.rate, err) < 0 ||
	    context_read(run->pool, &options->override, &run->context, err) < 0 ||
	    context_inputs(&run->context, false, &run->inputs, err) < 0 ||
	    inputs_need_self(&run->inputs, err) < 0)
		return -1;
	run->compare.suffix = options->suffix;
	run->compare.attributes = options->attributes;
	if (run->compare.suffix &&
	    wanted_check_suffix(&run->inputs.wanted, run->compare.suffix, err) < 0)
		return -1;
	return peers_take(run, err);
}

/* --- progress, on a terminal --- */

static void progress_tell(void *data, const CompareProgress *progress)
{
	Run *run = data;

	if (progress->n_waiting > 0)
		progress_change(&run->progress, "%s at %s: %zu differences are looked at again",
				progress->suffix, progress->where, progress->n_waiting);
	else if (progress->n_counted > 0)
		progress_change(&run->progress, "%s at %s: %zu of %zu entries", progress->suffix,
				progress->where, progress->n_read, progress->n_counted);
	else
		progress_change(&run->progress, "%s at %s: %zu entries", progress->suffix,
				progress->where, progress->n_read);
	(void)progress_piece(0);
}

/* --- the command --- */

static const int exits[] = {
	[COMPARISON_NOT_COMPARABLE] = 3,
	[COMPARISON_NOT_KNOWN] = 3,
	[COMPARISON_DIFFERENT] = 1,
	[COMPARISON_EQUAL] = 0,
};
_Static_assert(ARRAY_SIZE(exits) == COMPARISON_VERDICT_COUNT, "an exit for every verdict");

static int look(Run *run, Directory *directory, ComparedDatabase **ret, size_t *ret_n, Error *err)
{
	Known kept = run->inputs.state.known, known = kept;

	if (world_read(directory, run->pool, &run->inputs.machine, &run->world, err) < 0)
		return -1;
	run->world.refusals = known.peers.refusals;
	run->compare.directory = directory;
	run->compare.ldap_uri = run->context.socket.uri;
	run->compare.known_links = &known.peers.links;
	run->compare.progress = progress_tell;
	run->compare.progress_data = run;
	progress_begin(&run->progress, "Waiting for the copies to be read ...");
	compare_run(run->pool, &run->compare, &run->inputs.wanted, &run->world, ret, ret_n);
	progress_end(&run->progress);
	/* A refused password is not sent again by any part of this process. */
	memory_refusals(run->pool, &run->world.refusals, &known.peers);
	(void)state_keep(run->context.paths.state_dir, &kept, &known, NULL);
	return 0;
}

/* Nothing is kept of peers that are no longer in peers.json. */
static CompareRecords records_wanted(const Run *run, const CompareRecords *records)
{
	CompareRecords kept = {0};

	for (size_t i = 0; i < run->inputs.wanted.n_databases; i++) {
		const WantedDatabase *wanted = &run->inputs.wanted.databases[i];

		for (size_t k = 0; k < wanted->n_consumers; k++) {
			const CompareRecord *record = compare_record_find(
				records, wanted->desired->suffix, wanted->consumers[k].peer->id);

			if (record)
				POOL_PUSH(run->pool, kept.items, kept.n_items, *record);
		}
	}
	return kept;
}

static int record(const Run *run, const ComparedDatabase *databases, size_t n, Error *err)
{
	const char *state_dir = run->context.paths.state_dir;
	CompareRecords records = {0};

	if (state_read_compared(run->pool, state_dir, &records, err) < 0)
		return -1;
	records = compare_records_join(run->pool, &records, databases, n, (int64_t)time(NULL));
	records = records_wanted(run, &records);
	return state_write_compared(state_dir, &records, err);
}

/* Exit status 1 says that entries differ; syncward-compare.service counts it as success. */
static int failed(const Error *err)
{
	const int status = say_error(err);

	return status == exits[COMPARISON_DIFFERENT] ? EX_SOFTWARE : status;
}

static int cmd_compare(const Options *options)
{
	Run run = {.options = options, .pool = options->pool};
	AUTO(Directory) *directory = NULL;
	ComparedDatabase *databases;
	CompareReport report;
	size_t n;
	Error err;

	if (prepare(&run, &err) < 0 || context_connect(&run.context, &directory, &err) < 0 ||
	    look(&run, directory, &databases, &n, &err) < 0)
		return failed(&err);
	report = (CompareReport){databases, n, !options->records, output_has_colour()};
	(void)fputs(options->output == OUTPUT_JSON ? compare_report_json(run.pool, &report)
						   : compare_report_text(run.pool, &report),
		    stdout);
	if (options->records && record(&run, databases, n, &err) < 0)
		return failed(&err);
	return exits[comparison_verdict_all(databases, n)];
}

static const OptionRule compare_options[] = {
	OPTION_NAMED("--suffix", OPTION_TEXT, suffix, "DN", "only this database (all)"),
	OPTION_NAMED("--peer", OPTION_LIST, peers, "ID,...", "only with these peers (all)"),
	OPTION_NAMED("--lag", OPTION_TEXT, lag, "SECONDS",
		     "how long an entry may differ while a change may be on its way, in seconds "
		     "(60)"),
	OPTION_NAMED(
		"--attributes", OPTION_FLAG, attributes, NULL,
		"also compare the attributes of entries of the same version; shows names only"),
	OPTION_NAMED("--record", OPTION_FLAG, records, NULL,
		     "keep numbers for status, check and metrics; names no entries"),
	OPTION_NAMED("--rate", OPTION_TEXT, rate, "N",
		     "read at most N entries a second from one server (no limit)"),
};

const Command command_compare = {
	.name = "compare",
	.run = cmd_compare,
	.summary = "show which entries differ between this node and its peers; writes nothing to "
		   "slapd",
	.arguments = "",
	.exits = "0 all equal, 1 some differ, 3 not everything could be compared, 70 it failed",
	.options = compare_options,
	.n_options = ARRAY_SIZE(compare_options),
};
