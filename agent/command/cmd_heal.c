/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "agent/command/commands.h"
#include "agent/files/lock.h"
#include "agent/heal/heal_report.h"
#include "agent/options/report_print.h"
#include "agent/options/timeout.h"
#include "agent/pass/apply_told.h"
#include "agent/pass/site.h"
#include "agent/system/clock.h"
#include "agent/system/fd.h"
#include "agent/system/interrupt.h"
#include "agent/system/password_ask.h"
#include "agent/system/say.h"

/* --- passwords --- */

static int root_password_read(const Options *options, const char **ret, Error *err)
{
	const Credentials file = {.kind = CREDENTIALS_FILE, .name = options->root_password};
	Secret secret;

	*ret = NULL;
	if (!options->root_password)
		return 0;
	if (strcmp(options->root_password, "-") == 0) {
		if (password_ask(options->pool, "Password of the rootdn: ", ret, err) < 0)
			return error_prefix(err, "--rootdn-password -");
		return 0;
	}
	secret = secret_read_one(options->pool, &file);
	if (!secret.text)
		return error_set(err, secret.is_denied ? ERROR_DENIED : ERROR_INPUT, 0, "%s",
				 secret.problem);
	*ret = secret.text;
	return 0;
}

/* Without one the others are tried. */
static HealHand verifier_read(const Options *options)
{
	AgentSettings settings;
	Secret secret;
	Error err;

	if (settings_read(options->pool, &options->override, &settings, &err) < 0 ||
	    !settings.verify.binddn)
		return (HealHand){0};
	secret = secret_read_one(options->pool, &settings.verify.credentials);
	return (HealHand){.name = "the identity of verify in agent.json",
			  .binddn = secret.text ? settings.verify.binddn : NULL,
			  .password = secret.text};
}

/* --- the command --- */

static void tell(void *userdata, const EventList *events)
{
	apply_record_events(userdata, events);
}

static int heal_locked(const Options *options, Context *context, HealOptions *heal)
{
	AUTO(Directory) *directory = NULL;
	HealReport report;
	ApplyRecord record;
	Inputs inputs;
	Error err;

	if (context_inputs(context, true, &inputs, &err) < 0 ||
	    context_connect(context, &directory, &err) < 0)
		return say_error(&err);
	for (size_t i = 0; i < inputs.state.n_notices; i++)
		say("%s", inputs.state.notices[i]);
	apply_record_begin(options->pool, "heal", context, &inputs, &record);
	record.journal.trigger = "heal";
	if (apply_record_end_heal(&record, &inputs, directory, &err) < 0)
		return say_error(&err);
	if (inputs.not_listed || !inputs.wanted.self) {
		error_set(&err, ERROR_REFUSED, 0, "there is nothing to heal: %s",
			  inputs.not_listed ? inputs.not_listed : "peers.json lists no peers");
		return say_error(&err);
	}
	if (heal->suffix && wanted_check_suffix(&inputs.wanted, heal->suffix, &err) < 0)
		return say_error(&err);
	heal->inputs = &inputs;
	heal->directory = directory;
	heal->ldap_uri = context->socket.uri;
	heal->tell = tell;
	heal->userdata = &record;
	interrupt_hold();
	heal_run(options->pool, heal, &report);
	apply_record_end_writes(&record, NULL);
	(void)fputs(options->output == OUTPUT_JSON
			    ? heal_report_json(options->pool, &report)
			    : heal_report_text(options->pool, &report, output_has_colour()),
		    stdout);
	(void)fflush(stdout);
	if (report.has_failed)
		(void)say_error(&report.error);
	return heal_exit_status(&report);
}

static int cmd_heal(const Options *options)
{
	HealOptions heal = {.suffix = options->suffix};
	Context context;
	Error err;
	AUTO_FD lock = -1, verify_lock = -1;

	if (timeout_parse(options->timeout, &heal.timeout_sec, &err) < 0 ||
	    context_read_to_write(options->pool, &options->override, &context, &err) < 0 ||
	    root_password_read(options, &heal.root_password, &err) < 0)
		return say_error(&err);
	heal.run_dir = context.paths.run_dir;
	heal.verifier = verifier_read(options);
	lock = lock_take(context.paths.run_dir, context.socket.timeout_msec, &err);
	if (lock < 0)
		return say_error(&err);
	heal.lock = lock;
	/* verify --write writes to databases, and must not while the server ID is another one. */
	verify_lock = lock_take_named(context.paths.run_dir, "verify.lock",
				      context.socket.timeout_msec, &err);
	if (verify_lock < 0)
		return say_error(&err);
	return heal_locked(options, &context, &heal);
}

static const OptionRule heal_options[] = {
	OPTION_NAMED("--suffix", OPTION_TEXT, suffix, "DN",
		     "only this database (all that peers.json gives this node)"),
	OPTION_NAMED(
		"--rootdn-password", OPTION_TEXT, root_password, "FILE",
		"file with the password of the database's rootdn, who may write to it; -: from "
		"standard input"),
	OPTION_NAMED("--timeout", OPTION_TEXT, timeout, "SECONDS",
		     "how long to wait for the peers to be in step, in seconds (10)"),
};

const Command command_heal = {
	.name = "heal",
	.run = cmd_heal,
	.summary = "make deletions of entries older than the server IDs reach peers that were away",
	.arguments = "",
	.exits = "0 healed, or nothing to heal, 1 failed, 3 held, 75 another writer is at work",
	.options = heal_options,
	.n_options = ARRAY_SIZE(heal_options),
};
