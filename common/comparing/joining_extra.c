/* SPDX-License-Identifier: Apache-2.0 */
#include "common/comparing/joining_extra.h"

#include "common/base/timestamp.h"
#include "common/comparing/joining_hidden.h"
#include "common/copy/copy_relation.h"
#include "common/copy/lag.h"
#include "common/live/live_running.h"
#include "common/plan/plan_changes.h"
#include "common/remedies/remedies.h"

/*
 * contextCSN tells what is missing here, never what is too much (common/entries/copy_extra.h): a
 * first refresh that broke off, or a copy without contextCSN, keeps what was deleted meanwhile.
 * Clients would find it here, for example the account of a person who was locked out, and a node
 * that joins from here would get it as well.
 */

#define INTERVAL     "00:00:00:05"
#define INTERVAL_SEC 5
#define SETTLES_SEC  10  /* where slapd does not show its links */
#define REFRESH_SEC  600 /* a refresh at intervals that takes longer goes on without them */

bool joining_asks_extra(const Joining *joining)
{
	return (joining->was_joining && !joining->is_apart) ||
	       !known_was_complete(joining->diff->in->known, joining->suffix);
}

static bool may_be_compared(const Live *live, const WantedDatabase *wanted, const Content *here,
			    const Content *peer)
{
	for (size_t i = 0; i < wanted->n_consumers; i++)
		if (wanted->consumers[i].peer->id == peer->peer_id)
			return !live_is_myself(live, wanted->consumers[i].peer->uri) &&
			       copy_relation(here, peer).identity == COPY_IS_SAME &&
			       copy_covers(here, peer);
	return false;
}

/* A provider that lacks changes which are here still has what these deleted. */
static bool is_better(const Content *here, const Content *one, const Content *other)
{
	if (!other || joining_is_provider(one) != joining_is_provider(other))
		return !other || joining_is_provider(one);
	return copy_covers(one, here) && !copy_covers(other, here);
}

const Content *joining_extra_peer(const Live *live, const WantedDatabase *wanted,
				  const DatabaseFacts *facts)
{
	const Content *found = NULL;

	for (size_t i = 0; i < facts->n_peers; i++) {
		const Content *peer = &facts->peers[i];

		if (may_be_compared(live, wanted, &facts->here, peer) &&
		    is_better(&facts->here, peer, found))
			found = peer;
	}
	return found;
}

static const char *uri_of(const Joining *joining, unsigned peer_id)
{
	const Peer *peer = desired_peer(joining->diff->in->desired, peer_id);

	return peer ? peer->uri : "a peer";
}

static const Hold *hold_extra(const Joining *joining, const CopyExtra *extra)
{
	return joining_hold(
		joining, GUARD_JOINING,
		pool_printf(
			joining->diff->pool,
			"%s: everything is here, but so are entries that %s has deleted (%zu); "
			"clients cannot write here until the first change there removes them. If "
			"nobody changes anything there, stop slapd here, %s; only if they were "
			"compared and belong here",
			joining->suffix, uri_of(joining, extra->peer_id), extra->n_entries,
			remedy_text(REMEDY_DATABASE_ANEW)),
		remedy_text(REMEDY_RELEASE_JOINING));
}

/* slapd takes none of these away, whatever is changed there: no cookie has their server ID. */
static const Hold *hold_doubtful(const Joining *joining, const CopyExtra *extra)
{
	return joining_hold(
		joining, GUARD_JOINING,
		pool_printf(
			joining->diff->pool,
			"%s: entries are here (%zu) that %s does not show, under a server ID that "
			"no peer's contextCSN has: it is not known whether they were deleted; "
			"clients cannot write here. If they were, stop slapd here, %s, then `%s`; "
			"only if they belong here",
			joining->suffix, extra->n_doubtful, uri_of(joining, extra->peer_id),
			remedy_text(REMEDY_DATABASE_ANEW), remedy_text(REMEDY_HEAL)),
		remedy_text(REMEDY_RELEASE_JOINING));
}

static const Content *compared_with(const Joining *joining, const CopyExtra *extra)
{
	for (size_t i = 0; i < joining->n_peers; i++)
		if (joining->peers[i].peer_id == extra->peer_id)
			return &joining->peers[i];
	return NULL;
}

/* Behind a node that alone connects it to others, it gets their deletions from here only: joining
 * anew changes nothing. */
static const Hold *hold_deleted_or_lost(const Joining *joining, const CopyExtra *extra)
{
	return joining_hold(
		joining, GUARD_JOINING,
		pool_printf(joining->diff->pool,
			    "%s: entries that %s has are not here (%zu), and it lacks changes that "
			    "are here: these deleted them, or they got lost here, and others would "
			    "lose them, too; clients cannot write here. Only if no other provider "
			    "has them",
			    joining->suffix, uri_of(joining, extra->peer_id), extra->n_missing),
		remedy_text(REMEDY_RELEASE_JOINING));
}

/* Only a part was read, or something got lost: no refresh brings it, as contextCSN is equal. */
static const Hold *hold_missing(const Joining *joining, const CopyExtra *extra)
{
	const Content *peer = compared_with(joining, extra);

	if (peer && !copy_covers(peer, joining->here))
		return hold_deleted_or_lost(joining, extra);
	return joining_hold(
		joining, GUARD_JOINING,
		pool_printf(joining->diff->pool,
			    "%s: by contextCSN everything is here, but entries that %s has are "
			    "missing (%zu): as a provider this node would make others delete them; "
			    "clients cannot write here. Stop slapd here, %s; only if somebody has "
			    "compared, and nobody needs them",
			    joining->suffix, uri_of(joining, extra->peer_id), extra->n_missing,
			    remedy_text(REMEDY_DATABASE_ANEW)),
		remedy_text(REMEDY_RELEASE_JOINING));
}

/* No peer was compared, or not to the end. */
static const char *not_known_why(const CopyExtra *extra)
{
	return extra->peer_id == 0 ? "it could be compared with no peer" : extra->problem;
}

static const Hold *hold_not_known(const Joining *joining, const CopyExtra *extra)
{
	return joining_hold(
		joining, GUARD_JOINING,
		pool_printf(
			joining->diff->pool,
			"%s: everything is here, but it is not known whether entries are here that "
			"%s has deleted: %s; clients cannot write here until it is, and this node "
			"looks again by itself. Only if somebody has compared",
			joining->suffix, uri_of(joining, extra->peer_id), not_known_why(extra)),
		remedy_text(REMEDY_RELEASE_JOINING));
}

/* What the peer hides from us it has not deleted. */
static const Hold *judge_hidden(const Joining *joining, const CopyExtra *extra)
{
	const Content *peer = compared_with(joining, extra);

	return peer ? joining_judge_hidden(joining, peer) : NULL;
}

const Hold *joining_judge_extra(const Joining *joining)
{
	const CopyExtra *extra = &diff_facts(joining->diff, joining->suffix)->extra;
	const Hold *hidden;

	if (!joining_asks_extra(joining))
		return NULL;
	if (!extra->was_asked) {
		diff_need_extra(joining->diff, joining->wanted);
		return joining_wait(joining, "not asked yet", remedy_text(REMEDY_APPLY));
	}
	if (not_known_why(extra))
		return hold_not_known(joining, extra);
	/* A consumer may read a part; no node reads that from it, unless it is a hub. */
	if (extra->n_missing > 0 && peer_is_read(joining->diff->in->wanted->self))
		return hold_missing(joining, extra);
	hidden = judge_hidden(joining, extra);
	if (hidden)
		return hidden;
	if (extra->n_entries > 0)
		return hold_extra(joining, extra);
	return extra->n_doubtful > 0 ? hold_doubtful(joining, extra) : NULL;
}

static bool is_held(const Plan *plan, const char *suffix)
{
	const WantedDatabase *wanted = plan->wanted ? wanted_find(plan->wanted, suffix) : NULL;
	const char *told = wanted ? wanted->desired->suffix : suffix;
	const Hold *hold;

	for (size_t at = 0; (hold = hold_next_told(&plan->held, told, &at));)
		if (hold->guard == GUARD_JOINING && !hold->peer)
			return true;
	return false;
}

bool joining_needs_afresh(const Plan *plan, const Known *known, const DatabaseFacts *facts,
			  bool writes)
{
	return facts->extra.is_kept && !facts->extra.problem && facts->extra.n_entries == 0 &&
	       facts->extra.n_doubtful == 0 && facts->extra.n_missing == 0 &&
	       (writes || fence_is_closed(&known->fence, facts->suffix)) &&
	       !is_held(plan, facts->suffix);
}

static Syncrepl polling_of(const WantedConsumer *wanted)
{
	Syncrepl polling = wanted->syncrepl;

	polling.value[SYNCREPL_TYPE] = "refreshOnly";
	polling.value[SYNCREPL_INTERVAL] = INTERVAL;
	return polling;
}

/* Back to staying connected: not yet. Anything else that peers.json changes is written. */
static bool edit_hold(const Joining *joining, const LiveConsumer *live,
		      const WantedConsumer *wanted, const Hold *hold)
{
	const Syncrepl polling = polling_of(wanted);
	Plan *plan = joining->diff->plan;
	Change *change;

	for (size_t at = 0; (change = change_next_told(plan, joining->suffix, &at));) {
		if (change->consumer.live != live)
			continue;
		if (syncrepl_equal(&live->syncrepl, &polling))
			plan_hold(joining->diff->pool, plan, change, *hold);
		return true;
	}
	return false;
}

static void read_at_intervals(const Joining *joining, const LiveConsumer *live,
			      const WantedConsumer *wanted)
{
	Pool *pool = joining->diff->pool;
	WantedConsumer *polling = pool_alloc(pool, sizeof(*polling));

	*polling = *wanted;
	polling->syncrepl = polling_of(wanted);
	plan_add_change(pool, joining->diff->plan,
			(Change){
				.kind = CHANGE_CONSUMER_EDIT,
				.suffix = joining->suffix,
				.dn = joining->live->entry->dn,
				.attribute = "olcSyncrepl",
				.subject = wanted->peer->uri,
				.old_value = live->text,
				.why = "for a while at intervals: that takes away what it deleted",
				.consumer.live = live,
				.consumer.wanted = polling,
			});
}

/* --- each change of a link's type begins the refresh of all links of the database anew --- */

/* -1: not known. */
static int64_t written_sec(const Joining *joining)
{
	return timestamp_of_generalized(entry_first(joining->live->entry, "modifyTimestamp"));
}

/* Interrupted, a refresh takes nothing away. */
static bool is_in_refresh(const Joining *joining, const WantedConsumer *const *of_live)
{
	const LiveRunning *runs = &joining->diff->in->live->runs;
	const LiveDatabase *live = joining->live;
	const int64_t written = written_sec(joining);
	RunningIndex index;

	if (!runs->is_known)
		return written >= 0 && joining->diff->in->facts->now_sec - written < SETTLES_SEC;
	running_index(runs, joining->suffix, &index);
	for (size_t i = 0; i < live->n_consumers; i++) {
		const LiveConsumer *consumer = &live->consumers[i];
		const RunningConsumer *running =
			of_live[i] ? running_find(&index, consumer->rid, consumer->provider) : NULL;

		if (running && running->is_connected && !running->is_persistent &&
		    !syncrepl_is_refresh_only(&consumer->syncrepl))
			return true;
	}
	return false;
}

/*
 * True when a refresh at intervals is over, by what it brought: contextCSN comes at the end of one.
 * That of the first interval may have begun at another link, and before what is changed meanwhile.
 */
static bool was_read_at_intervals(const Joining *joining)
{
	const Content *here = joining->here;
	const int64_t written = written_sec(joining);

	if (written < 0 || joining->diff->in->facts->now_sec - written > REFRESH_SEC)
		return true;
	for (size_t i = 0; i < here->n_context_csns; i++)
		if (csn_msec(here->context_csns[i]) / 1000 > written + INTERVAL_SEC)
			return true;
	return false;
}

/* Why links do not stay connected again yet; NULL: they may. Behind all peers, which is no fault
 * where much is changed, nothing is known, and at intervals nothing ever will be. */
static const Hold *hold_return(const Joining *joining, const CopyExtra *extra, const Hold *behind)
{
	if (extra->peer_id == 0)
		return was_read_at_intervals(joining) ? NULL : behind;
	if (not_known_why(extra))
		return hold_not_known(joining, extra);
	return extra->n_entries > 0 ? hold_extra(joining, extra) : NULL;
}

/* What was found before the links were last written may be gone since. */
static bool is_news(const Joining *joining, const CopyExtra *extra)
{
	const int64_t written = written_sec(joining);

	return written < 0 ? !extra->is_kept
			   : joining->diff->in->facts->now_sec - extra->age_msec / 1000 > written;
}

static bool may_begin(const Joining *joining, const WantedConsumer *const *of_live,
		      const CopyExtra *extra)
{
	return !not_known_why(extra) && extra->n_entries > 0 && is_news(joining, extra) &&
	       !is_in_refresh(joining, of_live);
}

void joining_read_again(const Joining *joining, const WantedConsumer *const *of_live,
			const Hold *behind)
{
	const CopyExtra *extra = &diff_facts(joining->diff, joining->suffix)->extra;
	const LiveDatabase *live = joining->live;
	const Hold *hold;
	bool begins;

	if (!joining_asks_extra(joining) || !extra->was_asked ||
	    diff_is_released_for(joining->diff, GUARD_JOINING, joining->suffix))
		return;
	hold = hold_return(joining, extra, behind);
	if (!hold)
		return;
	begins = may_begin(joining, of_live, extra);
	for (size_t i = 0; i < live->n_consumers; i++)
		if (of_live[i] && !syncrepl_is_refresh_only(&of_live[i]->syncrepl) &&
		    !edit_hold(joining, &live->consumers[i], of_live[i], hold) && begins &&
		    !syncrepl_is_refresh_only(&live->consumers[i].syncrepl))
			read_at_intervals(joining, &live->consumers[i], of_live[i]);
}
