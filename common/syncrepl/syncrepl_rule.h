/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SYNCREPL_RULE_H
#define SYNCWARD_SYNCREPL_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/pool.h"
#include "common/syncrepl/syncrepl.h"

/* What the syncrepl_*.c files share; nothing else includes this. */

typedef bool SyncreplTest(const char *value);
typedef const char *SyncreplCanonical(Pool *pool, const char *value);
typedef bool SyncreplNumber(const char *value, unsigned long *ret);

/* Everything that is known about one keyword. */
typedef struct SyncreplRule {
	const char *name;
	SyncreplKind kind;
	bool is_secret;
	bool is_required;  /* slapd refuses a value without it */
	bool last_only;    /* slapd checks only the last one given, at the end */
	bool adds_up;      /* if it is given several times, all values count, as one list */
	bool only_polling; /* without meaning with type=refreshAndPersist, after which it is not
			      read */
	unsigned since;
	const char *assumed;   /* slapd's default, in the form that canonical() gives */
	SyncreplTest *accepts; /* slapd's own grammar; NULL: it takes anything */
	SyncreplTest *works;   /* what also works later; NULL: everything that slapd accepts */
	const char *wants;     /* what works, for a message: "rid must be " ... */
	SyncreplCanonical *canonical; /* the one spelling to compare; NULL: byte for byte */
	SyncreplNumber *number;       /* what it is as a number; NULL: its decimal digits */
} SyncreplRule;

extern const SyncreplRule syncrepl_rules[SYNCREPL_KEYWORD_COUNT];

/* slapd's numbers: strtol(3) over the whole text, white space in front allowed, within an int. */
bool syncrepl_read_int(const char *text, int base, int *ret);

/* The same as strtol(3) reads it with base 0; false below 0. */
bool syncrepl_read_any_base(const char *text, unsigned long *ret);

/* Seconds of an interval: "dd:hh:mm:ss", "1d2h3m4s" or seconds alone. */
bool syncrepl_read_interval(const char *text, unsigned long *ret);

/* A list of retries as slapd keeps it, "5 5 60 +"; NULL when slapd refuses it. */
const char *syncrepl_retry_canonical(Pool *pool, const char *value);

/* Idle, probes and interval of keepalive; each may be left out before its colon. */
bool syncrepl_read_keepalive(const char *text, int ret[3]);

/* True when the text is a search filter (RFC 4515, outer parentheses optional). */
bool syncrepl_filter_is_valid(const char *text);

/* The filter in its parentheses, names in lower case; NULL when it is not a filter. */
const char *syncrepl_filter_normalise(Pool *pool, const char *text);

#endif
