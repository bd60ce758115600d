/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_HOST_H
#define SYNCWARD_HOST_H

#include "common/base/pool.h"

#define HOST_NAME_SIZE 256

/* host_name() made canonical by getaddrinfo(3), which takes as long as name servers let it; NULL
 * when that fails. */
const char *host_canonical(Pool *pool);

/* This host's full name as slapd makes it: canonical or, if that fails, as it is. */
const char *host_fqdn(Pool *pool);

/* As gethostname(2) returns it; queries no name server. */
const char *host_name(Pool *pool);

/* The same up to its first dot. */
const char *host_short_name(Pool *pool);

/* Which machine this is (machine-id(5)); NULL: it has none. */
const char *host_machine(Pool *pool);

#endif
