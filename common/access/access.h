/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_ACCESS_H
#define SYNCWARD_ACCESS_H

#include "common/access/read_rights.h"

/* One olcAccess value for the database, to be added before the one that is at index then. */
typedef struct AccessAddition {
	size_t index;
	const char *value;
} AccessAddition;

/* What lets an identity read everything, in the order of adding. */
typedef struct AccessGrant {
	AccessAddition *additions;
	size_t n_additions; /* 0: it may already */
	bool takes_rights; /* no form was found that surely leaves it all the rights that it has now
			    */
} AccessGrant;

/*
 * A value in front that gives "read" ends what later values would give: the right to write, and in
 * its own entry that of "by self". So the forms are tried from the widest to the narrowest, and the
 * first that surely takes nothing away is used.
 */
AccessGrant access_grant(Pool *pool, const AccessLists *lists, const char *dn);

#endif
