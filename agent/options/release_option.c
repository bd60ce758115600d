/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/options/release_option.h"

#include "common/plan/plan.h"

int release_option(Pool *pool, const TextList *codes, unsigned *ret, Error *err)
{
	unsigned released = 0;

	for (size_t i = 0; i < codes->n_items; i++) {
		int guard = guard_find_releasable(codes->items[i]);

		if (guard < 0)
			return error_set(
				err, ERROR_USAGE, 0,
				"--release %s: no guard of that name can be released; these "
				"can: %s",
				codes->items[i], guards_releasable(pool));
		released |= GUARD_BIT(guard);
	}
	*ret = released;
	return 0;
}
