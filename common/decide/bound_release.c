/* SPDX-License-Identifier: Apache-2.0 */
#include "common/decide/bound_release.h"

#include <strings.h>

#include "common/plan/release_token.h"

unsigned bound_releases_stale(Pool *pool, const Consent *consent, const Plan *held)
{
	unsigned found = 0;

	for (int guard = 0; consent->tokens && guard < GUARD_COUNT; guard++) {
		const char *now;

		if (!consent->tokens[guard] || !(consent->released & GUARD_BIT(guard)))
			continue;
		now = release_token(pool, held, (Guard)guard, consent->released_suffix);
		if (!now || strcasecmp(now, consent->tokens[guard]) != 0)
			found |= GUARD_BIT(guard);
	}
	return found;
}
