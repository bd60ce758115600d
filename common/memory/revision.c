/* SPDX-License-Identifier: Apache-2.0 */
#include "common/memory/revision.h"

#include <string.h>

#include "common/remedies/remedies.h"

static const char *line(Pool *pool, unsigned long revision)
{
	return remedy_fill(pool, REMEDY_REVISION, remedy_number(pool, revision));
}

const char *revision_refusal(Pool *pool, const Desired *desired, const char *sha256,
			     const KnownRevision *latest)
{
	if (!latest->has_revision)
		return NULL;
	if (!desired->has_revision)
		return pool_printf(pool,
				   "%s has no revision, and revision %lu was applied here before; "
				   "write %s, or accept this one once with",
				   desired->name, latest->revision,
				   line(pool, latest->revision + 1));
	if (desired->revision < latest->revision)
		return pool_printf(pool,
				   "%s has revision %lu, and revision %lu was applied here before: "
				   "an old file came back; accept it once with",
				   desired->name, desired->revision, latest->revision);
	if (desired->revision == latest->revision && strcmp(latest->sha256, sha256) != 0)
		return pool_printf(pool,
				   "%s differs from the file that was applied as revision %lu; "
				   "write %s, or accept it once with",
				   desired->name, desired->revision,
				   line(pool, desired->revision + 1));
	return NULL;
}
