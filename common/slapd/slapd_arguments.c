/* SPDX-License-Identifier: Apache-2.0 */
#include "common/slapd/slapd_arguments.h"

#include <stdbool.h>
#include <string.h>

/* slapd(8): the options that take an argument. */
#define OPTIONS_WITH_ARGUMENT "TcdfFghlnorsSu"
#define DEFAULT_URL           "ldap:///"

const char **text_split(Pool *pool, const char *text, size_t len, const char *separators,
			size_t *ret_n)
{
	const char **words = NULL;
	size_t n_words = 0, start = 0;

	for (size_t at = 0; at <= len; at++) {
		if (at < len && text[at] && !strchr(separators, text[at]))
			continue;
		if (at > start)
			POOL_PUSH(pool, words, n_words, pool_copy(pool, text + start, at - start));
		start = at + 1;
	}
	*ret_n = n_words;
	return words;
}

static void listeners_add(Pool *pool, SlapdArguments *listeners, const char *value)
{
	size_t n_urls;
	const char **urls = text_split(pool, value, strlen(value), " ", &n_urls);

	for (size_t i = 0; i < n_urls; i++)
		POOL_PUSH(pool, listeners->urls, listeners->n_urls, urls[i]);
}

static bool argument_is_program(const char *argument)
{
	const char *slash = strrchr(argument, '/');
	const char *name = slash ? slash + 1 : argument;

	return strcmp(name, "slapd") == 0 || strcmp(name, "lt-slapd") == 0;
}

static size_t program_find(const char *const *arguments, size_t n_arguments)
{
	for (size_t i = 0; i < n_arguments; i++)
		if (argument_is_program(arguments[i]))
			return i;
	return n_arguments;
}

const char *slapd_arguments_program(const char *const *arguments, size_t n_arguments)
{
	const size_t at = program_find(arguments, n_arguments);

	return at < n_arguments && arguments[at][0] == '/' ? arguments[at] : NULL;
}

/* The letter that takes an argument in one word of options ("-4h"), and where that argument begins
 * in the word; NULL when none does. */
static const char *option_with_argument(const char *word)
{
	for (const char *letter = word + 1; *letter; letter++)
		if (strchr(OPTIONS_WITH_ARGUMENT, *letter))
			return letter;
	return NULL;
}

/* The option's value: the rest of its word, or the next word. */
static const char *option_value(const char *letter, const char *const *arguments,
				size_t n_arguments, size_t *at)
{
	if (letter[1])
		return letter + 1;
	return ++*at < n_arguments ? arguments[*at] : "";
}

SlapdArguments slapd_arguments_parse(Pool *pool, const char *const *arguments, size_t n_arguments)
{
	size_t at = program_find(arguments, n_arguments);
	SlapdArguments found = {0};

	if (at == n_arguments)
		return found;
	while (++at < n_arguments) {
		const char *letter =
			arguments[at][0] == '-' ? option_with_argument(arguments[at]) : NULL;
		const char *value;

		if (!letter)
			continue;
		value = option_value(letter, arguments, n_arguments, &at);
		if (*letter == 'F')
			found.config_dir = pool_strdup(pool, value);
		if (*letter == 'f')
			found.config_file = pool_strdup(pool, value);
		if (*letter != 'h')
			continue;
		found.n_urls = 0;
		listeners_add(pool, &found, value);
		/* olcArgsFile holds the list without its quotes. */
		while (at + 1 < n_arguments && arguments[at + 1][0] != '-')
			listeners_add(pool, &found, arguments[++at]);
	}
	if (found.n_urls == 0)
		listeners_add(pool, &found, DEFAULT_URL);
	return found;
}
