/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SLAPD_WORDS_H
#define SYNCWARD_SLAPD_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/pool.h"

/* What slapd or its tools said about why they stopped: the first line that says something, which
 * names the fault, and the last one, which names the entry. */
typedef struct SlapdWords {
	const char *first; /* NULL: nothing was said */
	const char *last;
} SlapdWords;

/*
 * Takes one line of a log or of a tool's standard error. Lines that name no cause are left out, and
 * nothing that may be part of a password is kept: what a line quotes is shown only where slapd is
 * known to quote paths and suffixes.
 */
void slapd_words_take(Pool *pool, SlapdWords *words, const char *line);

/* True for a line of slapd's log that may tell why it ended: not what it says about operations. */
bool slapd_words_are_fatal(const char *line);

/* Both as one sentence; NULL when nothing was said. */
const char *slapd_words_text(Pool *pool, const SlapdWords *words);

#endif
