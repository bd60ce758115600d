/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_TREE_AFTER_H
#define SYNCWARD_TREE_AFTER_H

#include "common/base/error.h"
#include "common/base/tree.h"
#include "common/plan/step.h"

/*
 * cn=config as it will be. In: the tree as read, and a step. Out: another tree, which shares with
 * the first all that the step leaves alone: an attribute with the same array of values is the same.
 * Not modelled: what slapd's handlers think of a value, and what runs.
 */

/* Makes the tree as it is after the step; -1 with slapd's result in err->code when slapd would
 * refuse it. Borrows from both. */
int tree_after(Pool *pool, const Tree *tree, const Step *step, Tree *ret, Error *err);

/* The entry with that DN, in any letter case; NULL: there is none. */
Entry *tree_find(const Tree *tree, const char *dn);

/* True when the entry stands right below that one. */
bool entry_is_below(const Entry *entry, const char *parent);

#endif
