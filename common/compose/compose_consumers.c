/* SPDX-License-Identifier: Apache-2.0 */
#include "common/compose/compose_consumers.h"

#include <string.h>
#include <strings.h>

#include "common/diff/update_refs.h"
#include "common/draft/kept_value.h"

typedef struct ConsumerChanges {
	const Change *
		*of_live; /* per live value: the edit or removal that stands; NULL: it stays */
	const Change **additions;
	size_t n_additions;
	bool rewrites;
	const Change *multi_provider; /* on or off; NULL: stays */
	const Change *update_ref;     /* NULL: stays */
	const Change *read_only_off;  /* NULL: stays */
} ConsumerChanges;

static ConsumerChanges consumer_changes(const Compose *compose, const DatabasePlan *database)
{
	const Plan *plan = compose->plan;
	const LiveDatabase *live = database->live;
	Pool *pool = compose->diff->pool;
	ConsumerChanges changes = {
		.of_live = pool_alloc(pool, (live->n_consumers + 1) * sizeof(*changes.of_live)),
		.rewrites = change_first_free(plan, database, CHANGES_OF_LIST) != NULL,
		.multi_provider = change_first_free(plan, database,
						    CHANGE_BIT(CHANGE_MULTI_PROVIDER_ON) |
							    CHANGE_BIT(CHANGE_MULTI_PROVIDER_OFF)),
		.update_ref = change_first_free(plan, database, CHANGE_BIT(CHANGE_UPDATE_REF)),
		.read_only_off =
			change_first_free(plan, database, CHANGE_BIT(CHANGE_READ_ONLY_OFF)),
	};
	const Change *change;

	for (size_t at = 0; (change = change_next_free(plan, database, CHANGES_OF_LIVE_LINK, &at));)
		changes.of_live[change->consumer.live - live->consumers] = change;
	for (size_t at = 0;
	     (change = change_next_free(plan, database, CHANGE_BIT(CHANGE_CONSUMER_ADD), &at));)
		POOL_PUSH(pool, changes.additions, changes.n_additions, change);
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
void mod_kept_value(Pool *pool, Mod *mod, const LiveConsumer *consumer)
{
	const char *text = kept_value_print(pool, consumer);

	if (text && !mod_has(mod, text))
		mod_value(pool, mod, text);
}

static void add_new_consumers(const Compose *compose, const ConsumerChanges *changes, Mod *mod)
{
	for (size_t i = 0; i < changes->n_additions; i++)
		mod_value(
			compose->diff->pool, mod,
			consumer_text(compose->diff->pool, changes->additions[i]->consumer.wanted));
}

static bool list_ends(const LiveDatabase *live, const ConsumerChanges *changes)
{
	for (size_t i = 0; i < live->n_consumers; i++)
		if (!changes->of_live[i] || changes->of_live[i]->consumer.wanted)
			return false;
	return changes->n_additions == 0;
}

/*
 * DELETE of every value just read, verbatim, makes slapd refuse (16) when one was changed or
 * removed meanwhile; REPLACE with the whole list, not ADD, also covers a value that was appended
 * meanwhile: a partial delete would stop the wrong consumer (2.5.10 and later). An empty list has
 * no REPLACE, which slapd refuses after the DELETE (16): an appended value is then seen, and what
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
		else if (change->consumer.wanted)
			mod_value(pool, mod, consumer_text(pool, change->consumer.wanted));
	}
	add_new_consumers(compose, changes, mod);
}

size_t sessions_of(const LiveDatabase *live)
{
	size_t n = 0;

	for (size_t i = 0; i < live->n_consumers; i++)
		n += !live->consumers[i].is_self;
	return n;
}

/* slapd refuses multi-provider on a database that reads from no server. */
static bool list_stays_empty(const LiveDatabase *live, const ConsumerChanges *changes)
{
	size_t n = changes->n_additions;

	for (size_t i = 0; i < live->n_consumers; i++) {
		const Change *change = changes->of_live[i];

		n += !live->consumers[i].is_self && (!change || change->consumer.wanted);
	}
	return n == 0;
}

/* If somebody meanwhile put another value in the place of one that was read, slapd refuses this
 * (16). */
static void compose_refs_end(const Compose *compose, const LiveDatabase *live, Step *step)
{
	Mod *mod;

	if (!live->update_refs)
		return;
	mod = mod_add(compose->diff->pool, step, MOD_DELETE, "olcUpdateRef");
	for (size_t i = 0; i < live->update_refs->n_values; i++)
		mod_value(compose->diff->pool, mod, live->update_refs->values[i].bytes);
}

static void compose_refs(const Compose *compose, const DatabasePlan *database, Step *step)
{
	Pool *pool = compose->diff->pool;
	const UpdateRefs refs =
		update_refs_want(pool, database->wanted, compose->diff->in->wanted->self);
	Mod *mod = mod_add(pool, step, MOD_ADD, "olcUpdateRef");

	for (size_t i = 0; i < refs.n_uris; i++)
		mod_value(pool, mod, refs.uris[i]);
}

void compose_consumers(const Compose *compose, const DatabasePlan *database)
{
	Pool *pool = compose->diff->pool;
	const LiveDatabase *live = database->live;
	const ConsumerChanges changes = consumer_changes(compose, database);
	Step step = {.kind = STEP_MODIFY, .dn = live->entry->dn, .suffix = database->suffix};
	const Change *flag = changes.multi_provider;

	if (flag && flag->kind == CHANGE_MULTI_PROVIDER_OFF)
		(void)mod_add(pool, &step, MOD_DELETE, flag->attribute);
	if (changes.update_ref)
		compose_refs_end(compose, live, &step);
	if (changes.rewrites) {
		compose_consumer_list(compose, live, &changes, &step);
		compose->plan->order.n_sessions_dropped += sessions_of(live);
	} else if (changes.n_additions > 0) {
		add_new_consumers(compose, &changes, mod_add(pool, &step, MOD_ADD, "olcSyncrepl"));
	}
	/* After the consumers: slapd refuses it on a database that has none. */
	if (flag && flag->kind == CHANGE_MULTI_PROVIDER_ON && !list_stays_empty(live, &changes))
		mod_one(pool, &step, MOD_REPLACE, flag->attribute, flag->new_value);
	if (changes.update_ref && changes.update_ref->new_value &&
	    !list_stays_empty(live, &changes))
		compose_refs(compose, database, &step);
	if (changes.read_only_off)
		/* slapd 2.4 goes on refusing writes when the attribute is deleted. */
		mod_one(pool, &step, MOD_REPLACE, changes.read_only_off->attribute, "FALSE");
	step_push(compose, step);
}
