/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_ACCESS_H
#define SYNCWARD_ACCESS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/tree.h"

/* olcAccess, which we complete but do not own: live values are taken verbatim (with or without
 * "{n}"; NULL for an absent attribute). Grammar: slapd-config(5), slapd.access(5). */

/* True when the DN may read every entry and attribute by the olcAccess values, before anything else
 * decides. */
bool access_lets_read_all(const Attribute *live, const char *dn);

/* True when the olcAccess values surely keep the DN from reading userPassword of its own entry:
 * "by self" stands before it, or nothing lets it. */
bool access_hides_own_password(const Attribute *live, const char *dn);

/* The olcAccess value that lets the DNs read everything and leaves all others to the rules behind
 * it (by * break). */
const char *access_print(Pool *pool, const char *const *dns, size_t n_dns);

#endif
