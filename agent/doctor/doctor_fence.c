/* SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>

#include "agent/doctor/doctor_look.h"

/* Where `systemctl enable syncward-fence` leaves a link: one that is there has slapd's start wait.
 */
static const char *const links[] = {
	"/etc/systemd/system/slapd.service.wants/syncward-fence.service",
	"/etc/systemd/system/slapd-ltb.service.wants/syncward-fence.service",
	"/etc/systemd/system/symas-openldap-servers.service.wants/syncward-fence.service",
};

static bool is_enabled(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(links); i++)
		if (access(links[i], F_OK) == 0)
			return true;
	return false;
}

static void record_check(Doctor *doctor, const FenceRecord *record)
{
	if (record->is_closed)
		doctor_find(doctor->pool, &doctor->report, DOCTOR_FENCE, DOCTOR_WARNING,
			    "%s is closed to clients since slapd started: %s; it opens by itself "
			    "when it has what its peers have",
			    record->suffix, record->text);
	else if (fence_verdict_closes(record->verdict))
		doctor_find(doctor->pool, &doctor->report, DOCTOR_FENCE, DOCTOR_ERROR,
			    "%s: when slapd started %s, and the fence did not close it: what "
			    "clients write here makes its peers delete entries",
			    record->suffix, record->text);
	else if (record->verdict == FENCE_NOT_KNOWN)
		doctor_find(doctor->pool, &doctor->report, DOCTOR_FENCE, DOCTOR_WARNING,
			    "%s: when slapd started nobody could tell whether it is the database "
			    "that was here: %s",
			    record->suffix, record->text);
}

/* What the daemon notes now is compared at the next start only. */
static bool all_were_judged(const Known *known)
{
	for (size_t i = 0; i < known->seen.n_items; i++) {
		const FenceRecord *record =
			fence_record(&known->fence, known->seen.items[i].suffix);

		if (!record || !record->has_file)
			return false;
	}
	return known->seen.n_items > 0;
}

void doctor_fence(Doctor *doctor)
{
	const Known *known = &doctor->inputs.state.known;

	if (!doctor->has_inputs) {
		doctor_skip(doctor, DOCTOR_FENCE, "the state folder could not be read");
		return;
	}
	if (known->fence.looked_sec == 0) {
		doctor_skip(doctor, DOCTOR_FENCE,
			    "nobody looks before slapd starts (`systemctl enable --now "
			    "syncward-fence` has somebody look)");
		return;
	}
	if (!is_enabled())
		doctor_find(doctor->pool, &doctor->report, DOCTOR_FENCE, DOCTOR_WARNING,
			    "syncward-fence.service ran once and is not enabled: nobody looks "
			    "before slapd starts");
	if (all_were_judged(known))
		doctor_saw(&doctor->report, DOCTOR_FENCE);
	else
		doctor_skip(doctor, DOCTOR_FENCE,
			    "the fence had nothing to compare with when slapd started; it has at "
			    "the next start");
	for (size_t i = 0; i < known->fence.n_items; i++)
		record_check(doctor, &known->fence.items[i]);
}
