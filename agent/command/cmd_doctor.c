/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "agent/command/commands.h"
#include "agent/doctor/doctor_run.h"

static int exit_status(DoctorSeverity worst)
{
	return worst == DOCTOR_ERROR ? 2 : worst == DOCTOR_WARNING ? 1 : 0;
}

static int cmd_doctor(const Options *options)
{
	const bool is_json = options->output == OUTPUT_JSON;
	DoctorReport report;

	if (options->lists_checks) {
		(void)fputs(is_json ? doctor_list_json(options->pool)
				    : doctor_list_text(options->pool),
			    stdout);
		return 0;
	}
	doctor_run(options->pool, &options->override, &report);
	(void)fputs(is_json ? doctor_json(options->pool, &report)
			    : doctor_text(options->pool, &report),
		    stdout);
	return exit_status(doctor_worst(&report));
}

static const OptionRule doctor_options[] = {
	OPTION_NAMED("--list", OPTION_FLAG, lists_checks, NULL,
		     "explain every check, without making any"),
};

const Command command_doctor = {
	.name = "doctor",
	.run = cmd_doctor,
	.summary = "check everything that replication here depends on; changes nothing",
	.arguments = "",
	.exits = "0 nothing is wrong with what could be looked at, 1 warnings, 2 errors",
	.options = doctor_options,
	.n_options = ARRAY_SIZE(doctor_options),
};
