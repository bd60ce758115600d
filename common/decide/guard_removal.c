/* SPDX-License-Identifier: Apache-2.0 */
#include "common/decide/guard_removal.h"

#include <string.h>

#include "common/base/remedies.h"
#include "common/decide/guard_link_parts.h"
#include "common/plan/plan_changes.h"

#define REMOVALS CHANGE_BIT(CHANGE_CONSUMER_REMOVE)

static void hold_many(Diff *diff)
{
	const unsigned max = diff->in->desired->max_removals;
	const size_t n_removals = change_count_free(diff->plan, NULL, REMOVALS);

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

/* --- the last link to another part --- */

/* The peer that has the database still, and is not read by this node any more; NULL: none such. */
static const Peer *peer_left(const WantedDatabase *wanted, const LiveConsumer *consumer)
{
	for (size_t i = wanted->n_consumers;
	     consumer->provider && i < wanted->n_consumers + wanted->n_others; i++)
		if (strcmp(wanted->consumers[i].provider, consumer->provider) == 0)
			return wanted->consumers[i].peer;
	return NULL;
}

static bool is_near(const Peer *one, const Peer *other)
{
	return one == other || (one->site_number > 0 && one->site_number == other->site_number);
}

/* True when this node goes on to read somebody where the peer is, over a link that works. What it
 * is only about to read may refuse it. */
static bool reads_near(const Diff *diff, const DatabasePlan *database, const Peer *peer)
{
	const WantedDatabase *wanted = database->wanted;
	const LiveDatabase *live = database->live;

	for (size_t i = 0; i < live->n_consumers; i++) {
		const LiveConsumer *consumer = &live->consumers[i];

		for (size_t k = 0; consumer->provider && k < wanted->n_consumers; k++)
			if (is_near(wanted->consumers[k].peer, peer) &&
			    strcmp(wanted->consumers[k].provider, consumer->provider) == 0 &&
			    guard_link_works(diff->in->live, live, consumer))
				return true;
	}
	return false;
}

/* Who else reads a peer there now cannot be seen from here: while nobody does, the database is in
 * parts. */
static void hold_parting(Diff *diff, const DatabasePlan *database)
{
	Change *change;

	for (size_t at = 0; (change = change_next_free(diff->plan, database, REMOVALS, &at));) {
		const Peer *peer = peer_left(database->wanted, change->live);
		Hold hold = {.guard = GUARD_REMOVAL, .suffix = database->suffix};

		if (!peer || reads_near(diff, database, peer))
			continue;
		hold.text = pool_printf(
			diff->pool,
			"this node would read nobody %s%s any more, and this may be the only link "
			"of %s between two parts: it goes by itself when another one there is "
			"read; if other nodes read what is written there",
			peer->site ? "at " : "in place of ", peer->site ? peer->site : peer->uri,
			database->suffix);
		hold.release = remedy_text(REMEDY_RELEASE_G4);
		plan_hold(diff->pool, diff->plan, change, hold);
	}
}

void guard_removals(Diff *diff)
{
	if (diff_is_released(diff, GUARD_REMOVAL))
		return;
	hold_many(diff);
	for (size_t i = 0; i < diff->in->wanted->n_databases; i++) {
		hold_undeclared(diff, &diff->plan->databases[i]);
		hold_parting(diff, &diff->plan->databases[i]);
	}
}

/* --- nobody is left because others are held --- */

/* How many providers the database will read from: an edit changes whom, not how many. */
static size_t count_after(const Diff *diff, const DatabasePlan *database)
{
	const LiveDatabase *live = database->live;
	const Change *change;
	size_t n = 0;

	for (size_t i = 0; i < live->n_consumers; i++)
		n += !live->consumers[i].is_self;
	n += change_count_free(diff->plan, database, CHANGE_BIT(CHANGE_CONSUMER_ADD));
	for (size_t at = 0; (change = change_next_free(diff->plan, database, REMOVALS, &at));)
		n -= !change->live->is_self;
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
		.text = pool_printf(diff->pool,
				    "the last provider of %s stays, because %s, which shall be "
				    "read in its place, is held (%s), and this node would be "
				    "alone; what ends that wait ends this one",
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
		    count_after(diff, database) > 0)
			continue;
		held = held_addition(diff, database);
		if (held && plan_hold_kinds(diff->pool, diff->plan, database, REMOVALS,
					    alone_hold(diff, database->suffix, held)) > 0)
			has_held = true;
	}
	return has_held;
}
