/* SPDX-License-Identifier: Apache-2.0 */
#include "common/compose/compose_overlay.h"

#include "common/copy/fence_apart.h"

/* What peers.json says, or else as it was where the fence took it. */
static void setting_add(const Compose *compose, const char *name, const char *value,
			const Entry *taken, Step *step)
{
	if (!value && taken)
		value = entry_first(taken, name);
	if (value)
		mod_one(compose->diff->pool, step, MOD_ADD, name, value);
}

static void overlay_mods(const Compose *compose, const DesiredDatabase *desired, Step *step)
{
	static const char *const others[] = {"olcSpSessionlogSource", "olcSpNoPresent",
					     "olcSpReloadHint"};
	Pool *pool = compose->diff->pool;
	const Entry *taken = fence_overlay_taken(&compose->diff->in->known->fence, desired->suffix);

	mod_one(pool, step, MOD_ADD, "objectClass", "olcOverlayConfig");
	mod_value(pool, &step->mods[0], "olcSyncProvConfig");
	mod_one(pool, step, MOD_ADD, "olcOverlay", "syncprov");
	setting_add(compose, "olcSpCheckpoint", desired->syncprov.checkpoint, taken, step);
	setting_add(compose, "olcSpSessionlog", desired->syncprov.sessionlog,
		    desired->syncprov.removes_sessionlog ? NULL : taken, step);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		setting_add(compose, others[i], NULL, taken, step);
}

void compose_overlay(const Compose *compose, const DatabasePlan *database)
{
	const Change *change =
		change_first_free(compose->plan, database, CHANGE_BIT(CHANGE_OVERLAY));
	Step step = {.kind = STEP_ADD_ENTRY, .suffix = database->suffix};

	if (!change)
		return;
	step.dn = change->dn;
	overlay_mods(compose, database->wanted->desired, &step);
	step_push(compose, step);
}

/* Everything but what slapd itself keeps of an entry: the overlay comes back as it was. */
static void overlay_mods_as_read(const Compose *compose, const Entry *overlay, Step *step)
{
	static const char *const attributes[] = {
		"objectClass",           "olcOverlay",     "olcSpCheckpoint", "olcSpSessionlog",
		"olcSpSessionlogSource", "olcSpNoPresent", "olcSpReloadHint", "olcDisabled",
	};
	Pool *pool = compose->diff->pool;

	for (size_t i = 0; i < ARRAY_SIZE(attributes); i++) {
		const Attribute *found = entry_attribute(overlay, attributes[i]);

		if (!found)
			continue;
		(void)mod_add(pool, step, MOD_ADD, attributes[i]);
		for (size_t j = 0; j < found->n_values; j++)
			mod_value(pool, &step->mods[step->n_mods - 1], found->values[j].bytes);
	}
}

/* The overlay is there by now: when it is deleted, slapd writes contextCSN a moment after its
 * answer. */
static void write_context_csn(const Compose *compose, const DatabasePlan *database,
			      const Change *change)
{
	const char *suffix = database->suffix;
	Step gone = {.kind = STEP_DELETE_ENTRY, .dn = change->dn, .suffix = suffix};
	Step written = {.kind = STEP_SEARCH, .dn = suffix, .suffix = suffix};
	Step back = {.kind = STEP_ADD_ENTRY, .dn = change->dn, .suffix = suffix};
	const Content *here = &diff_facts(compose->diff, suffix)->here;
	const Entry *overlay = live_entry(compose->diff->in->live, change->dn);
	Mod *csns = mod_add(compose->diff->pool, &written, MOD_ADD, "contextCSN");

	for (size_t i = 0; i < here->n_context_csns; i++)
		mod_value(compose->diff->pool, csns, here->context_csns[i]);
	if (overlay)
		overlay_mods_as_read(compose, overlay, &back);
	else
		overlay_mods(compose, database->wanted->desired, &back);
	step_push(compose, gone);
	step_push(compose, written);
	step_push(compose, back);
}

void compose_context_csn(const Compose *compose, const DatabasePlan *database)
{
	const Change *change =
		change_first_free(compose->plan, database, CHANGE_BIT(CHANGE_CONTEXT_CSN));

	if (change)
		write_context_csn(compose, database, change);
}

void compose_overlay_settings(const Compose *compose, const DatabasePlan *database)
{
	const unsigned kinds = CHANGE_BIT(CHANGE_CHECKPOINT) | CHANGE_BIT(CHANGE_SESSIONLOG);
	Pool *pool = compose->diff->pool;
	const Change *change;

	for (size_t at = 0; (change = change_next_free(compose->plan, database, kinds, &at));) {
		Step step = {.kind = STEP_MODIFY, .dn = change->dn, .suffix = change->suffix};

		/* slapd 2.4.57 dies of a replace of olcSpSessionlog where there is none. */
		if (!change->new_value)
			(void)mod_add(pool, &step, MOD_DELETE, change->attribute);
		else
			mod_one(pool, &step, change->old_value ? MOD_REPLACE : MOD_ADD,
				change->attribute, change->new_value);
		step_push(compose, step);
	}
}
