/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "agent/command/commands.h"
#include "agent/doctor/doctor_run.h"
#include "agent/options/report_print.h"
#include "agent/system/say.h"

/* A check that was asked for by name must not pass when its result is unknown; among all of them
 * some do not apply. */
static int exit_status(const DoctorReport *report)
{
	const DoctorSeverity worst = doctor_worst(report);

	if (report->asked.n_checks > 0 && doctor_has_unknown(report) && worst < DOCTOR_WARNING)
		return 3;
	return worst == DOCTOR_ERROR ? 2 : worst == DOCTOR_WARNING ? 1 : 0;
}

static int cmd_doctor(const Options *options)
{
	const bool is_json = options->output == OUTPUT_JSON;
	DoctorReport report;
	DoctorAsked asked;
	Error err;

	if (doctor_ask(options->words.items, options->words.n_items, &asked, &err) < 0)
		return say_error(&err);
	if (options->lists_checks) {
		(void)fputs(is_json ? doctor_list_json(options->pool)
				    : doctor_list_text(options->pool),
			    stdout);
		return 0;
	}
	doctor_run(options->pool, &options->override, &asked, &report);
	(void)fputs(is_json ? doctor_json(options->pool, &report)
			    : doctor_text(options->pool, &report, output_has_colour()),
		    stdout);
	return exit_status(&report);
}

static const OptionRule doctor_options[] = {
	OPTION_NAMED("--list", OPTION_FLAG, lists_checks, NULL,
		     "explain every check, without making any"),
};

const Command command_doctor = {
	.name = "doctor",
	.run = cmd_doctor,
	.summary = "check everything that replication here depends on; changes nothing",
	.arguments = "[CHECK...]",
	.takes_words = true,
	.exits = "0 nothing is wrong with what could be looked at, 1 warnings, 2 errors;\n"
		 "CHECK...: 3 one of them could not be looked at",
	.options = doctor_options,
	.n_options = ARRAY_SIZE(doctor_options),
};
