/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_CONFLICTS_H
#define SYNCWARD_CONFLICTS_H

#include "common/entries/log_change.h"

/*
 * Two changes of one entry, made under two server IDs, of which the writer of one did not have the
 * other, as the log of changes of one server tells. It is sure where this server's own change is
 * newer than one that came here only behind it. It is possible where another server's newer change
 * follows at most so much later and overwrites the older one: whether its writer had that one only
 * that server's log tells. A change made here behind one that was here already is none.
 */

/* More of them are counted, not kept. */
#define CONFLICTS_MAX 1000
/* Two changes with more than so many others between them are not compared. */
#define CONFLICTS_REACH 8192

/* What slapd made of the two here. */
typedef enum ConflictOutcome {
	CONFLICT_NOT_KNOWN, /* first: nothing is guessed, of renames least of all */
	CONFLICT_NEWER_STANDS,
	CONFLICT_OLDER_STANDS, /* a deletion, or an entry that is back */
	CONFLICT_BOTH_STAND,   /* they name different attributes, or different values */
	CONFLICT_OUTCOME_COUNT
} ConflictOutcome;

typedef struct Conflict {
	LogChange older; /* by CSN, as slapd judges */
	LogChange newer;
	bool is_sure;
	ConflictOutcome outcome;
	const char **attributes; /* that both name */
	size_t n_attributes;
} Conflict;

/* What a log had, so far. */
typedef struct ConflictsFound {
	size_t n_changes;
	const char *first_csn; /* of the first change that was read; NULL: there was none */
	Conflict *items;
	size_t n_items;     /* CONFLICTS_MAX at most */
	size_t n_conflicts; /* also those beyond it */
} ConflictsFound;

/* The conflicts of one database, as the log of this node tells. */
typedef struct DatabaseConflicts {
	const char *suffix;
	const char *log;             /* its suffix; NULL: none is written */
	const char *problem;         /* why it is not known whether these are all; NULL: they are */
	const ConflictsFound *found; /* NULL: nothing was read */
} DatabaseConflicts;

typedef struct ConflictScan ConflictScan;

/* The log that is read. */
typedef struct ConflictLog {
	unsigned own_sid;    /* of the server whose log it is */
	bool tells_the_rest; /* of an older change it has what slapd left of it, not all of it */
} ConflictLog;

/* lag_msec: how far apart possible ones may be. Everything lives in the pool; memory is bounded,
 * however long the log. */
ConflictScan *conflict_scan_new(Pool *pool, const ConflictLog *log, int64_t lag_msec);

/* Takes the next entry of the log. */
void conflict_scan_take(ConflictScan *scan, const Entry *entry);

const ConflictsFound *conflict_scan_found(const ConflictScan *scan);

const char *conflict_outcome_name(ConflictOutcome outcome);

#endif
