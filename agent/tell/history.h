/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_HISTORY_H
#define SYNCWARD_HISTORY_H

#include "agent/tell/journal.h"
#include "common/base/error.h"
#include "common/tell/history_line.h"

#define HISTORY_FILE  "history.jsonl"
#define HISTORY_OLDER "history.jsonl.1"
/* A file that has grown so large becomes the older one, and the older one before it goes. */
#define HISTORY_MAX_BYTES (1024 * 1024)

/* Who writes, and when, for the records of one pass. */
typedef struct HistoryWriter {
	const char *state_dir;
	int64_t now_sec;
	const JournalContext *context;
	bool has_lock; /* of writers: nobody else appends meanwhile */
} HistoryWriter;

/* Appends those of the events that history keeps, in one write(2), without waiting for the disk:
 * what must survive a power cut is the intent. Without the lock a full file grows on. */
int history_append(const HistoryWriter *writer, const EventList *events, Error *err);

/* The same in two steps, for a caller that tries again: the lines, "" where history keeps none of
 * them. */
const char *history_lines(Pool *pool, const HistoryWriter *writer, const EventList *events);
int history_append_lines(const char *state_dir, bool has_lock, const char *lines, Error *err);

typedef struct RecordList {
	Record *items; /* oldest first */
	size_t n_items;
	int64_t oldest_sec; /* of all that is kept, whatever was asked for; -1: nothing is */
	size_t n_damaged;   /* lines that could not be read, and were left out */
} RecordList;

/* All records since that second. No file is no record. */
int history_read(Pool *pool, const char *state_dir, int64_t since_sec, RecordList *ret, Error *err);

#endif
