/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LOOK_FILE_H
#define SYNCWARD_LOOK_FILE_H

#include "agent/ldap/directory.h"
#include "common/draft/plan_input.h"

/* In which file the database is, and, where it is another one than before slapd's start and the
 * glance of the facts leaves it open, whether entries are left of what was here then. */
void look_file(Directory *directory, const PlanInput *input, const LiveDatabase *live,
	       DatabaseFacts *facts);

#endif
