/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DBATTR_H
#define SYNCWARD_DBATTR_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/tree.h"

/*
 * Questions about the attributes of cn=config that we complete but do not own: each takes the live
 * values verbatim (with or without "{n}"; NULL for an absent attribute). Grammar: slapd-config(5),
 * slapd.access(5).
 */

typedef enum DbIndex {
	DBINDEX_NONE,
	DBINDEX_OTHER, /* indexed, but not for equality; slapd takes no second definition */
	DBINDEX_EQUALITY,
	DBINDEX_COUNT
} DbIndex;

/* How the olcDbIndex values ("a,b eq,pres", "default eq" with a bare "a") index the attribute. */
DbIndex dbindex_find(const Attribute *live, const char *attribute);

/* True when the first olcLimits value that matches the DN gives it unlimited size and time (fact
 * 20: the first wins). */
bool limits_are_unlimited(const Attribute *live, const char *dn);

/* The olcLimits value that gives the DN unlimited size and time, without "{n}". */
const char *limits_print(Pool *pool, const char *dn);

/* True when the DN may read every entry and attribute by the olcAccess values, before anything else
 * decides. */
bool access_lets_read_all(const Attribute *live, const char *dn);

/* True when the olcAccess values surely keep the DN from reading userPassword of its own entry:
 * "by self" stands before it, or nothing lets it. */
bool access_hides_own_password(const Attribute *live, const char *dn);

/* The olcAccess value that lets the DNs read everything and leaves all others to the rules behind
 * it (by * break). */
const char *access_print(Pool *pool, const char *const *dns, size_t n_dns);

/* True when an olcModuleLoad value loads the module, whatever its folder and ".la" or ".so". */
bool module_is_loaded(const Attribute *live, const char *name);

#endif
