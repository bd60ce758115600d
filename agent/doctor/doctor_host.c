/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/timex.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "agent/doctor/doctor_look.h"
#include "agent/slapd/slapd_process.h"
#include "agent/system/fd.h"
#include "agent/tell/status_file.h"
#include "common/base/timestamp.h"
#include "common/remedies/remedies.h"
#include "common/report/doctor_machine.h"
#include "common/status/status_view.h"

#define SELINUX_DIR "/sys/fs/selinux"

/* --- the daemon --- */

static bool status_of(const Doctor *doctor, Status *ret, Error *err)
{
	return doctor->has_context &&
	       status_file_read(doctor->pool, doctor->context.paths.run_dir, NULL, ret, err) == 0;
}

/* What the daemon itself says of its files, and of what it watches. */
static void tell_troubles(Doctor *doctor, const Status *status)
{
	for (size_t i = 0; i < status->conditions.n_items; i++)
		if (status->conditions.items[i].kind == CONDITION_TROUBLE &&
		    status->conditions.items[i].begins == EVENT_STATE_TROUBLE)
			doctor_find(doctor->pool, &doctor->report, DOCTOR_DAEMON, DOCTOR_WARNING,
				    "the daemon says: %s", status->conditions.items[i].text);
}

static void judge_status(Doctor *doctor, const Status *status)
{
	if (status_writer_runs(status) == CLAIM_NO)
		doctor_find(doctor->pool, &doctor->report, DOCTOR_DAEMON, DOCTOR_WARNING,
			    "the daemon does not run: process %ld, the last one, is gone",
			    status->pid);
	else if (status_is_stale(status, time(NULL)))
		doctor_find(doctor->pool, &doctor->report, DOCTOR_DAEMON, DOCTOR_WARNING,
			    "the daemon hangs: process %ld has reported nothing for %s",
			    status->pid,
			    duration_print(doctor->pool, time(NULL) - status->written_sec));
	else if (status->looked_sec < 0)
		doctor_skip(doctor, DOCTOR_DAEMON, "the daemon starts: it has not looked yet");
	else if (status->is_slapd_up == CLAIM_NO)
		doctor_find(doctor->pool, &doctor->report, DOCTOR_DAEMON, DOCTOR_WARNING,
			    "the daemon runs and does not reach slapd: %s", status->sentence);
	else
		doctor_saw(&doctor->report, DOCTOR_DAEMON);
	if (status_writer_runs(status) != CLAIM_NO)
		tell_troubles(doctor, status);
}

void doctor_daemon(Doctor *doctor)
{
	Error err = {0};
	Status status;

	if (doctor->has_inputs && pause_holds(&doctor->inputs.state.pause, time(NULL)))
		doctor_find(doctor->pool, &doctor->report, DOCTOR_DAEMON, DOCTOR_NOTE,
			    "%s; `%s` ends that",
			    pause_text(doctor->pool, &doctor->inputs.state.pause),
			    remedy_text(REMEDY_RESUME));
	if (!doctor->has_context)
		doctor_skip(doctor, DOCTOR_DAEMON, "agent.json must be mended first");
	else if (status_of(doctor, &status, &err))
		judge_status(doctor, &status);
	else if (err.code == ENOENT)
		doctor_find(doctor->pool, &doctor->report, DOCTOR_DAEMON, DOCTOR_WARNING,
			    "the daemon does not run: %s/" STATUS_FILE " is not there",
			    doctor->context.paths.run_dir);
	else
		doctor_find(doctor->pool, &doctor->report, DOCTOR_DAEMON, DOCTOR_WARNING, "%s",
			    err.text);
}

/* --- SELinux --- */

static const char *label_of_file(const Doctor *doctor, const char *path)
{
	char context[256];
	const ssize_t len = getxattr(path, "security.selinux", context, sizeof(context) - 1);

	return len > 0 ? pool_copy(doctor->pool, context, (size_t)len) : NULL;
}

static const char *domain_of_daemon(const Doctor *doctor)
{
	char path[64], context[256];
	Error err;
	Status status;
	AUTO_FD fd = -1;
	ssize_t len;

	if (!status_of(doctor, &status, &err) || status_writer_runs(&status) != CLAIM_YES)
		return NULL;
	(void)snprintf(path, sizeof(path), "/proc/%ld/attr/current", status.pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	len = fd < 0 ? -1 : read(fd, context, sizeof(context) - 1);
	return len > 0 ? pool_copy(doctor->pool, context, (size_t)len) : NULL;
}

/* A file that is not there needs no label. */
static bool is_absent(const char *what)
{
	return what[0] == '/' && access(what, F_OK) < 0 && errno == ENOENT;
}

void doctor_selinux(Doctor *doctor)
{
	const SelinuxLabel labels[] = {
		{"the daemon", domain_of_daemon(doctor), "syncward_t"},
		{"/usr/sbin/syncward", label_of_file(doctor, "/usr/sbin/syncward"),
		 "syncward_exec_t"},
		{"/etc/syncward", label_of_file(doctor, "/etc/syncward"), "syncward_etc_t"},
		{"/etc/syncward/secrets", label_of_file(doctor, "/etc/syncward/secrets"),
		 "syncward_secret_t"},
		{"/var/lib/syncward", label_of_file(doctor, "/var/lib/syncward"),
		 "syncward_var_lib_t"},
	};

	doctor_saw(&doctor->report, DOCTOR_SELINUX);
	if (access(SELINUX_DIR "/enforce", F_OK) < 0)
		return; /* not on this machine */
	for (size_t i = 0; i < ARRAY_SIZE(labels); i++) {
		const char *problem = selinux_label_problem(doctor->pool, &labels[i]);

		if (problem)
			doctor_find(doctor->pool, &doctor->report, DOCTOR_SELINUX, DOCTOR_WARNING,
				    "%s", problem);
		else if (!labels[i].context && !is_absent(labels[i].what))
			doctor_skip(doctor, DOCTOR_SELINUX,
				    pool_printf(doctor->pool, "the SELinux type of %s is not known",
						labels[i].what));
	}
}

/* A slapd built by LTB has no domain. What is not known of slapd is reported by its own checks. */
void doctor_slapd_domain(Doctor *doctor)
{
	const char *pid_file = doctor->seen.has_world
				       ? entry_first(doctor->seen.world.live.global, "olcPidFile")
				       : NULL;
	const char *problem = selinux_slapd_problem(
		doctor->pool, slapd_context_find(doctor->pool, pid_file),
		text_read(doctor->pool, SELINUX_DIR "/booleans/" SELINUX_SLAPD_BOOLEAN));

	if (!problem)
		return;
	doctor_find(doctor->pool, &doctor->report, DOCTOR_SELINUX, DOCTOR_ERROR, "%s", problem);
	doctor_remedy(&doctor->report, remedy_text(REMEDY_SELINUX_SLAPD));
}

/* --- journal, clock, names --- */

void doctor_journal(Doctor *doctor)
{
	if (access("/var/log/journal", F_OK) == 0)
		doctor_saw(&doctor->report, DOCTOR_JOURNAL);
	else
		doctor_find(
			doctor->pool, &doctor->report, DOCTOR_JOURNAL, DOCTOR_NOTE,
			"there is no /var/log/journal: the journal, if there is one, is kept in "
			"memory only");
}

void doctor_clock(Doctor *doctor)
{
	struct timex state = {0};

	if (adjtimex(&state) < 0)
		doctor_skip(doctor, DOCTOR_CLOCK, "the kernel does not say");
	else if (!(state.status & STA_UNSYNC))
		doctor_saw(&doctor->report, DOCTOR_CLOCK);
	else
		doctor_find(doctor->pool, &doctor->report, DOCTOR_CLOCK, DOCTOR_WARNING,
			    "the kernel says that nothing keeps this clock in step (a container "
			    "says so, too, when its host does not say)");
}

void doctor_names(Doctor *doctor)
{
	struct addrinfo *found = NULL;
	char name[256] = "";
	int code;

	if (gethostname(name, sizeof(name) - 1) < 0)
		return;
	code = getaddrinfo(name, NULL, NULL, &found);
	doctor_saw(&doctor->report, DOCTOR_NAMES);
	if (code == 0)
		freeaddrinfo(found);
	else
		doctor_find(doctor->pool, &doctor->report, DOCTOR_NAMES, DOCTOR_WARNING,
			    "this machine is called '%s', and that name does not resolve: %s", name,
			    gai_strerror(code));
}
