/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SLAPD_PROCESS_H
#define SYNCWARD_SLAPD_PROCESS_H

#include "common/pool.h"
#include "common/slapdargs.h"

/*
 * The -h strings of the running slapd: from the command line of the process that olcPidFile names,
 * else from olcArgsFile. Both paths may be NULL. None when neither can be read: then unknown.
 */
SlapdArguments slapd_arguments_find(Pool *pool, const char *pid_file, const char *args_file);

/* This host's full name as slapd makes it (gethostname(2), made canonical by getaddrinfo(3)). */
const char *host_fqdn(Pool *pool);

/* The host name up to its first dot. */
const char *host_short_name(Pool *pool);

#endif
