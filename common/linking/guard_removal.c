/* SPDX-License-Identifier: Apache-2.0 */
#include "common/linking/guard_removal.h"

#include <string.h>

#include "common/base/text.h"
#include "common/copy/fence_apart.h"
#include "common/draft/guard_self.h"
#include "common/linking/guard_link_parts.h"
#include "common/linking/matching.h"
#include "common/memory/memory.h"
#include "common/plan/plan_changes.h"
#include "common/remedies/remedies.h"

#define REMOVALS CHANGE_BIT(CHANGE_CONSUMER_REMOVE)

static void hold_many(Diff *diff, size_t n_removals)
{
	const unsigned max = diff->in->desired->policy.max_removals;

	if (n_removals <= max)
		return;
	plan_hold_kinds(
		diff->pool, diff->plan, NULL, REMOVALS,
		(Hold){
			.guard = GUARD_REMOVAL,
			.text = pool_printf(
				diff->pool,
				"%zu providers would be removed, and \"max_removals\" is %u: "
				"none is removed; if all of them are gone for good",
				n_removals, max),
			.release = remedy_text(REMEDY_RELEASE_G4),
		});
}

/* A node that loses its last provider is alone: only a person may say that it is meant. */
static void hold_undeclared(Diff *diff, const DatabasePlan *database)
{
	if (database->wanted->n_consumers > 0)
		return;
	plan_hold_kinds(diff->pool, diff->plan, database, REMOVALS,
			(Hold){
				.guard = GUARD_REMOVAL,
				.suffix = database->suffix,
				.text = pool_printf(diff->pool,
						    "the last provider of %s would be removed, and "
						    "this node would be alone; if that is meant",
						    database->suffix),
				.release = remedy_text(REMEDY_RELEASE_G4),
			});
}

/* --- what others may get by way of this node --- */

/*
 * Where not every node reads every other one, what is written at one peer comes to others over this
 * node's link to it. Whether they have links of their own by now cannot be seen from here, nor
 * whether they have this peers.json: while they have not, the database is in parts. So it is also
 * when only an earlier peers.json had it so: what runs does not become a mesh by what is written in
 * a file.
 */
typedef enum Parting {
	PARTS_NOBODY,
	PARTS_LISTED,   /* a peer that has the database still, and that this node shall not read */
	PARTS_MISTYPED, /* one that has the rid of such a peer, under another URL */
	PARTS_UNLISTED, /* not a peer that holds it by peers.json: what it reads is not known */
} Parting;

static Parting parting_of(Matching *matching, const LiveConsumer *consumer)
{
	const WantedDatabase *wanted = matching->wanted;
	const size_t n_others = wanted->n_consumers + wanted->n_others;

	if (!consumer->provider || provider_names_us(matching->diff, consumer->provider))
		return PARTS_NOBODY;
	for (size_t i = 0; i < n_others; i++)
		if (strcmp(wanted->consumers[i].provider, consumer->provider) == 0)
			return i < wanted->n_consumers ? PARTS_NOBODY : PARTS_LISTED;
	return matching_leaves_by_rid(matching, consumer) ? PARTS_MISTYPED : PARTS_UNLISTED;
}

static const char *mistyped_describe(Matching *matching, const LiveConsumer *consumer)
{
	const Peer *peer = matching_leaves_by_rid(matching, consumer);

	return pool_printf(
		matching->diff->pool,
		"%s is read with the rid of peer %u, which is %s in peers.json and which this "
		"node is not to read: if that URL is mistyped, this may be the only link of %s "
		"between two parts; if it is not, or other nodes read it already",
		consumer->syncrepl.value[SYNCREPL_PROVIDER], peer->id, peer->uri, matching->suffix);
}

static const char *parting_describe(Matching *matching, const LiveConsumer *consumer,
				    Parting parting)
{
	const Diff *diff = matching->diff;
	const char *uri = consumer->syncrepl.value[SYNCREPL_PROVIDER];

	if (parting == PARTS_MISTYPED)
		return mistyped_describe(matching, consumer);
	if (parting == PARTS_LISTED)
		return pool_printf(
			diff->pool,
			"peers.json lists %s still, and this node is no longer to read it: "
			"whether other nodes read it already cannot be seen from here, and this "
			"may be the only link of %s between two parts; if they do",
			uri, matching->suffix);
	return pool_printf(
		diff->pool,
		"peers.json does not list %s any more, and other nodes may get changes of %s by "
		"way of it: it goes by itself when every link works that this node is to have%s; "
		"if nobody needs it",
		uri, matching->suffix,
		diff->in->live->runs.is_known ? "" : ", which this slapd does not say");
}

/* What the fence closed, or somebody's hand, was filled before: others may get changes by way of it
 * all the same. */
bool removals_fill(const Diff *diff, const DatabasePlan *database)
{
	const Known *known = diff->in->known;

	return plan_hold_of(&diff->plan->held, database->suffix, GUARD_JOINING) &&
	       !text_is_among(database->suffix, diff->plan->copies.complete,
			      diff->plan->copies.n_complete) &&
	       !database->live->is_multi_provider &&
	       !fence_is_closed(&known->fence, database->suffix) &&
	       !known_was_complete(known, database->suffix);
}

/*
 * No node reads from a database without syncprov: nothing comes to others from it. And one that is
 * filled reads one provider at a time (common/joining/joining_links.c): another one takes the place
 * of the one that it shall not read, in the same write (common/guard/guard.c).
 */
static bool relays(const Diff *diff, const DatabasePlan *database)
{
	const KnownDatabase *known = known_database(diff->in->known, database->suffix);
	const LiveDatabase *live = database->live;
	const bool is_partial = database->wanted->is_partial || (known && known->was_partial);

	return is_partial && live &&
	       (live->syncprov || fence_is_apart(&diff->in->known->fence, database->suffix)) &&
	       !removals_fill(diff, database);
}

static void hold_parting(Diff *diff, const DatabasePlan *database)
{
	bool was_looked = false, all_work = false;
	Matching matching;
	Change *change;

	if (!relays(diff, database))
		return;
	matching = matching_make(diff, database);
	for (size_t at = 0; (change = change_next_free(diff->plan, database, REMOVALS, &at));) {
		const Parting parting = parting_of(&matching, change->consumer.live);
		const char *text;

		if (parting == PARTS_UNLISTED && !was_looked) {
			all_work = guard_links_all_work(&diff->in->live->runs, database);
			was_looked = true;
		}
		if (parting == PARTS_NOBODY || (parting == PARTS_UNLISTED && all_work))
			continue;
		text = parting_describe(&matching, change->consumer.live, parting);
		plan_hold(diff->pool, diff->plan, change,
			  (Hold){.guard = GUARD_REMOVAL,
				 .suffix = database->suffix,
				 .text = text,
				 .release = remedy_text(REMEDY_RELEASE_G4)});
	}
}

void guard_removals(Diff *diff)
{
	const size_t n_removals = change_count_free(diff->plan, NULL, REMOVALS);

	if (diff_is_released(diff, GUARD_REMOVAL))
		return;
	/* First: a person who releases them all must have been shown what each may do. */
	for (size_t i = 0; i < diff->in->wanted->n_databases; i++)
		hold_parting(diff, &diff->plan->databases[i]);
	hold_many(diff, n_removals);
	for (size_t i = 0; i < diff->in->wanted->n_databases; i++)
		hold_undeclared(diff, &diff->plan->databases[i]);
}

/* --- no provider is left because others are held --- */

/* An edit changes which, not how many. */
size_t guard_links_left(const Diff *diff, const DatabasePlan *database)
{
	const LiveDatabase *live = database->live;
	const Change *change;
	size_t n = 0;

	for (size_t i = 0; i < live->n_consumers; i++)
		n += !live->consumers[i].is_self;
	n += change_count_free(diff->plan, database, CHANGE_BIT(CHANGE_CONSUMER_ADD));
	for (size_t at = 0; (change = change_next_free(diff->plan, database, REMOVALS, &at));)
		n -= !change->consumer.live->is_self;
	return n;
}

static const Change *held_addition(const Diff *diff, const DatabasePlan *database)
{
	const Change *change;

	for (size_t at = 0;
	     (change = change_next(diff->plan, database, CHANGE_BIT(CHANGE_CONSUMER_ADD), &at));)
		if (change->is_held)
			return change;
	return NULL;
}

static Hold alone_hold(const Diff *diff, const char *suffix, const Change *held)
{
	return (Hold){
		.guard = GUARD_REMOVAL,
		.suffix = suffix,
		.text = pool_printf(
			diff->pool,
			"the last provider of %s stays, because %s, which is to be read instead, "
			"is held (%s), and this node would be alone; this hold ends together "
			"with that one",
			suffix, held->subject, guard_code(held->hold.guard)),
		.release = held->hold.release,
	};
}

bool guard_left_alone(Diff *diff)
{
	bool has_held = false;

	for (size_t i = 0; i < diff->plan->n_databases; i++) {
		const DatabasePlan *database = &diff->plan->databases[i];
		const Change *held;

		if (!database->live || !live_reads_from_somebody(database->live) ||
		    guard_links_left(diff, database) > 0)
			continue;
		held = held_addition(diff, database);
		if (held && plan_hold_kinds(diff->pool, diff->plan, database, REMOVALS,
					    alone_hold(diff, database->suffix, held)) > 0)
			has_held = true;
	}
	return has_held;
}
