/* SPDX-License-Identifier: Apache-2.0 */
#include "common/decide/joining_identity.h"
#include "common/base/remedies.h"

#include "common/copy/copy_relation.h"

/*
 * G10: is this the database that the cluster knows? slapd does not ask: two databases of one suffix
 * that were made apart are merged, and entries of both get lost. A peer proves it by its suffix
 * entry's entryUUID, whatever its contextCSN says or hides.
 */

#define RELEASE remedy_text(REMEDY_RELEASE_G10)

static const Hold *hold_suspect(const Joining *joining, const Content *peer, Suspicion suspicion)
{
	const char *uri = joining_uri(joining, peer);

	return joining_hold(
		joining, GUARD_CONTENT,
		pool_printf(
			joining->diff->pool,
			"%s here is not the database that the cluster knows: %s %s; if this "
			"node became a provider, healthy peers would delete entries; %s, or %s; "
			"after that, or if you are sure that nothing is lost",
			joining->suffix, uri,
			suspicion_describe(joining->diff->pool, suspicion, joining->our_id),
			remedy_text(REMEDY_DATABASE_ANEW),
			remedy_fill(joining->diff->pool, REMEDY_DATABASE_LOAD, uri)),
		RELEASE);
}

static const Hold *hold_unknown(const Joining *joining, const Content *peer)
{
	return joining_hold(
		joining, GUARD_CONTENT,
		pool_printf(joining->diff->pool,
			    "%s: %s has data and hides the suffix entry or its entryUUID: whether "
			    "both hold the same database cannot be seen; %s; only if you are sure "
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
	if (diff_is_released(joining->diff, GUARD_CONTENT))
		return NULL;
	if (copy_relation(joining->here, peer).identity == COPY_IS_OTHER)
		return hold_suspect(joining, peer, SUSPICION_OTHER);
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
 */
static const Hold *judge_strangers(const Joining *joining)
{
	const Hold *found = NULL;

	for (size_t i = 0; i < joining->n_everybody; i++) {
		const Content *peer = &joining->peers[i];

		if (copy_relation(joining->here, peer).identity == COPY_IS_SAME)
			return NULL;
		if (!found)
			found = joining_judge_peer(joining, peer);
	}
	return found;
}

const Hold *joining_judge_identity(const Joining *joining)
{
	const KnownDatabase *known = known_database(joining->diff->in->known, joining->suffix);
	const Hold *hold;

	if (diff_is_released(joining->diff, GUARD_CONTENT))
		return NULL;
	/*
	 * Its consumers may have brought the peers' entries since: what told the two apart is gone
	 * then, but what the refresh did not send (it took our own CSN for knowledge) is still
	 * missing here.
	 */
	if (known && known->suspect)
		return joining_hold(joining, GUARD_CONTENT, known->suspect, RELEASE);
	hold = judge_strangers(joining);
	return hold ? hold : judge_own_changes(joining);
}
