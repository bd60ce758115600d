/* SPDX-License-Identifier: Apache-2.0 */
#include "common/slapd/unit_file.h"

#include <ctype.h>
#include <string.h>

#include "common/base/buf.h"

#define WHITE " \t\r\n"

static bool is_white(char byte)
{
	return byte && strchr(WHITE, byte);
}

static bool is_name_byte(char byte)
{
	return isalnum((unsigned char)byte) || byte == '_';
}

static void environment_set(Pool *pool, Environment *environment, const char *name,
			    const char *value)
{
	POOL_PUSH(pool, environment->names, environment->n, name);
	POOL_PUSH(pool, environment->values, environment->n_values, value);
}

const char *environment_find(const Environment *environment, const char *name)
{
	for (size_t i = environment->n; i-- > 0;)
		if (strcmp(environment->names[i], name) == 0)
			return environment->values[i];
	return NULL;
}

/* --- words of a unit: quotes of both kinds anywhere, escapes as in C --- */

typedef enum WordResult {
	WORD_FOUND,
	WORD_NONE,
	WORD_UNCLEAR
} WordResult;

/* The byte that a backslash before a letter means; '\0': not understood here (numbers). */
static char escape_meaning(char letter)
{
	static const char letters[] = "\\\"'snt", meant[] = "\\\"' \n\t";
	const char *found = letter ? strchr(letters, letter) : NULL;

	return found ? meant[found - letters] : '\0';
}

static WordResult word_next(Pool *pool, const char **at, const char **ret)
{
	Buf word = BUF_IN(pool);
	char quote = '\0';

	*at += strspn(*at, WHITE);
	if (!**at)
		return WORD_NONE;
	for (; **at && (quote || !is_white(**at)); (*at)++) {
		char byte = **at;

		if (byte == '\\') {
			byte = escape_meaning(*++*at);
			if (!byte)
				return WORD_UNCLEAR;
			buf_putc(&word, byte);
		} else if (byte == quote) {
			quote = '\0';
		} else if (!quote && (byte == '"' || byte == '\'')) {
			quote = byte;
		} else {
			buf_putc(&word, byte);
		}
	}
	*ret = buf_text(&word);
	return quote ? WORD_UNCLEAR : WORD_FOUND;
}

/* "%%" is a percent sign; what other specifiers mean is not known here. */
static bool specifiers_resolve(Pool *pool, const char **word)
{
	Buf text = BUF_IN(pool);

	for (const char *at = *word; *at; at++) {
		if (*at == '%' && *++at != '%')
			return false;
		buf_putc(&text, *at);
	}
	*word = buf_text(&text);
	return true;
}

/* --- the unit --- */

static void assignments_add(Pool *pool, const char *text, UnitStart *unit)
{
	const char *word;
	WordResult result;

	while ((result = word_next(pool, &text, &word)) == WORD_FOUND) {
		const char *equals = strchr(word, '=');

		if (!equals || !specifiers_resolve(pool, &word)) {
			unit->is_unclear = true;
			return;
		}
		equals = strchr(word, '=');
		environment_set(pool, &unit->environment,
				pool_copy(pool, word, (size_t)(equals - word)), equals + 1);
	}
	unit->is_unclear |= result == WORD_UNCLEAR;
}

/* An empty value takes back all that came before. */
static void setting_read(Pool *pool, const char *key, const char *value, UnitStart *unit)
{
	if (strcmp(key, "ExecStart") == 0) {
		if (*value)
			POOL_PUSH(pool, unit->commands, unit->n_commands, value);
		else
			unit->n_commands = 0;
	} else if (strcmp(key, "EnvironmentFile") == 0) {
		if (*value)
			POOL_PUSH(pool, unit->files, unit->n_files, value);
		else
			unit->n_files = 0;
		unit->is_unclear |= strpbrk(value, "%*?[") != NULL;
	} else if (strcmp(key, "Environment") == 0) {
		if (*value)
			assignments_add(pool, value, unit);
		else
			unit->environment = (Environment){0};
	} else if (strcmp(key, "RootDirectory") == 0 || strcmp(key, "RootImage") == 0 ||
		   strcmp(key, "UnsetEnvironment") == 0) {
		unit->is_unclear = true;
	}
}

/* A line with those that a backslash at its end joins to it, without white space around; comments
 * between them do not count. NULL at the end. */
static char *line_next(Pool *pool, const char **at)
{
	Buf line = BUF_IN(pool);
	bool goes_on = true;
	char *text;

	if (!**at)
		return NULL;
	while (goes_on && **at) {
		const char *from = *at + strspn(*at, " \t\r");
		size_t len = strcspn(from, "\n");

		*at = from + len + (from[len] ? 1 : 0);
		if (*from == '#' || *from == ';') {
			goes_on = line.len > 0;
			continue;
		}
		goes_on = len > 0 && from[len - 1] == '\\';
		buf_add(&line, from, len - (goes_on ? 1 : 0));
		if (goes_on)
			buf_putc(&line, ' ');
	}
	text = pool_strdup(pool, buf_text(&line));
	for (size_t len = strlen(text); len > 0 && is_white(text[len - 1]); len--)
		text[len - 1] = '\0';
	return text;
}

void unit_read(Pool *pool, const char *text, UnitStart *unit)
{
	bool is_service = false;
	char *line;

	while ((line = line_next(pool, &text))) {
		char *value = strchr(line, '=');

		if (*line == '[')
			is_service = strcmp(line, "[Service]") == 0;
		if (*line == '[' || !value || !is_service)
			continue;
		for (char *end = value; end > line && is_white(end[-1]); end--)
			end[-1] = '\0';
		*value++ = '\0';
		setting_read(pool, line, value + strspn(value, WHITE), unit);
	}
}

const char *cgroup_unit(Pool *pool, const char *text)
{
	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		const char *path = pool_copy(pool, line, strcspn(line, "\n"));
		const char *name = strrchr(path, '/');
		const char *dot = name ? strrchr(name, '.') : NULL;

		if (dot && strcmp(dot, ".service") == 0 && !strstr(path, "/user.slice/") &&
		    (strncmp(path, "0::", 3) == 0 || strstr(path, ":name=systemd:")))
			return name + 1;
	}
	return NULL;
}

/* --- EnvironmentFile --- */

/* From a backslash to the byte after it: in double quotes it keeps its meaning only before some,
 * and before the end of a line the two are nothing. */
static void escape_read(const char **at, char quote, Buf *value)
{
	const char next = (*at)[1];

	if (!next)
		return;
	if (quote == '"' && !strchr("\"\\`$\n", next))
		buf_putc(value, '\\');
	if (next != '\n')
		buf_putc(value, next);
	++*at;
}

/* The value that begins at *at, up to the end of its line. */
static bool value_read(Pool *pool, const char **at, const char **ret)
{
	Buf value = BUF_IN(pool);
	size_t len = 0; /* without white space at the end, which counts only in quotes */
	char quote = '\0';

	*at += strspn(*at, " \t");
	for (; **at && (quote || **at != '\n'); (*at)++) {
		if (**at == quote)
			quote = '\0';
		else if (!quote && (**at == '"' || **at == '\''))
			quote = **at;
		else if (**at == '\\' && quote != '\'')
			escape_read(at, quote, &value);
		else
			buf_putc(&value, **at);
		if (quote || !is_white(**at))
			len = value.len;
	}
	*ret = pool_copy(pool, buf_text(&value), len);
	return !quote;
}

bool environment_read(Pool *pool, const char *text, Environment *environment)
{
	const char *at = text;

	while (*(at += strspn(at, WHITE))) {
		const char *name = at, *value;
		size_t len = 0;

		if (*at == '#' || *at == ';') {
			at += strcspn(at, "\n");
			continue;
		}
		while (is_name_byte(name[len]))
			len++;
		if (len == 0 || name[len] != '=')
			return false;
		at += len + 1;
		if (!value_read(pool, &at, &value))
			return false;
		environment_set(pool, environment, pool_copy(pool, name, len), value);
	}
	return true;
}

/* --- ExecStart --- */

static void words_add(Pool *pool, const char *text, const char ***words, size_t *n_words)
{
	while (*(text += strspn(text, WHITE))) {
		size_t len = strcspn(text, WHITE);

		POOL_PUSH(pool, *words, *n_words, pool_copy(pool, text, len));
		text += len;
	}
}

/* "${NAME}" anywhere is the variable's value, "$$" a dollar sign. */
static const char *variables_fill(Pool *pool, const char *word, const Environment *environment)
{
	Buf text = BUF_IN(pool);

	for (; *word; word++) {
		const char *end = word[0] == '$' && word[1] == '{' ? strchr(word, '}') : NULL;
		const char *value;

		if (end) {
			value = environment_find(
				environment, pool_copy(pool, word + 2, (size_t)(end - word - 2)));
			buf_puts(&text, value ? value : "");
			word = end;
			continue;
		}
		if (word[0] == '$' && word[1] == '$')
			word++;
		buf_putc(&text, *word);
	}
	return buf_text(&text);
}

bool unit_arguments(Pool *pool, const UnitStart *unit, const Environment *environment,
		    const char ***ret, size_t *ret_n)
{
	static const char prefixes[] = "-@:+!|";
	const char *at, *word, **words = NULL;
	bool fills = true;
	WordResult result;
	size_t n_words = 0;

	if (unit->is_unclear || unit->n_commands != 1)
		return false;
	for (at = unit->commands[0]; *at && strchr(prefixes, *at); at++)
		fills &= *at != ':';
	while ((result = word_next(pool, &at, &word)) == WORD_FOUND) {
		if (strcmp(word, ";") == 0 || !specifiers_resolve(pool, &word))
			return false;
		if (fills && word[0] == '$' && is_name_byte(word[1])) {
			const char *value = environment_find(environment, word + 1);

			words_add(pool, value ? value : "", &words, &n_words);
			continue;
		}
		POOL_PUSH(pool, words, n_words,
			  fills ? variables_fill(pool, word, environment) : word);
	}
	*ret = words;
	*ret_n = n_words;
	return result == WORD_NONE && n_words > 0;
}
