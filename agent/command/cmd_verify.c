/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "agent/command/commands.h"
#include "agent/command/verify_doubts.h"
#include "agent/files/lock.h"
#include "agent/input/settings_file.h"
#include "agent/options/report_print.h"
#include "agent/options/timeout.h"
#include "agent/pass/site.h"
#include "agent/state/state_keep.h"
#include "agent/system/fd.h"
#include "agent/system/interrupt.h"
#include "agent/system/say.h"
#include "agent/verify/verify_heirs.h"
#include "agent/verify/verify_report.h"
#include "common/copy/copy_relation.h"
#include "common/remedies/remedies.h"
#include "common/remember/memory_after.h"

typedef struct Run {
	const Options *options;
	Pool *pool;
	Context context;
	Inputs inputs;
	unsigned timeout_sec;
	WriteOptions write; /* with --write */
	World world;
	Verify verify;
} Run;

/* --- the identity of --write --- */

static int identity_missing(const Run *run, Error *err)
{
	const Options *options = run->options;
	const char *suffix = run->inputs.wanted.n_databases > 0
				     ? run->inputs.wanted.databases[0].desired->suffix
				     : "dc=example,dc=com";

	return error_set(err, ERROR_INPUT, 0,
			 "verify --write needs an account of its own, which may write "
			 "below a container that is there for that alone. Write into %s:\n  %s",
			 options->override.agent_config ? options->override.agent_config
							: SETTINGS_FILE_DEFAULT,
			 remedy_fill(options->pool, REMEDY_VERIFY_ACCOUNT, suffix, suffix));
}

static int identity_read(Run *run, Error *err)
{
	AgentSettings settings;
	Secret secret;

	if (settings_read(run->pool, &run->options->override, &settings, err) < 0)
		return -1;
	if (!settings.verify.binddn)
		return identity_missing(run, err);
	secret = secret_read_one(run->pool, &settings.verify.credentials);
	if (!secret.text)
		return error_set(err, secret.is_denied ? ERROR_DENIED : ERROR_INPUT, 0, "%s",
				 secret.problem);
	run->write = (WriteOptions){
		.binddn = settings.verify.binddn,
		.password = secret.text,
		.container = settings.verify.container,
		.node_id = run->inputs.wanted.self->id,
		.timeout_sec = run->timeout_sec,
	};
	return 0;
}

/* --- G10 --- */

/* Consumers as well: one of them may have what no provider has. */
static const Content *copies_of_others(Run *run, const VerifiedDatabase *database, size_t *ret_n)
{
	Content *copies = NULL;
	size_t n_heirs;
	const Content *heirs = verify_heirs(&run->verify, database, run->timeout_sec, &n_heirs);

	*ret_n = 0;
	for (size_t i = 1; i < database->n_servers; i++) {
		Content copy = database->servers[i].content;

		copy.peer_id = database->servers[i].peer->id;
		POOL_PUSH(run->pool, copies, *ret_n, copy);
	}
	for (size_t i = 0; i < n_heirs; i++)
		POOL_PUSH(run->pool, copies, *ret_n, heirs[i]);
	return copies;
}

/* A write by a node that is not what the cluster takes it for makes healthy peers delete entries;
 * returns why it may be such a node, or NULL. */
static const char *why_suspect(Run *run, const VerifiedDatabase *database)
{
	const KnownDatabase *known =
		known_database(&run->inputs.state.known, database->wanted->desired->suffix);
	const char *text = known ? known->suspect : NULL;
	const unsigned sid = peer_server_id(run->inputs.wanted.self);
	const Content *copies, *copy;
	Suspicion found;
	Content here;
	size_t n;

	for (size_t i = 0; !text && i < database->n_doubts; i++)
		if (database->doubts[i].forbids_writing)
			text = database->doubts[i].text;
	if (text)
		return text;
	/* Then here: what was written meanwhile is in it. */
	copies = copies_of_others(run, database, &n);
	here = world_content_here(run->verify.directory, run->pool, &run->world,
				  database->wanted->desired->suffix);
	found = contents_suspicion(&here, copies, n, sid, &copy);
	if (found != SUSPICION_NONE)
		text = pool_printf(run->pool, "%s %s",
				   wanted_peer(database->wanted, copy->peer_id)->peer->uri,
				   suspicion_describe(run->pool, found, sid));
	return text;
}

static WriteTest test_database(Run *run, VerifiedDatabase *database)
{
	const char *suspect = why_suspect(run, database);
	WriteTest test = {0};

	if (peer_is_consumer(run->inputs.wanted.self))
		test.problem = "nothing was written: this node is a consumer, and only what is "
			       "written at a provider comes to others";
	else if (run->inputs.state.known.heal)
		test.problem = pool_printf(run->pool,
					   "nothing was written: a heal was cut off, and this "
					   "server may have another server ID until `%s`",
					   remedy_text(REMEDY_APPLY));
	else if (suspect)
		test.problem = pool_printf(
			run->pool,
			"nothing was written (G10): this database may not be the one that the "
			"cluster knows, and a write here could make its peers delete entries: %s",
			suspect);
	else if (interrupt_pause(0))
		test.problem = "interrupted by a signal: nothing was written";
	else
		verify_write(run->pool, database, &run->write, &test);
	return test;
}

static int test_all(Run *run, const WriteTest **ret, Error *err)
{
	AUTO_FD lock = lock_take_named(run->context.paths.run_dir, "verify.lock",
				       run->context.socket.timeout_msec, err);
	WriteTest *tests = pool_alloc(run->pool, (run->verify.n_databases + 1) * sizeof(*tests));

	if (lock < 0)
		return -1;
	interrupt_hold();
	for (size_t i = 0; i < run->verify.n_databases; i++)
		tests[i] = test_database(run, &run->verify.databases[i]);
	*ret = tests;
	return 0;
}

/* --- the command --- */

static int prepare(Run *run, Error *err)
{
	if (timeout_parse(run->options->timeout, &run->timeout_sec, err) < 0 ||
	    context_read(run->pool, &run->options->override, &run->context, err) < 0 ||
	    context_inputs(&run->context, false, &run->inputs, err) < 0 ||
	    inputs_need_self(&run->inputs, err) < 0)
		return -1;
	return run->options->writes_entry ? identity_read(run, err) : 0;
}

static int compare(Run *run, Directory *directory, Error *err)
{
	if (world_read(directory, run->pool, &run->inputs.machine, &run->world, err) < 0)
		return -1;
	run->world.refusals = run->inputs.state.known.peers.refusals;
	run->write.ldap_uri = run->context.socket.uri;
	verify_run(run->pool, directory, &run->inputs.wanted, &run->world, run->timeout_sec,
		   &run->verify);
	return 0;
}

/* A refused password is not sent again by any part of this process. */
static void refusals_keep(Run *run)
{
	Known kept = run->inputs.state.known, known = kept;

	memory_refusals(run->pool, &run->verify.refusals, &known.peers);
	(void)state_keep(run->context.paths.state_dir, &kept, &known, NULL);
}

static int cmd_verify(const Options *options)
{
	Run run = {.options = options, .pool = options->pool};
	VerifyReport report = {.verify = &run.verify};
	AUTO(Directory) *directory = NULL;
	int result;
	Error err;

	if (prepare(&run, &err) < 0 || context_connect(&run.context, &directory, &err) < 0 ||
	    compare(&run, directory, &err) < 0)
		return say_error(&err);
	if (verify_doubts_find(run.pool, &run.context, &run.inputs.wanted, directory,
			       run.timeout_sec, &run.verify, &err) < 0) {
		verify_close(&run.verify);
		return say_error(&err);
	}
	result = options->writes_entry ? test_all(&run, &report.tests, &err) : 0;
	refusals_keep(&run);
	verify_close(&run.verify);
	if (result < 0)
		return say_error(&err);
	(void)fputs(options->output == OUTPUT_JSON
			    ? verify_report_json(run.pool, &report)
			    : verify_report_text(run.pool, &report, output_has_colour()),
		    stdout);
	return verify_report_is_good(&report) ? 0 : 1;
}

static const OptionRule verify_options[] = {
	OPTION_NAMED("--write", OPTION_FLAG, writes_entry, NULL,
		     "add an entry here, wait until every peer shows it, delete it, wait until it "
		     "is gone"),
	OPTION_NAMED("--timeout", OPTION_TEXT, timeout, "SECONDS",
		     "how long to wait for the peers to be in step, in seconds (10)"),
};

const Command command_verify = {
	.name = "verify",
	.run = cmd_verify,
	.summary = "check whether all peers are in step, by contextCSN only (see compare); --write "
		   "tests with an entry",
	.arguments = "",
	.exits = "0 all in step, 1 not, or it could not be tested",
	.options = verify_options,
	.n_options = ARRAY_SIZE(verify_options),
};
