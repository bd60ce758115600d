/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_HISTORY_LINE_H
#define SYNCWARD_HISTORY_LINE_H

#include <stdbool.h>

#include "common/base/operator.h"
#include "common/json/json_write.h"
#include "common/tell/event.h"

/* One line of history.jsonl: an event about which somebody may later ask who caused it, when and
 * why, and what all events of its pass have in common. */
typedef struct Record {
	int64_t at_sec;      /* seconds since 1970 */
	Operator operator;   /* the person on whose behalf it was done */
	const char *pass;    /* as SYNCWARD_PASS */
	const char *trigger; /* as SYNCWARD_TRIGGER; NULL: none */
	bool has_revision;
	unsigned long revision;
	const char *sha256; /* of peers.json */
	Event event;
} Record;

/* True for the events that history keeps: what was written, by us or by others, and what persons
 * decided. */
bool record_keeps(EventKind kind);

/* The record as an item of a document. */
void record_json(JsonOut *out, const Record *record);

/* One line of JSON with its line end. */
const char *record_print(Pool *pool, const Record *record);

/* Reads one line (without its line end); false when it is damaged. Unknown members are allowed: a
 * newer release may have written them. */
bool record_parse(Pool *pool, const char *line, size_t len, Record *ret);

/* Which records are wanted; NULL: of everything. */
typedef struct RecordQuery {
	const char *suffix;    /* of a database; "cn=config": of the server itself */
	const char *attribute; /* any spelling of its name */
} RecordQuery;

/* True when the record is about that. For a file that was edited by hand the attribute is not
 * known, so any may be meant. */
bool record_concerns(const Record *record, const RecordQuery *query);

/* The record for people, one line without its end. */
const char *record_text(Pool *pool, const Record *record);

#endif
