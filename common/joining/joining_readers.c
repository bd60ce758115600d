/* SPDX-License-Identifier: Apache-2.0 */
#include "common/joining/joining_readers.h"

#include <string.h>

#include "common/base/few.h"
#include "common/base/timestamp.h"
#include "common/copy/copy_relation.h"
#include "common/copy/csn_set.h"
#include "common/copy/lag.h"
#include "common/joining/joining.h"
#include "common/joining/joining_sessions.h"
#include "common/live/calm.h"
#include "common/live/live_running.h"
#include "common/remedies/remedies.h"
#include "common/topology/links_way.h"

/*
 * Which nodes read from here, before clients may write here. A consumer whose cookie lacks a server
 * ID that the provider's contextCSN has gets everything anew (syncprov.c, "doesn't have the right
 * number of CSNs"), and takes back each entry that is deleted elsewhere before it is through: seen
 * on 2.4 and 2.5, at the peer that had everything. So the first change under this node's own server
 * ID must find the peers connected; then it is one change like any other.
 */

#define FAR_PATIENCE_SEC 10 /* a change is everywhere by then, over any number of links */

/* Its entries were written under the server ID before: every peer knows that. */
static bool is_known_sid(const Joining *joining)
{
	return csn_newest(joining->here->context_csns, joining->here->n_context_csns,
			  joining->our_id) != NULL;
}

/* One that reads at intervals reads everything anew in any case. */
static bool stays_connected(const Joining *joining, const Content *peer)
{
	const WantedConsumer *reader = wanted_peer(joining->wanted, peer->peer_id);

	return reader && reader->reads_here_sec == 0;
}

/* This node reads it, and is told of each change: so it has syncprov, also where its server ID is
 * not written yet. */
static bool is_read_here(const Joining *joining, const Content *peer)
{
	const RunningConsumer *running = NULL;
	RunningIndex index;

	running_index(&joining->diff->in->live->runs, joining->suffix, &index);
	for (size_t i = 0; i < joining->wanted->n_consumers && !running; i++) {
		const WantedConsumer *consumer = &joining->wanted->consumers[i];

		if (consumer->peer->id == peer->peer_id)
			running = running_find(&index, consumer->rid, consumer->provider);
	}
	return running && running->is_connected && running->is_persistent;
}

/* Only syncprov shows the server ID. Where there is none yet the peer is joining itself, and reads
 * from here when it knows our server ID by way of others (joining_links.c). */
static bool has_overlay(const Joining *joining, const Content *peer)
{
	return peer->server_id > 0 || is_read_here(joining, peer);
}

static bool reads_already(const Joining *joining, const Content *peer)
{
	return content_has_data(peer) && peer->n_context_csns > 0 && has_overlay(joining, peer) &&
	       copy_relation(joining->here, peer).identity == COPY_IS_SAME;
}

/* It cannot be asked, and was read from here, showed entries, or made changes that are here: what
 * is deleted anywhere while it comes back, and reads everything anew for a server ID that it does
 * not know, stays at one of the others. Seen on 2.6.10 in 4 of 6 histories, hundreds of entries,
 * and nearly never where the server ID was known. So one that is down is waited for as well, and
 * one that refuses our account: it runs, may have all that it showed, and may come back any moment.
 */
static bool was_met(const Joining *joining, const Content *peer)
{
	const Known *known = joining->diff->in->known;
	const KnownDatabase *database = known_database(known, joining->suffix);
	size_t position = 0;

	if (peer->state != CONTENT_UNREACHABLE && peer->state != CONTENT_DENIED)
		return false;
	if (csn_newest(joining->here->context_csns, joining->here->n_context_csns, peer->peer_id))
		return true;
	if (database && peer_ids_have(&database->met, peer->peer_id))
		return true;
	return known_link_next(&known->peers.links, joining->suffix, peer->peer_id, &position) !=
	       NULL;
}

static bool is_expected(const Joining *joining, const Content *peer)
{
	return stays_connected(joining, peer) &&
	       (reads_already(joining, peer) || was_met(joining, peer));
}

/* By position; how many they are. */
static size_t find_expected(const Joining *joining, bool *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < joining->n_everybody; i++) {
		ret[i] = is_expected(joining, &joining->peers[i]);
		n += ret[i];
	}
	return n;
}

/* Until then each peer that runs has tried to connect since the overlay is there: it reads this
 * node as this node reads it, as far as that can be seen. */
static int64_t patience_sec(const Joining *joining)
{
	const WantedDatabase *wanted = joining->wanted;
	int64_t longest_sec = 0;

	for (size_t i = 0; i < wanted->n_consumers + wanted->n_others; i++) {
		const int64_t sec = calm_tried_again_sec(&wanted->consumers[i].syncrepl);

		if (sec > longest_sec)
			longest_sec = sec;
	}
	return longest_sec;
}

static bool had_time(const Joining *joining)
{
	const int64_t added_sec =
		timestamp_of_generalized(entry_first(joining->live->syncprov, "createTimestamp"));

	return added_sec >= 0 &&
	       joining->diff->in->facts->now_sec - added_sec > patience_sec(joining);
}

/* --- what follows --- */

static const char *expected_describe(const Joining *joining)
{
	Few expected = few_names(joining->diff->pool);

	for (size_t i = 0; i < joining->n_everybody; i++)
		if (is_expected(joining, &joining->peers[i]))
			few_add(&expected, joining_uri(joining, &joining->peers[i]));
	return few_text(&expected);
}

static const Hold *hold_unread(const Joining *joining, const char *seen)
{
	return joining_hold(
		joining, GUARD_JOINING,
		pool_printf(
			joining->diff->pool,
			"%s: everything is here, but clients cannot write here until these peers "
			"read from here: %s%s. One that begins only after this node's first "
			"change reads everything anew, and brings back what is deleted "
			"meanwhile. Only if one never will",
			joining->suffix, expected_describe(joining), seen),
		remedy_text(REMEDY_RELEASE_JOINING));
}

static const char *sessions_describe(const Joining *joining, const SessionsClaimed *claimed,
				     size_t n_expected)
{
	Pool *pool = joining->diff->pool;

	return pool_printf(pool, " (%zu of %zu do%s)", claimed->n_theirs, n_expected,
			   claimed->n_others == 0
				   ? ""
				   : pool_printf(pool, "; connections of other peers: %zu",
						 claimed->n_others));
}

/* Those that read this node itself. */
static const Hold *judge_sessions(const Joining *joining)
{
	const ReadersHere *readers = &diff_facts(joining->diff, joining->suffix)->readers;
	bool *expected =
		pool_alloc(joining->diff->pool, (joining->n_everybody + 1) * sizeof(*expected));
	const size_t n_expected = find_expected(joining, expected);
	SessionsClaimed claimed;

	if (n_expected == 0)
		return NULL;
	if (!joining->live->syncprov)
		return hold_unread(joining, "");
	if (!readers->was_asked)
		return joining_wait(joining, "not asked yet", remedy_text(REMEDY_APPLY));
	claimed = joining_claim_sessions(joining, expected);
	if (readers->n_sessions >= 0 && claimed.n_theirs < n_expected)
		return hold_unread(joining, sessions_describe(joining, &claimed, n_expected));
	if (had_time(joining))
		return NULL;
	if (readers->n_sessions < 0)
		return hold_unread(joining, " (slapd does not say who does)");
	return joining_is_told_of_database(joining)
		       ? NULL
		       : hold_unread(joining, " (slapd does not say which database they read)");
}

/* --- peers that read this database by way of others --- */

/* A peer that reads at intervals reads everything anew in any case. */
static bool is_far(const Joining *joining, const Content *peer)
{
	const WantedConsumer *other = wanted_peer(joining->wanted, peer->peer_id);

	return other && other->reads_here_sec < 0 &&
	       desired_interval_sec(joining->wanted->desired, joining->diff->in->wanted->self,
				    other->peer) == 0;
}

/* True when what was written before then is at one and not at the other. Under server ID 0 no node
 * writes any more: one whose contextCSN lacks that lacks it for good (heal). */
static bool lacks(const Content *other, const Content *one, int64_t before_sec)
{
	for (size_t i = 0; i < one->n_context_csns; i++)
		if (csn_sid(one->context_csns[i]) > 0 &&
		    csn_msec(one->context_csns[i]) / 1000 < before_sec &&
		    !csn_covers(other->context_csns, other->n_context_csns, &one->context_csns[i],
				1))
			return true;
	return false;
}

/* How long changes may be on their way between here and a far peer, because a node between them
 * reads at intervals; 0: they are there at once. */
typedef struct FarWay {
	int64_t to_here_sec;
	int64_t to_there_sec;
} FarWay;

/* Between here and every node, by position in links. */
typedef struct FarWays {
	Links links;
	const int64_t *to_here_sec;
	const int64_t *to_there_sec;
} FarWays;

static FarWays ways_find(Pool *pool, const Joining *joining)
{
	const Wanted *wanted = joining->diff->in->wanted;
	FarWays ways = {.links = links_make(pool, wanted->desired, joining->wanted->desired)};
	const size_t self = links_position(&ways.links, wanted->self);

	ways.to_here_sec = links_way_secs(pool, &ways.links, self, WAYS_TO);
	ways.to_there_sec = links_way_secs(pool, &ways.links, self, WAYS_FROM);
	return ways;
}

static FarWay way_of(const FarWays *ways, const Joining *joining, const Content *peer)
{
	const WantedConsumer *other = wanted_peer(joining->wanted, peer->peer_id);
	const size_t at = links_position(&ways->links, other->peer);

	return (FarWay){ways->to_here_sec[at], ways->to_there_sec[at]};
}

/* What was made before then is through, whatever is made now. */
static int64_t through_sec(const Joining *joining, int64_t way_sec)
{
	return joining->diff->in->facts->now_sec - FAR_PATIENCE_SEC - way_sec;
}

static const char *way_describe(Pool *pool, int64_t way_sec)
{
	return way_sec > 0 ? pool_printf(pool,
					 ", which may take %lld s: a node in between reads at "
					 "intervals",
					 (long long)way_sec + FAR_PATIENCE_SEC)
			   : "";
}

/* Why changes may not go from here to there, or the other way; NULL: they do, or no node needs them
 * to, as that one reads everything anew whatever this node does. */
static const char *why_apart(const Joining *joining, const Content *peer, const FarWay *way)
{
	Pool *pool = joining->diff->pool;
	const int64_t to_here_sec =
		way->to_here_sec > 0 ? through_sec(joining, way->to_here_sec) : INT64_MAX;

	if (was_met(joining, peer))
		return joining_problem(joining, peer);
	if (!content_has_data(peer) || peer->n_context_csns == 0 ||
	    copy_relation(joining->here, peer).identity != COPY_IS_SAME)
		return NULL;
	if (lacks(joining->here, peer, to_here_sec))
		return pool_printf(pool, "%s has changes that are not here yet%s",
				   joining_uri(joining, peer),
				   way_describe(pool, way->to_here_sec));
	if (lacks(peer, joining->here, through_sec(joining, way->to_there_sec)))
		return pool_printf(pool, "%s lacks changes that are here%s",
				   joining_uri(joining, peer),
				   way_describe(pool, way->to_there_sec));
	return NULL;
}

/*
 * The same rule for those that read this node by way of others. Whether these are connected to each
 * other cannot be seen from here; that what is there is here, and what is here is there, can.
 */
static const Hold *judge_far(const Joining *joining)
{
	AUTO(Pool) *scratch = pool_new();
	FarWays ways = {0};

	for (size_t i = 0; i < joining->n_everybody; i++) {
		const Content *peer = &joining->peers[i];
		const char *why;
		FarWay way;

		if (!is_far(joining, peer))
			continue;
		if (!ways.to_here_sec)
			ways = ways_find(scratch, joining);
		way = way_of(&ways, joining, peer);
		why = why_apart(joining, peer, &way);

		if (why)
			return joining_hold(
				joining, GUARD_JOINING,
				pool_printf(
					joining->diff->pool,
					"%s: everything is here, but clients cannot write here "
					"until the peers that this node does not read are in step "
					"as well, or what is deleted meanwhile may come back: %s. "
					"Only if that one never will be",
					joining->suffix, why),
				remedy_text(REMEDY_RELEASE_JOINING));
	}
	return NULL;
}

const Hold *joining_judge_readers(const Joining *joining)
{
	const Hold *hold = judge_sessions(joining);

	return hold ? hold : judge_far(joining);
}

/* Consumers without the flag have closed it to clients already: waiting takes nothing from them. */
static bool is_closed(const Joining *joining)
{
	const LiveDatabase *live = joining->live;

	for (size_t i = 0; i < live->n_consumers; i++)
		if (!live->consumers[i].is_self)
			return true;
	return false;
}

/* Clients could write here before, and peers knew it: somebody took the flag away, or the fence. */
static bool was_open(const Joining *joining)
{
	return (!joining->was_joining || joining->is_apart) &&
	       known_was_complete(joining->diff->in->known, joining->suffix);
}

const Hold *joining_judge_flag(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live)
{
	const Joining joining = joining_of(diff, wanted, live);
	const Hold *hold = joining_judge(diff, wanted, live);

	if (live->is_multi_provider || wanted->n_consumers == 0 || !is_closed(&joining))
		return hold;
	/* Asked together with the contents: there is one round of questions. */
	if (!diff_facts(diff, joining.suffix)->readers.was_asked)
		diff_need_readers(diff, wanted);
	if (hold || is_known_sid(&joining) || was_open(&joining) ||
	    diff_is_released_for(diff, GUARD_JOINING, joining.suffix))
		return hold;
	if (!live->syncprov && !wanted->desired->syncprov.is_managed)
		return NULL;
	return joining_judge_readers(&joining);
}
