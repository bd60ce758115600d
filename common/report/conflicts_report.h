/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_CONFLICTS_REPORT_H
#define SYNCWARD_CONFLICTS_REPORT_H

#include "common/entries/conflicts.h"

/* Who writes under a server ID. */
typedef struct ConflictWriter {
	unsigned sid;
	const char *uri;
} ConflictWriter;

typedef struct ConflictsReport {
	const DatabaseConflicts *databases;
	size_t n_databases;
	ConflictWriter *writers; /* the providers of peers.json */
	size_t n_writers;
	unsigned own_sid;
	unsigned lag_sec;
} ConflictsReport;

typedef enum ConflictsVerdict {
	CONFLICTS_NONE,
	CONFLICTS_FOUND,
	CONFLICTS_UNKNOWN, /* not all could be looked at, and there are none in the rest */
	CONFLICTS_VERDICT_COUNT
} ConflictsVerdict;

ConflictsVerdict conflicts_verdict(const ConflictsReport *report);

/* For people; no value that was written is in it. */
const char *conflicts_report_text(Pool *pool, const ConflictsReport *report);

/* The same for programs: etc/conflicts.schema.json. */
const char *conflicts_report_json(Pool *pool, const ConflictsReport *report);

#endif
