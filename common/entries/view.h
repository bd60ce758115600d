/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_VIEW_H
#define SYNCWARD_VIEW_H

#include "common/base/pool.h"
#include "common/base/tree.h"

/*
 * What the second of two identities does not see of entries that the first one does: names of
 * attributes, also of those with fewer values, and how many entries are hidden; no values, no names
 * of entries. NULL: it sees all.
 * Attributes that slapd works out for each reader, and contextCSN, which no consumer has to read,
 * do not count.
 */
const char *view_lacks(Pool *pool, const Tree *former, const Tree *now);

/* What both looks at the same entries have: what came or went between them is left out. Entries and
 * names are borrowed. */
Tree view_common(Pool *pool, const Tree *before, const Tree *after);

/* The entry of that name, which one server spells for all in the same way; NULL: it is not there.
 */
const Entry *view_entry(const Tree *tree, const char *dn);

#endif
