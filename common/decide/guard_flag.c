/* SPDX-License-Identifier: Apache-2.0 */
#include "common/decide/guard_flag.h"
#include "common/base/remedies.h"

#include <string.h>

#include "common/decide/order_context_csn.h"

static Hold unmanaged_hold(const Diff *diff, const char *suffix)
{
	return (Hold){
		.guard = GUARD_ORDER,
		.suffix = suffix,
		.text = pool_printf(
			diff->pool,
			"the multi-provider flag of %s waits for the syncprov overlay, "
			"which peers.json leaves to others (\"syncprov\": false): "
			"without it no peer could read what clients write here; %s; or, if no "
			"peer will ever read this database here",
			suffix, remedy_text(REMEDY_OVERLAY_FIRST)),
		.release = remedy_text(REMEDY_RELEASE_ORDER),
	};
}

/* It has to read before it may become a provider, and is closed to clients until then. */
static bool must_read_first(Diff *diff, const char *suffix)
{
	const Change *flag = order_change_of(diff, suffix, CHANGE_MULTI_PROVIDER_ON);
	const Change *overlay = order_change_of(diff, suffix, CHANGE_OVERLAY);

	return (flag && flag->is_held && flag->hold.guard == GUARD_JOINING) ||
	       (overlay && overlay->is_held && overlay->hold.guard == GUARD_JOINING);
}

/* Whatever holds the flag: the first link alone closes a database to the clients that may write to
 * it now. */
static void guard_first_links(Diff *diff, const char *suffix, const LiveDatabase *live)
{
	const Change *flag = order_change_of(diff, suffix, CHANGE_MULTI_PROVIDER_ON);

	if (!flag || !flag->is_held || live_reads_from_somebody(live) ||
	    must_read_first(diff, suffix))
		return;
	for (size_t i = 0; i < diff->plan->n_changes; i++) {
		Change *change = &diff->plan->changes[i];

		if (change->kind == CHANGE_CONSUMER_ADD && !change->is_held &&
		    strcmp(change->suffix, suffix) == 0)
			plan_hold(diff->pool, diff->plan, change, flag->hold);
	}
}

static void guard_flag(Diff *diff, const char *suffix, const LiveDatabase *live)
{
	Change *flag = order_change_of(diff, suffix, CHANGE_MULTI_PROVIDER_ON);
	const Change *overlay = order_change_of(diff, suffix, CHANGE_OVERLAY);
	Hold hold;

	if (!flag || flag->is_held || live->syncprov || (overlay && !overlay->is_held))
		return;
	if (!overlay && diff_is_released(diff, GUARD_ORDER))
		return;
	hold = overlay ? overlay->hold : unmanaged_hold(diff, suffix);
	plan_hold(diff->pool, diff->plan, flag, hold);
}

void guard_flags(Diff *diff)
{
	const Wanted *wanted = diff->in->wanted;

	for (size_t i = 0; wanted && i < wanted->n_databases; i++) {
		const char *suffix = wanted->databases[i].desired->suffix;
		const LiveDatabase *live;

		if (live_find_database(diff->in->live, suffix, &live) != 1)
			continue;
		guard_flag(diff, suffix, live);
		guard_first_links(diff, suffix, live);
	}
}
