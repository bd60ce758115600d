/* SPDX-License-Identifier: Apache-2.0 */
#include "common/memory/revision.h"

#include <string.h>

const char *revision_refusal(Pool *pool, const Desired *desired, const char *sha256,
			     const Known *known)
{
	if (!known->has_revision)
		return NULL;
	if (!desired->has_revision)
		return pool_printf(pool,
				   "%s has no revision, and revision %lu was applied here before; "
				   "write \"revision\": %lu, or accept this one once with",
				   desired->name, known->revision, known->revision + 1);
	if (desired->revision < known->revision)
		return pool_printf(pool,
				   "%s has revision %lu, and revision %lu was applied here before: "
				   "an old file came back; accept it once with",
				   desired->name, desired->revision, known->revision);
	if (desired->revision == known->revision && strcmp(known->sha256, sha256) != 0)
		return pool_printf(pool,
				   "%s differs from the file that was applied as revision %lu; "
				   "write \"revision\": %lu, or accept it once with",
				   desired->name, desired->revision, desired->revision + 1);
	return NULL;
}
