/* SPDX-License-Identifier: Apache-2.0 */
#include "common/remember/memory_after.h"

#include <string.h>

#include "common/base/text.h"
#include "common/copy/fence_apart.h"
#include "common/draft/emptied.h"
#include "common/draft/emptied_ids.h"
#include "common/guard/guard_identity.h"
#include "common/linking/guard_link_parts.h"
#include "common/memory/memory_equal.h"
#include "common/plan/plan_changes.h"
#include "common/remember/memory_shown.h"

/* --- databases in step --- */

/* One that is about a single link says nothing about the database. */
static const Hold *find_hold(const PlanHolds *held, const char *suffix, Guard guard)
{
	const Hold *hold;

	for (size_t at = 0; (hold = hold_next_told(held, suffix, &at));)
		if (hold->guard == guard && !hold->peer && !hold->says_nothing)
			return hold;
	return NULL;
}

/* A hold that says nothing about the database: what is known of it stays as it is. */
static bool is_not_judged(const PlanHolds *held, const char *suffix)
{
	const Hold *hold;

	for (size_t at = 0; (hold = hold_next_told(held, suffix, &at));)
		if (hold->says_nothing && !hold->peer)
			return true;
	return false;
}

/* What peers show while it joins is gone when they are. */
static KnownDatabase kept_as_it_was(Pool *pool, const Plan *plan, const Facts *facts,
				    const KnownDatabase *before)
{
	KnownDatabase kept = *before;

	if (kept.is_joining && is_not_judged(&plan->held, kept.suffix))
		memory_shown(pool, facts, before, &kept);
	return kept;
}

static int64_t source_gone_sec(const Plan *plan, const Facts *facts, const Known *known,
			       const char *suffix)
{
	const KnownDatabase *before = known_database(known, suffix);

	if (!text_is_among(suffix, plan->copies.source_gone, plan->copies.n_source_gone))
		return 0;
	return before && before->source_gone_sec > 0 ? before->source_gone_sec : facts->now_sec;
}

static bool was_partial(const Plan *plan, const Known *known, const char *suffix)
{
	const KnownDatabase *before = known_database(known, suffix);
	const WantedDatabase *wanted = plan->wanted && !plan_is_held_whole(&plan->held)
					       ? wanted_find(plan->wanted, suffix)
					       : NULL;

	return (before && before->was_partial) || (wanted && wanted->is_partial);
}

/* What it did not read from a provider makes no consumer, nor does one that takes writes. */
static bool is_consumer_now(const Plan *plan, const char *suffix, bool is_suspect)
{
	const WantedDatabase *wanted = wanted_find(plan->wanted, suffix);

	for (size_t i = 0; wanted && i < plan->n_databases && !is_suspect; i++)
		if (plan->databases[i].wanted == wanted)
			return plan->databases[i].live &&
			       !plan->databases[i].live->is_multi_provider &&
			       live_reads_from_somebody(plan->databases[i].live);
	return false;
}

/* While a change of it is held, whose values they are stays as it was. */
static bool refers_updates(const Plan *plan, const Known *known, const char *suffix)
{
	const KnownDatabase *before = known_database(known, suffix);
	const Change *change;

	for (size_t at = 0; (change = change_next_told(plan, suffix, &at));)
		if (change->kind == CHANGE_UPDATE_REF)
			return before && before->refers_updates;
	return plan->wanted && plan->wanted->self->refers_updates &&
	       wanted_find(plan->wanted, suffix);
}

static bool takes_writes(const Plan *plan, const char *suffix)
{
	const WantedDatabase *wanted = wanted_find(plan->wanted, suffix);
	const DatabasePlan *database = wanted ? plan_database_wanted(plan, wanted) : NULL;

	return database && database->live && database->live->is_multi_provider;
}

/* A consumer that is to be a provider is one until it has the flag, whatever it has seen; what was
 * let go ahead goes on. */
static void rise_remember(const Plan *plan, const KnownDatabase *before, const char *suffix,
			  KnownDatabase *ret)
{
	if (!before || !before->is_consumer || takes_writes(plan, suffix))
		return;
	ret->is_consumer = true;
	ret->is_rising = before->is_rising || !plan_hold_of(&plan->held, suffix, GUARD_ROLE);
}

/* The same of a hub until somebody can read it: one that joined as a hub is never held as what was
 * no hub. */
static bool is_opening(const Plan *plan, const KnownDatabase *before, const char *suffix)
{
	const WantedDatabase *wanted = wanted_find(plan->wanted, suffix);
	const DatabasePlan *database = wanted ? plan_database_wanted(plan, wanted) : NULL;

	return database && database->live && !database->live->syncprov &&
	       peer_is_read(plan->wanted->self) &&
	       ((before && before->is_rising) || !plan_hold_of(&plan->held, suffix, GUARD_ROLE));
}

/* A relay that was away waits, and is what it was: nothing has to be found out about it anew. */
static bool was_taken_apart(const Known *known, const KnownDatabase *before)
{
	return before && !before->is_joining && !before->suspect &&
	       fence_is_apart(&known->fence, before->suffix) &&
	       !fence_is_closed(&known->fence, before->suffix);
}

/* What a hold of the plan says about a database that is not in step; false when nothing. */
static bool held_database(Pool *pool, const Plan *plan, const Facts *facts, const Known *known,
			  const char *suffix, KnownDatabase *ret)
{
	const Hold *content = find_hold(&plan->held, suffix, GUARD_CONTENT);
	const Hold *joining = find_hold(&plan->held, suffix, GUARD_JOINING);
	const KnownDatabase *before = known_database(known, suffix);

	if (joining && !content && was_taken_apart(known, before)) {
		*ret = *before;
		return true;
	}
	*ret = (KnownDatabase){.suffix = suffix,
			       .suspect = content ? pool_strdup(pool, content->text) : NULL,
			       .is_joining = joining != NULL,
			       .filled = before ? before->filled : NULL,
			       .was_partial = was_partial(plan, known, suffix),
			       .refers_updates = refers_updates(plan, known, suffix),
			       .is_complete = content && !joining && before && before->is_complete};
	if (plan->wanted && peer_is_consumer(plan->wanted->self)) {
		ret->is_consumer = (before && before->is_consumer) ||
				   is_consumer_now(plan, suffix, content != NULL);
		ret->is_rising = is_opening(plan, before, suffix);
	} else if (plan->wanted)
		rise_remember(plan, before, suffix, ret);
	if (joining) {
		memory_shown(pool, facts, before, ret);
		ret->source_gone_sec = source_gone_sec(plan, facts, known, suffix);
	}
	return content || joining;
}

static void foreign_add(Pool *pool, const Known *known, const Plan *plan, KnownDatabase *database)
{
	const Change *change;

	for (size_t at = 0; (change = change_next_told(plan, database->suffix, &at));)
		if (change->kind == CHANGE_CONSUMER_REMOVE && change->is_held &&
		    known_is_foreign(known, database->suffix, change->subject))
			POOL_PUSH(pool, database->foreign, database->n_foreign,
				  pool_strdup(pool, change->subject));
}

/* Held, or left for a later pass: peers that were never read are asked about before (G10). */
static bool link_is_missing(const Plan *plan, const char *suffix, unsigned peer_id)
{
	const Change *change;

	for (size_t at = 0; (change = change_next_told(plan, suffix, &at));)
		if (change->kind == CHANGE_CONSUMER_ADD &&
		    change->consumer.wanted->peer->id == peer_id)
			return true;
	return false;
}

static void linked_add(Pool *pool, const Plan *plan, const WantedDatabase *wanted,
		       KnownDatabase *database)
{
	for (size_t i = 0; i < wanted->n_consumers; i++)
		if (!link_is_missing(plan, database->suffix, wanted->consumers[i].peer->id))
			POOL_PUSH(pool, database->linked.items, database->linked.n_items,
				  wanted->consumers[i].peer->id);
}

/* With both, or surely without any entry; else nothing is known. */
static bool was_seen_full(const PlanInput *input, const DatabasePlan *database,
			  const DatabaseFacts *facts)
{
	return facts && emptied_lost_id(input, database->live, database->suffix) < 0 &&
	       (facts->old.is_known ||
		(facts->glance.state == CONTENT_READ && facts->glance.entry.exists &&
		 facts->glance.n_context_csns > 0));
}

static bool was_seen_empty(const DatabaseFacts *facts)
{
	return facts && !facts->old.is_known && facts->glance.state == CONTENT_READ &&
	       !facts->glance.entry.exists;
}

/* Whoever empties it over LDAP, in the place where it was seen full, means it. */
static const char *filled_now(Pool *pool, const PlanInput *input, const Known *known,
			      const DatabasePlan *database)
{
	const DatabaseFacts *facts = facts_of(input->facts, database->suffix);
	const KnownDatabase *before = known_database(known, database->suffix);
	const char *filled = before ? before->filled : NULL;
	const char *now = database->live ? emptied_place(pool, input->live, database->live) : NULL;

	if (!now)
		return filled;
	if (was_seen_full(input, database, facts))
		return now;
	return filled && was_seen_empty(facts) && strcmp(filled, now) == 0 ? NULL : filled;
}

/* Only what was seen: a database that nobody compared is as it was. */
static bool is_complete(const Plan *plan, const Known *known, const char *suffix)
{
	return text_is_among(suffix, plan->copies.complete, plan->copies.n_complete) ||
	       text_is_among(suffix, known->complete, known->n_complete) ||
	       known_was_complete(known, suffix);
}

/* In other words than before it is the same, and stays as it was. */
static void databases_take(KnownDatabase *databases, size_t n_databases, Known *known)
{
	Known next = *known;

	next.databases = databases;
	next.n_databases = n_databases;
	if (!known_databases_equal(&next, known))
		*known = next;
}

/*
 * That peers.json wants a mesh ends it when this node is seen to read every peer: until then others
 * may have been between it and some of them. Where slapd does not show it, by a person's word.
 */
static bool stays_partial(const PlanInput *input, const Plan *plan, size_t i)
{
	if (plan->wanted->databases[i].is_partial || i >= plan->n_databases)
		return true;
	if (!input->live->runs.is_known)
		return !(input->options.consent.released & GUARD_BIT(GUARD_REMOVAL));
	return !guard_links_all_work(&input->live->runs, &plan->databases[i]);
}

static void memory_databases(Pool *pool, const PlanInput *input, const Plan *plan, Known *known)
{
	const Facts *facts = input->facts;
	KnownDatabase *databases = NULL;
	size_t n_databases = 0;

	for (size_t i = 0; i < known->n_databases; i++)
		if (!wanted_find(plan->wanted, known->databases[i].suffix))
			POOL_PUSH(pool, databases, n_databases, known->databases[i]);
	for (size_t i = 0; i < plan->wanted->n_databases; i++) {
		const char *suffix = plan->wanted->databases[i].desired->suffix;
		const KnownDatabase *before = known_database(known, suffix);
		KnownDatabase database;

		if (find_hold(&plan->held, suffix, GUARD_DATABASE))
			continue;
		if (is_not_judged(&plan->held, suffix)) {
			if (before)
				POOL_PUSH(pool, databases, n_databases,
					  kept_as_it_was(pool, plan, facts, before));
			continue;
		}
		if (!held_database(pool, plan, facts, known, suffix, &database)) {
			foreign_add(pool, known, plan, &database);
			linked_add(pool, plan, &plan->wanted->databases[i], &database);
			database.is_complete = is_complete(plan, known, suffix);
			if (i < plan->n_databases)
				database.filled =
					filled_now(pool, input, known, &plan->databases[i]);
			database.was_partial =
				was_partial(plan, known, suffix) && stays_partial(input, plan, i);
		}
		POOL_PUSH(pool, databases, n_databases, database);
	}
	databases_take(databases, n_databases, known);
}

static void memory_revision(const Desired *desired, const char *sha256, KnownRevision *latest)
{
	if (!desired->has_revision)
		return;
	latest->has_revision = true;
	latest->revision = desired->revision;
	latest->sha256 = sha256;
	latest->is_staged = desired->policy.rollout.n_first > 0;
}

/* A database that came back is as one that never left; one that is still closed did not. */
static void memory_returned(Pool *pool, const Plan *plan, KnownLeave *leave)
{
	LeftDatabase *left = NULL;
	size_t n_left = 0;

	if (!leave->is_rejoining)
		return;
	for (size_t i = 0; i < leave->n_databases; i++) {
		const char *suffix = leave->databases[i].suffix;
		const WantedDatabase *wanted = wanted_find(plan->wanted, suffix);

		if (!wanted ||
		    change_first(plan, plan_database_wanted(plan, wanted),
				 CHANGE_BIT(CHANGE_READ_ONLY_OFF)) ||
		    find_hold(&plan->held, suffix, GUARD_JOINING) ||
		    find_hold(&plan->held, suffix, GUARD_CONTENT))
			POOL_PUSH(pool, left, n_left, leave->databases[i]);
	}
	leave->databases = left;
	leave->n_databases = n_left;
}

void memory_in_step(Pool *pool, const PlanInput *input, const Plan *plan, Known *known)
{
	if (!plan->wanted || plan_is_held_whole(&plan->held))
		return;
	memory_revision(input->desired, input->options.sha256, &known->latest);
	memory_returned(pool, plan, &known->leave);
	memory_databases(pool, input, plan, known);
}

void memory_machine(const Machine *machine, unsigned our_id, unsigned released, KnownSelf *self)
{
	if (!machine->id || our_id == 0 ||
	    (machine_is_another(self, machine, our_id) && !(released & GUARD_BIT(GUARD_IDENTITY))))
		return;
	self->machine = machine->id;
	self->node = our_id;
}

/* --- before a write --- */

void memory_rejoining(unsigned released, KnownLeave *leave)
{
	if (released & GUARD_BIT(GUARD_LEFT) && leave->n_databases > 0)
		leave->is_rejoining = true;
}

void memory_rollout(const PlanOptions *options, KnownRevision *latest)
{
	if (options->consent.released & GUARD_BIT(GUARD_ROLLOUT))
		latest->rollout.passed = options->sha256;
}

void memory_held(Pool *pool, const Plan *plan, const Facts *facts, Known *known)
{
	KnownDatabase *databases = NULL, database;
	size_t n_databases = 0;

	for (size_t i = 0; i < known->n_databases; i++) {
		const char *suffix = known->databases[i].suffix;

		if (held_database(pool, plan, facts, known, suffix, &database))
			continue;
		database = kept_as_it_was(pool, plan, facts, &known->databases[i]);
		database.was_partial = was_partial(plan, known, suffix);
		POOL_PUSH(pool, databases, n_databases, database);
	}
	for (size_t i = 0; plan->wanted && i < plan->wanted->n_databases; i++)
		if (held_database(pool, plan, facts, known,
				  plan->wanted->databases[i].desired->suffix, &database))
			POOL_PUSH(pool, databases, n_databases, database);
	for (size_t i = 0; i < plan->copies.n_complete; i++)
		POOL_PUSH(pool, known->complete, known->n_complete,
			  pool_strdup(pool, plan->copies.complete[i]));
	databases_take(databases, n_databases, known);
}

void memory_indexing(const PlanSteps *order, int64_t now_sec, KnownServer *server)
{
	for (size_t i = 0; i < order->n_steps; i++)
		if (order->steps[i].builds_index)
			server->indexed_sec = now_sec;
}
