/* SPDX-License-Identifier: Apache-2.0 */
#include "common/diff/diff_parts.h"
#include "common/draft/diff.h"
#include "common/draft/healing.h"

/* Without an overlay no node reads from here, and the plan makes contextCSN right (guard order). */
void diff_old_entries(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live)
{
	const OldEntries *old = &diff_facts(diff, wanted->desired->suffix)->old;

	if (!live->syncprov || !old->is_known || !old->are_there || !wanted_is_shared(wanted))
		return;
	plan_add_finding(diff->pool, diff->plan, SEVERITY_CRITICAL, "old-entries",
			 wanted->desired->suffix, "%s",
			 healing_advice(diff->pool, diff->in->wanted, wanted, old->sid));
}
