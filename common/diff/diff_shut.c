/* SPDX-License-Identifier: Apache-2.0 */
#include "common/access/limits.h"
#include "common/base/timestamp.h"
#include "common/copy/fence_apart.h"
#include "common/diff/diff_parts.h"
#include "common/joining/joining.h"
#include "common/joining/joining_apart.h"
#include "common/live/live_running.h"
#include "common/plan/plan_changes.h"
#include "common/remedies/remedies.h"

/*
 * A relay whose network failed reads both sides at once when it is back. What a node gets that
 * begins to read it meanwhile lacks the entries that came since the relay's own refresh began:
 * syncprov leaves out what is newer than contextCSN, as sessions of that time get it. The end of
 * the refresh brings that node the new contextCSN all the same, so what it lacks is lost for good
 * (2.5.13: 2 of 60 times, 2.6.10: 8 of 60). So while no peer can be reached slapd refuses new
 * searches of those that read here: sessions that are there get everything. 2.4 does not tell
 * which links are up, and loses also where nobody reads (4 of 10).
 *
 * What is remembered stands in cn=config: a value in front shuts, and one that a person had opened
 * stands behind all others, until a link is up again.
 */

/* --- the links --- */

/* What each of the database's consumers is seen to do. */
typedef struct LinksSeen {
	size_t n_links;
	size_t n_lost; /* it was up since slapd started it, and broke: its peer was not tried again
			  yet, or was not found */
	size_t n_up;
} LinksSeen;

static bool broke(const LiveDatabase *live, const RunningConsumer *running)
{
	for (size_t i = 0; i < live->n_consumers; i++)
		if (live->consumers[i].parses && live->consumers[i].rid == running->rid)
			return running_lost_session(running, &live->consumers[i].syncrepl);
	return false;
}

/* Before it is tried again: links that break together try again together, and a cut may be over by
 * then. A peer that refuses what this node asks for will not be read soon, and is no reason to
 * shut. */
static bool is_lost(const LiveDatabase *live, const RunningConsumer *running)
{
	return !running->is_connected && timestamp_of_generalized(running->last_contact) >= 0 &&
	       (running_found_nobody(running) || broke(live, running));
}

static LinksSeen links_see(const Diff *diff, const LiveDatabase *live, const char *suffix)
{
	LinksSeen seen = {0};
	RunningIndex index;

	running_index(&diff->in->live->runs, suffix, &index);
	for (size_t rid = 0; rid <= RUNNING_RID_MAX; rid++) {
		const RunningConsumer *running = index.by_rid[rid];

		if (!running)
			continue;
		seen.n_links++;
		seen.n_up += running->is_connected && running->is_persistent;
		seen.n_lost += is_lost(live, running);
	}
	return seen;
}

static bool is_cut(const LinksSeen *links)
{
	return links->n_links > 0 && links->n_lost == links->n_links;
}

/* --- shutting --- */

/* The daemon opens only what it may write, and whoever is no provider yet is no relay either. */
static bool may_shut(const Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live,
		     const LinksSeen *links)
{
	const Known *known = diff->in->known;
	const char *suffix = wanted->desired->suffix;
	const KnownDatabase *database = known_database(known, suffix);

	return live->syncprov && live->is_multi_provider && !(database && database->is_joining) &&
	       !fence_is_closed(&known->fence, suffix) && !fence_is_apart(&known->fence, suffix) &&
	       !known_left(&known->leave, suffix) && is_cut(links) &&
	       wanted_may_shut(diff->in->wanted, wanted);
}

static void shut(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live)
{
	for (size_t i = 0; i < wanted_count_readers(wanted); i++)
		if (!diff_is_root_dn(live, wanted->readers[i]))
			plan_add_change(
				diff->pool, diff->plan,
				(Change){
					.kind = CHANGE_READERS_OFF,
					.suffix = wanted->desired->suffix,
					.dn = live->entry->dn,
					.attribute = "olcLimits",
					.subject = wanted->readers[i],
					.new_value =
						limits_shut_print(diff->pool, wanted->readers[i]),
					.why = "others get each other's changes through this node "
					       "alone, and it is cut off: whoever reads it anew waits "
					       "until it has what its peers have",
				});
}

/* --- opening --- */

/* As long as all links are lost the relay would be shut again at once. */
static const Hold *judge(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live,
			 const LinksSeen *links)
{
	const Hold *hold = joining_judge(diff, wanted, live);
	const Joining joining = joining_of(diff, wanted, live);

	if (!hold)
		hold = joining_judge_shut(&joining);
	return !hold && is_cut(links) ? joining_await_links(&joining) : hold;
}

static void open_all(Diff *diff, const char *suffix, const LiveDatabase *live, const Hold *hold)
{
	const Attribute *limits = entry_attribute(live->entry, "olcLimits");
	const bool is_released = hold && diff_is_released_for(diff, GUARD_JOINING, suffix);

	for (size_t i = 0; i < limits->n_values; i++) {
		const char *value = limits->values[i].bytes;
		Change *change;

		if (!limits_value_shuts(value))
			continue;
		change = plan_add_change(diff->pool, diff->plan,
					 (Change){
						 .kind = CHANGE_READERS_ON,
						 .suffix = suffix,
						 .dn = live->entry->dn,
						 .attribute = "olcLimits",
						 .subject = limits_shut_subject(diff->pool, value),
						 .old_value = ordered_text(value),
						 .why = "syncward shut it while it was cut off",
						 .is_put_back = true,
						 .is_released = is_released,
					 });
		if (hold && !is_released)
			plan_hold(diff->pool, diff->plan, change, *hold);
	}
}

static bool was_opened_by_hand(const Attribute *limits)
{
	for (size_t i = limits_count_shut(limits); limits && i < limits->n_values; i++)
		if (limits_value_shuts(limits->values[i].bytes))
			return true;
	return false;
}

void diff_shut(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live)
{
	const Attribute *limits = entry_attribute(live->entry, "olcLimits");
	const char *suffix = wanted->desired->suffix;
	const LinksSeen links = links_see(diff, live, suffix);

	if (limits_count_shut(limits) > 0)
		open_all(diff, suffix, live, judge(diff, wanted, live, &links));
	else if (was_opened_by_hand(limits) && links.n_up > 0)
		open_all(diff, suffix, live, NULL);
	else if (!was_opened_by_hand(limits) && may_shut(diff, wanted, live, &links))
		shut(diff, wanted, live);
}

/* --- one that peers.json does not list here any more --- */

/* No peer of it is known, so that only its own links tell whether it has what others have. */
static bool all_are_up(const Diff *diff, const LiveDatabase *live, const char *suffix)
{
	RunningIndex index;

	running_index(&diff->in->live->runs, suffix, &index);
	for (size_t i = 0; i < live->n_consumers; i++) {
		const LiveConsumer *consumer = &live->consumers[i];

		if (!running_works(running_find(&index, consumer->rid, consumer->provider),
				   &consumer->syncrepl))
			return false;
	}
	return true;
}

static const Hold *await_all(Diff *diff, const char *suffix)
{
	Hold *hold = pool_alloc(diff->pool, sizeof(*hold));

	*hold = (Hold){
		.guard = GUARD_JOINING,
		.suffix = suffix,
		.text = pool_printf(
			diff->pool,
			"%s: peers.json does not list it for this node any more, which was cut off "
			"as a relay: nodes that connect anew cannot read it until all its links "
			"are up. Only if that never comes",
			suffix),
		.release = remedy_text(REMEDY_RELEASE_JOINING),
		.says_nothing = true,
	};
	return hold;
}

void diff_shut_left(Diff *diff)
{
	for (size_t i = 0; i < diff->plan->n_databases; i++) {
		const DatabasePlan *database = &diff->plan->databases[i];
		const char *suffix = plan_database_unlisted(diff->plan, database);
		const Attribute *limits =
			suffix ? entry_attribute(database->live->entry, "olcLimits") : NULL;

		if (limits)
			open_all(diff, suffix, database->live,
				 limits_count_shut(limits) > 0 &&
						 !all_are_up(diff, database->live, suffix)
					 ? await_all(diff, suffix)
					 : NULL);
	}
}
