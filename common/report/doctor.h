/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DOCTOR_H
#define SYNCWARD_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"
#include "common/base/macros.h"
#include "common/base/pool.h"
#include "common/report/doctor_checks.h"

typedef enum DoctorSeverity {
	DOCTOR_OK,      /* it was looked at, and nothing was found */
	DOCTOR_UNKNOWN, /* it was not looked at, or only in part */
	DOCTOR_NOTE,    /* worth knowing */
	DOCTOR_WARNING, /* it works, and may not for long */
	DOCTOR_ERROR,   /* something does not work, or is in danger */
	DOCTOR_SEVERITY_COUNT
} DoctorSeverity;

typedef struct DoctorFinding {
	DoctorCheck check;
	DoctorSeverity severity;
	const char *text;
	const char *remedy; /* NULL: the rule's */
} DoctorFinding;

/* The checks that were asked for by name; none: all of them. */
typedef struct DoctorAsked {
	bool checks[DOCTOR_CHECK_COUNT];
	size_t n_checks;
} DoctorAsked;

/* A check without a finding is ok only where something was seen: no evidence is not good evidence.
 */
typedef struct DoctorReport {
	DoctorFinding *findings;
	size_t n_findings;
	bool has_seen[DOCTOR_CHECK_COUNT]; /* doctor_saw() */
	DoctorAsked asked;                 /* nothing is reported of others */
} DoctorReport;

/* Which checks these codes name; ERROR_USAGE for an unknown code, with the nearest one. */
int doctor_ask(const char *const *codes, size_t n_codes, DoctorAsked *ret, Error *err);

bool doctor_is_asked(const DoctorAsked *asked, DoctorCheck check);

/* Says that the check got what it judges by: without a finding it is ok. */
void doctor_saw(DoctorReport *report, DoctorCheck check);

void doctor_find(Pool *pool, DoctorReport *report, DoctorCheck check, DoctorSeverity severity,
		 const char *format, ...) PRINTF_LIKE(5, 6);

/* Gives the latest finding a remedy of its own, instead of the rule's. */
void doctor_remedy(DoctorReport *report, const char *remedy);

/* The severity of the check's worst finding; without a finding, DOCTOR_OK or, when nothing was
 * seen, DOCTOR_UNKNOWN. */
DoctorSeverity doctor_severity_of(const DoctorReport *report, DoctorCheck check);

/* The worst of all checks that were asked for. */
DoctorSeverity doctor_worst(const DoctorReport *report);

/* True when one that was asked for could not be looked at, or only in part. */
bool doctor_has_unknown(const DoctorReport *report);

const char *doctor_severity_name(DoctorSeverity severity);

/* One line for each check that is well, more for one that is not. */
const char *doctor_text(Pool *pool, const DoctorReport *report, bool has_colour);

/* "schema_version": 1. */
const char *doctor_json(Pool *pool, const DoctorReport *report);

/* What every check looks at, what a finding means and what to do. */
const char *doctor_list_text(Pool *pool);
const char *doctor_list_json(Pool *pool);

#endif
