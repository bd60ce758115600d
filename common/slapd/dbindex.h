/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DBINDEX_H
#define SYNCWARD_DBINDEX_H

#include "common/base/tree.h"

/* olcDbIndex, which we complete but do not own: live values are taken verbatim (with or without
 * "{n}"; NULL for an absent attribute). Grammar: slapd-config(5). */

typedef enum DbIndex {
	DBINDEX_NONE,
	DBINDEX_OTHER, /* indexed, but not for equality; slapd takes no second definition */
	DBINDEX_EQUALITY,
	DBINDEX_COUNT
} DbIndex;

/* How the olcDbIndex values ("a,b eq,pres", "default eq" with a bare "a") index the attribute. */
DbIndex dbindex_find(const Attribute *live, const char *attribute);

#endif
