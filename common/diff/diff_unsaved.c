/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "common/delta/log_changes.h"
#include "common/draft/diff.h"
#include "common/plan/plan_changes.h"

#include "common/diff/diff_parts.h"
#include "common/remedies/remedies.h"

#define MODULE_ATTRIBUTE "olcModuleLoad"
#define MODULE_ENTRY     "cn=module,"

/* After slapd started anew its memory is what its disk holds. */
static bool is_over(const Live *live, const UnsavedEntry *unsaved)
{
	return live->start_time && unsaved->slapd_started &&
	       strcmp(live->start_time, unsaved->slapd_started) != 0;
}

static bool attribute_is_rewritten(const Plan *plan, const UnsavedEntry *unsaved)
{
	const Change *change;

	for (size_t at = 0; (change = change_next_at(plan, unsaved->dn, &at));)
		if (!change->is_held && strcasecmp(change->attribute, unsaved->attribute) == 0)
			return true;
	return false;
}

static void lost_finding(Diff *diff, const char *dn)
{
	plan_add_finding(diff->pool, diff->plan, SEVERITY_CRITICAL, "lost-at-restart", NULL,
			 "%s runs, but has no file: slapd could not write its disk, and this "
			 "version cannot be healed while it runs. It will be gone at the next "
			 "restart, and added again after it",
			 dn);
}

static void save(Diff *diff, const char *dn, const char *attribute, const char *new_value)
{
	plan_add_change(diff->pool, diff->plan,
			(Change){
				.kind = CHANGE_SAVE,
				.dn = dn,
				.attribute = attribute,
				.subject = dn,
				.new_value = new_value,
				.why = attribute ? "slapd holds it in memory only: its disk was "
						   "full or read-only"
						 : "slapd holds it in memory only: its disk was "
						   "full or read-only; it is deleted and added "
						   "again",
			});
}

/* --- the syncprov module --- */

static bool module_is_spelt(const LiveModules *loaded, const char *spelling)
{
	for (size_t i = 0; i < loaded->n_lists; i++)
		for (size_t j = 0; j < loaded->lists[i]->n_values; j++)
			if (strcmp(ordered_text(loaded->lists[i]->values[j].bytes), spelling) == 0)
				return true;
	return false;
}

/* An overlay on disk without its module keeps slapd from starting. */
static void hold_overlays(Diff *diff, const char *dn)
{
	plan_hold_kinds(
		diff->pool, diff->plan, NULL, CHANGE_BIT(CHANGE_OVERLAY) | CHANGES_TO_LOG,
		(Hold){
			.guard = GUARD_RESTART,
			.text = pool_printf(diff->pool,
					    "slapd loaded the module syncprov, but could not save "
					    "that in %s: with the overlay it would not start "
					    "again; %s, %s, and then",
					    dn, remedy_text(REMEDY_MAKE_ROOM),
					    remedy_text(REMEDY_RESTART_SLAPD)),
			.release = remedy_text(REMEDY_APPLY),
		});
}

/* olcModuleLoad takes no REPLACE, and no value twice: the other spelling of the name is a new value
 * that slapd writes to its file. */
static void module_diff(Diff *diff, const UnsavedEntry *unsaved)
{
	static const char *const spellings[] = {"syncprov", "syncprov.la"};

	if (unsaved->attribute && attribute_is_rewritten(diff->plan, unsaved))
		return;
	for (size_t i = 0; unsaved->attribute && i < ARRAY_SIZE(spellings); i++)
		if (!module_is_spelt(&diff->in->live->loaded, spellings[i])) {
			save(diff, unsaved->dn, MODULE_ATTRIBUTE, spellings[i]);
			return;
		}
	lost_finding(diff, unsaved->dn);
	hold_overlays(diff, unsaved->dn);
}

/* --- overlays and attributes --- */

static void entry_diff(Diff *diff, const Entry *entry)
{
	const char *name = diff->in->options.multi_provider_attribute;

	if (!name)
		diff->plan->unknown.multi_provider_name = true;
	/* 2.4 cannot delete an overlay of a running server. Later releases delete it and answer 32,
	 * since it has no file: like after any conflict the next round sees what is missing. */
	if (name && strcasecmp(name, "olcMirrorMode") == 0)
		lost_finding(diff, entry->dn);
	else
		save(diff, entry->dn, NULL, NULL);
}

/* slapd refuses to delete what its memory no longer has (16), so its file cannot be reached. */
static void attribute_diff(Diff *diff, const Entry *entry, const char *attribute)
{
	if (entry_attribute(entry, attribute))
		save(diff, entry->dn, attribute, NULL);
	else
		plan_add_finding(
			diff->pool, diff->plan, SEVERITY_CRITICAL, "back-at-restart", NULL,
			"%s has no %s any more, but its file still has: slapd could not write its "
			"disk, and removes it there only together with a new value. It will be "
			"back at the next restart, and removed again after it",
			entry->dn, attribute);
}

void diff_unsaved(Diff *diff)
{
	const Known *known = diff->in->known;
	const Live *live = diff->in->live;

	for (size_t i = 0; i < known->server.n_unsaved; i++) {
		const UnsavedEntry *unsaved = &known->server.unsaved[i];
		const Entry *entry = live_entry_unnumbered(live, unsaved->dn);

		if (!entry || is_over(live, unsaved))
			continue;
		if ((unsaved->attribute && strcasecmp(unsaved->attribute, MODULE_ATTRIBUTE) == 0) ||
		    strncasecmp(unsaved->dn, MODULE_ENTRY, strlen(MODULE_ENTRY)) == 0)
			module_diff(diff, unsaved);
		else if (!unsaved->attribute)
			entry_diff(diff, entry);
		else if (!attribute_is_rewritten(diff->plan, unsaved))
			attribute_diff(diff, entry, unsaved->attribute);
	}
}
