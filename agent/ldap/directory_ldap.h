/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DIRECTORY_LDAP_H
#define SYNCWARD_DIRECTORY_LDAP_H

#include "agent/ldap/directory.h"

/* Is told each LDAP operation and its result in one line, secrets masked. */
typedef void (*DirectoryTrace)(void *userdata, const char *line);

typedef struct DirectoryLdapOptions {
	const char *uri; /* ldapi:///, or another ldapi URL */
	unsigned timeout_msec;
	Budget budget;        /* see Directory */
	DirectoryTrace trace; /* NULL: silent */
	void *trace_userdata;
} DirectoryLdapOptions;

/*
 * Connects to the slapd of this machine and binds with SASL EXTERNAL: slapd then knows us by the
 * uid and gid of this process. ERROR_UNREACHABLE when there is no answer, ERROR_DENIED when we are
 * refused. A request is never abandoned nor sent twice: one that gets no answer in time stays open,
 * and the next operation first waits for that answer. After a broken connection every operation
 * fails: open another directory.
 */
int directory_ldap_open(const DirectoryLdapOptions *options, Directory **ret, Error *err);

#endif
