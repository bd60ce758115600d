/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_OWNER_H
#define SYNCWARD_OWNER_H

#include <stdbool.h>

#include "common/base/error.h"

/* What root does in a folder of somebody else's, it does as them: files that are made belong to
 * them, and nothing there can lead root elsewhere. Who is not root stays who they are. */

/* From here on until owner_return(). */
int owner_become(const char *folder, Error *err);
void owner_return(void);

/* For good, with all groups of theirs: in a child before it executes something. False: it must not.
 */
bool owner_drop_to(const char *folder);

#endif
