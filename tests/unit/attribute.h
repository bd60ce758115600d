/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_TEST_ATTRIBUTE_H
#define SYNCWARD_TEST_ATTRIBUTE_H

#include <string.h>

#include "common/base/tree.h"

/* An attribute that holds the values up to the first NULL. */
static inline const Attribute *attribute_of(Pool *pool, const char *const *values)
{
	Entry entry = {0};

	for (; *values; values++)
		entry_add_value(pool, &entry, "x", *values, strlen(*values));
	return entry_attribute(&entry, "x");
}

#endif
