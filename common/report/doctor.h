/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DOCTOR_H
#define SYNCWARD_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/macros.h"
#include "common/base/pool.h"

/* Every check of the doctor, in the order in which they are made and told. */
typedef enum DoctorCheck {
	DOCTOR_AGENT_FILE,
	DOCTOR_PEERS_FILE,
	DOCTOR_SECRETS,
	DOCTOR_NODE,
	DOCTOR_STATE,
	DOCTOR_DAEMON,
	DOCTOR_SELINUX,
	DOCTOR_JOURNAL,
	DOCTOR_CLOCK,
	DOCTOR_NAMES,
	DOCTOR_LDAPI,
	DOCTOR_RIGHTS,
	DOCTOR_RESTART,
	DOCTOR_CONFIG_REPLICATED,
	DOCTOR_DISK,
	DOCTOR_DISK_COPY,
	DOCTOR_MONITOR,
	DOCTOR_PENDING,
	DOCTOR_PASSWORD_ACCESS,
	DOCTOR_LIMITS,
	DOCTOR_INDICES,
	DOCTOR_TIMEOUTS,
	DOCTOR_LINKS,
	DOCTOR_TLS_FILES,
	DOCTOR_PEER_REACH,
	DOCTOR_PEER_TLS,
	DOCTOR_PEER_BIND,
	DOCTOR_PEER_READ,
	DOCTOR_PEER_PROVIDER,
	DOCTOR_PEER_LIMITS,
	DOCTOR_CERTIFICATES,
	DOCTOR_SCHEMA,
	DOCTOR_PEER_CLOCK,
	DOCTOR_IN_STEP,
	DOCTOR_CONFLICTS,
	DOCTOR_RETIRED_IDS,
	DOCTOR_CHECK_COUNT
} DoctorCheck;

typedef enum DoctorSeverity {
	DOCTOR_OK,
	DOCTOR_NOTE,    /* worth knowing, or it could not be checked */
	DOCTOR_WARNING, /* it works, and may not for long */
	DOCTOR_ERROR,   /* something does not work, or is in danger */
	DOCTOR_SEVERITY_COUNT
} DoctorSeverity;

/* What a person is told of a check without running it. */
typedef struct DoctorRule {
	const char *code;    /* stable */
	const char *title;   /* what is looked at */
	const char *meaning; /* why a finding matters */
	const char *remedy;  /* what to do, where the finding itself does not say it */
} DoctorRule;

extern const DoctorRule doctor_rules[DOCTOR_CHECK_COUNT];

typedef struct DoctorFinding {
	DoctorCheck check;
	DoctorSeverity severity;
	const char *text;
	const char *remedy; /* NULL: the rule's */
} DoctorFinding;

/* A check without a finding is ok. */
typedef struct DoctorReport {
	DoctorFinding *findings;
	size_t n_findings;
} DoctorReport;

void doctor_find(Pool *pool, DoctorReport *report, DoctorCheck check, DoctorSeverity severity,
		 const char *format, ...) PRINTF_LIKE(5, 6);

/* The worst finding of the check; DOCTOR_OK for none. */
DoctorSeverity doctor_severity_of(const DoctorReport *report, DoctorCheck check);

/* The worst of all. */
DoctorSeverity doctor_worst(const DoctorReport *report);

const char *doctor_severity_name(DoctorSeverity severity);

/* One line a check that is well, more for one that is not. */
const char *doctor_text(Pool *pool, const DoctorReport *report);

/* "schema_version": 1. */
const char *doctor_json(Pool *pool, const DoctorReport *report);

/* What every check looks at, what a finding means and what to do. */
const char *doctor_list_text(Pool *pool);
const char *doctor_list_json(Pool *pool);

#endif
