/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_OWNER_H
#define SYNCWARD_OWNER_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/base/error.h"
#include "common/base/pool.h"

/* What root does in slapd's folder it does as slapd's user: files that are made belong to them, and
 * nothing there can lead root elsewhere. A process that does not run as root keeps its user. */

/* The owner of what slapd keeps in slapd.d. It is found once: what is at the path later may belong
 * to another user. */
typedef struct Owner {
	const char *config_dir; /* slapd.d by its real path */
	uid_t uid;
	gid_t gid;
} Owner;

/* -1 with errno: it is not there, or (EPERM) others than root and the owner could have another
 * folder or other files there. */
int owner_find(Pool *pool, const char *config_dir, Owner *ret);

/* What owner_find() failed with; returns -1. */
int owner_error(const char *config_dir, Error *err);

/* From here on until owner_return(). */
int owner_become(const Owner *owner, Error *err);
void owner_return(void);

/* For good, with all groups of theirs: in a child before it executes something. False: it must not.
 */
bool owner_drop_to(const Owner *owner);

#endif
