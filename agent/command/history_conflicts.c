/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/command/history_conflicts.h"

#include <stdio.h>
#include <sysexits.h>
#include <time.h>

#include "agent/options/timeout.h"
#include "agent/pass/site.h"
#include "agent/state/state_keep.h"
#include "agent/system/say.h"
#include "agent/verify/conflicts_run.h"
#include "common/remember/memory_after.h"
#include "common/report/conflicts_report.h"

#define LAG_SEC_USUAL 10
#define LAG_SEC_MAX   86400
#define BUDGET_MSEC   (10 * 60 * 1000)

static const int exits[] = {
	[CONFLICTS_NONE] = 0,
	[CONFLICTS_FOUND] = 1,
	[CONFLICTS_UNKNOWN] = 3,
};
_Static_assert(ARRAY_SIZE(exits) == CONFLICTS_VERDICT_COUNT, "an exit for every verdict");

typedef struct Run {
	Pool *pool;
	Context context;
	Inputs inputs;
	ConflictsOptions conflicts;
} Run;

static const char *generalized(Pool *pool, int64_t sec)
{
	const time_t when = (time_t)sec;
	char text[sizeof("20260701100000Z")];
	struct tm tm;

	return sec > 0 && gmtime_r(&when, &tm) &&
			       strftime(text, sizeof(text), "%Y%m%d%H%M%SZ", &tm) > 0
		       ? pool_strdup(pool, text)
		       : NULL;
}

static int prepare(Run *run, const Options *options, Error *err)
{
	if (options->attribute)
		return error_set(err, ERROR_USAGE, 0, "--attribute is not for --conflicts");
	if (number_parse("--lag", options->lag, "seconds", LAG_SEC_USUAL, LAG_SEC_MAX,
			 &run->conflicts.asking.lag_sec, err) < 0 ||
	    context_read(run->pool, &options->override, &run->context, err) < 0 ||
	    context_inputs(&run->context, false, &run->inputs, err) < 0 ||
	    inputs_need_self(&run->inputs, err) < 0)
		return -1;
	run->conflicts.asking.suffix = options->suffix;
	run->conflicts.budget = budget_of(BUDGET_MSEC, NULL);
	return options->suffix ? wanted_check_suffix(&run->inputs.wanted, options->suffix, err) : 0;
}

static int look(Run *run, Directory *directory, ConflictsReport *ret, Error *err)
{
	Known kept = run->inputs.state.known, known = kept;
	World world;

	if (world_read(directory, run->pool, &run->inputs.machine, &world, err) < 0)
		return -1;
	world.refusals = known.peers.refusals;
	run->conflicts.asking.directory = directory;
	run->conflicts.asking.ldap_uri = run->context.socket.uri;
	run->conflicts.asking.known_links = &known.peers.links;
	ret->databases = conflicts_run(run->pool, &run->conflicts, &run->inputs.wanted, &world,
				       &ret->n_databases);
	/* A refused password is not sent again by any part of this process. */
	memory_refusals(run->pool, &world.refusals, &known.peers);
	(void)state_keep(run->context.paths.state_dir, &kept, &known, NULL);
	return 0;
}

static void writers_add(Pool *pool, const Desired *desired, ConflictsReport *report)
{
	for (size_t i = 0; i < desired->n_peers; i++)
		if (!peer_is_consumer(&desired->peers[i]))
			POOL_PUSH(pool, report->writers, report->n_writers,
				  {peer_server_id(&desired->peers[i]), desired->peers[i].uri});
}

/* 1 says that there are conflicts. */
static int failed(const Error *err)
{
	const int status = say_error(err);

	return status == exits[CONFLICTS_FOUND] ? EX_SOFTWARE : status;
}

int history_conflicts(const Options *options, int64_t since_sec)
{
	Run run = {.pool = options->pool};
	AUTO(Directory) *directory = NULL;
	ConflictsReport report = {0};
	Error err;

	run.conflicts.since = generalized(options->pool, since_sec);
	if (prepare(&run, options, &err) < 0 ||
	    context_connect(&run.context, &directory, &err) < 0 ||
	    look(&run, directory, &report, &err) < 0)
		return failed(&err);
	writers_add(run.pool, run.inputs.wanted.desired, &report);
	report.own_sid = peer_server_id(run.inputs.wanted.self);
	report.lag_sec = run.conflicts.asking.lag_sec;
	(void)fputs(options->output == OUTPUT_JSON ? conflicts_report_json(run.pool, &report)
						   : conflicts_report_text(run.pool, &report),
		    stdout);
	return exits[conflicts_verdict(&report)];
}
