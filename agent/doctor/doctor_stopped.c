/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <unistd.h>

#include "agent/disk/file_try.h"
#include "agent/doctor/doctor_look.h"
#include "agent/slapd/slapd_log.h"
#include "common/base/timestamp.h"
#include "common/remedies/remedies.h"
#include "common/slapd/serverid.h"

/*
 * A slapd that does not answer: its files are tried for what it would refuse at its start. Not seen
 * here: a port that another process has, and what slapd meets when it opens its databases.
 */

static void refuses(Doctor *doctor, const char *why)
{
	doctor_find(doctor->pool, &doctor->report, DOCTOR_RESTART, DOCTOR_ERROR,
		    "slapd does not run, and would not start: %s", why);
	doctor_remedy(&doctor->report, remedy_text(REMEDY_SLAPD_STOPPED));
}

static bool configuration_try(Doctor *doctor)
{
	Error err = {0};
	const char *text;

	if (slapd_stopped_try(doctor->pool, &doctor->offline.files, &text, &err))
		return true;
	if (text)
		refuses(doctor, pool_printf(doctor->pool, "%s: %s",
					    doctor->offline.files.owner.config_dir, text));
	else
		doctor_skip(doctor, DOCTOR_RESTART, err.text);
	return text != NULL;
}

/* `slapd -Ttest` has no listeners, and does not look at this. */
static bool server_ids_try(Doctor *doctor)
{
	const SlapdStopped *slapd = &doctor->offline.files;
	const Attribute *ids = entry_attribute(&slapd->global, "olcServerID");
	const SlapdArguments *arguments = &slapd->next.arguments;
	ServerIdVerdict verdict;

	if (!ids || ids->n_values == 0 || !strchr(ids->values[0].bytes, ' '))
		return true;
	if (!slapd->has_next) {
		doctor_skip(doctor, DOCTOR_RESTART,
			    "no unit says with which -h slapd is started: whether an olcServerID "
			    "value is one of those URLs is not known");
		return false;
	}
	verdict = serverid_judge(doctor->pool, attribute_texts(doctor->pool, ids), ids->n_values,
				 arguments->urls, arguments->n_urls, doctor->inputs.machine.fqdn);
	if (!verdict.starts)
		refuses(doctor,
			pool_printf(doctor->pool, "its olcServerID values, with the -h of %s: %s",
				    slapd->next.source, verdict.problem));
	return true;
}

/* slapd reads these when it starts, whether it has a listener with TLS or none. */
static bool tls_files_try(Doctor *doctor)
{
	static const char *const names[] = {"olcTLSCertificateFile", "olcTLSCertificateKeyFile",
					    "olcTLSCACertificateFile", "olcTLSCACertificatePath"};
	FileTry tries[ARRAY_SIZE(names)];
	const char *attributes[ARRAY_SIZE(names)];
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *path = entry_first(&doctor->offline.files.global, names[i]);

		if (!path)
			continue;
		attributes[n] = names[i];
		tries[n++] = (FileTry){.path = path, .mode = R_OK};
	}
	if (n == 0)
		return true;
	if (!file_try_as_owner(doctor->offline.files.owner.config_dir, tries, n)) {
		doctor_skip(doctor, DOCTOR_RESTART,
			    "whether slapd may read its TLS files could not be tried; run this as "
			    "root");
		return false;
	}
	for (size_t i = 0; i < n; i++)
		if (tries[i].error != 0)
			refuses(doctor, pool_printf(doctor->pool, "%s: %s (%s)", tries[i].path,
						    strerror(tries[i].error), attributes[i]));
	return true;
}

static bool folders_try(Doctor *doctor)
{
	const FolderFaults faults = doctor_folder_faults(doctor);

	for (size_t i = 0; i < faults.n_texts; i++)
		refuses(doctor, faults.texts[i]);
	if (!faults.were_tried)
		doctor_skip(doctor, DOCTOR_RESTART,
			    "whether slapd may use its folders could not be tried; run this as "
			    "root");
	return faults.were_tried;
}

void doctor_stopped_look(Doctor *doctor)
{
	const LastSeenAll nothing = {0};
	Error err = {0};

	doctor->offline.has_files =
		slapd_stopped_find(doctor->pool, doctor->context.paths.config_dir,
				   doctor->has_inputs ? &doctor->inputs.state.known.seen : &nothing,
				   &doctor->offline.files, &err) == 0;
	doctor->offline.problem = pool_strdup(doctor->pool, err.text);
}

/* What files do not show: a port that another process has, a database that cannot be opened. It
 * dates from that start: whether it has been repaired since is not known. */
static void log_look(Doctor *doctor)
{
	const SlapdLog log = slapd_log_last(doctor->pool);
	char said[TIMESTAMP_SIZE];

	if (!log.text || !timestamp_print(log.said_sec, said))
		return;
	doctor_find(doctor->pool, &doctor->report, DOCTOR_RESTART, DOCTOR_NOTE,
		    "slapd does not run; when it ended at %s it logged: %s", said, log.text);
	doctor_remedy(&doctor->report, remedy_text(REMEDY_SLAPD_STOPPED));
}

void doctor_stopped_judge(Doctor *doctor)
{
	const SlapdStopped *slapd = &doctor->offline.files;
	bool is_whole;

	if (!doctor->offline.has_files) {
		doctor_skip(doctor, DOCTOR_RESTART,
			    pool_printf(doctor->pool, "slapd does not answer, and %s",
					doctor->offline.problem));
		return;
	}
	if (slapd->runs) {
		doctor_skip(doctor, DOCTOR_RESTART,
			    "slapd runs, but does not answer on its local socket");
		return;
	}
	log_look(doctor);
	is_whole = configuration_try(doctor);
	if (slapd->problem) {
		doctor_skip(doctor, DOCTOR_RESTART, slapd->problem);
		return;
	}
	is_whole = server_ids_try(doctor) && is_whole;
	is_whole = tls_files_try(doctor) && is_whole;
	is_whole = folders_try(doctor) && is_whole;
	if (is_whole && doctor_severity_of(&doctor->report, DOCTOR_RESTART) != DOCTOR_ERROR)
		doctor_skip(doctor, DOCTOR_RESTART,
			    pool_printf(doctor->pool,
					"slapd does not run; no fault was found in %s, in its TLS "
					"files and folders: start it, and see in its log what it "
					"says",
					slapd->owner.config_dir));
}
