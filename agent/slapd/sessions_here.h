/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SESSIONS_HERE_H
#define SYNCWARD_SESSIONS_HERE_H

#include <stddef.h>
#include <stdint.h>

#include "agent/slapd/directory.h"

/*
 * How many connections to this slapd, bound as one of these DNs and begun before that time, have a
 * search that goes on (monitorConnectionOpsExecuting of cn=Connections, as a consumer's in Persist
 * has on 2.4 to 2.6); -1: slapd does not tell. Who only looks is gone after a moment.
 */
int sessions_here_count(Directory *directory, const char *const *dns, size_t n_dns,
			int64_t before_sec);

#endif
