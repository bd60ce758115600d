/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_CONFIG_WORDS_H
#define SYNCWARD_CONFIG_WORDS_H

/*
 * Takes the next word off *rest, changing the text in place; NULL when there is none. This is the
 * way slapd splits a value of cn=config, which is not that of slapd.conf: a quote opens anywhere
 * and closes only before white space or the end; of all others inside the word the last is dropped;
 * and a backslash means nothing.
 */
char *config_next_word(char **rest);

/* How a value can be written after its keyword so that config_next_word() gives it back. */
typedef enum WordQuoting {
	WORD_QUOTING_NONE,  /* keyword=value */
	WORD_QUOTING_VALUE, /* keyword="value" */
	WORD_QUOTING_WORD,  /* "keyword=value"": the quote before the last is the one dropped */
	WORD_QUOTING_OWN,   /* keyword=value"": the value's first quote opens */
	WORD_QUOTING_IMPOSSIBLE,
} WordQuoting;

WordQuoting config_word_quoting(const char *value);

#endif
