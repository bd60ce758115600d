/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SIM_ACCESS_H
#define SYNCWARD_SIM_ACCESS_H

#include "common/base/tree.h"

/* olcAccess as far as it decides who may read passwords; common/access/read_rights.c is not asked.
 */

/* With it all nodes read: no rootdn, and no entry of the database. */
#define SIM_READER "cn=replicator,o=accounts"
#define SIM_INSIDE "cn=replicator,dc=example,dc=org"
#define SIM_ROOT   "gidNumber=0+uidNumber=0,cn=peercred,cn=external,cn=auth"

/* What somebody puts in place; each has three values. */
typedef enum SimAccess {
	SIM_DEBIAN = 1, /* slapd.postinst: the account may not */
	SIM_OTHERS,     /* a group may, in which the account is not; root as well */
	SIM_MEMBERS,    /* a group in which it is; root as well */
	SIM_UNSEEN,     /* the same, and root may not: nobody can compare */
	SIM_ACCESS_END
} SimAccess;

#define SIM_ACCESS_VALUES 3

extern const char *const sim_access[SIM_ACCESS_END][SIM_ACCESS_VALUES];

/* values: of olcAccess; NULL: there are none, and everybody reads all. */
bool sim_access_hides(const Attribute *values, const char *dn);

#endif
