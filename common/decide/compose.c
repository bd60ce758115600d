/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "common/decide/diff.h"
#include "common/decide/kept_value.h"

/*
 * From changes to LDAP operations. The order of the steps and of the mods within one keeps the
 * server able to start again after each of them: what readers may see, module, overlays of all
 * databases, contextCSN on disk, server ID (guard_order.c), then per database what is independent,
 * last consumers and multi-provider in one modify.
 */
typedef struct Compose {
	Diff *diff;
	Plan *plan;
} Compose;

static Mod *mod_add(Pool *pool, Step *step, ModKind kind, const char *attribute)
{
	POOL_PUSH(pool, step->mods, step->n_mods, {.kind = kind, .attribute = attribute});
	return &step->mods[step->n_mods - 1];
}

static void mod_value(Pool *pool, Mod *mod, const char *value)
{
	POOL_PUSH(pool, mod->values, mod->n_values, value);
}

static void mod_one(Pool *pool, Step *step, ModKind kind, const char *attribute, const char *value)
{
	mod_value(pool, mod_add(pool, step, kind, attribute), value);
}

static void step_push(const Compose *compose, Step step)
{
	if (step.n_mods > 0 || step.kind == STEP_DELETE_ENTRY)
		POOL_PUSH(compose->diff->pool, compose->plan->steps, compose->plan->n_steps, step);
}

static const Change *change_next(const Plan *plan, ChangeKind kind, size_t *position)
{
	while (*position < plan->n_changes) {
		const Change *change = &plan->changes[(*position)++];

		if (change->kind == kind && !change->is_held)
			return change;
	}
	return NULL;
}

/* --- the server itself --- */

static void compose_server_id(const Compose *compose)
{
	const Wanted *wanted = compose->diff->in->wanted;
	size_t position = 0;
	const Change *change = change_next(compose->plan, CHANGE_SERVER_ID, &position);
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
	step_push(compose, step);
}

static void compose_module(const Compose *compose)
{
	Pool *pool = compose->diff->pool;
	size_t position = 0;
	const Change *change = change_next(compose->plan, CHANGE_MODULE, &position);
	Step step;

	if (!change)
		return;
	step = (Step){.dn = change->dn};
	if (compose->diff->in->live->module_dn) {
		mod_one(pool, &step, MOD_ADD, change->attribute, change->new_value);
	} else {
		step.kind = STEP_ADD_ENTRY;
		mod_one(pool, &step, MOD_ADD, "objectClass", "olcModuleList");
		mod_one(pool, &step, MOD_ADD, "cn", "module");
		mod_one(pool, &step, MOD_ADD, change->attribute, change->new_value);
	}
	step_push(compose, step);
}

/* --- overlays --- */

static const WantedDatabase *wanted_of(const Compose *compose, const char *suffix)
{
	const Wanted *wanted = compose->diff->in->wanted;

	for (size_t i = 0; i < wanted->n_databases; i++)
		if (strcmp(wanted->databases[i].desired->suffix, suffix) == 0)
			return &wanted->databases[i];
	return NULL;
}

static void overlay_mods(const Compose *compose, const DesiredDatabase *desired, Step *step)
{
	Pool *pool = compose->diff->pool;

	mod_one(pool, step, MOD_ADD, "objectClass", "olcOverlayConfig");
	mod_value(pool, &step->mods[0], "olcSyncProvConfig");
	mod_one(pool, step, MOD_ADD, "olcOverlay", "syncprov");
	if (desired->checkpoint)
		mod_one(pool, step, MOD_ADD, "olcSpCheckpoint", desired->checkpoint);
	if (desired->sessionlog)
		mod_one(pool, step, MOD_ADD, "olcSpSessionlog", desired->sessionlog);
}

static void compose_overlays(const Compose *compose)
{
	const Change *change;

	for (size_t position = 0;
	     (change = change_next(compose->plan, CHANGE_OVERLAY, &position));) {
		Step step = {.kind = STEP_ADD_ENTRY, .dn = change->dn, .suffix = change->suffix};

		overlay_mods(compose, wanted_of(compose, change->suffix)->desired, &step);
		step_push(compose, step);
	}
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

/* The overlay is there by now: deleted, slapd writes contextCSN, a moment behind its answer. */
static void compose_context_csn(const Compose *compose, const Change *change)
{
	Step gone = {.kind = STEP_DELETE_ENTRY, .dn = change->dn, .suffix = change->suffix};
	Step written = {.kind = STEP_SEARCH, .dn = change->suffix, .suffix = change->suffix};
	Step back = {.kind = STEP_ADD_ENTRY, .dn = change->dn, .suffix = change->suffix};
	const Content *here = &diff_facts(compose->diff, change->suffix)->here;
	const Entry *overlay = live_entry(compose->diff->in->live, change->dn);
	Mod *csns = mod_add(compose->diff->pool, &written, MOD_ADD, "contextCSN");

	for (size_t i = 0; i < here->n_context_csns; i++)
		mod_value(compose->diff->pool, csns, here->context_csns[i]);
	if (overlay)
		overlay_mods_as_read(compose, overlay, &back);
	else
		overlay_mods(compose, wanted_of(compose, change->suffix)->desired, &back);
	step_push(compose, gone);
	step_push(compose, written);
	step_push(compose, back);
}

static void compose_context_csns(const Compose *compose)
{
	const Change *change;

	for (size_t position = 0;
	     (change = change_next(compose->plan, CHANGE_CONTEXT_CSN, &position));)
		compose_context_csn(compose, change);
}

static void compose_overlay_settings(const Compose *compose)
{
	const Plan *plan = compose->plan;
	Pool *pool = compose->diff->pool;

	for (size_t i = 0; i < plan->n_changes; i++) {
		const Change *change = &plan->changes[i];
		Step step = {.kind = STEP_MODIFY, .dn = change->dn, .suffix = change->suffix};

		if (change->is_held ||
		    (change->kind != CHANGE_CHECKPOINT && change->kind != CHANGE_SESSIONLOG))
			continue;
		/* slapd 2.4.57 dies of a replace of olcSpSessionlog where there is none. */
		if (!change->new_value)
			(void)mod_add(pool, &step, MOD_DELETE, change->attribute);
		else
			mod_one(pool, &step, change->old_value ? MOD_REPLACE : MOD_ADD,
				change->attribute, change->new_value);
		step_push(compose, step);
	}
}

/* --- one database --- */

/* True when the change is one of the database's entry, or of an overlay below it. */
static bool is_of_database(const Change *change, const LiveDatabase *live)
{
	const size_t len = strlen(change->dn), len_database = strlen(live->entry->dn);

	return len >= len_database && strcmp(change->dn + len - len_database, live->entry->dn) == 0;
}

static bool becomes_provider(const Compose *compose, const LiveDatabase *live)
{
	static const ChangeKind kinds[] = {CHANGE_OVERLAY, CHANGE_MULTI_PROVIDER_ON};
	const Change *change;

	for (size_t k = 0; k < ARRAY_SIZE(kinds); k++)
		for (size_t position = 0;
		     (change = change_next(compose->plan, kinds[k], &position));)
			if (is_of_database(change, live))
				return true;
	return false;
}

/* Before anybody reads here: what an account cannot read, its nodes lose. So what makes the
 * database a provider is not sent when this fails. */
static void compose_access(const Compose *compose, const LiveDatabase *live)
{
	Pool *pool = compose->diff->pool;
	Step step = {.kind = STEP_MODIFY,
		     .dn = live->entry->dn,
		     .is_optional = !becomes_provider(compose, live)};
	const Change *change;

	for (size_t position = 0;
	     (change = change_next(compose->plan, CHANGE_ACCESS, &position));) {
		if (strcmp(change->dn, live->entry->dn) != 0)
			continue;
		step.suffix = change->suffix;
		/* One mod each: slapd puts values of one mod into an order of its own. */
		mod_one(pool, &step, MOD_ADD, change->attribute,
			pool_printf(pool, "{%zu}%s", change->index, change->new_value));
	}
	step_push(compose, step);
}

/* Limits, index: a failure there must not stop replication, so each database has a modify
 * of its own for each. */
static void compose_extra(const Compose *compose, const LiveDatabase *live, ChangeKind kind)
{
	Pool *pool = compose->diff->pool;
	Step step = {.kind = STEP_MODIFY, .dn = live->entry->dn, .is_optional = true};
	const Change *change;

	for (size_t position = 0; (change = change_next(compose->plan, kind, &position));) {
		if (strcmp(change->dn, live->entry->dn) != 0)
			continue;
		step.suffix = change->suffix;
		if (step.n_mods == 0)
			(void)mod_add(pool, &step, MOD_ADD, change->attribute);
		mod_value(pool, &step.mods[0],
			  kind == CHANGE_INDEX ? change->new_value
					       : pool_printf(pool, "{0}%s", change->new_value));
	}
	step_push(compose, step);
}

typedef struct ConsumerChanges {
	const Change *
		*of_live; /* per live value: the edit or removal that stands; NULL: it stays */
	const Change **additions;
	size_t n_additions;
	bool rewrites;
	const Change *multi_provider; /* on or off; NULL: stays */
	const Change *read_only_off;  /* NULL: stays */
	const char *suffix;
} ConsumerChanges;

static ConsumerChanges consumer_changes(const Compose *compose, const LiveDatabase *live)
{
	const Plan *plan = compose->plan;
	Pool *pool = compose->diff->pool;
	ConsumerChanges changes = {0};

	changes.of_live = pool_alloc(pool, (live->n_consumers + 1) * sizeof(*changes.of_live));
	for (size_t i = 0; i < plan->n_changes; i++) {
		const Change *change = &plan->changes[i];

		if (change->is_held || strcmp(change->dn, live->entry->dn) != 0)
			continue;
		if (change->live) {
			changes.of_live[change->live - live->consumers] = change;
			changes.rewrites = true;
		} else if (change->wanted) {
			POOL_PUSH(pool, changes.additions, changes.n_additions, change);
		} else if (change->kind == CHANGE_CONSUMERS_RESTART ||
			   change->kind == CHANGE_CONSUMERS_RENEW ||
			   change->kind == CHANGE_CONSUMERS_RETRY) {
			changes.rewrites = true;
		} else if (change->kind == CHANGE_MULTI_PROVIDER_ON ||
			   change->kind == CHANGE_MULTI_PROVIDER_OFF) {
			changes.multi_provider = change;
		} else if (change->kind == CHANGE_READ_ONLY_OFF) {
			changes.read_only_off = change;
		} else {
			continue;
		}
		changes.suffix = change->suffix;
	}
	return changes;
}

static const char *consumer_text(Pool *pool, const WantedConsumer *wanted)
{
	const char *text;
	Error err;

	/* Loading peers.json and secrets refused what cannot be printed. */
	return syncrepl_print(pool, &wanted->syncrepl, &text, &err) < 0 ? "" : text;
}

static bool mod_has(const Mod *mod, const char *text)
{
	for (size_t i = 0; i < mod->n_values; i++)
		if (strcasecmp(mod->values[i], text) == 0)
			return true;
	return false;
}

/* What cannot be printed is here only when a person released that it goes. Two values that slapd
 * keeps in different spellings are one when we print them, and slapd takes none twice (20). */
static void mod_kept_value(Pool *pool, Mod *mod, const LiveConsumer *consumer)
{
	const char *text = kept_value_print(pool, consumer);

	if (text && !mod_has(mod, text))
		mod_value(pool, mod, text);
}

static void add_new_consumers(const Compose *compose, const ConsumerChanges *changes, Mod *mod)
{
	for (size_t i = 0; i < changes->n_additions; i++)
		mod_value(compose->diff->pool, mod,
			  consumer_text(compose->diff->pool, changes->additions[i]->wanted));
}

static bool list_ends(const LiveDatabase *live, const ConsumerChanges *changes)
{
	for (size_t i = 0; i < live->n_consumers; i++)
		if (!changes->of_live[i] || changes->of_live[i]->wanted)
			return false;
	return changes->n_additions == 0;
}

/*
 * DELETE of every value just read, verbatim, makes slapd refuse (16) when one was changed or
 * removed meanwhile; REPLACE with the whole list, not ADD, also covers a value that was appended
 * meanwhile: a partial delete would stop the wrong consumer (2.5.10 and later). An empty list has
 * no REPLACE, which slapd refuses behind the DELETE (16): an appended value is then seen, and what
 * runs is put right, by the next plan.
 */
static void compose_consumer_list(const Compose *compose, const LiveDatabase *live,
				  const ConsumerChanges *changes, Step *step)
{
	Pool *pool = compose->diff->pool;
	Mod *mod = mod_add(pool, step, MOD_DELETE, "olcSyncrepl");

	for (size_t i = 0; i < live->n_consumers; i++)
		mod_value(pool, mod, live->consumers[i].text);
	if (list_ends(live, changes))
		return;
	mod = mod_add(pool, step, MOD_REPLACE, "olcSyncrepl");
	for (size_t i = 0; i < live->n_consumers; i++) {
		const Change *change = changes->of_live[i];

		if (!change)
			mod_kept_value(pool, mod, &live->consumers[i]);
		else if (change->wanted)
			mod_value(pool, mod, consumer_text(pool, change->wanted));
	}
	add_new_consumers(compose, changes, mod);
}

static size_t sessions_of(const LiveDatabase *live)
{
	size_t n = 0;

	for (size_t i = 0; i < live->n_consumers; i++)
		n += !live->consumers[i].is_self;
	return n;
}

/* slapd refuses multi-provider on a database that reads from nobody. */
static bool list_stays_empty(const LiveDatabase *live, const ConsumerChanges *changes)
{
	size_t n = changes->n_additions;

	for (size_t i = 0; i < live->n_consumers; i++) {
		const Change *change = changes->of_live[i];

		n += !live->consumers[i].is_self && (!change || change->wanted);
	}
	return n == 0;
}

static void compose_consumers(const Compose *compose, const LiveDatabase *live)
{
	Pool *pool = compose->diff->pool;
	const ConsumerChanges changes = consumer_changes(compose, live);
	Step step = {.kind = STEP_MODIFY, .dn = live->entry->dn, .suffix = changes.suffix};
	const Change *flag = changes.multi_provider;

	if (flag && flag->kind == CHANGE_MULTI_PROVIDER_OFF)
		(void)mod_add(pool, &step, MOD_DELETE, flag->attribute);
	if (changes.rewrites) {
		compose_consumer_list(compose, live, &changes, &step);
		compose->plan->n_sessions_dropped += sessions_of(live);
	} else if (changes.n_additions > 0) {
		add_new_consumers(compose, &changes, mod_add(pool, &step, MOD_ADD, "olcSyncrepl"));
	}
	/* Behind the consumers: slapd refuses it on a database that has none. */
	if (flag && flag->kind == CHANGE_MULTI_PROVIDER_ON && !list_stays_empty(live, &changes))
		mod_one(pool, &step, MOD_REPLACE, flag->attribute, flag->new_value);
	if (changes.read_only_off)
		/* slapd 2.4 goes on refusing writes when the attribute is deleted. */
		mod_one(pool, &step, MOD_REPLACE, changes.read_only_off->attribute, "FALSE");
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
		compose->plan->n_sessions_dropped += sessions_of(database);
	}
}

/* A module is not optional: the overlay behind it needs it. */
static void compose_unsaved(const Compose *compose)
{
	Pool *pool = compose->diff->pool;
	const Change *change;

	for (size_t position = 0; (change = change_next(compose->plan, CHANGE_SAVE, &position));) {
		Step step = {.kind = change->attribute ? STEP_MODIFY : STEP_DELETE_ENTRY,
			     .dn = change->dn,
			     .is_optional = !change->new_value};

		if (change->new_value)
			mod_one(pool, &step, MOD_ADD, change->attribute, change->new_value);
		else if (change->attribute)
			replace_with_live(compose, change, &step);
		step_push(compose, step);
	}
}

/* What is deleted to be added again cannot be changed meanwhile, and is missing until then: the
 * next round sees it so. */
static bool deletes_entry(const Compose *compose)
{
	const Change *change;

	for (size_t position = 0; (change = change_next(compose->plan, CHANGE_SAVE, &position));)
		if (!change->attribute)
			return true;
	return false;
}

/* slapd builds an index over entries beside its work, but does not pause for another write: that,
 * and all clients behind it, would wait until the index is built. */
static bool index_is_last(const Compose *compose, const LiveDatabase *live)
{
	const Change *change;

	for (size_t position = 0; (change = change_next(compose->plan, CHANGE_INDEX, &position));)
		if (strcmp(change->dn, live->entry->dn) == 0)
			return diff_may_have_entries(compose->diff, change->suffix);
	return false;
}

void plan_compose(Diff *diff)
{
	const Compose compose = {.diff = diff, .plan = diff->plan};
	const Live *live = diff->in->live;

	diff->plan->steps = NULL;
	diff->plan->n_steps = 0;
	diff->plan->n_sessions_dropped = 0;
	if (!diff->in->wanted)
		return;
	compose_unsaved(&compose);
	if (deletes_entry(&compose))
		return;
	for (size_t i = 0; i < live->n_databases; i++)
		compose_access(&compose, &live->databases[i]);
	compose_module(&compose);
	compose_overlays(&compose);
	compose_context_csns(&compose);
	compose_server_id(&compose);
	/* Behind it: a checkpoint after every change is what brings contextCSN to disk until then.
	 */
	compose_overlay_settings(&compose);
	for (size_t i = 0; i < live->n_databases; i++) {
		const LiveDatabase *database = &live->databases[i];

		if (!index_is_last(&compose, database))
			compose_extra(&compose, database, CHANGE_INDEX);
		compose_extra(&compose, database, CHANGE_LIMITS);
		compose_consumers(&compose, database);
	}
	/* Nothing may come behind it; the guard left one database's at most. */
	for (size_t i = 0; i < live->n_databases; i++)
		if (index_is_last(&compose, &live->databases[i]))
			compose_extra(&compose, &live->databases[i], CHANGE_INDEX);
}
