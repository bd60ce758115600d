/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>

#include "agent/command/commands.h"
#include "agent/ldap/slapd_silent.h"
#include "agent/pass/site.h"
#include "agent/slapd/slapd_sockets.h"
#include "agent/system/clock.h"
#include "agent/tell/status_file.h"
#include "common/base/timestamp.h"
#include "common/status/status_view.h"

#define SILENT_SEC 5 /* most monitoring systems wait 10 s for a plugin */

static int limit_parse(const char *option, const char *text, int64_t *ret, Error *err)
{
	*ret = text ? duration_parse(text) : -1;
	if (!text)
		return 0;
	if (*ret < 0)
		return error_set(err, ERROR_USAGE, 0, "%s '%s' is no time like 30s, 10m or 2h",
				 option, text);
	*ret *= 1000;
	return 0;
}

/* A monitoring user may read the status, but not always agent.json, which may hold a password: then
 * folder and socket are the default ones where no option names them. If that is the wrong folder,
 * no daemon keeps a status in it, which is CRITICAL: it never passes for OK. */
static int places_of_check(const Options *options, Context *ret, Error *err)
{
	const SettingsOverride *given = &options->override;

	if (context_read(options->pool, given, ret, err) == 0)
		return 0;
	if (given->agent_config || (err->code != EACCES && err->code != EPERM))
		return -1;
	*ret = (Context){
		.paths.run_dir = given->run_dir ? given->run_dir : settings_defaults.run_dir,
		.socket.uri = given->ldap_uri ? given->ldap_uri : SLAPD_SOCKET_DEFAULT,
	};
	return 0;
}

/* A slapd that is away is reported by the status. */
static unsigned silent_sec(const Context *places, const Status *status)
{
	return status->is_slapd_up == CLAIM_YES &&
			       slapd_is_silent(places->socket.uri, SILENT_SEC * 1000)
		       ? SILENT_SEC
		       : 0;
}

/* Monitoring systems show standard output only, and know four exit statuses: errors go there,
 * too. */
static CheckResult check(const Options *options)
{
	StatusLife life = {.now_sec = clock_system.realtime_sec(NULL)};
	CheckLimits limits = {.is_of_all = options->is_of_all};
	Context places;
	Status status;
	Error err;

	if (limit_parse("--warning", options->warning, &limits.warning_msec, &err) < 0 ||
	    limit_parse("--critical", options->critical, &limits.critical_msec, &err) < 0 ||
	    places_of_check(options, &places, &err) < 0)
		return status_check_failed(options->pool, CHECK_UNKNOWN, err.text);
	if (status_file_read(options->pool, places.paths.run_dir, NULL, &status, &err) < 0)
		return status_check_failed(options->pool,
					   err.code == ENOENT ? CHECK_CRITICAL : CHECK_UNKNOWN,
					   err.text);
	life.is_running = status_writer_runs(&status);
	life.slapd_silent_sec = silent_sec(&places, &status);
	return status_check(options->pool, &status, &life, &limits);
}

static int cmd_check(const Options *options)
{
	const CheckResult result = check(options);

	(void)puts(result.line);
	return (int)result.level;
}

static const OptionRule check_options[] = {
	OPTION_NAMED("--all", OPTION_FLAG, is_of_all, NULL,
		     "also judge all other nodes by their heartbeats, and print a line for each"),
	{.name = "--warning",
	 .letter = 'w',
	 .kind = OPTION_TEXT,
	 .offset = offsetof(Options, warning),
	 .value = "TIME",
	 .help = "WARNING if a server lacks a change older than this: 30s, 10m"},
	{.name = "--critical",
	 .letter = 'c',
	 .kind = OPTION_TEXT,
	 .offset = offsetof(Options, critical),
	 .value = "TIME",
	 .help = "CRITICAL if a server lacks a change older than this"},
};

const Command command_check = {
	.name = "check",
	.run = cmd_check,
	.summary = "print one line for a monitoring system, from the daemon's last pass",
	.arguments = "",
	.exits = "0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN",
	.options = check_options,
	.n_options = ARRAY_SIZE(check_options),
};
