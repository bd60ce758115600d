/* SPDX-License-Identifier: Apache-2.0 */
#include "common/copy/stamps.h"
#include "common/diff/diff_parts.h"
#include "common/draft/diff.h"

void diff_stamps(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live)
{
	const char *suffix = wanted->desired->suffix;
	const OldEntries *look = &diff_facts(diff, suffix)->old;
	const char *ahead;

	if (!live->syncprov || !look->is_known || !wanted_is_shared(wanted))
		return;
	ahead = stamp_ahead_text(diff->pool, suffix, look->latest, diff->in->facts->now_sec);
	if (ahead)
		plan_add_finding(diff->pool, diff->plan, SEVERITY_CRITICAL, "ahead-of-time", suffix,
				 "%s", ahead);
	if (look->n_unstamped > 0)
		plan_add_finding(diff->pool, diff->plan, SEVERITY_CRITICAL, "unstamped-entries",
				 suffix, "%s",
				 stamp_missing_text(diff->pool, suffix, look->n_unstamped));
}
