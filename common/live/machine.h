/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_MACHINE_H
#define SYNCWARD_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/slapd/listener.h"

/* A file with TLS keys or certificates that slapd's consumers read. */
typedef struct TlsFileTime {
	const char *path;
	int64_t written_sec; /* since 1970; -1: it is not there, or cannot be seen */
	bool is_settled; /* not only a moment ago: files that are replaced together with it are in
			    place, too */
} TlsFileTime;

/* A file or folder with TLS keys or certificates that slapd may not read. */
typedef struct TlsFileRefusal {
	const char *path;
	const char *problem; /* "Permission denied" */
} TlsFileRefusal;

/* Whether slapd could keep a new log of changes in a folder. */
typedef enum LogFolderState {
	LOG_FOLDER_NOT_KNOWN,
	LOG_FOLDER_GOOD, /* it is slapd's own, and empty */
	LOG_FOLDER_MISSING,
	LOG_FOLDER_FOREIGN, /* slapd may not write there */
	LOG_FOLDER_USED,    /* a database is in it */
	LOG_FOLDER_STATE_COUNT
} LogFolderState;

typedef struct LogFolder {
	const char *path; /* as peers.json has it, or cn=config */
	LogFolderState state;
	const char *problem; /* NULL: none is known */
	bool has_room;       /* how much there is was looked at */
	int64_t room_bytes;  /* on its disk, or on that where the log is already */
	const char *suffix;  /* of the database whose changes are there; NULL: there is no log */
	const char *base;    /* the log's own suffix; NULL: the same */
	bool has_size;       /* its file was looked at */
	int64_t size_bytes;
	int64_t keeps_sec; /* by olcAccessLogPurge; -1: for ever */
} LogFolder;

/* What slapd is given with -h; none: unknown. */
typedef struct MachineListeners {
	const char **now; /* strings as given */
	size_t n_now;
	const char **next; /* by its next start */
	size_t n_next;
	const char *next_source; /* the file that says so */
} MachineListeners;

/* What was seen of files with TLS keys and certificates. */
typedef struct MachineTls {
	TlsFileTime *files; /* that the links name which slapd has, or take from cn=config */
	size_t n_files;
	TlsFileRefusal *refusals; /* of those that wanted links name; none: nobody could try */
	size_t n_refusals;
	unsigned tried_uid; /* as whom */
} MachineTls;

/* What cn=config does not tell of the machine that slapd runs on, and of slapd's own start. */
typedef struct Machine {
	const char *ldap_uri; /* where slapd is asked; NULL: ldapi:/// */
	const char *fqdn;
	bool fqdn_is_open;     /* it is being looked up: fqdn is the short name until then */
	const char **own_urls; /* of other peers, with an address of this machine and no other;
				  looked for where that of the peer that it is has none */
	size_t n_own_urls;
	OwnAddresses addresses; /* none: not looked at */
	const char *id;         /* which machine this is (machine-id(5)); NULL: unknown */
	MachineListeners given;
	MachineTls tls;
	LogFolder *log_folders; /* that "delta" of peers.json names, and of logs made by hand */
	size_t n_log_folders;
	const char *slapd_user; /* and group: as whom slapd runs; NULL: unknown, or not asked */
	const char *slapd_group;
	bool monitor_is_limited; /* more consumers than slapd's size limit lets us see */
} Machine;

/* Where a command that is printed finds the slapd that is meant. */
static inline const char *machine_ldap_uri(const Machine *machine)
{
	return machine->ldap_uri ? machine->ldap_uri : "ldapi:///";
}

#endif
