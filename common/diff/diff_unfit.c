/* SPDX-License-Identifier: Apache-2.0 */
#include "common/diff/diff_unfit.h"

#include "common/remedies/remedies.h"

/* A setting under which changes reach no other node, while contextCSN is the same everywhere. */
typedef struct Unfit {
	const char *code;
	const char *has;
	const char *harm;
	const char *dn; /* the entry that has it */
	Remedy line;
	Remedy after; /* what brings what was lost meanwhile */
} Unfit;

static bool unfit_find(const LiveDatabase *live, Unfit *ret)
{
	if (live->stamps_nothing)
		*ret = (Unfit){
			.code = "unstamped",
			.has = "olcLastMod FALSE",
			.harm = "what clients write here gets no entryCSN, so that no peer gets it",
			.dn = live->entry->dn,
			.line = REMEDY_LAST_MOD,
			.after = REMEDY_UNSTAMPED_ANEW,
		};
	else if (live->syncprov && entry_has_value(live->syncprov, "olcSpNoPresent", "TRUE"))
		*ret = (Unfit){
			.code = "no-present",
			.has = "olcSpNoPresent TRUE, which is for logs",
			.harm = "a peer that was away is never told what was deleted meanwhile, so "
				"that it keeps it",
			.dn = live->syncprov->dn,
			.line = REMEDY_PRESENT,
			.after = REMEDY_PRESENT_COMPARE,
		};
	else
		return false;
	return true;
}

bool diff_unfit_hold(const Diff *diff, const char *suffix, const LiveDatabase *live, Hold *ret)
{
	Unfit unfit;

	if (live->is_multi_provider || !unfit_find(live, &unfit))
		return false;
	*ret = (Hold){
		.guard = GUARD_DATABASE,
		.suffix = suffix,
		.text = pool_printf(diff->pool,
				    "%s has %s, and %s: it is not made a provider. Give %s in "
				    "cn=config the line",
				    suffix, unfit.has, unfit.harm, unfit.dn),
		.release = remedy_text(unfit.line),
	};
	return true;
}

void diff_unfit_tell(Diff *diff, const char *suffix, const LiveDatabase *live)
{
	Unfit unfit;

	if (unfit_find(live, &unfit))
		plan_add_finding(diff->pool, diff->plan, SEVERITY_CRITICAL, unfit.code, suffix,
				 "%s has %s, and %s, while contextCSN is the same everywhere. Give "
				 "%s in cn=config the line %s; %s",
				 suffix, unfit.has, unfit.harm, unfit.dn, remedy_text(unfit.line),
				 remedy_text(unfit.after));
}
