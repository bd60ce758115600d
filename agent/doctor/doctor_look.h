/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DOCTOR_LOOK_H
#define SYNCWARD_DOCTOR_LOOK_H

#include "agent/disk/slapd_stopped.h"
#include "agent/look/look.h"
#include "agent/look/reader_answers.h"
#include "agent/pass/site.h"
#include "agent/peer/compare_here.h"
#include "common/probe/probe.h"
#include "common/report/doctor.h"

/* What was seen at one database's peers. */
typedef struct DoctorDatabase {
	const WantedDatabase *wanted;
	const LiveDatabase *live; /* NULL: this server has none */
	Content here;
	Probe *probes;   /* one for each consumer of wanted */
	Content *others; /* what the providers hold that this node does not read */
} DoctorDatabase;

/* What the files say of a slapd that does not answer. */
typedef struct DoctorStopped {
	bool has_files; /* they were read */
	SlapdStopped files;
	const char *problem; /* why they were not */
} DoctorStopped;

/* What was seen of one that answers. */
typedef struct DoctorWorld {
	bool has_world;
	World world;
	Plan plan;             /* with the world */
	ReaderAnswers readers; /* with the plan */
	bool has_probes;
} DoctorWorld;

/* What the checks look at; each part only when it could be had, which is a finding of its own. */
typedef struct Doctor {
	Pool *pool;
	const SettingsOverride *options;
	DoctorReport report;
	bool has_context;
	Context context;
	bool has_inputs;
	Inputs inputs;
	Directory *directory;
	DoctorStopped offline;
	DoctorWorld seen;
	DoctorDatabase *databases; /* with the world and wanted */
	size_t n_databases;
} Doctor;

/* The checks, by file. Each adds what it finds; one that cannot be made says why. */
typedef void DoctorFunction(Doctor *doctor);
DoctorFunction doctor_agent_file, doctor_peers_file, doctor_secrets, doctor_node,
	doctor_state; /* doctor_files.c */
DoctorFunction doctor_daemon, doctor_selinux, doctor_slapd_domain, doctor_journal, doctor_clock,
	doctor_names; /* doctor_host.c */
DoctorFunction doctor_ldapi, doctor_rights, doctor_restart, doctor_config_replicated,
	doctor_monitor, doctor_pending, doctor_links, doctor_tls_files; /* doctor_slapd.c */
DoctorFunction doctor_disk_copy;                                        /* doctor_disk.c */
DoctorFunction doctor_disk;                                             /* doctor_folders.c */
DoctorFunction doctor_readers, doctor_limits, doctor_indices,
	doctor_timeouts;                                             /* doctor_database.c */
DoctorFunction doctor_old_entries;                                   /* doctor_entries.c */
DoctorFunction doctor_glue;                                          /* doctor_glue.c */
DoctorFunction doctor_fence;                                         /* doctor_fence.c */
DoctorFunction doctor_peers;                                         /* doctor_peers.c */
DoctorFunction doctor_logs;                                          /* doctor_logs.c */
DoctorFunction doctor_in_step, doctor_conflicts, doctor_retired_ids; /* doctor_contents.c */

/* How this node's own copy is read: as root over ldapi, or with the account of a link whose
 * password its peer took just now. doctor_entries.c */
HereQuestion doctor_here_question(const Doctor *doctor, const DoctorDatabase *database);

/* True for findings of the plan that doctor_logs() tells. */
bool doctor_is_of_logs(const char *code);

/* Looks at a slapd that does not answer; then whether it would start. doctor_stopped.c */
void doctor_stopped_look(Doctor *doctor);
void doctor_stopped_judge(Doctor *doctor);

/* What keeps slapd from using its folders, one sentence for each. */
typedef struct FolderFaults {
	const char **texts;
	size_t n_texts;
	bool were_tried; /* else what slapd may is not known */
} FolderFaults;

/* Of slapd.d and of every database, running or not. doctor_folders.c */
FolderFaults doctor_folder_faults(Doctor *doctor);

/* slapd.d, as agent.json, slapd or its files say; NULL: none of them does. */
const char *doctor_config_dir(const Doctor *doctor);

/* Notes that the check could not be made. */
void doctor_skip(Doctor *doctor, DoctorCheck check, const char *why);

/* For checks of slapd: false, and noted, when it could not be looked at. */
bool doctor_has_world(Doctor *doctor, DoctorCheck check);

/* For checks of the plan: also peers.json must be usable. */
bool doctor_has_plan(Doctor *doctor, DoctorCheck check);

/* For checks of peers and databases: also peers.json must be usable, with this node in it. */
bool doctor_has_databases(Doctor *doctor, DoctorCheck check);

#endif
