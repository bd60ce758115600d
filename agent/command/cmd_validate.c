/* SPDX-License-Identifier: Apache-2.0 */
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "agent/command/commands.h"
#include "agent/input/peers_file.h"
#include "agent/input/secret_read.h"
#include "agent/input/settings_file.h"
#include "agent/system/say.h"
#include "common/topology/links_judge.h"

/* "2.4.46" as 20446, as syncrepl_keyword_since() counts; 0 when it is no version. */
static unsigned version_number(const char *text)
{
	unsigned major = 0, minor = 0, patch = 0;
	int len = 0;

	if (sscanf(text, "%2u.%2u%n.%2u%n", &major, &minor, &len, &patch, &len) < 2 || text[len])
		return 0;
	return major * 10000 + minor * 100 + patch;
}

/* What the checks of one file share. */
typedef struct Validation {
	const Options *options;
	const Desired *desired;
	const char *path;
	unsigned version; /* of slapd; 0: any */
	TextList problems;
	TextList warnings; /* of a file that is good */
	TextList notes;
} Validation;

static void problem_add(Validation *validation, const char *text)
{
	say("%s", text);
	POOL_PUSH(validation->options->pool, validation->problems.items,
		  validation->problems.n_items, pool_strdup(validation->options->pool, text));
}

static void settings_check(Validation *validation, const SyncreplSettings *settings)
{
	for (SyncreplKeyword keyword = 0; keyword < SYNCREPL_KEYWORD_COUNT; keyword++) {
		const unsigned since = syncrepl_keyword_since(keyword);
		const JsonPlace *place = &settings->place[keyword];
		Error err = {0};

		if (!settings->value[keyword] || since <= validation->version)
			continue;
		error_set(&err, ERROR_INPUT, 0,
			  "%s:%u:%u: slapd %s does not know \"%s\": OpenLDAP %u.%u.%u is the first "
			  "that does",
			  validation->path, place->line, place->column,
			  validation->options->slapd_version, syncrepl_keyword_name(keyword),
			  since / 10000, since / 100 % 100, since % 100);
		problem_add(validation, err.text);
	}
}

/* Keywords that the named release of slapd does not know. */
static void version_check(Validation *validation)
{
	const Desired *desired = validation->desired;

	for (size_t i = 0; i < desired->n_peers; i++) {
		settings_check(validation, desired->peers[i].syncrepl);
		settings_check(validation, desired->peers[i].as_consumer);
	}
	for (size_t i = 0; i < desired->n_databases; i++)
		settings_check(validation, &desired->databases[i].syncrepl);
	for (size_t i = 0; i < desired->topology.n_sites; i++)
		settings_check(validation, &desired->topology.sites[i].syncrepl);
}

static void secrets_check(Validation *validation, bool file_is_private)
{
	const SecretsRead read =
		secrets_read(validation->options->pool, validation->desired, file_is_private);

	for (size_t i = 0; i < read.n_items; i++)
		if (read.items[i].problem)
			problem_add(validation, read.items[i].problem);
}

static void told_add(Validation *validation, TextList *list, const char *kind, const char *text)
{
	say("%s: %s: %s", validation->path, kind, text);
	POOL_PUSH(validation->options->pool, list->items, list->n_items, text);
}

/* Which node reads which, judged. */
static void links_check(Validation *validation)
{
	Pool *pool = validation->options->pool;
	const Desired *desired = validation->desired;

	for (size_t i = 0; i < desired->n_databases; i++) {
		AUTO(Pool) *scratch = pool_new();
		const Links links = links_make(scratch, desired, &desired->databases[i]);
		const LinksJudgement judgement = links_judge(pool, &links);

		for (size_t k = 0; k < judgement.n_warnings; k++)
			told_add(validation, &validation->warnings, "warning",
				 judgement.warnings[k]);
		for (size_t k = 0; k < judgement.n_notes; k++)
			told_add(validation, &validation->notes, "note", judgement.notes[k]);
	}
}

static struct json_object *texts_json(const TextList *list)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < list->n_items; i++)
		json_object_array_add(array, json_object_new_string(list->items[i]));
	return array;
}

static void report_print(const Validation *validation)
{
	struct json_object *report = json_object_new_object();

	json_object_object_add(report, "schema_version", json_object_new_int(1));
	json_object_object_add(report, "file", json_object_new_string(validation->path));
	json_object_object_add(report, "valid",
			       json_object_new_boolean(validation->problems.n_items == 0));
	json_object_object_add(report, "problems", texts_json(&validation->problems));
	json_object_object_add(report, "warnings", texts_json(&validation->warnings));
	json_object_object_add(report, "notes", texts_json(&validation->notes));
	(void)puts(json_object_to_json_string_ext(report, JSON_C_TO_STRING_PRETTY |
								  JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(report);
}

static void result_print(const Validation *validation)
{
	const Desired *desired = validation->desired;

	if (validation->options->shows_document && desired)
		(void)fputs(desired_print(validation->options->pool, desired), stdout);
	else if (validation->options->output == OUTPUT_JSON)
		report_print(validation);
	else if (validation->problems.n_items == 0)
		(void)printf("%s: valid, %zu %s, %zu %s\n", validation->path, desired->n_peers,
			     desired->n_peers == 1 ? "peer" : "peers", desired->n_databases,
			     desired->n_databases == 1 ? "database" : "databases");
}

/* Fills in what was found; returns the exit status. */
static int file_check(Validation *validation)
{
	Pool *pool = validation->options->pool;
	PeersFile file;
	Error err = {0};

	if (peers_file_read(pool, validation->path, &file, &err) < 0) {
		problem_add(validation, err.text);
		return error_exit_status(&err);
	}
	validation->desired = file.desired;
	if (validation->version > 0)
		version_check(validation);
	links_check(validation);
	if (validation->options->checks_secrets)
		secrets_check(validation, file.is_private);
	return validation->problems.n_items == 0
		       ? 0
		       : error_exit_status(&(Error){.class = ERROR_INPUT});
}

static int cmd_validate(const Options *options)
{
	Validation validation = {.options = options};
	AgentSettings settings;
	Error err = {0};
	int status;

	if (settings_read(options->pool, &options->override, &settings, &err) < 0)
		return say_error(&err);
	validation.path = options->file ? options->file : settings.peers_file;
	if (options->slapd_version)
		validation.version = version_number(options->slapd_version);
	if (options->slapd_version && validation.version == 0) {
		error_set(&err, ERROR_USAGE, 0, "--slapd-version '%s' is no version such as 2.4.46",
			  options->slapd_version);
		return say_error(&err);
	}
	status = file_check(&validation);
	result_print(&validation);
	return status;
}

static const OptionRule validate_options[] = {
	OPTION_NAMED("--secrets", OPTION_FLAG, checks_secrets, NULL,
		     "also read and check the passwords that the file names"),
	OPTION_NAMED("--show", OPTION_FLAG, shows_document, NULL,
		     "print the document with every default spelled out"),
	OPTION_NAMED("--slapd-version", OPTION_TEXT, slapd_version, "VERSION",
		     "refuse keywords that slapd of this version does not know"),
};

const Command command_validate = {
	.name = "validate",
	.run = cmd_validate,
	.summary = "check peers.json; needs no server",
	.arguments = "[FILE]",
	.exits = "0 the file is good, 78 it is not",
	.options = validate_options,
	.n_options = ARRAY_SIZE(validate_options),
	.takes_file = true,
};
