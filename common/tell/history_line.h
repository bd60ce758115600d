/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_HISTORY_LINE_H
#define SYNCWARD_HISTORY_LINE_H

#include <stdbool.h>

#include "common/tell/event.h"

/* One line of history.jsonl: an event about a write, and what the pass that told it had in common.
 */
typedef struct Record {
	int64_t at_sec;      /* seconds since 1970 */
	const char *by;      /* who wrote: "run", or a person's "apply" */
	const char *pass;    /* as SYNCWARD_PASS */
	const char *trigger; /* as SYNCWARD_TRIGGER; NULL: none */
	bool has_revision;
	unsigned long revision;
	const char *sha256; /* of peers.json */
	Event event;
} Record;

/* True for the events that history keeps: what was about to be written, and what came of it. */
bool record_keeps(EventKind kind);

/* One line of JSON with its line end. */
const char *record_print(Pool *pool, const Record *record);

/* Reads one line (without its line end), or says false: it is damaged. Unknown members are allowed:
 * a newer release may have written them. */
bool record_parse(Pool *pool, const char *line, size_t len, Record *ret);

/* The record for people, one line without its end. */
const char *record_text(Pool *pool, const Record *record);

#endif
