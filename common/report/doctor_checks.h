/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DOCTOR_CHECKS_H
#define SYNCWARD_DOCTOR_CHECKS_H

/* Every check of the doctor, in the order in which they are made and reported. */
#include "common/remedies/remedy.h"

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
	DOCTOR_FENCE,
	DOCTOR_MONITOR,
	DOCTOR_PENDING,
	DOCTOR_READERS,
	DOCTOR_LIMITS,
	DOCTOR_INDICES,
	DOCTOR_OLD_ENTRIES,
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
	DOCTOR_LOGS,
	DOCTOR_IN_STEP,
	DOCTOR_CONFLICTS,
	DOCTOR_RETIRED_IDS,
	DOCTOR_GLUE,
	DOCTOR_CHECK_COUNT
} DoctorCheck;

/* What can be said of a check without running it. */
typedef struct DoctorRule {
	const char *code;    /* stable */
	const char *title;   /* what is looked at */
	const char *meaning; /* why a finding matters */
	Remedy remedy;       /* what to do, where the finding itself does not say it */
} DoctorRule;

extern const DoctorRule doctor_rules[DOCTOR_CHECK_COUNT];

#endif
