/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/options/options.h"

#include <string.h>

#include "common/base/buf.h"
#include "common/base/suggest.h"
#include "common/remedies/remedies.h"
#include "common/slapd/slapd_arguments.h"

const OptionRule common_options[] = {
	OPTION_NAMED("--peers", OPTION_TEXT, override.peers_file, "FILE",
		     "the desired state (/etc/syncward/peers.json)"),
	OPTION_NAMED("--agent-config", OPTION_TEXT, override.agent_config, "FILE",
		     "the agent's settings (/etc/syncward/agent.json)"),
	OPTION_NAMED("--ldap-uri", OPTION_TEXT, override.ldap_uri, "URI",
		     "this machine's slapd (ldapi:///, else the socket of its package)"),
	OPTION_NAMED("--node", OPTION_TEXT, override.node, "ID",
		     "which peer this node is, if its host name does not say so"),
	OPTION_NAMED("--state-dir", OPTION_TEXT, override.state_dir, "DIR",
		     "folder for what syncward remembers between passes (/var/lib/syncward)"),
	OPTION_NAMED("--run-dir", OPTION_TEXT, override.run_dir, "DIR",
		     "lock and status (/run/syncward)"),
	OPTION_NAMED("--output", OPTION_OUTPUT, output, "FORMAT",
		     "text or json; plan: also ldif; topology: also dot"),
	{.name = "--verbose",
	 .letter = 'v',
	 .kind = OPTION_FLAG,
	 .offset = offsetof(Options, override.is_verbose),
	 .help = "print each LDAP operation, without secrets"},
	OPTION_NAMED("--help", OPTION_FLAG, wants_help, NULL, "print this text"),
	OPTION_NAMED("--version", OPTION_FLAG, wants_version, NULL, "print the version"),
};
const size_t n_common_options = ARRAY_SIZE(common_options);

static const char *const output_names[] = {
	[OUTPUT_TEXT] = "text",
	[OUTPUT_JSON] = "json",
	[OUTPUT_LDIF] = "ldif",
	[OUTPUT_DOT] = "dot",
};
_Static_assert(ARRAY_SIZE(output_names) == OUTPUT_FORMAT_COUNT, "name every format");

/* Walks the words of a command line. */
typedef struct Walk {
	const Command *command;
	char **words;
	int n_words;
	int at;
	Options *options;
} Walk;

static const OptionRule *rule_in(const OptionRule *rules, size_t n_rules, const char *word,
				 size_t len)
{
	for (size_t i = 0; i < n_rules; i++) {
		if (strncmp(rules[i].name, word, len) == 0 && rules[i].name[len] == '\0')
			return &rules[i];
		if (len == 2 && rules[i].letter && word[0] == '-' && word[1] == rules[i].letter)
			return &rules[i];
	}
	return NULL;
}

static int unknown_option(const Walk *walk, const char *word, size_t len, Error *err)
{
	AUTO(Pool) *pool = pool_new();
	const char *const given = pool_copy(pool, word, len);
	const char **known = NULL;
	size_t n_known = 0;

	for (size_t i = 0; i < walk->command->n_options; i++)
		POOL_PUSH(pool, known, n_known, walk->command->options[i].name);
	for (size_t i = 0; i < n_common_options; i++)
		POOL_PUSH(pool, known, n_known, common_options[i].name);
	return error_set(err, ERROR_USAGE, 0, "%s has no option '%s'%s; see `%s`",
			 walk->command->name, given, suggest_question(pool, given, known, n_known),
			 remedy_fill(pool, REMEDY_HELP, walk->command->name));
}

static int output_set(const char *name, OutputFormat *ret, Error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(output_names); i++) {
		if (strcmp(output_names[i], name) == 0) {
			*ret = (OutputFormat)i;
			return 0;
		}
	}
	return error_set(err, ERROR_USAGE, 0, "--output '%s' is neither text, json, ldif nor dot",
			 name);
}

static void list_add(Pool *pool, TextList *list, const char *value)
{
	size_t n_words;
	const char **words = text_split(pool, value, strlen(value), ",", &n_words);

	for (size_t i = 0; i < n_words; i++)
		POOL_PUSH(pool, list->items, list->n_items, words[i]);
}

static int value_set(Walk *walk, const OptionRule *rule, const char *value, Error *err)
{
	void *field = (char *)walk->options + rule->offset;
	TextList *list = field;

	switch (rule->kind) {
	case OPTION_OUTPUT:
		return output_set(value, field, err);
	case OPTION_LIST:
		list_add(walk->options->pool, list, value);
		return 0;
	case OPTION_WORDS:
		POOL_PUSH(walk->options->pool, list->items, list->n_items, value);
		while (walk->at < walk->n_words && walk->words[walk->at][0] != '-')
			POOL_PUSH(walk->options->pool, list->items, list->n_items,
				  walk->words[walk->at++]);
		return 0;
	default:
		*(const char **)field = value;
		return 0;
	}
}

static int option_take(Walk *walk, const char *word, Error *err)
{
	const char *equals = strchr(word, '=');
	const size_t len = equals ? (size_t)(equals - word) : strlen(word);
	const OptionRule *rule =
		rule_in(walk->command->options, walk->command->n_options, word, len);
	const char *value = equals ? equals + 1 : NULL;

	if (!rule)
		rule = rule_in(common_options, n_common_options, word, len);
	if (!rule)
		return unknown_option(walk, word, len, err);
	if (rule->kind == OPTION_FLAG) {
		if (value)
			return error_set(err, ERROR_USAGE, 0, "%s takes no value", rule->name);
		*(bool *)((char *)walk->options + rule->offset) = true;
		return 0;
	}
	if (rule->kind == OPTION_MAYBE && !value)
		return value_set(walk, rule, "", err);
	if (!value && walk->at < walk->n_words)
		value = walk->words[walk->at++];
	if (!value || !*value)
		return error_set(err, ERROR_USAGE, 0, "%s needs a value: %s %s", rule->name,
				 rule->name, rule->value);
	return value_set(walk, rule, value, err);
}

static int argument_take(Walk *walk, const char *word, Error *err)
{
	AUTO(Pool) *pool = pool_new();

	if (walk->command->takes_words) {
		POOL_PUSH(walk->options->pool, walk->options->words.items,
			  walk->options->words.n_items, word);
		return 0;
	}
	if (!walk->command->takes_file || walk->options->file)
		return error_set(err, ERROR_USAGE, 0, "'%s' is one argument too many; see `%s`",
				 word, remedy_fill(pool, REMEDY_HELP, walk->command->name));
	walk->options->file = word;
	return 0;
}

int options_parse(const Command *command, int n_words, char **words, Options *options, Error *err)
{
	Walk walk = {.command = command, .words = words, .n_words = n_words, .options = options};
	bool has_ended = false; /* by "--" */

	while (walk.at < n_words) {
		const char *word = words[walk.at++];
		int result = 0;

		if (!has_ended && strcmp(word, "--") == 0)
			has_ended = true;
		else if (!has_ended && word[0] == '-' && word[1])
			result = option_take(&walk, word, err);
		else
			result = argument_take(&walk, word, err);
		if (result < 0)
			return -1;
	}
	return 0;
}

static void rules_print(Buf *text, const OptionRule *rules, size_t n_rules)
{
	for (size_t i = 0; i < n_rules; i++) {
		AUTO(Pool) *scratch = pool_new();
		const char *name = rules[i].letter ? pool_printf(scratch, "-%c, %s",
								 rules[i].letter, rules[i].name)
						   : rules[i].name;
		const char *between = !rules[i].value                 ? ""
				      : rules[i].kind == OPTION_MAYBE ? "[="
								      : " ";
		const char *whole = pool_printf(scratch, "%s%s%s%s", name, between,
						rules[i].value ? rules[i].value : "",
						rules[i].kind == OPTION_MAYBE ? "]" : "");

		buf_printf(text, "  %-24s %s\n", whole, rules[i].help);
	}
}

const char *options_help(Pool *pool, const Command *command)
{
	Buf text = BUF_IN(pool);

	buf_printf(&text, "Usage: syncward %s [OPTION]...%s%s\n%s\n", command->name,
		   *command->arguments ? " " : "", command->arguments, command->summary);
	if (command->n_options > 0)
		buf_puts(&text, "\nOptions:\n");
	rules_print(&text, command->options, command->n_options);
	buf_puts(&text, "\nOptions of all commands:\n");
	rules_print(&text, common_options, n_common_options);
	buf_printf(&text, "\nExit status: %s;\n64 wrong usage. See syncward(8).\n", command->exits);
	return buf_text(&text);
}
