/* SPDX-License-Identifier: Apache-2.0 */
#include "common/joining/joining_apart.h"

#include "common/base/buf.h"
#include "common/base/timestamp.h"
#include "common/copy/copy_relation.h"
#include "common/copy/lag.h"
#include "common/live/live_running.h"
#include "common/remedies/remedies.h"
#include "common/topology/links_relay.h"

/* No node can read a peer that is no provider itself, so two of them would wait for each other for
 * ever: the one with the lower id goes first, and a node that has waited this long since slapd
 * started goes as well. */
#define TURN_SEC 300

/* One that is shut serves its clients, and a peer may be away for days: once a link is up the
 * others are waited for so long, and half of it by the one with the lower id. */
#define PATIENCE_SEC 60
#define FIRST_SEC    30

static bool is_same(const Joining *joining, const Content *peer)
{
	return content_has_data(peer) && peer->n_context_csns > 0 &&
	       copy_relation(joining->here, peer).identity != COPY_IS_OTHER;
}

static bool had_turn(const Joining *joining)
{
	const int64_t started_sec = timestamp_of_generalized(joining->diff->in->live->start_time);

	return started_sec >= 0 && joining->diff->in->facts->now_sec - started_sec > TURN_SEC;
}

/* What it has does not come here before it is a provider, and it may wait for this node. */
static bool waits_behind(const Joining *joining, const Content *peer)
{
	return is_same(joining, peer) && !joining_is_provider(peer) &&
	       (joining->our_id < peer->peer_id || had_turn(joining));
}

/* One that is shut stays what it was: nothing is remembered of it. peers.json may have changed
 * since then. */
static const Hold *hold_relay(const Joining *joining, bool is_shut, const char *why)
{
	const char *text = pool_printf(
		joining->diff->pool,
		"%s: others %s each other's changes through this node alone, and it was %s before "
		"it has what its peers have: %s. Only if that never comes",
		joining->suffix,
		wanted_is_relay(joining->diff->in->wanted, joining->wanted) ? "get" : "got",
		is_shut ? "cut off: nodes that connect anew cannot read it"
			: "away: nobody can read it, and no client can write here,",
		why);
	const char *release = remedy_text(REMEDY_RELEASE_JOINING);

	return is_shut ? joining_wait(joining, text, release)
		       : joining_hold(joining, GUARD_JOINING, text, release);
}

/* Changes that are not here yet; NULL: there is no peer to wait for. */
static const Hold *judge_lacking(const Joining *joining, bool is_shut)
{
	for (size_t i = 0; i < joining->n_everybody; i++) {
		const Content *peer = &joining->peers[i];
		const bool lacks =
			i < joining->n_peers
				? is_same(joining, peer) && !copy_covers(joining->here, peer)
				: copy_lacks_own(joining->here, peer, joining->our_id);

		if (lacks && !waits_behind(joining, peer))
			return hold_relay(joining, is_shut,
					  pool_printf(joining->diff->pool, "%s has more%s",
						      joining_uri(joining, peer),
						      joining_is_provider(peer)
							      ? ""
							      : ", and is no provider yet"));
	}
	return NULL;
}

/* --- the parts that it connects --- */

static bool tells_for_part(const Joining *joining, const Content *peer)
{
	return (is_same(joining, peer) && joining_is_provider(peer)) || waits_behind(joining, peer);
}

static const char *why_silent(const Joining *joining, const Content *peer)
{
	return peer->problem ? joining_problem(joining, peer)
			     : pool_printf(joining->diff->pool, "%s shows no contextCSN",
					   joining_uri(joining, peer));
}

/* Peers in parts whose contents are not known: "A; B", or nothing. */
static const char *silent_describe(const Joining *joining)
{
	AUTO(Pool) *scratch = pool_new();
	const Wanted *wanted = joining->diff->in->wanted;
	const Links links = links_make(scratch, wanted->desired, joining->wanted->desired);
	const size_t *parts = links_parts_without(scratch, &links, wanted->self);
	bool *is_told = pool_alloc(scratch, (links.n_nodes + 1) * sizeof(*is_told));
	Buf text = BUF_IN(joining->diff->pool);

	for (size_t i = 0; i < joining->n_peers; i++)
		if (tells_for_part(joining, &joining->peers[i]))
			is_told[parts[links_position(
				&links,
				desired_peer(wanted->desired, joining->peers[i].peer_id))]] = true;
	for (size_t i = 0; i < joining->n_peers; i++) {
		const Content *peer = &joining->peers[i];

		if (!is_told[parts[links_position(&links,
						  desired_peer(wanted->desired, peer->peer_id))]])
			buf_printf(&text, "%s%s", text.len > 0 ? "; " : "",
				   why_silent(joining, peer));
	}
	return buf_text(&text);
}

const Hold *joining_judge_apart(const Joining *joining)
{
	const Hold *hold;
	const char *silent;

	if (diff_is_released_for(joining->diff, GUARD_JOINING, joining->suffix))
		return NULL;
	hold = judge_lacking(joining, false);
	if (hold)
		return hold;
	silent = silent_describe(joining);
	return *silent ? hold_relay(joining, false, silent) : NULL;
}

/* --- a relay that is only shut --- */

/* When its entry was last written, which is no earlier than when it was shut; -1: not known. */
static int64_t shut_sec(const Joining *joining)
{
	const char *csn = entry_first(joining->live->entry, "entryCSN");
	const int64_t msec = csn ? csn_msec(csn) : -1;

	return msec >= 0 ? msec / 1000 : -1;
}

/* A link that reads at intervals comes up again and again: the first time is not known, but that it
 * did since the relay was shut is. */
static int64_t up_sec(const Joining *joining, const LiveConsumer *consumer,
		      const RunningConsumer *running)
{
	if (running->is_connected && running->is_persistent)
		return timestamp_of_generalized(running->last_connect);
	return syncrepl_is_refresh_only(&consumer->syncrepl) && running_made_contact(running) &&
			       timestamp_of_generalized(running->last_contact) > shut_sec(joining)
		       ? shut_sec(joining)
		       : -1;
}

static bool any_tells(const Joining *joining)
{
	for (size_t i = 0; i < joining->n_peers; i++)
		if (tells_for_part(joining, &joining->peers[i]))
			return true;
	return false;
}

/* When the last of the links that are up came up; -1: none is. Where slapd does not tell, a peer
 * that answers counts as a link that came up when the relay was shut. */
static int64_t back_sec(const Joining *joining)
{
	const Live *live = joining->diff->in->live;
	RunningIndex index;
	int64_t sec = -1;

	if (!live->runs.is_known)
		return any_tells(joining) ? shut_sec(joining) : -1;
	running_index(&live->runs, joining->suffix, &index);
	for (size_t i = 0; i < joining->live->n_consumers; i++) {
		const LiveConsumer *consumer = &joining->live->consumers[i];
		const RunningConsumer *running =
			running_find(&index, consumer->rid, consumer->provider);
		const int64_t at_sec = running ? up_sec(joining, consumer, running) : -1;

		sec = at_sec > sec ? at_sec : sec;
	}
	return sec;
}

static bool goes_first(const Joining *joining)
{
	for (size_t i = 0; i < joining->n_peers; i++)
		if (joining->peers[i].problem && joining->peers[i].peer_id < joining->our_id)
			return false;
	return true;
}

const Hold *joining_judge_shut(const Joining *joining)
{
	const int64_t since_sec = back_sec(joining);
	const Hold *hold = judge_lacking(joining, true);
	const char *silent;

	if (hold)
		return hold;
	silent = silent_describe(joining);
	if (!*silent ||
	    (since_sec >= 0 && joining->diff->in->facts->now_sec - since_sec >=
				       (goes_first(joining) ? FIRST_SEC : PATIENCE_SEC)))
		return NULL;
	return hold_relay(joining, true, silent);
}

const Hold *joining_await_links(const Joining *joining)
{
	return hold_relay(joining, true, "none of its links is up again");
}
