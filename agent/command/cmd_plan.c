/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <unistd.h>

#include "agent/command/commands.h"
#include "agent/options/release_option.h"
#include "agent/options/report_print.h"
#include "agent/pass/pass.h"
#include "agent/pass/saved_plan.h"
#include "agent/pass/site.h"
#include "agent/system/say.h"
#include "common/plan/render.h"
#include "common/remedies/remedies.h"

static const char *plan_text(const Options *options, const Plan *plan)
{
	const RenderStyle style = {
		.has_colour = output_has_colour(),
		.shows_secrets = options->shows_secrets,
	};

	switch (options->output) {
	case OUTPUT_JSON:
		return render_json(options->pool, plan);
	case OUTPUT_LDIF:
		return render_ldif(options->pool, plan, style);
	default:
		return render_text(options->pool, plan, style);
	}
}

/* Passwords may only go to a file that root alone can read, or to the terminal of the person who
 * asked. */
static int check_secrets_wish(const Options *options, Error *err)
{
	if (!options->shows_secrets)
		return 0;
	if (options->output != OUTPUT_LDIF)
		return error_set(err, ERROR_USAGE, 0,
				 "--show-secrets goes with --output ldif only");
	if (!options->save_file && !isatty(STDOUT_FILENO))
		return error_set(
			err, ERROR_USAGE, 0,
			"--show-secrets needs --save FILE (written with mode 0600) or a terminal");
	return 0;
}

/* What apply would do with the same options. A saved plan is applied with options of its own. */
static int release_wish(const Options *options, Consent *ret, Error *err)
{
	if (options->save_file && options->release.n_items > 0)
		return error_set(err, ERROR_USAGE, 0,
				 "--release does not go with --save: it is for `apply --plan`");
	return release_option(options->pool, &options->release, ret, err);
}

static int plan_save(const Options *options, const Inputs *inputs, const Planned *planned,
		     Error *err)
{
	const PlanBasis basis = {
		.inputs = inputs, .world = &planned->world, .plan = &planned->plan};
	const char *text = options->output == OUTPUT_LDIF ? plan_text(options, &planned->plan)
							  : saved_plan_print(options->pool, &basis);

	return saved_plan_write(options->save_file, text, err);
}

static int cmd_plan(const Options *options)
{
	AUTO(Directory) *directory = NULL;
	PassOptions pass_options = {0};
	Context context;
	Inputs inputs;
	Report report;
	Error err;

	if (check_secrets_wish(options, &err) < 0 ||
	    release_wish(options, &pass_options.consent, &err) < 0 ||
	    context_read(options->pool, &options->override, &context, &err) < 0)
		return say_error(&err);
	context.releases_rollout = pass_options.consent.released & GUARD_BIT(GUARD_ROLLOUT);
	if (context_inputs(&context, false, &inputs, &err) < 0 ||
	    context_connect(&context, &directory, &err) < 0)
		return say_error(&err);
	if (inputs.state.known.heal)
		say("a heal of %s was cut off: this server may have server ID %u until `%s`, "
		    "which first of all gives it %u again",
		    inputs.state.known.heal->suffix, inputs.state.known.heal->sid,
		    remedy_text(REMEDY_APPLY), inputs.state.known.heal->server_id);
	pass_run(options->pool, &inputs, &pass_options, directory, &report);
	report_say(&report);
	if (report.has_plan && options->save_file &&
	    plan_save(options, &inputs, &report.first, &err) < 0)
		return say_error(&err);
	/* LDIF that was saved is not printed as well: it may hold passwords. */
	if (report.has_plan && !(options->save_file && options->output == OUTPUT_LDIF))
		(void)fputs(plan_text(options, &report.first.plan), stdout);
	return report_exit_status(&report, true);
}

static const OptionRule plan_options[] = {
	OPTION_NAMED("--save", OPTION_TEXT, save_file, "FILE",
		     "write the plan to FILE (mode 0600), for apply --plan FILE"),
	OPTION_NAMED("--release", OPTION_LIST, release, "GUARD,...",
		     "show what apply would do with the same option"),
	OPTION_NAMED("--show-secrets", OPTION_FLAG, shows_secrets, NULL,
		     "with --output ldif: show passwords, only on a terminal or with --save"),
};

const Command command_plan = {
	.name = "plan",
	.run = cmd_plan,
	.summary = "show what would change, why, and what it costs; changes nothing",
	.arguments = "",
	.exits = "0 nothing to change, 2 changes, 3 something is held, 1 another error",
	.options = plan_options,
	.n_options = ARRAY_SIZE(plan_options),
};
