/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/doctor/doctor_look.h"

void doctor_skip(Doctor *doctor, DoctorCheck check, const char *why)
{
	doctor_find(doctor->pool, &doctor->report, check, DOCTOR_UNKNOWN, "not checked: %s", why);
}

bool doctor_has_world(Doctor *doctor, DoctorCheck check)
{
	if (!doctor->seen.has_world)
		doctor_skip(doctor, check, "slapd's configuration could not be read");
	return doctor->seen.has_world;
}

bool doctor_has_plan(Doctor *doctor, DoctorCheck check)
{
	if (!doctor_has_world(doctor, check))
		return false;
	if (!doctor->has_inputs)
		doctor_skip(doctor, check, "peers.json must be mended first");
	return doctor->has_inputs;
}

bool doctor_has_databases(Doctor *doctor, DoctorCheck check)
{
	if (!doctor_has_world(doctor, check))
		return false;
	if (!doctor->has_inputs || !doctor->inputs.wanted.self) {
		doctor_skip(doctor, check, "peers.json does not say what this node should hold");
		return false;
	}
	return true;
}
