/* SPDX-License-Identifier: Apache-2.0 */
#include "common/leaving/leaving.h"
#include "common/access/limits.h"
#include "common/draft/kept_value.h"

#include "common/live/live_running.h"
#include "common/slapd/url.h"

#define READ_ONLY "olcReadOnly"

/* --- which databases --- */

static const char *named_suffix(const Desired *desired, const Known *known,
				const LiveDatabase *live)
{
	for (size_t i = 0; live->suffixes && i < live->suffixes->n_values; i++) {
		const char *suffix = live->suffixes->values[i].bytes;

		if (desired_database(desired, suffix) || known_database(known, suffix))
			return suffix;
	}
	return NULL;
}

/* Where other overlays are, slapd counts them anew. On 2.4 none can be deleted while slapd runs. */
static bool takes_overlay(const Desired *desired, const Live *live, const LiveDatabase *database,
			  const char *suffix)
{
	const DesiredDatabase *wanted = desired_database(desired, suffix);

	return database->syncprov && database->n_overlays == 1 && wanted &&
	       wanted->syncprov.is_managed &&
	       live_release(live, database->multi_provider_attribute) == LIVE_RELEASE_2_5;
}

/* Its links went, and before that a peer had everything. */
static bool was_interrupted(const Known *known, const LeavingDatabase *database)
{
	return database->takes_overlay && database->live->is_read_only &&
	       database->live->n_consumers == 0 && !database->live->is_multi_provider &&
	       known_left(&known->leave, database->suffix);
}

Leaving leave_find(Pool *pool, const Desired *desired, const Known *known, const Live *live)
{
	Leaving leaving = {0};

	for (size_t i = 0; i < live->n_databases; i++) {
		const LiveDatabase *live_database = &live->databases[i];
		LeavingDatabase database = {.live = live_database,
					    .suffix = named_suffix(desired, known, live_database)};

		if (!database.suffix)
			continue;
		database.takes_overlay =
			takes_overlay(desired, live, live_database, database.suffix);
		database.is_half_done = was_interrupted(known, &database);
		if (live_database->n_consumers > 0 || live_database->is_multi_provider ||
		    database.is_half_done)
			POOL_PUSH(pool, leaving.databases, leaving.n_databases, database);
	}
	return leaving;
}

bool leave_takes_overlays(const Leaving *leaving)
{
	for (size_t i = 0; i < leaving->n_databases; i++)
		if (leaving->databases[i].takes_overlay)
			return true;
	return false;
}

void leave_keep_overlays(Leaving *leaving)
{
	size_t n = 0;

	for (size_t i = 0; i < leaving->n_databases; i++) {
		LeavingDatabase *database = &leaving->databases[i];

		leaving->keeps_read_overlay |= database->takes_overlay;
		database->takes_overlay = false;
		if (!database->is_half_done)
			leaving->databases[n++] = *database;
	}
	leaving->n_databases = n;
}

bool leave_keeps(const DesiredPolicy *policy, const LiveConsumer *consumer)
{
	for (size_t i = 0; consumer->provider && i < policy->n_keep; i++)
		if (url_equal(policy->keep[i], consumer->provider))
			return true;
	return false;
}

/* --- steps --- */

static Step step_for(const LeavingDatabase *database)
{
	return (Step){
		.kind = STEP_MODIFY, .dn = database->live->entry->dn, .suffix = database->suffix};
}

static void mod_add(Pool *pool, Step *step, ModKind kind, const char *attribute, const char *value)
{
	Mod mod = {.kind = kind, .attribute = attribute};

	if (value)
		POOL_PUSH(pool, mod.values, mod.n_values, value);
	POOL_PUSH(pool, step->mods, step->n_mods, mod);
}

static void change_add(Pool *pool, Plan *plan, const LeavingDatabase *database, Change change)
{
	change.suffix = database->suffix;
	change.dn = database->live->entry->dn;
	plan_add_change(pool, plan, change);
}

void leave_close(Pool *pool, const Leaving *leaving, Plan *plan)
{
	for (size_t i = 0; i < leaving->n_databases; i++) {
		const LeavingDatabase *database = &leaving->databases[i];
		Step step = step_for(database);

		if (database->live->is_read_only)
			continue;
		change_add(pool, plan, database,
			   (Change){.kind = CHANGE_READ_ONLY_ON,
				    .attribute = READ_ONLY,
				    .subject = "database",
				    .new_value = "TRUE",
				    .why = "no client may write what nobody reads any more"});
		mod_add(pool, &step, MOD_REPLACE, READ_ONLY, "TRUE");
		POOL_PUSH(pool, plan->order.steps, plan->order.n_steps, step);
	}
}

void leave_reopen(Pool *pool, const Leaving *leaving, Plan *plan)
{
	for (size_t i = 0; i < leaving->n_databases; i++) {
		const LeavingDatabase *database = &leaving->databases[i];
		Step step = step_for(database);

		if (database->live->is_read_only)
			continue;
		change_add(pool, plan, database,
			   (Change){.kind = CHANGE_READ_ONLY_OFF,
				    .attribute = READ_ONLY,
				    .subject = "database",
				    .old_value = "TRUE",
				    .new_value = "FALSE",
				    .why = "this node does not leave"});
		/* slapd 2.4 goes on refusing writes when the attribute is deleted. */
		mod_add(pool, &step, MOD_REPLACE, READ_ONLY, "FALSE");
		POOL_PUSH(pool, plan->order.steps, plan->order.n_steps, step);
	}
}

/* What we read we write as we print it: slapd is sent what cannot be printed only because somebody
 * named that provider in "keep". */
static const char *kept_text(Pool *pool, const LiveConsumer *consumer)
{
	const char *text = kept_value_print(pool, consumer);

	return text ? text : ordered_text(consumer->text);
}

/* DELETE of every value as read makes slapd refuse when one was changed meanwhile; deleting fewer
 * than all would stop the wrong consumer (OpenLDAP 2.5.10 and later), so what is kept is written
 * anew. */
static void consumers_end(Pool *pool, const LeavingDatabase *database, const DesiredPolicy *policy,
			  Step *step)
{
	const LiveDatabase *live = database->live;
	Mod delete = {.kind = MOD_DELETE, .attribute = "olcSyncrepl"};
	Mod replace = {.kind = MOD_REPLACE, .attribute = "olcSyncrepl"};

	for (size_t i = 0; i < live->n_consumers; i++) {
		POOL_PUSH(pool, delete.values, delete.n_values, live->consumers[i].text);
		if (leave_keeps(policy, &live->consumers[i]))
			POOL_PUSH(pool, replace.values, replace.n_values,
				  kept_text(pool, &live->consumers[i]));
	}
	if (delete.n_values == replace.n_values)
		return;
	POOL_PUSH(pool, step->mods, step->n_mods, delete);
	if (replace.n_values > 0)
		POOL_PUSH(pool, step->mods, step->n_mods, replace);
}

static void consumer_changes(Pool *pool, const LeavingDatabase *database,
			     const DesiredPolicy *policy, Plan *plan)
{
	for (size_t i = 0; i < database->live->n_consumers; i++) {
		const LiveConsumer *consumer = &database->live->consumers[i];

		if (!leave_keeps(policy, consumer))
			change_add(pool, plan, database,
				   (Change){.kind = CHANGE_CONSUMER_REMOVE,
					    .attribute = "olcSyncrepl",
					    .subject = consumer->provider ? consumer->provider
									  : "not understood",
					    .old_value = consumer->text,
					    .why = "this node leaves",
					    .consumer.live = consumer});
	}
}

static bool keeps_any(const DesiredPolicy *policy, const LiveDatabase *database)
{
	for (size_t i = 0; i < database->n_consumers; i++)
		if (leave_keeps(policy, &database->consumers[i]))
			return true;
	return false;
}

/* slapd does not start with it on a database that reads from no server. */
static void update_refs_end(Pool *pool, const LeavingDatabase *database,
			    const DesiredPolicy *policy, Plan *plan, Step *step)
{
	const Attribute *refs = database->live->update_refs;
	Mod mod = {.kind = MOD_DELETE, .attribute = "olcUpdateRef"};

	if (keeps_any(policy, database->live))
		return;
	if (!refs || database->live->has_update_dn)
		return;
	for (size_t i = 0; i < refs->n_values; i++)
		POOL_PUSH(pool, mod.values, mod.n_values, refs->values[i].bytes);
	POOL_PUSH(pool, step->mods, step->n_mods, mod);
	change_add(pool, plan, database,
		   (Change){.kind = CHANGE_UPDATE_REF,
			    .attribute = mod.attribute,
			    .subject = "clients' writes",
			    .old_value = refs->values[0].bytes,
			    .why = "slapd does not start with it where nobody is read"});
}

/* Who is left reads nobody, so what a relay that is cut off was shut for is over, and nobody looks
 * at it any more: those that read here would be refused for good. */
static void limits_end(Pool *pool, const LeavingDatabase *database, Plan *plan, Step *step)
{
	const Attribute *limits = entry_attribute(database->live->entry, "olcLimits");
	Mod delete = {.kind = MOD_DELETE, .attribute = "olcLimits"};
	Mod replace = {.kind = MOD_REPLACE, .attribute = "olcLimits"};

	for (size_t i = 0; limits && i < limits->n_values; i++) {
		const char *value = limits->values[i].bytes;

		POOL_PUSH(pool, delete.values, delete.n_values, value);
		if (!limits_value_shuts(value))
			POOL_PUSH(pool, replace.values, replace.n_values, ordered_text(value));
		else
			change_add(pool, plan, database,
				   (Change){.kind = CHANGE_READERS_ON,
					    .attribute = "olcLimits",
					    .subject = limits_shut_subject(pool, value),
					    .old_value = ordered_text(value),
					    .why = "syncward shut it while it was cut off",
					    .is_put_back = true});
	}
	if (delete.n_values == replace.n_values)
		return;
	POOL_PUSH(pool, step->mods, step->n_mods, delete);
	if (replace.n_values > 0)
		POOL_PUSH(pool, step->mods, step->n_mods, replace);
}

static void overlay_end(Pool *pool, const LeavingDatabase *database, Plan *plan)
{
	const char *dn = database->live->syncprov->dn;

	plan_add_change(pool, plan,
			(Change){.kind = CHANGE_OVERLAY,
				 .suffix = database->suffix,
				 .dn = dn,
				 .attribute = "olcOverlay",
				 .subject = "syncprov",
				 .old_value = "syncprov",
				 .why = "if this node comes back, peers read it when it has "
					"everything again"});
	POOL_PUSH(pool, plan->order.steps, plan->order.n_steps,
		  {.kind = STEP_DELETE_ENTRY, .dn = dn, .suffix = database->suffix});
}

void leave_end(Pool *pool, const Leaving *leaving, const DesiredPolicy *policy, Plan *plan)
{
	for (size_t i = 0; i < leaving->n_databases; i++) {
		const LeavingDatabase *database = &leaving->databases[i];
		const char *flag = database->live->multi_provider_attribute;
		Step step = step_for(database);

		consumer_changes(pool, database, policy, plan);
		if (flag) {
			change_add(pool, plan, database,
				   (Change){.kind = CHANGE_MULTI_PROVIDER_OFF,
					    .attribute = flag,
					    .subject = "multi-provider",
					    .old_value = "TRUE",
					    .why = "this node leaves"});
			mod_add(pool, &step, MOD_DELETE, flag, NULL);
		}
		update_refs_end(pool, database, policy, plan, &step);
		consumers_end(pool, database, policy, &step);
		limits_end(pool, database, plan, &step);
		if (step.n_mods > 0)
			POOL_PUSH(pool, plan->order.steps, plan->order.n_steps, step);
	}
}

void leave_end_overlays(Pool *pool, const Leaving *leaving, const DesiredPolicy *policy, Plan *plan)
{
	for (size_t i = 0; i < leaving->n_databases; i++) {
		const LeavingDatabase *database = &leaving->databases[i];

		if (database->takes_overlay && !keeps_any(policy, database->live))
			overlay_end(pool, database, plan);
	}
}

void leave_show(Pool *pool, const Leaving *leaving, const DesiredPolicy *policy, Plan *plan)
{
	leave_close(pool, leaving, plan);
	leave_end(pool, leaving, policy, plan);
	leave_end_overlays(pool, leaving, policy, plan);
}

/* --- afterwards --- */

static bool still_runs(const DesiredPolicy *policy, const LiveRunning *runs,
		       const LiveDatabase *database)
{
	RunningIndex index;
	size_t n_kept = 0;

	for (size_t i = 0; i < database->n_consumers; i++)
		n_kept += leave_keeps(policy, &database->consumers[i]);
	running_index(runs, database->suffixes->values[0].bytes, &index);
	return index.n_running > n_kept;
}

const char *leave_remains(const DesiredPolicy *policy, const Live *live,
			  const LeavingDatabase *database)
{
	const LiveDatabase *now;

	if (live_find_database(live, database->suffix, &now) != 1)
		return "the database itself is gone";
	if (now->is_multi_provider)
		return "the multi-provider flag";
	if (!now->is_read_only)
		return "clients may write";
	if (limits_count_shut(entry_attribute(now->entry, "olcLimits")) > 0)
		return "an olcLimits value that shuts out who reads";
	for (size_t i = 0; i < now->n_consumers; i++)
		if (!leave_keeps(policy, &now->consumers[i]))
			return "olcSyncrepl";
	return still_runs(policy, &live->runs, now) ? "a consumer runs" : NULL;
}
