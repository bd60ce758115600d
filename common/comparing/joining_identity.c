/* SPDX-License-Identifier: Apache-2.0 */
#include "common/comparing/joining_identity.h"
#include "common/remedies/remedies.h"

#include "common/copy/copy_relation.h"

/*
 * G10: is this the database that the cluster knows? slapd does not ask: two databases of one suffix
 * that were made apart are merged, and entries of both get lost. A peer proves it by its suffix
 * entry's entryUUID, whatever its contextCSN says or hides.
 */

#define RELEASE remedy_text(REMEDY_RELEASE_G10)

/* Entries of before any overlay: this may be the original, and the peer a copy that has less.
 * Whoever empties it then loses what came since. */
static const Hold *hold_unstamped(const Joining *joining, const char *uri)
{
	return joining_hold(
		joining, GUARD_CONTENT,
		pool_printf(
			joining->diff->pool,
			"%s: %s has changes of server ID %u, and this node, which shows no "
			"contextCSN, perhaps newer ones: see `%s`. If some are missing here: %s, "
			"or %s; then, or if none is and all are to get this copy",
			joining->suffix, uri, joining->our_id, remedy_text(REMEDY_COMPARE),
			remedy_text(REMEDY_DATABASE_ANEW),
			remedy_fill(joining->diff->pool, REMEDY_DATABASE_LOAD, uri)),
		RELEASE);
}

/* What would come of it. A hub has no writers, and readers all the same. */
static const char *harm_describe(const Joining *joining)
{
	return peer_is_consumer(joining->diff->in->wanted->self) ? "reading there would mix both"
								 : "peers would delete entries";
}

/* Then it is no original, but a copy that was put in its place. */
static bool had_context_csn(const Joining *joining)
{
	const Known *known = joining->diff->in->known;
	const KnownDatabase *database = known_database(known, joining->suffix);
	const LastSeen *last = last_seen(&known->seen, joining->suffix);

	return joining->here->n_context_csns > 0 || (database && database->filled) ||
	       (last && last->n_csns > 0);
}

static const Hold *hold_suspect(const Joining *joining, const Content *peer, Suspicion suspicion)
{
	const char *uri = joining_uri(joining, peer);

	if (suspicion == SUSPICION_OLDER && !had_context_csn(joining))
		return hold_unstamped(joining, uri);
	return joining_hold(
		joining, GUARD_CONTENT,
		pool_printf(joining->diff->pool,
			    "%s here is not the cluster's database: %s %s; %s. Save what only it "
			    "has (`%s`); then %s, or %s; then, or if nothing is lost",
			    joining->suffix, uri,
			    suspicion_describe(joining->diff->pool, suspicion, joining->our_id),
			    harm_describe(joining), remedy_text(REMEDY_COMPARE),
			    remedy_text(REMEDY_DATABASE_ANEW),
			    remedy_fill(joining->diff->pool, REMEDY_DATABASE_LOAD, uri)),
		RELEASE);
}

static bool is_same(const Joining *joining, const Content *peer)
{
	return copy_relation(joining->here, peer).identity == COPY_IS_SAME;
}

static const Content *find_identity(const Joining *joining, CopyIdentity identity)
{
	for (size_t i = 0; i < joining->n_everybody; i++)
		if (copy_relation(joining->here, &joining->peers[i]).identity == identity)
			return &joining->peers[i];
	return NULL;
}

static size_t count_identity(const Joining *joining, CopyIdentity identity)
{
	size_t n = 0;

	for (size_t i = 0; i < joining->n_everybody; i++)
		n += copy_relation(joining->here, &joining->peers[i]).identity == identity;
	return n;
}

/* Nobody wrote to it here yet, nor was it seen to have all that its peers had: it may be no more
 * than what one of them sent, or a person loaded. */
static bool is_new_copy(const Joining *joining)
{
	if (joining->is_fenced || joining->is_apart ||
	    !peer_is_read(joining->diff->in->wanted->self))
		return false;
	return joining->was_joining ||
	       (!joining->live->syncprov && !joining->live->is_multi_provider &&
		!known_was_complete(joining->diff->in->known, joining->suffix));
}

/* That a new copy is the same as the one that it was taken from says nothing about a third: only
 * what more peers have than have another one is the cluster's. */
static bool is_divided(const Joining *joining)
{
	const size_t n_same = count_identity(joining, COPY_IS_SAME);

	return is_new_copy(joining) && n_same > 0 &&
	       count_identity(joining, COPY_IS_OTHER) >= n_same;
}

/* Another peer has the same. */
static bool is_backed(const Joining *joining)
{
	return find_identity(joining, COPY_IS_SAME) && !is_divided(joining);
}

/* It lacked nothing of its peers before one of them held another one. Where several do, that may
 * be this node, whose database somebody replaced. */
static bool was_complete(const Joining *joining)
{
	const KnownDatabase *known = known_database(joining->diff->in->known, joining->suffix);

	return count_identity(joining, COPY_IS_OTHER) == 1 && joining->live->syncprov &&
	       !joining->was_joining && known && known->is_complete;
}

/* A person who did what is printed for a stranger would empty the cluster's own database. */
static const Hold *hold_stranger(const Joining *joining, const Content *peer)
{
	Pool *pool = joining->diff->pool;
	const char *uri = joining_uri(joining, peer);
	const char *why =
		is_backed(joining)
			? "another peer has what is here"
			: "this node lacked nothing that its peers have: it has the right one, "
			  "unless its own was replaced since";

	return joining_hold(
		joining, GUARD_CONTENT,
		pool_printf(pool,
			    "%s at peer %u, %s, is not the same database as here (entryUUID of the "
			    "suffix entry), and slapd would merge the two; %s; leave what is here",
			    joining->suffix, peer->peer_id, uri, why),
		remedy_fill(pool, REMEDY_STRANGER, remedy_number(pool, peer->peer_id), uri));
}

/* Which of the two is the cluster's only a person knows: both ways are said. */
static const Hold *hold_divided(const Joining *joining, const Content *other)
{
	Pool *pool = joining->diff->pool;
	const Content *same = find_identity(joining, COPY_IS_SAME);
	const char *uri = joining_uri(joining, same);
	const char *other_uri = joining_uri(joining, other);

	return joining_wait_for(
		joining, GUARD_CONTENT,
		pool_printf(
			pool,
			"%s here is a copy of %s's; %s has another one: slapd would merge both. "
			"If that is the cluster's, %s, and here: %s. If this is",
			joining->suffix, uri, other_uri,
			remedy_fill(pool, REMEDY_STRANGER, remedy_number(pool, same->peer_id), uri),
			remedy_text(REMEDY_DATABASE_ANEW)),
		remedy_fill(pool, REMEDY_STRANGER, remedy_number(pool, other->peer_id), other_uri));
}

static const Hold *hold_other(const Joining *joining, const Content *peer)
{
	if (is_divided(joining))
		return hold_divided(joining, peer);
	return is_backed(joining) || was_complete(joining)
		       ? hold_stranger(joining, peer)
		       : hold_suspect(joining, peer, SUSPICION_OTHER);
}

static const Hold *hold_unknown(const Joining *joining, const Content *peer)
{
	return joining_hold(
		joining, GUARD_CONTENT,
		pool_printf(
			joining->diff->pool,
			"%s: %s has data and hides the suffix entry or its entryUUID, so nobody "
			"can see whether both hold the same database; %s; only if you are sure "
			"that it is the same",
			joining->suffix, joining_uri(joining, peer),
			remedy_text(REMEDY_SUFFIX_VISIBLE)),
		RELEASE);
}

static bool is_unknown(const Joining *joining, const Content *peer)
{
	return joining_peer_hides(joining, peer) ||
	       (content_has_data(peer) &&
		copy_relation(joining->here, peer).identity == COPY_IDENTITY_UNKNOWN);
}

/* About one peer: a link to it is held, whatever others say. */
const Hold *joining_judge_peer(const Joining *joining, const Content *peer)
{
	if (diff_is_released_for(joining->diff, GUARD_CONTENT, joining->suffix))
		return NULL;
	if (copy_relation(joining->here, peer).identity == COPY_IS_OTHER)
		return hold_other(joining, peer);
	return is_unknown(joining, peer) ? hold_unknown(joining, peer) : NULL;
}

/* Writes of this node's server ID that this database does not know of are elsewhere. */
static const Hold *judge_own_changes(const Joining *joining)
{
	for (size_t i = 0; i < joining->n_everybody; i++) {
		const Content *peer = &joining->peers[i];

		/* One that started empty is behind until its refresh ends, which is judged next. */
		if (!joining->was_joining && copy_lacks_own(joining->here, peer, joining->our_id))
			return hold_suspect(joining, peer, SUSPICION_OLDER);
	}
	return NULL;
}

/* One peer that is the same proves that a stranger is the stranger: only the link to that is held.
 * It proves nothing of a new copy, which other peers may read. */
static const Hold *judge_strangers(const Joining *joining)
{
	const Hold *found = NULL;

	if (is_divided(joining))
		return hold_divided(joining, find_identity(joining, COPY_IS_OTHER));
	for (size_t i = 0; i < joining->n_everybody; i++) {
		const Content *peer = &joining->peers[i];

		if (is_same(joining, peer))
			return NULL;
		if (!found)
			found = joining_judge_peer(joining, peer);
	}
	return found;
}

/* Its first refresh deletes what the providers have not: where they lack something that is here, no
 * node has it afterwards. What it read before they had. */
static const Hold *judge_consumer(const Joining *joining)
{
	const Diff *diff = joining->diff;
	const KnownDatabase *known = known_database(diff->in->known, joining->suffix);
	Hold *hold;

	if (!peer_is_consumer(diff->in->wanted->self) || live_reads_from_somebody(joining->live) ||
	    (known && known->is_consumer))
		return NULL;
	hold = pool_alloc(diff->pool, sizeof(*hold));
	*hold = *joining_hold(
		joining, GUARD_CONTENT,
		pool_printf(
			diff->pool,
			"%s has entries here that this node did not read as a consumer: the first "
			"refresh would delete what its providers do not have; stop slapd, %s; only "
			"if it is a copy of a provider's, or nobody needs what only this node has",
			joining->suffix, remedy_text(REMEDY_DATABASE_ANEW)),
		RELEASE);
	/* It is seen again as long as it lasts; to a provider it would say nothing. */
	hold->says_nothing = true;
	return hold;
}

const Hold *joining_judge_identity(const Joining *joining)
{
	const KnownDatabase *known = known_database(joining->diff->in->known, joining->suffix);
	const Hold *hold;

	if (diff_is_released_for(joining->diff, GUARD_CONTENT, joining->suffix))
		return NULL;
	/*
	 * Its consumers may have brought the peers' entries since: what told the two apart is gone
	 * then, but what the refresh did not send (it took our own CSN for knowledge) is still
	 * missing here.
	 */
	hold = judge_strangers(joining);
	if (known && known->suspect && !(hold && was_complete(joining)))
		return joining_hold(joining, GUARD_CONTENT, known->suspect, RELEASE);
	if (!hold)
		hold = judge_consumer(joining);
	return hold ? hold : judge_own_changes(joining);
}
