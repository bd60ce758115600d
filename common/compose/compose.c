/* SPDX-License-Identifier: Apache-2.0 */
#include "common/compose/compose.h"

#include <string.h>
#include <strings.h>

#include "common/access/limits.h"
#include "common/compose/compose_consumers.h"
#include "common/compose/compose_log.h"
#include "common/compose/compose_overlay.h"
#include "common/delta/log_changes.h"

/*
 * From changes to LDAP operations. The order of the steps and of the mods within one keeps the
 * server able to start again after each of them: what readers may see and how much, module,
 * overlays of all databases, contextCSN on disk, server ID (guard_order.c), then per database what
 * is independent, last consumers and multi-provider in one modify.
 */

#define CHANGES_OF_LIMITS \
	(CHANGE_BIT(CHANGE_LIMITS) | CHANGE_BIT(CHANGE_READERS_OFF) | CHANGE_BIT(CHANGE_READERS_ON))

/* --- the server itself --- */

static void compose_server_id(const Compose *compose)
{
	const Wanted *wanted = compose->diff->in->wanted;
	const Change *change = change_first_free(compose->plan, NULL, CHANGE_BIT(CHANGE_SERVER_ID));
	Step step = {.kind = STEP_MODIFY};
	Mod *mod;

	if (!change)
		return;
	step.dn = change->dn;
	/* Always REPLACE: a refused ADD leaves a trace inside slapd that only a REPLACE clears. */
	mod = mod_add(compose->diff->pool, &step, MOD_REPLACE, change->attribute);
	if (wanted->desired->server_id == SERVER_ID_LIST)
		for (size_t i = 0; i < wanted->n_server_id_list; i++)
			mod_value(compose->diff->pool, mod, wanted->server_id_list[i]);
	else
		mod_value(compose->diff->pool, mod, wanted->server_id);
	step.covered = compose->plan->order.covered;
	step.n_covered = compose->plan->order.n_covered;
	step.covered_sid = compose->diff->live_sid;
	step_push(compose, step);
}

/* Without the log's module the log waits; nothing else does. */
static void module_push(const Compose *compose, const Change *change, const char *dn)
{
	Pool *pool = compose->diff->pool;
	Step step = {.dn = dn ? dn : change->dn, .is_optional = change->kind == CHANGE_LOG_MODULE};

	if (!dn) {
		step.kind = STEP_ADD_ENTRY;
		mod_one(pool, &step, MOD_ADD, "objectClass", "olcModuleList");
		mod_one(pool, &step, MOD_ADD, "cn", "module");
	}
	mod_one(pool, &step, MOD_ADD, change->attribute, change->new_value);
	step_push(compose, step);
}

static void compose_module(const Compose *compose)
{
	const char *dn = compose->diff->in->live->loaded.dn;
	const Change *change = change_first_free(compose->plan, NULL, CHANGE_BIT(CHANGE_MODULE));
	const Change *of_log =
		change_first_free(compose->plan, NULL, CHANGE_BIT(CHANGE_LOG_MODULE));

	if (change)
		module_push(compose, change, dn);
	if (of_log)
		module_push(compose, of_log, change && !dn ? "cn=module{0},cn=config" : dn);
}

/* --- one database --- */

/* Before anything else, and whatever becomes of it. */
static void compose_closing(const Compose *compose, const DatabasePlan *database)
{
	const Change *change =
		change_first_free(compose->plan, database, CHANGE_BIT(CHANGE_READ_ONLY_ON));
	Step step = {.kind = STEP_MODIFY, .suffix = database->suffix, .is_optional = true};

	if (!change)
		return;
	step.dn = change->dn;
	mod_one(compose->diff->pool, &step, MOD_REPLACE, change->attribute, change->new_value);
	step_push(compose, step);
}

/* Before anybody reads here: what an account cannot read, its nodes lose. So what makes the
 * database a provider is not sent when this fails. */
static void compose_access(const Compose *compose, const DatabasePlan *database)
{
	Pool *pool = compose->diff->pool;
	Step step = {.kind = STEP_MODIFY,
		     .dn = database->live->entry->dn,
		     .is_optional =
			     !change_first_free(compose->plan, database, CHANGES_TO_PROVIDER)};
	const Change *change;

	for (size_t at = 0; (change = change_next_free(compose->plan, database,
						       CHANGE_BIT(CHANGE_ACCESS), &at));) {
		step.suffix = change->suffix;
		/* One mod each: slapd puts values of one mod into an order of its own. */
		mod_one(pool, &step, MOD_ADD, change->attribute,
			pool_printf(pool, "{%zu}%s", change->index, change->new_value));
	}
	step_push(compose, step);
}

/*
 * slapd shows an olcLimits value that is added at {0} in front, and keeps it behind all others
 * until it starts again: the list is written as a whole. What was read goes first, so that nobody's
 * change is overwritten.
 */
static void limits_begin(const Compose *compose, const LiveDatabase *live, Step *step)
{
	const Attribute *limits = entry_attribute(live->entry, "olcLimits");
	Mod *old;

	if (!limits) {
		(void)mod_add(compose->diff->pool, step, MOD_ADD, "olcLimits");
		return;
	}
	old = mod_add(compose->diff->pool, step, MOD_DELETE, "olcLimits");
	for (size_t i = 0; i < limits->n_values; i++)
		mod_value(compose->diff->pool, old, limits->values[i].bytes);
	(void)mod_add(compose->diff->pool, step, MOD_REPLACE, "olcLimits");
}

static const Change *opening_of(const Compose *compose, const DatabasePlan *database,
				const char *value)
{
	const Change *change;

	for (size_t at = 0; (change = change_next_free(compose->plan, database,
						       CHANGE_BIT(CHANGE_READERS_ON), &at));)
		if (strcmp(change->old_value, ordered_text(value)) == 0)
			return change;
	return NULL;
}

/* The first value that matches wins: those that shut somebody out come first, and last those that a
 * person opened (common/diff/diff_shut.c). */
static void compose_limits(const Compose *compose, const DatabasePlan *database)
{
	const LiveDatabase *live = database->live;
	const Attribute *limits = entry_attribute(live->entry, "olcLimits");
	Pool *pool = compose->diff->pool;
	Step step = {.kind = STEP_MODIFY, .dn = live->entry->dn, .is_optional = true};
	const Change *change;
	Mod *mod;

	change = change_first_free(compose->plan, database, CHANGES_OF_LIMITS);
	if (!change)
		return;
	step.suffix = change->suffix;
	limits_begin(compose, live, &step);
	mod = &step.mods[step.n_mods - 1];
	for (size_t at = 0; (change = change_next_free(compose->plan, database,
						       CHANGE_BIT(CHANGE_READERS_OFF), &at));)
		mod_value(pool, mod, change->new_value);
	for (size_t i = 0; i < limits_count_shut(limits); i++)
		if (!opening_of(compose, database, limits->values[i].bytes))
			mod_value(pool, mod, ordered_text(limits->values[i].bytes));
	for (size_t at = 0;
	     (change = change_next_free(compose->plan, database, CHANGE_BIT(CHANGE_LIMITS), &at));)
		mod_value(pool, mod, change->new_value);
	for (size_t i = limits_count_shut(limits); limits && i < limits->n_values; i++)
		if (!opening_of(compose, database, limits->values[i].bytes))
			mod_value(pool, mod, ordered_text(limits->values[i].bytes));
	for (size_t at = 0; (change = change_next_free(compose->plan, database,
						       CHANGE_BIT(CHANGE_READERS_ON), &at));)
		if (change->is_released)
			mod_value(pool, mod, change->old_value);
	step_push(compose, step);
}

/* Limits, index: a failure there must not stop replication, so each database has a modify
 * of its own for each. */
static void compose_index(const Compose *compose, const DatabasePlan *database)
{
	const LiveDatabase *live = database->live;
	Pool *pool = compose->diff->pool;
	Step step = {.kind = STEP_MODIFY, .dn = live->entry->dn, .is_optional = true};
	const Change *change;

	for (size_t at = 0;
	     (change = change_next_free(compose->plan, database, CHANGE_BIT(CHANGE_INDEX), &at));) {
		step.suffix = change->suffix;
		step.builds_index = diff_may_have_entries(compose->diff, change->suffix);
		if (step.n_mods == 0)
			(void)mod_add(pool, &step, MOD_ADD, change->attribute);
		mod_value(pool, &step.mods[step.n_mods - 1], change->new_value);
	}
	step_push(compose, step);
}

/* --- what slapd holds in memory only --- */

static void replace_with_live(const Compose *compose, const Change *change, Step *step)
{
	const Live *live = compose->diff->in->live;
	const Entry *entry = live_entry(live, change->dn);
	const Attribute *attribute = entry ? entry_attribute(entry, change->attribute) : NULL;
	Mod *mod = mod_add(compose->diff->pool, step, MOD_REPLACE, change->attribute);

	bool is_syncrepl = strcasecmp(change->attribute, "olcSyncrepl") == 0;

	for (size_t i = 0; !is_syncrepl && attribute && i < attribute->n_values; i++)
		mod_value(compose->diff->pool, mod, ordered_text(attribute->values[i].bytes));
	for (size_t i = 0; is_syncrepl && i < live->n_databases; i++) {
		const LiveDatabase *database = &live->databases[i];

		if (database->entry != entry)
			continue;
		for (size_t j = 0; j < database->n_consumers; j++)
			mod_kept_value(compose->diff->pool, mod, &database->consumers[j]);
		compose->plan->order.n_sessions_dropped += sessions_of(database);
	}
}

/* A module is not optional: the overlay that comes after it needs it. Returns true when an entry is
 * deleted to be added again: it cannot be changed meanwhile, and is missing until then; the next
 * round sees it so. */
static bool compose_unsaved(const Compose *compose)
{
	Pool *pool = compose->diff->pool;
	bool deletes_entry = false;
	const Change *change;

	for (size_t at = 0;
	     (change = change_next_free(compose->plan, NULL, CHANGE_BIT(CHANGE_SAVE), &at));) {
		Step step = {.kind = change->attribute ? STEP_MODIFY : STEP_DELETE_ENTRY,
			     .dn = change->dn,
			     .is_optional = !change->new_value};

		if (change->new_value)
			mod_one(pool, &step, MOD_ADD, change->attribute, change->new_value);
		else if (change->attribute)
			replace_with_live(compose, change, &step);
		else
			deletes_entry = true;
		step_push(compose, step);
	}
	return deletes_entry;
}

/* slapd builds an index over entries in the background, but does not pause that for another write,
 * which, with all clients that come after it, would wait until the index is built. */
static bool index_is_last(const Compose *compose, const DatabasePlan *database)
{
	return change_first_free(compose->plan, database, CHANGE_BIT(CHANGE_INDEX)) &&
	       diff_may_have_entries(compose->diff, database->suffix);
}

/* Those of the live configuration, in its order: that of the steps. */
static const DatabasePlan *database_at(const Compose *compose, size_t i)
{
	return plan_database_of(compose->plan, &compose->diff->in->live->databases[i]);
}

void plan_compose(Diff *diff)
{
	const Compose compose = {.diff = diff, .plan = diff->plan};
	const size_t n_wanted = diff->in->wanted ? diff->in->wanted->n_databases : 0;
	const Live *live = diff->in->live;

	diff->plan->order.steps = NULL;
	diff->plan->order.n_steps = 0;
	diff->plan->order.n_sessions_dropped = 0;
	if (!diff->in->wanted)
		return;
	for (size_t i = 0; i < n_wanted; i++)
		compose_closing(&compose, &diff->plan->databases[i]);
	if (compose_unsaved(&compose))
		return;
	for (size_t i = 0; i < live->n_databases; i++)
		compose_access(&compose, database_at(&compose, i));
	/* Before the overlay: a persistent search that a limit ends stays in syncprov's list,
	 * freed, and slapd dies when it looks there for one that is abandoned
	 * (2.4.57, 2.5.13, 2.6.10). */
	for (size_t i = 0; i < live->n_databases; i++)
		compose_limits(&compose, database_at(&compose, i));
	compose_module(&compose);
	for (size_t i = 0; i < n_wanted; i++)
		compose_overlay(&compose, &diff->plan->databases[i]);
	for (size_t i = 0; i < n_wanted; i++)
		compose_context_csn(&compose, &diff->plan->databases[i]);
	compose_server_id(&compose);
	/* After it: a checkpoint after every change is what brings contextCSN to disk until then.
	 */
	for (size_t i = 0; i < n_wanted; i++)
		compose_overlay_settings(&compose, &diff->plan->databases[i]);
	for (size_t i = 0; i < live->n_databases; i++) {
		const DatabasePlan *database = database_at(&compose, i);

		if (!index_is_last(&compose, database))
			compose_index(&compose, database);
		compose_log_word(&compose, database);
		compose_consumers(&compose, database);
	}
	/* Whatever keeps slapd from making a log keeps back nothing but that. */
	for (size_t i = 0; i < n_wanted; i++)
		compose_log(&compose, &diff->plan->databases[i]);
	/* Nothing may come after it; the guard left one database's at most. */
	for (size_t i = 0; i < live->n_databases; i++)
		if (index_is_last(&compose, database_at(&compose, i)))
			compose_index(&compose, database_at(&compose, i));
}
