/* SPDX-License-Identifier: Apache-2.0 */
#include <strings.h>

#include "common/diff.h"

static bool attribute_is_rewritten(const Plan *plan, const UnsavedEntry *unsaved)
{
	for (size_t i = 0; i < plan->n_changes; i++)
		if (!plan->changes[i].is_held && unsaved->attribute &&
		    strcasecmp(plan->changes[i].dn, unsaved->dn) == 0 &&
		    strcasecmp(plan->changes[i].attribute, unsaved->attribute) == 0)
			return true;
	return false;
}

static void entry_diff(Diff *diff, const UnsavedEntry *unsaved)
{
	const char *name = diff->in->options.multi_provider_attribute;

	if (!name)
		diff->plan->needs_multi_provider_name = true;
	/* 2.4 cannot delete an overlay of a running server. */
	if (name && strcasecmp(name, "olcMirrorMode") == 0)
		plan_add_finding(
			diff->pool, diff->plan, SEVERITY_CRITICAL, "lost-at-restart", NULL,
			"%s runs, but has no file: slapd could not write its disk, and this "
			"version cannot be healed while it runs. It will be gone at the next "
			"restart, "
			"and added again after it",
			unsaved->dn);
	else
		plan_add_change(
			diff->pool, diff->plan,
			(Change){
				.kind = CHANGE_SAVE,
				.dn = unsaved->dn,
				.subject = unsaved->dn,
				.why = "slapd holds it in memory only: its disk was full or "
				       "read-only; it is deleted and added again",
			});
}

void diff_unsaved(Diff *diff)
{
	const Known *known = diff->in->known;

	for (size_t i = 0; i < known->n_unsaved; i++) {
		const UnsavedEntry *unsaved = &known->unsaved[i];

		if (!live_entry(diff->in->live, unsaved->dn))
			continue;
		if (!unsaved->attribute)
			entry_diff(diff, unsaved);
		else if (!attribute_is_rewritten(diff->plan, unsaved))
			plan_add_change(diff->pool, diff->plan,
					(Change){
						.kind = CHANGE_SAVE,
						.dn = unsaved->dn,
						.attribute = unsaved->attribute,
						.subject = unsaved->dn,
						.why = "slapd holds it in memory only: its disk "
						       "was full or "
						       "read-only",
					});
	}
}
