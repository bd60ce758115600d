/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/doctor/doctor_run.h"

#include "agent/doctor/doctor_look.h"

/* One function may make several checks that look at the same thing: it stands at the first of
 * them. */
static DoctorFunction *const functions[DOCTOR_CHECK_COUNT] = {
	[DOCTOR_AGENT_FILE] = doctor_agent_file,
	[DOCTOR_PEERS_FILE] = doctor_peers_file,
	[DOCTOR_SECRETS] = doctor_secrets,
	[DOCTOR_NODE] = doctor_node,
	[DOCTOR_STATE] = doctor_state,
	[DOCTOR_DAEMON] = doctor_daemon,
	[DOCTOR_SELINUX] = doctor_selinux,
	[DOCTOR_JOURNAL] = doctor_journal,
	[DOCTOR_CLOCK] = doctor_clock,
	[DOCTOR_NAMES] = doctor_names,
	[DOCTOR_LDAPI] = doctor_ldapi,
	[DOCTOR_RIGHTS] = doctor_rights,
	[DOCTOR_RESTART] = doctor_restart,
	[DOCTOR_CONFIG_REPLICATED] = doctor_config_replicated,
	[DOCTOR_DISK] = doctor_disk,
	[DOCTOR_DISK_COPY] = doctor_disk_copy,
	[DOCTOR_FENCE] = doctor_fence,
	[DOCTOR_MONITOR] = doctor_monitor,
	[DOCTOR_PENDING] = doctor_pending,
	[DOCTOR_READERS] = doctor_readers,
	[DOCTOR_LIMITS] = doctor_limits,
	[DOCTOR_INDICES] = doctor_indices,
	[DOCTOR_TIMEOUTS] = doctor_timeouts,
	[DOCTOR_LINKS] = doctor_links,
	[DOCTOR_TLS_FILES] = doctor_tls_files,
	[DOCTOR_PEER_REACH] = doctor_peers, /* up to DOCTOR_PEER_CLOCK */
	[DOCTOR_LOGS] = doctor_logs,
	[DOCTOR_IN_STEP] = doctor_in_step,
	[DOCTOR_CONFLICTS] = doctor_conflicts,
	[DOCTOR_RETIRED_IDS] = doctor_retired_ids,
	[DOCTOR_GLUE] = doctor_glue,
};

/* What these look at is judged by others, too. */
static bool gathers(DoctorCheck check)
{
	return check == DOCTOR_AGENT_FILE || check == DOCTOR_PEERS_FILE || check == DOCTOR_NODE ||
	       check == DOCTOR_LDAPI || check == DOCTOR_RIGHTS;
}

/* Peers are asked for these only. Which passwords they accept decides with which account entries
 * that are hidden from root are read. */
static bool needs_peers(const DoctorAsked *asked)
{
	if (doctor_is_asked(asked, DOCTOR_OLD_ENTRIES))
		return true;
	for (DoctorCheck check = DOCTOR_PEER_REACH; check <= DOCTOR_GLUE; check++)
		if (doctor_is_asked(asked, check))
			return true;
	return false;
}

/* Whether the function that stands at that check is wanted: it makes those up to the next, too. */
static bool is_wanted(const DoctorAsked *asked, int check)
{
	if (gathers((DoctorCheck)check) || doctor_is_asked(asked, (DoctorCheck)check))
		return true;
	if (check == DOCTOR_PEER_REACH)
		return needs_peers(asked);
	for (int next = check + 1; next < DOCTOR_CHECK_COUNT && !functions[next]; next++)
		if (doctor_is_asked(asked, (DoctorCheck)next))
			return true;
	return false;
}

void doctor_run(Pool *pool, const SettingsOverride *options, const DoctorAsked *asked,
		DoctorReport *ret)
{
	Doctor doctor = {.pool = pool, .options = options, .report.asked = *asked};

	for (int check = 0; check < DOCTOR_CHECK_COUNT; check++)
		if (functions[check] && is_wanted(asked, check))
			functions[check](&doctor);
	if (doctor_is_asked(asked, DOCTOR_SELINUX)) /* with what slapd said of its process */
		doctor_slapd_domain(&doctor);
	if (doctor_is_asked(asked, DOCTOR_OLD_ENTRIES)) /* with what peers said of passwords */
		doctor_old_entries(&doctor);
	directory_close(doctor.directory);
	*ret = doctor.report;
}
