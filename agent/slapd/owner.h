/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_OWNER_H
#define SYNCWARD_OWNER_H

#include <stdbool.h>
#include <sys/stat.h>

#include "common/base/error.h"

/* What root does in slapd's folder it does as slapd's user: files that are made belong to them, and
 * nothing there can lead root elsewhere. Who is not root stays who they are. */

/* Whose what slapd keeps in slapd.d is: user and group are set. -1 with errno when it is not there.
 */
int owner_find(const char *config_dir, struct stat *ret);

/* From here on until owner_return(). */
int owner_become(const char *config_dir, Error *err);
void owner_return(void);

/* For good, with all groups of theirs: in a child before it executes something. False: it must not.
 */
bool owner_drop_to(const char *config_dir);

#endif
