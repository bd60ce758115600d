/* SPDX-License-Identifier: Apache-2.0 */
#include "common/slapd/config_words.h"

#include <stdbool.h>
#include <string.h>

#define WHITE " \t\n\v\f\r"

static bool is_white_or_end(char byte)
{
	return byte == '\0' || byte == ' ' || (byte >= '\t' && byte <= '\r');
}

char *config_next_word(char **rest)
{
	char *at, *word, *last_quote = NULL;
	bool quoted;

	if (!*rest || **rest == '\0')
		return NULL;
	at = *rest + strspn(*rest, WHITE);
	quoted = *at == '"';
	word = quoted ? at + 1 : at;
	for (at = word; *at; at++) {
		if (*at == '"') {
			if (quoted && is_white_or_end(at[1]))
				break;
			quoted = true;
			last_quote = at;
		} else if (!quoted && is_white_or_end(*at)) {
			break;
		}
	}
	*rest = *at ? at + 1 + strspn(at + 1, WHITE) : NULL;
	*at = '\0';
	if (last_quote)
		memmove(last_quote, last_quote + 1, (size_t)(at - last_quote));
	return word;
}

static bool is_plain(const char *value)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-._:/+%[]";

	return *value && value[strspn(value, plain)] == '\0';
}

WordQuoting config_word_quoting(const char *value)
{
	const char *first = strchr(value, '"');
	const char *early = NULL;

	if (!first)
		return is_plain(value) ? WORD_QUOTING_NONE : WORD_QUOTING_VALUE;
	for (const char *at = first; at && !early; at = strchr(at + 1, '"'))
		if (at[1] && is_white_or_end(at[1]))
			early = at;
	if (!early)
		return WORD_QUOTING_WORD;
	/* Only the quote that opens may stand before white space, and nothing may end the word
	 * before it. */
	if (early != first || strcspn(value, WHITE) < (size_t)(first - value))
		return WORD_QUOTING_IMPOSSIBLE;
	for (const char *at = strchr(first + 1, '"'); at; at = strchr(at + 1, '"'))
		if (at[1] && is_white_or_end(at[1]))
			return WORD_QUOTING_IMPOSSIBLE;
	return WORD_QUOTING_OWN;
}
