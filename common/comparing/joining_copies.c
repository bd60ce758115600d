/* SPDX-License-Identifier: Apache-2.0 */
#include "common/comparing/joining_copies.h"

#include <string.h>

#include "common/copy/copy_relation.h"
#include "common/copy/csn_set.h"
#include "common/copy/fence_apart.h"
#include "common/draft/guard_self.h"
#include "common/draft/role.h"
#include "common/slapd/dn.h"

/* What answers under a name of our own is no other copy. */
static size_t copies_take(const Diff *diff, const Content *copies, size_t n_copies, Content *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < n_copies; i++)
		if (!peer_is_myself(diff, copies[i].peer_id))
			ret[n++] = copies[i];
	return n;
}

Joining joining_of(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live)
{
	const char *suffix = wanted->desired->suffix;
	const DatabaseFacts *facts = diff_facts(diff, suffix);
	const KnownDatabase *known = known_database(diff->in->known, suffix);

	const bool is_fenced = fence_is_closed(&diff->in->known->fence, suffix);
	const bool joins = is_fenced || (known && known->is_joining) ||
			   role_rises(diff, suffix, live) || role_opens(diff, wanted, live);
	const bool is_apart = !joins && !peer_is_consumer(diff->in->wanted->self) &&
			      fence_is_apart(&diff->in->known->fence, suffix);
	Content *peers =
		pool_alloc(diff->pool, (facts->n_peers + facts->n_others + 1) * sizeof(*peers));
	const size_t n_peers = copies_take(diff, facts->peers, facts->n_peers, peers);
	Content *heirs = pool_alloc(diff->pool, (facts->n_heirs + 1) * sizeof(*heirs));

	return (Joining){
		.diff = diff,
		.wanted = wanted,
		.live = live,
		.here = &facts->here,
		.peers = peers,
		.n_peers = n_peers,
		.n_everybody = n_peers +
			       copies_take(diff, facts->others, facts->n_others, peers + n_peers),
		.heirs = heirs,
		.n_heirs = copies_take(diff, facts->heirs, facts->n_heirs, heirs),
		.suffix = suffix,
		.our_id = peer_server_id(diff->in->wanted->self),
		.was_joining = joins || is_apart,
		.is_fenced = is_fenced,
		.is_apart = is_apart,
	};
}

const char *joining_uri(const Joining *joining, const Content *peer)
{
	return desired_peer(joining->diff->in->desired, peer->peer_id)->uri;
}

const char *joining_problem(const Joining *joining, const Content *peer)
{
	const char *uri = joining_uri(joining, peer);

	if (!peer->problem || strncmp(peer->problem, uri, strlen(uri)) == 0)
		return peer->problem;
	return pool_printf(joining->diff->pool, "%s: %s", uri, peer->problem);
}

const Hold *joining_hold(const Joining *joining, Guard guard, const char *text, const char *release)
{
	Hold *hold = pool_alloc(joining->diff->pool, sizeof(*hold));

	*hold = (Hold){.guard = guard, .suffix = joining->suffix, .text = text, .release = release};
	return hold;
}

const Hold *joining_wait_for(const Joining *joining, Guard guard, const char *text,
			     const char *release)
{
	Hold *hold = pool_alloc(joining->diff->pool, sizeof(*hold));

	*hold = *joining_hold(joining, guard, text, release);
	hold->says_nothing = true;
	return hold;
}

const Hold *joining_wait(const Joining *joining, const char *text, const char *release)
{
	return joining_wait_for(joining, GUARD_JOINING, text, release);
}

/* A consumer closes a database that is no provider; before there is one nothing else does. */
const char *joining_clients(const Joining *joining)
{
	if (joining->live->is_multi_provider && !joining->live->is_read_only)
		return "clients can write here anyway, because somebody set the multi-provider "
		       "flag";
	return live_reads_from_somebody(joining->live) || joining->live->is_read_only
		       ? "clients cannot write here"
		       : "clients can write here, but their changes may get lost";
}

bool joining_is_provider(const Content *peer)
{
	return content_is_provider(peer);
}

static const char *account_at(const Joining *joining, unsigned peer_id)
{
	const WantedConsumer *peer = wanted_peer(joining->wanted, peer_id);

	return peer ? peer->syncrepl.value[SYNCREPL_BINDDN] : NULL;
}

bool joining_reads_as_rootdn(const Joining *joining, const Content *peer)
{
	const char *account = account_at(joining, peer->peer_id);

	return account && joining->live->root_dn && dn_equal(account, joining->live->root_dn);
}

bool joining_peer_hides(const Joining *joining, const Content *peer)
{
	const char *account = account_at(joining, peer->peer_id);

	return peer->state == CONTENT_READ && !peer->entry.exists && !peer->lacks_database &&
	       account && dn_is_within(account, joining->suffix) &&
	       !joining_reads_as_rootdn(joining, peer);
}

bool joining_can_be_read(const Joining *joining, const Content *peer)
{
	return content_has_data(peer) &&
	       (peer->n_context_csns > 0 ||
		diff_is_released_for(joining->diff, GUARD_JOINING, joining->suffix)) &&
	       copy_relation(joining->here, peer).identity != COPY_IS_OTHER;
}

/* A provider, because a peer that joins as well cannot be read yet; among these the one that knows
 * more server IDs. What it has not seen yet comes to this node with all the rest. */
static bool is_preferred(const Content *peer, const Content *other)
{
	if (joining_is_provider(peer) != joining_is_provider(other))
		return joining_is_provider(peer);
	if (peer->n_context_csns != other->n_context_csns)
		return peer->n_context_csns > other->n_context_csns;
	return peer->peer_id < other->peer_id;
}

const Content *joining_source(const Joining *joining)
{
	const Content *found = NULL;

	for (size_t i = 0; i < joining->n_peers; i++) {
		const Content *peer = &joining->peers[i];

		if (joining_can_be_read(joining, peer) && (!found || is_preferred(peer, found)))
			found = peer;
	}
	return found;
}

bool joining_is_silent(const Joining *joining, const Content *peer)
{
	return joining_peer_hides(joining, peer) ||
	       (content_has_data(peer) && peer->n_context_csns == 0);
}

static bool all_told(const Joining *joining, const Content *copies, size_t n_copies)
{
	for (size_t i = 0; i < n_copies; i++)
		if (copies[i].state != CONTENT_READ || joining_is_silent(joining, &copies[i]))
			return false;
	return true;
}

bool joining_all_told(const Joining *joining)
{
	if (joining->n_everybody == 0)
		return all_told(joining, joining->heirs, joining->n_heirs);
	return all_told(joining, joining->peers, joining->n_everybody);
}

/* What the fence closed was written to here until then, and the daemon noted how far. */
static SeenChanges seen_before(const Joining *joining)
{
	const Known *known = joining->diff->in->known;
	const KnownDatabase *database = known_database(known, joining->suffix);
	const LastSeen *last = last_seen(&known->seen, joining->suffix);
	SeenChanges seen = {0};
	const char *own;

	for (size_t i = 0; database && i < database->seen.n_items; i++)
		POOL_PUSH(joining->diff->pool, seen.items, seen.n_items, database->seen.items[i]);
	own = last ? csn_newest(last->csns, last->n_csns, joining->our_id) : NULL;
	if (joining->is_fenced && own && !joining_all_told(joining))
		POOL_PUSH(joining->diff->pool, seen.items, seen.n_items,
			  {.csn = own, .peer_id = joining->our_id});
	return seen;
}

SeenChanges joining_missing(const Joining *joining)
{
	const SeenChanges before = seen_before(joining);
	Pool *pool = joining->diff->pool;
	const SeenChanges near = seen_changes_join(pool, &before, joining->here, joining->peers,
						   joining->n_everybody);
	const SeenChanges seen =
		seen_changes_join(pool, &near, joining->here, joining->heirs, joining->n_heirs);

	return seen_changes_missing(pool, &seen, joining->here);
}

void joining_note_complete(const Joining *joining)
{
	Plan *plan = joining->diff->plan;

	POOL_PUSH(joining->diff->pool, plan->copies.complete, plan->copies.n_complete,
		  joining->suffix);
}
