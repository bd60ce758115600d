/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DOCTOR_RUN_H
#define SYNCWARD_DOCTOR_RUN_H

#include "agent/input/settings_file.h"
#include "common/report/doctor.h"

/* Makes the checks that were asked for, each for itself; changes nothing. Everything lives in the
 * pool. */
void doctor_run(Pool *pool, const SettingsOverride *options, const DoctorAsked *asked,
		DoctorReport *ret);

#endif
