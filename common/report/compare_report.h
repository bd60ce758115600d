/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_COMPARE_REPORT_H
#define SYNCWARD_COMPARE_REPORT_H

#include "common/entries/comparison.h"

/* What was compared, and whether to name entries that differ, which is for a person only. */
typedef struct CompareReport {
	const ComparedDatabase *databases;
	size_t n_databases;
	bool has_names;
	bool has_colour;
} CompareReport;

/* What compare found, for people. */
const char *compare_report_text(Pool *pool, const CompareReport *report);

/* The same for programs; the format is described in syncward(8). */
const char *compare_report_json(Pool *pool, const CompareReport *report);

#endif
