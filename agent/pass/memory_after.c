/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/pass/memory_after.h"

#include <string.h>
#include <strings.h>

#include "common/decide/guard_identity.h"
#include "common/slapd/dn.h"

/* --- revision --- */

static int remember_revision(const Inputs *inputs, Error *err)
{
	const Known *known = &inputs->state.known;
	const Desired *desired = inputs->file.desired;

	if (!desired->has_revision)
		return 0;
	if (known->has_revision && known->revision == desired->revision &&
	    strcmp(known->sha256, inputs->file.sha256) == 0)
		return 0;
	return state_write_revision(inputs->state_dir, desired->revision, inputs->file.sha256, err);
}

/* --- databases in step --- */

static bool names_suffix(const char *const *list, size_t n, const char *suffix)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], suffix) == 0)
			return true;
	return false;
}

/* One that is about a single link says nothing about the database. */
static const Hold *find_hold(const Plan *plan, const char *suffix, Guard guard)
{
	for (size_t i = 0; i < plan->n_holds; i++)
		if (plan->holds[i].guard == guard && !plan->holds[i].peer &&
		    !plan->holds[i].says_nothing && plan->holds[i].suffix &&
		    strcmp(plan->holds[i].suffix, suffix) == 0)
			return &plan->holds[i];
	return NULL;
}

/* A hold that says nothing about the database: what is known of it stays as it is. */
static bool is_not_judged(const Plan *plan, const char *suffix)
{
	for (size_t i = 0; i < plan->n_holds; i++)
		if (plan->holds[i].says_nothing && !plan->holds[i].peer && plan->holds[i].suffix &&
		    strcmp(plan->holds[i].suffix, suffix) == 0)
			return true;
	return false;
}

/* What peers showed counts also when they are gone: it tells what is missing here. */
static SeenChanges seen_of(Pool *pool, const Facts *facts, const Known *known, const char *suffix)
{
	const KnownDatabase *before = known_database(known, suffix);
	const SeenChanges none = {0}, *seen = before && before->is_joining ? &before->seen : &none;

	for (size_t i = 0; i < facts->n_databases; i++) {
		const DatabaseFacts *database = &facts->databases[i];

		if (dn_equal(database->suffix, suffix))
			return seen_changes_join(pool, seen, &database->here, database->peers,
						 database->n_peers);
	}
	return *seen;
}

static int64_t source_gone_sec(const Plan *plan, const Facts *facts, const Known *known,
			       const char *suffix)
{
	const KnownDatabase *before = known_database(known, suffix);

	if (!names_suffix(plan->source_gone, plan->n_source_gone, suffix))
		return 0;
	return before && before->source_gone_sec > 0 ? before->source_gone_sec : facts->now_sec;
}

/* What a hold of the plan says about a database that is not in step; false when nothing. */
static bool held_database(Pool *pool, const Plan *plan, const Facts *facts, const Known *known,
			  const char *suffix, KnownDatabase *ret)
{
	const Hold *content = find_hold(plan, suffix, GUARD_CONTENT);
	const Hold *joining = find_hold(plan, suffix, GUARD_JOINING);

	*ret = (KnownDatabase){.suffix = suffix,
			       .suspect = content ? pool_strdup(pool, content->text) : NULL,
			       .is_joining = joining != NULL};
	if (joining) {
		ret->seen = seen_of(pool, facts, known, suffix);
		ret->source_gone_sec = source_gone_sec(plan, facts, known, suffix);
	}
	return content || joining;
}

static void foreign_add(Pool *pool, const Known *known, const Plan *plan, KnownDatabase *database)
{
	for (size_t i = 0; i < plan->n_changes; i++) {
		const Change *change = &plan->changes[i];

		if (change->kind == CHANGE_CONSUMER_REMOVE && change->is_held &&
		    strcmp(change->suffix, database->suffix) == 0 &&
		    known_is_foreign(known, database->suffix, change->subject))
			POOL_PUSH(pool, database->foreign, database->n_foreign,
				  pool_strdup(pool, change->subject));
	}
}

static bool link_is_held(const Plan *plan, const char *suffix, unsigned peer_id)
{
	for (size_t i = 0; i < plan->n_changes; i++) {
		const Change *change = &plan->changes[i];

		if (change->kind == CHANGE_CONSUMER_ADD && change->is_held &&
		    change->wanted->peer->id == peer_id && strcmp(change->suffix, suffix) == 0)
			return true;
	}
	return false;
}

static void linked_add(Pool *pool, const Plan *plan, const WantedDatabase *wanted,
		       KnownDatabase *database)
{
	for (size_t i = 0; i < wanted->n_consumers; i++)
		if (!link_is_held(plan, database->suffix, wanted->consumers[i].peer->id))
			POOL_PUSH(pool, database->linked, database->n_linked,
				  wanted->consumers[i].peer->id);
}

/* Only what was seen: a database that nobody compared is as it was. */
static bool is_complete(const Plan *plan, const Known *known, const char *suffix)
{
	return names_suffix(plan->complete, plan->n_complete, suffix) ||
	       names_suffix(known->complete, known->n_complete, suffix) ||
	       known_was_complete(known, suffix);
}

static bool ids_equal(const KnownDatabase *one, const KnownDatabase *other)
{
	return one->n_linked == other->n_linked &&
	       (one->n_linked == 0 ||
		memcmp(one->linked, other->linked, one->n_linked * sizeof(*one->linked)) == 0);
}

static bool database_equal(const KnownDatabase *one, const KnownDatabase *other)
{
	if (strcmp(one->suffix, other->suffix) != 0 || one->n_foreign != other->n_foreign ||
	    one->is_joining != other->is_joining ||
	    one->source_gone_sec != other->source_gone_sec ||
	    one->is_complete != other->is_complete || !one->suspect != !other->suspect ||
	    !ids_equal(one, other) || !seen_changes_equal(&one->seen, &other->seen))
		return false;
	for (size_t i = 0; i < one->n_foreign; i++)
		if (strcmp(one->foreign[i], other->foreign[i]) != 0)
			return false;
	return true;
}

static bool databases_equal(const KnownDatabase *one, size_t n_one, const KnownDatabase *other,
			    size_t n_other)
{
	if (n_one != n_other)
		return false;
	for (size_t i = 0; i < n_one; i++)
		if (!database_equal(&one[i], &other[i]))
			return false;
	return true;
}

static bool is_wanted(const Wanted *wanted, const char *suffix)
{
	for (size_t i = 0; i < wanted->n_databases; i++)
		if (dn_equal(wanted->databases[i].desired->suffix, suffix))
			return true;
	return false;
}

static int remember_databases(Pool *pool, const char *state_dir, const Plan *plan,
			      const Facts *facts, const Known *known, Error *err)
{
	KnownDatabase *databases = NULL;
	size_t n_databases = 0;

	for (size_t i = 0; i < known->n_databases; i++)
		if (!is_wanted(plan->wanted, known->databases[i].suffix))
			POOL_PUSH(pool, databases, n_databases, known->databases[i]);
	for (size_t i = 0; i < plan->wanted->n_databases; i++) {
		const char *suffix = plan->wanted->databases[i].desired->suffix;
		const KnownDatabase *before = known_database(known, suffix);
		KnownDatabase database;

		if (find_hold(plan, suffix, GUARD_DATABASE))
			continue;
		if (is_not_judged(plan, suffix)) {
			if (before)
				POOL_PUSH(pool, databases, n_databases, *before);
			continue;
		}
		if (!held_database(pool, plan, facts, known, suffix, &database)) {
			foreign_add(pool, known, plan, &database);
			linked_add(pool, plan, &plan->wanted->databases[i], &database);
			database.is_complete = is_complete(plan, known, suffix);
		}
		POOL_PUSH(pool, databases, n_databases, database);
	}
	if (databases_equal(databases, n_databases, known->databases, known->n_databases))
		return 0;
	return state_write_databases(state_dir, databases, n_databases, err);
}

/* A file that a guard of the whole server refuses was not put in force. */
static bool is_held_whole(const Plan *plan)
{
	const unsigned whole = GUARD_BIT(GUARD_NOT_LISTED) | GUARD_BIT(GUARD_EMPTY_FILE) |
			       GUARD_BIT(GUARD_REVISION) | GUARD_BIT(GUARD_CONFIG_REPLICATED) |
			       GUARD_BIT(GUARD_LEFT);

	for (size_t i = 0; i < plan->n_holds; i++)
		if (GUARD_BIT(plan->holds[i].guard) & whole)
			return true;
	return false;
}

/* A database that came back is as one that never left. */
static int remember_returned(Pool *pool, const char *state_dir, const Plan *plan,
			     const Known *known, Error *err)
{
	Known next = *known;

	if (!known->is_rejoining)
		return 0;
	next.left = NULL;
	next.n_left = 0;
	for (size_t i = 0; i < known->n_left; i++) {
		const char *suffix = known->left[i].suffix;

		if (!is_wanted(plan->wanted, suffix) || find_hold(plan, suffix, GUARD_JOINING) ||
		    find_hold(plan, suffix, GUARD_CONTENT))
			POOL_PUSH(pool, next.left, next.n_left, known->left[i]);
	}
	return next.n_left == known->n_left ? 0 : state_write_left(state_dir, &next, err);
}

int remember_in_step(Pool *pool, const Inputs *inputs, const Plan *plan, const Facts *facts,
		     const Known *known, Error *err)
{
	if (!plan->wanted || is_held_whole(plan))
		return 0;
	if (remember_revision(inputs, err) < 0 ||
	    remember_returned(pool, inputs->state_dir, plan, known, err) < 0)
		return -1;
	return remember_databases(pool, inputs->state_dir, plan, facts, known, err);
}

int remember_held(Pool *pool, const char *state_dir, const Plan *plan, const Facts *facts,
		  Known *known, Error *err)
{
	KnownDatabase *databases = NULL, database;
	size_t n_databases = 0, n_known = known->n_databases;

	for (size_t i = 0; i < n_known; i++)
		if (!held_database(pool, plan, facts, known, known->databases[i].suffix, &database))
			POOL_PUSH(pool, databases, n_databases, known->databases[i]);
	for (size_t i = 0; plan->wanted && i < plan->wanted->n_databases; i++)
		if (held_database(pool, plan, facts, known,
				  plan->wanted->databases[i].desired->suffix, &database))
			POOL_PUSH(pool, databases, n_databases, database);
	for (size_t i = 0; i < plan->n_complete; i++)
		POOL_PUSH(pool, known->complete, known->n_complete,
			  pool_strdup(pool, plan->complete[i]));
	if (databases_equal(databases, n_databases, known->databases, n_known))
		return 0;
	known->databases = databases;
	known->n_databases = n_databases;
	return state_write_databases(state_dir, databases, n_databases, err);
}

int remember_indexing(const char *state_dir, const Plan *plan, const Facts *facts, Known *known,
		      Error *err)
{
	bool builds_index = false;

	for (size_t i = 0; i < plan->n_steps; i++)
		builds_index |= plan->steps[i].builds_index;
	if (!builds_index)
		return 0;
	known->indexed_sec = facts->now_sec;
	return state_write_indexed(state_dir, facts->now_sec, err);
}

int remember_rejoining(const char *state_dir, unsigned released, Known *known, Error *err)
{
	if (!(released & GUARD_BIT(GUARD_LEFT)) || known->n_left == 0 || known->is_rejoining)
		return 0;
	known->is_rejoining = true;
	return state_write_left(state_dir, known, err);
}

int remember_machine(const Inputs *inputs, unsigned released, Error *err)
{
	const Known *known = &inputs->state.known;
	const char *machine = inputs->machine.id;
	const unsigned id = inputs->wanted.self ? inputs->wanted.self->id : 0;

	if (!machine || id == 0 ||
	    (known->machine && known->machine_node == id && strcmp(known->machine, machine) == 0) ||
	    (machine_is_another(known, &inputs->machine, id) &&
	     !(released & GUARD_BIT(GUARD_IDENTITY))))
		return 0;
	return state_write_machine(inputs->state_dir, machine, id, err);
}

/* --- after writes --- */

static bool same_unsaved(const UnsavedEntry *one, const UnsavedEntry *other)
{
	if (strcasecmp(one->dn, other->dn) != 0)
		return false;
	if (!one->attribute || !other->attribute)
		return one->attribute == other->attribute;
	return strcasecmp(one->attribute, other->attribute) == 0;
}

/* A step that slapd accepted wrote the file with the values that the step names: all of them with
 * REPLACE and with DELETE, and olcModuleLoad has only one that matters. */
static bool was_saved(const Applied *applied, const UnsavedEntry *unsaved)
{
	for (size_t i = 0; i < applied->n_done; i++) {
		const Step *step = applied->done[i];

		if (strcasecmp(step->dn, unsaved->dn) != 0)
			continue;
		if (!unsaved->attribute)
			return true;
		for (size_t j = 0; j < step->n_mods; j++)
			if (strcasecmp(step->mods[j].attribute, unsaved->attribute) == 0 &&
			    (step->mods[j].kind != MOD_ADD ||
			     strcasecmp(unsaved->attribute, "olcModuleLoad") == 0))
				return true;
	}
	return false;
}

static int remember_unsaved(Pool *pool, const char *state_dir, const Applied *applied, Known *known,
			    Error *err)
{
	UnsavedEntry *unsaved = NULL;
	size_t n_unsaved = 0;

	for (size_t i = 0; i < known->n_unsaved; i++) {
		bool is_again = false;

		for (size_t j = 0; j < applied->n_unsaved; j++)
			is_again |= same_unsaved(&known->unsaved[i], &applied->unsaved[j]);
		if (!is_again && !was_saved(applied, &known->unsaved[i]))
			POOL_PUSH(pool, unsaved, n_unsaved, known->unsaved[i]);
	}
	for (size_t i = 0; i < applied->n_unsaved; i++) {
		const UnsavedEntry *entry = &applied->unsaved[i];

		POOL_PUSH(pool, unsaved, n_unsaved,
			  {.dn = pool_strdup(pool, entry->dn),
			   .attribute = pool_strdup(pool, entry->attribute),
			   .slapd_started = pool_strdup(pool, entry->slapd_started)});
	}
	if (n_unsaved == known->n_unsaved && applied->n_unsaved == 0)
		return 0;
	known->unsaved = unsaved;
	known->n_unsaved = n_unsaved;
	return state_write_unsaved(state_dir, unsaved, n_unsaved, err);
}

int remember_applied(Pool *pool, const char *state_dir, const World *world, const Applied *applied,
		     Known *known, Error *err)
{
	if (remember_unsaved(pool, state_dir, applied, known, err) < 0)
		return -1;
	if (!applied->restarted_consumers || !world->live.start_time)
		return 0;
	known->restarted_consumers = pool_strdup(pool, world->live.start_time);
	return state_write_restarted(state_dir, world->live.start_time, err);
}

int remember_refusals(Pool *pool, const char *state_dir, const World *world, Known *known,
		      Error *err)
{
	if (probe_refusals_equal(&world->refusals, &known->refusals))
		return 0;
	known->refusals = probe_refusals_copy(pool, &world->refusals);
	return state_write_refusals(state_dir, &known->refusals, err);
}
