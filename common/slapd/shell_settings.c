/* SPDX-License-Identifier: Apache-2.0 */
#include "common/slapd/shell_settings.h"

#include <ctype.h>
#include <string.h>

#include "common/base/buf.h"

#define WHITE       " \t\r\n"
#define ENDS_A_WORD " \t\r\n;&|<>()"

const char shell_value_unknown[] = "(not known)";

/* What is read of a value so far. */
typedef struct Value {
	Pool *pool;
	const Environment *environment;
	Buf text;
	bool is_unknown;
} Value;

static size_t name_length(const char *at)
{
	size_t len = 0;

	while (isalnum((unsigned char)at[len]) || at[len] == '_')
		len++;
	return isdigit((unsigned char)at[0]) ? 0 : len;
}

static void variable_add(Value *value, const char *name, size_t len)
{
	const char *found = environment_find(value->environment, pool_copy(value->pool, name, len));

	value->is_unknown |= !found || found == shell_value_unknown;
	buf_puts(&value->text, found ? found : "");
}

/* To the last byte of what begins at *at and ends with that byte; false: it does not end. */
static bool skip_to(const char **at, char end)
{
	const char *found = strchr(*at + 1, end);

	if (found)
		*at = found;
	return found != NULL;
}

/* From "$" or "`" to the last byte of what stands for something else. */
static bool expansion_read(Value *value, const char **at)
{
	const bool is_braced = (*at)[0] == '$' && (*at)[1] == '{';
	const char *name = *at + (is_braced ? 2 : 1);
	const size_t len = (*at)[0] == '$' ? name_length(name) : 0;

	if (len > 0 && (!is_braced || name[len] == '}')) {
		variable_add(value, name, len);
		*at = name + len - (is_braced ? 0 : 1);
		return true;
	}
	value->is_unknown = true;
	if (is_braced)
		return skip_to(at, '}');
	if ((*at)[0] == '`')
		return skip_to(at, '`');
	return (*at)[1] != '(' || skip_to(at, ')');
}

/* The byte after a backslash; in double quotes it stays one before most. */
static void escape_read(Value *value, const char **at, char quote)
{
	const char next = (*at)[1];

	if (!next) {
		value->is_unknown = true;
		return;
	}
	if (quote && !strchr("\"\\`$\n", next))
		buf_putc(&value->text, '\\');
	if (next != '\n')
		buf_putc(&value->text, next);
	++*at;
}

/* The value that begins at *at, up to the end of the word. False: no shell would read it. */
static bool value_read(Value *value, const char **at)
{
	char quote = '\0';

	value->is_unknown = **at == '~';
	for (; **at && (quote || !strchr(ENDS_A_WORD, **at)); (*at)++) {
		if (**at == quote)
			quote = '\0';
		else if (!quote && (**at == '"' || **at == '\''))
			quote = **at;
		else if (quote != '\'' && (**at == '$' || **at == '`')) {
			if (!expansion_read(value, at))
				return false;
		} else if (quote != '\'' && **at == '\\')
			escape_read(value, at, quote);
		else
			buf_putc(&value->text, **at);
	}
	return !quote;
}

bool shell_settings_read(Pool *pool, const char *text, Environment *environment)
{
	const char *at = text;

	while (*(at += strspn(at, WHITE))) {
		const size_t len = name_length(at);
		Value value = {.pool = pool, .environment = environment, .text = BUF_IN(pool)};
		const char *name = at;

		if (*at == '#') {
			at += strcspn(at, "\n");
			continue;
		}
		if (len == 0 || at[len] != '=')
			return false;
		at += len + 1;
		if (!value_read(&value, &at))
			return false;
		POOL_PUSH(pool, environment->names, environment->n, pool_copy(pool, name, len));
		POOL_PUSH(pool, environment->values, environment->n_values,
			  value.is_unknown ? shell_value_unknown : buf_text(&value.text));
		at += strspn(at, " \t\r");
		/* Anything else makes a command of it, or joins one to it. */
		if (*at && !strchr("\n;#", *at))
			return false;
		at += *at == ';';
	}
	return true;
}

/* NULL: it is not set, or to nothing; false: not known. */
static bool setting_find(const Environment *environment, const char *name, const char **ret)
{
	const char *value = environment_find(environment, name);

	*ret = value && *value ? value : NULL;
	return value != shell_value_unknown;
}

bool starter_arguments(Pool *pool, const SlapdStarter *starter, const char *text,
		       SlapdArguments *ret)
{
	const char *urls, *options, *config, *words[] = {"slapd", "-h", NULL, "-F", NULL};
	Environment environment = {0};

	if (!shell_settings_read(pool, text, &environment) ||
	    !setting_find(&environment, starter->urls, &urls) ||
	    !setting_find(&environment, starter->options, &options) ||
	    !setting_find(&environment, starter->config_dir, &config) || options)
		return false;
	if (!config && starter->config_file) {
		words[3] = "-f";
		if (!setting_find(&environment, starter->config_file, &config) || !config)
			return false;
	}
	words[2] = urls ? urls : starter->unset_urls;
	words[4] = config;
	if (!words[2])
		return false;
	*ret = slapd_arguments_parse(pool, words, config ? 5 : 3);
	return true;
}
