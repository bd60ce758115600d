/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_ACCESS_LISTS_H
#define SYNCWARD_ACCESS_LISTS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/tree.h"

/* The olcAccess values that slapd asks for a database, in this order. */
typedef struct AccessLists {
	const char *suffix;
	const char *root_dn;       /* whom nothing keeps out; NULL: none */
	const Attribute *database; /* olcAccess; NULL: none */
	const Attribute *frontend;
} AccessLists;

/* A value of the two lists; none when no value concerns the identity, which ends the lists too. */
typedef struct AccessPlace {
	bool is_rule;
	bool is_frontend;
	size_t index;
} AccessPlace;

/* The list with the value before that at index, as slapd adds "{index}value"; list may be NULL. */
const Attribute *access_list_insert(Pool *pool, const Attribute *list, size_t index,
				    const char *value);

#endif
