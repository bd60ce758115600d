/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_REMEDY_H
#define SYNCWARD_REMEDY_H

/*
 * Everything that is printed as advice: command lines for a shell, lines of a file, and what only a
 * person can do. People do literally what they read, so each stands in one table with the test that
 * did it, or with the reason why no test can. To add one: a code below, its row in the remedies_*.c
 * of its area, and a test in tests/slapd that makes the situation, hands what is printed to
 * tests/lib/remedies.py, sees the situation end, and bears @pytest.mark.remedy(CODE).
 * tests/test_remedies.py holds rows, tests and sources to each other.
 */

typedef enum RemedyForm {
	REMEDY_SHELL, /* a command line for root's shell */
	REMEDY_PEERS, /* a line of peers.json, at the place that the sentence before it names */
	REMEDY_AGENT, /* a line of agent.json */
	REMEDY_LDIF,  /* a line of the entry that the sentence before it names */
	REMEDY_WORDS, /* for a person; `commands` stand in backquotes */
} RemedyForm;

/* In the order of their rows. */
typedef enum Remedy {
	/* remedies_plan.c: holds and findings */
	REMEDY_APPLY,
	REMEDY_RELEASE_G4,
	REMEDY_RELEASE_G5,
	REMEDY_RELEASE_G6,
	REMEDY_RELEASE_G7,
	REMEDY_RELEASE_G10,
	REMEDY_RELEASE_G11,
	REMEDY_RELEASE_G12,
	REMEDY_RELEASE_G13,
	REMEDY_RELEASE_ACCESS,
	REMEDY_RELEASE_JOINING,
	REMEDY_RELEASE_LEFT,
	REMEDY_RELEASE_NOT_UNDERSTOOD,
	REMEDY_RELEASE_ORDER,
	REMEDY_RELEASE_SESSION_LOG,
	REMEDY_FIRST_NODE,
	REMEDY_FIRST_NODE_EMPTY,
	REMEDY_LEAVE,
	REMEDY_RESUME,
	REMEDY_PEER_LINE,
	REMEDY_PEER_OUT,
	REMEDY_PEER_LEFT,
	REMEDY_PEER_KEEP,
	REMEDY_PEER_RID,
	REMEDY_ID_OF_OLD,
	REMEDY_ID_EXCHANGED,
	REMEDY_ID_AT_TWIN,
	REMEDY_ID_AT_CLONE,
	REMEDY_REVISION,
	REMEDY_SERVER_ID_AUTO,
	REMEDY_SERVER_ID_BARE,
	REMEDY_DATABASE_LINE,
	REMEDY_DATABASE_OUT,
	REMEDY_DATABASE_HOLDERS,
	REMEDY_DATABASE_ANEW,
	REMEDY_DATABASE_LOAD,
	REMEDY_SUFFIX_VISIBLE,
	REMEDY_RID_OFFSET,
	REMEDY_ACCESS,
	REMEDY_ACCESS_OFF,
	REMEDY_ACCESS_READER,
	REMEDY_RETRY,
	REMEDY_SESSION_LOG_OFF,
	REMEDY_SESSION_LOG_OFF_CHECKPOINT,
	REMEDY_SESSION_LOG_SOURCE,
	REMEDY_PARTIAL_OUT,
	REMEDY_ROOT_DN,
	REMEDY_WRITABLE,
	REMEDY_LAST_MOD,
	REMEDY_INDEX,
	REMEDY_MONITOR_LIMITS,
	REMEDY_CONFIG_ALONE,
	REMEDY_CONFIG_ALONE_STOPPED,
	REMEDY_CONFIG_ALONE_STOPPED_FLAG,
	REMEDY_CONFIG_ALONE_2_4,
	REMEDY_OVERLAY_ANEW,
	REMEDY_OVERLAY_ANEW_2_4,
	REMEDY_OVERLAY_FIRST,
	REMEDY_ENTRIES_TWICE,
	REMEDY_TOUCH_SUFFIX,
	REMEDY_RESTART_SLAPD,
	REMEDY_MAKE_ROOM,
	REMEDY_LISTENER,
	REMEDY_LISTENERS_SAME,
	REMEDY_RENEW_TLS,
	REMEDY_STATUS,
	REMEDY_CLOCKS,
	/* remedies_files.c: files, folders, command lines */
	REMEDY_FILE_MODE,
	REMEDY_FILE_OWNER,
	REMEDY_FILE_ITSELF,
	REMEDY_FILE_OF_ITS_OWN,
	REMEDY_FOLDER_MODE,
	REMEDY_FOLDER_OWNER,
	REMEDY_FOLDER_OF_ITS_OWN,
	REMEDY_AS_ROOT,
	REMEDY_PASSWORD_ALONE,
	REMEDY_CREDENTIALS_FILE,
	REMEDY_CREDENTIAL_UNIT,
	REMEDY_DOCTOR,
	REMEDY_HELP,
	REMEDY_HELP_OF_ALL,
	REMEDY_PLAN,
	REMEDY_PLAN_SAVE,
	REMEDY_MODE_ENFORCE,
	REMEDY_PAUSE,
	REMEDY_PROCESS,
	REMEDY_PATH_RIGHTS,
	REMEDY_DISK_SOUND,
	REMEDY_ACCOUNT,
	REMEDY_ACCOUNT_PASSWORD,
	REMEDY_ADOPT_SECRETS,
	REMEDY_CONFIG_ON_DISK,
	REMEDY_CONFIG_MANAGE,
	REMEDY_DAEMON_START,
	REMEDY_DAEMON_STOP,
	/* remedies_doctor.c: the doctor, probes, verify */
	REMEDY_SEE_FINDING,
	REMEDY_AGENT_FILE,
	REMEDY_PEERS_FILE,
	REMEDY_SECRET,
	REMEDY_NODE,
	REMEDY_STATE,
	REMEDY_DAEMON,
	REMEDY_SELINUX,
	REMEDY_JOURNAL,
	REMEDY_CLOCK,
	REMEDY_NAMES,
	REMEDY_LDAPI,
	REMEDY_PLAN_MENDS,
	REMEDY_DISK_ROOM,
	REMEDY_DISK_COPY,
	REMEDY_FENCE,
	REMEDY_READERS,
	REMEDY_MONITOR,
	REMEDY_PENDING,
	REMEDY_LIMITS_FIRST,
	REMEDY_LIMITS_ANEW,
	REMEDY_INDEX_LINE,
	REMEDY_TIMEOUTS,
	REMEDY_PROVIDER_LISTED,
	REMEDY_LINKS,
	REMEDY_TLS_FILES,
	REMEDY_CERTIFICATE,
	REMEDY_SCHEMA,
	REMEDY_CLOCKS_OF_BOTH,
	REMEDY_IN_STEP,
	REMEDY_CONFLICTS,
	REMEDY_NOTHING_TO_DO,
	REMEDY_OLD_ENTRIES,
	REMEDY_HEAL,
	REMEDY_ROOT_LIMITS,
	REMEDY_CONFIG_DIR,
	REMEDY_COUNT
} Remedy;

typedef struct RemedyRow {
	const char *code;
	RemedyForm form;
	const char *text;  /* {name} stands for an argument; what {=name} stands for is quoted
			      already */
	const char *proof; /* "test_guards.py::test_..." below tests/slapd, or "no test: " why */
} RemedyRow;

/* The table, an area a file; a row without a code stands in another one. For remedies.c alone. */
extern const RemedyRow remedies_plan[REMEDY_COUNT];
extern const RemedyRow remedies_doctor[REMEDY_COUNT];
extern const RemedyRow remedies_files[REMEDY_COUNT];

#endif
