/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DOCTOR_LINKS_H
#define SYNCWARD_DOCTOR_LINKS_H

#include <stdint.h>

#include "common/live/live_config.h"
#include "common/report/doctor.h"

/* How a consumer that runs is doing. */
typedef struct LinkHealth {
	DoctorSeverity severity;
	const char *text; /* with its rid, database and provider; NULL when it is well */
} LinkHealth;

/* Judged by cn=monitor alone. One that reads at intervals (refreshOnly) is well between them. */
LinkHealth link_health_judge(Pool *pool, const Live *live, const RunningConsumer *running,
			     int64_t now_sec);

#endif
