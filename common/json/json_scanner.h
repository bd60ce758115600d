/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_JSON_SCANNER_H
#define SYNCWARD_JSON_SCANNER_H

#include "common/base/buf.h"
#include "common/base/error.h"
#include "common/base/pool.h"
#include "common/json/json_node.h"

/* A walk through a text, character by character, for json_scan.c: where it is, and strings. */
typedef struct Scanner {
	Pool *pool;    /* of the document */
	Pool *scratch; /* as long as the walk */
	const char *name;
	const char *at;
	const char *end;
	JsonPlace place; /* of at */
	unsigned depth;
	JsonNode *found; /* that no container has taken yet, in scratch */
	size_t n_found;
	Error *err;
} Scanner;

/* Refuses what stands at hand; returns -1. */
int scan_refuse(const Scanner *scan, const char *sentence);

/* The byte at hand; '\0' at the end of the text, which itself holds none. */
static inline char scan_peek(const Scanner *scan)
{
	return *scan->at;
}

/* Passes over one character. */
void scan_advance(Scanner *scan);

/* The same, of one byte that is no line's end: most are. */
static inline void scan_step(Scanner *scan)
{
	scan->place.column++;
	scan->at++;
}

/* Passes over a string; ret is its decoded text, which lives in the pool. */
int scan_string(Scanner *scan, const char **ret);

/* Passes over characters of one byte each, up to that place on the same line. */
void scan_pass(Scanner *scan, const char *to);

#endif
