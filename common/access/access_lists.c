/* SPDX-License-Identifier: Apache-2.0 */
#include "common/access/access_lists.h"

#include <string.h>

const Attribute *access_list_insert(Pool *pool, const Attribute *list, size_t index,
				    const char *value)
{
	const size_t n = list ? list->n_values : 0;
	Entry entry = {0};

	for (size_t i = 0; i <= n; i++) {
		if (i == index)
			entry_add_value(pool, &entry, "olcAccess", value, strlen(value));
		if (i < n)
			entry_add_value(pool, &entry, "olcAccess", list->values[i].bytes,
					list->values[i].len);
	}
	return entry_attribute(&entry, "olcAccess");
}
