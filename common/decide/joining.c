/* SPDX-License-Identifier: Apache-2.0 */
#include "common/copy/copy_relation.h"
#include "common/copy/csn_set.h"
#include "common/decide/diff.h"

/*
 * Joining in two phases. A node that is writable while it refreshes, or that comes back empty or
 * from an old backup under a server ID that the cluster knows, makes healthy peers delete entries:
 * slapd takes its CSNs for newer knowledge. So a node becomes a provider only when it holds
 * everything that the peer it reads from held.
 */
typedef struct Joining {
	Diff *diff;
	const WantedDatabase *wanted;
	const LiveDatabase *live;
	const Content *here;
	const Content *peers;
	size_t n_peers;
	const char *suffix;
} Joining;

static const Hold *hold_new(const Joining *joining, Guard guard, const char *text,
			    const char *release)
{
	Hold *hold = pool_alloc(joining->diff->pool, sizeof(*hold));

	*hold = (Hold){.guard = guard, .suffix = joining->suffix, .text = text, .release = release};
	return hold;
}

static bool peer_has_data(const Content *peer)
{
	return peer->state == CONTENT_READ && peer->has_suffix;
}

static const Content *any_peer_with_data(const Joining *joining)
{
	for (size_t i = 0; i < joining->n_peers; i++)
		if (peer_has_data(&joining->peers[i]))
			return &joining->peers[i];
	return NULL;
}

static const char *peer_uri(const Joining *joining, const Content *peer)
{
	return desired_peer(joining->diff->in->desired, peer->peer_id)->uri;
}

/* Why peers could not be asked: the person who reads the hold needs it. */
static const char *peers_problem(const Joining *joining)
{
	for (size_t i = 0; i < joining->n_peers; i++)
		if (joining->peers[i].problem)
			return pool_printf(joining->diff->pool, " (%s: %s)",
					   peer_uri(joining, &joining->peers[i]),
					   joining->peers[i].problem);
	return "";
}

static const Hold *judge_empty(const Joining *joining)
{
	const Content *source = any_peer_with_data(joining);
	Pool *pool = joining->diff->pool;

	if (joining->diff->in->options.is_first_node) {
		if (source)
			joining->diff->not_first = hold_new(
				joining, GUARD_JOINING,
				pool_printf(pool,
					    "%s is empty here and holds data at %s: this is not "
					    "the first node, and nothing was written; let it join "
					    "with",
					    joining->suffix, peer_uri(joining, source)),
				"syncward apply");
		return joining->diff->not_first;
	}
	if (source)
		return hold_new(
			joining, GUARD_JOINING,
			pool_printf(
				pool,
				"%s is empty here: this node reads it from its peers first, and "
				"refuses clients' writes until then; when the refresh is complete",
				joining->suffix),
			"syncward apply");
	return hold_new(
		joining, GUARD_JOINING,
		pool_printf(pool,
			    "%s is empty here and no peer that could be asked has data%s; if this "
			    "is the very first node of a new cluster",
			    joining->suffix, peers_problem(joining)),
		"syncward apply --first-node");
}

static const Hold *hold_refresh(const Joining *joining)
{
	return hold_new(
		joining, GUARD_JOINING,
		pool_printf(
			joining->diff->pool,
			"%s: the refresh from the peers is not complete yet%s; clients' writes are "
			"refused until then. When it is",
			joining->suffix, peers_problem(joining)),
		"syncward apply");
}

/* G10: writes of this node's server ID that this database does not know of are elsewhere. */
static const Hold *judge_content(const Joining *joining)
{
	unsigned sid = joining->diff->in->wanted->self->id;
	const KnownDatabase *known = known_database(joining->diff->in->known, joining->suffix);
	const Content *here = joining->here;

	if (diff_is_released(joining->diff, GUARD_CONTENT))
		return NULL;
	/*
	 * Its consumers may have brought the peers' entries since: what told the two apart is gone
	 * then, but what the refresh did not send (it took our own CSN for knowledge) is still
	 * missing here.
	 */
	if (known && known->suspect)
		return hold_new(joining, GUARD_CONTENT, known->suspect,
				"syncward apply --release G10");
	for (size_t i = 0; i < joining->n_peers; i++) {
		const Content *peer = &joining->peers[i];
		const Suspicion suspicion = content_suspicion(here, peer, sid);

		/* A database that started empty is behind until its refresh ends. */
		if (suspicion == SUSPICION_OLDER && known && known->is_joining)
			return hold_refresh(joining);
		if (suspicion == SUSPICION_NONE)
			continue;
		return hold_new(
			joining, GUARD_CONTENT,
			pool_printf(
				joining->diff->pool,
				"%s here is not the database that the cluster knows: %s %s; if "
				"this node became a provider, healthy peers would delete entries. "
				"Empty it and let it join, or load a fresh slapcat of %s with "
				"slapadd -w, or give this node an id that was never used; only if "
				"you are sure that nothing is lost",
				joining->suffix, peer_uri(joining, peer),
				suspicion_describe(joining->diff->pool, suspicion, sid),
				peer_uri(joining, peer)),
			"syncward apply --release G10");
	}
	return NULL;
}

static bool has_refreshing_consumer(const LiveDatabase *live)
{
	for (size_t i = 0; i < live->n_consumers; i++)
		if (!live->consumers[i].is_self)
			return true;
	return false;
}

static bool refresh_is_complete(const Joining *joining)
{
	const Content *here = joining->here;

	for (size_t i = 0; i < joining->n_peers; i++) {
		const Content *peer = &joining->peers[i];

		if (peer_has_data(peer) && csn_covers(here->context_csns, here->n_context_csns,
						      peer->context_csns, peer->n_context_csns))
			return true;
	}
	/* No peer to compare with: a database that was in step before may go on alone. */
	return !any_peer_with_data(joining) && here->n_context_csns > 0 &&
	       known_was_in_step(joining->diff->in->known, joining->suffix);
}

/* The flag is missing because of G1 or G5, which holds it still: this database never joined. */
static bool waits_for_server_id(const Diff *diff, const char *suffix)
{
	const KnownDatabase *known = known_database(diff->in->known, suffix);

	if (known && known->is_joining)
		return false;
	for (size_t i = 0; diff->server_id_is_wrong && i < diff->plan->n_changes; i++)
		if (diff->plan->changes[i].kind == CHANGE_SERVER_ID)
			return diff->plan->changes[i].is_held;
	return false;
}

static const Hold *judge_refresh(const Joining *joining)
{
	/* One that comes back after a while is as one that joins: it reads first. */
	const bool comes_back = known_left(joining->diff->in->known, joining->suffix);

	if (joining->live->is_multi_provider ||
	    (!has_refreshing_consumer(joining->live) && !comes_back) ||
	    waits_for_server_id(joining->diff, joining->suffix) || refresh_is_complete(joining))
		return NULL;
	return hold_refresh(joining);
}

const Hold *joining_judge(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live)
{
	const DatabaseFacts *facts = diff_facts(diff, wanted->desired->suffix);
	const Joining joining = {
		.diff = diff,
		.wanted = wanted,
		.live = live,
		.here = &facts->here,
		.peers = facts->peers,
		.n_peers = facts->n_peers,
		.suffix = wanted->desired->suffix,
	};
	const Hold *hold;

	if (wanted->n_consumers == 0)
		return NULL;
	if (joining.here->state == CONTENT_UNKNOWN) {
		diff_need_content(diff, wanted, true);
		return hold_new(&joining, GUARD_JOINING, "not asked yet", "syncward apply");
	}
	if (joining.here->state != CONTENT_READ)
		return hold_new(&joining, GUARD_JOINING,
				pool_printf(diff->pool, "%s cannot be read here: %s; when it can",
					    joining.suffix, joining.here->problem),
				"syncward apply");
	if (!joining.here->has_suffix)
		return judge_empty(&joining);
	hold = judge_content(&joining);
	return hold ? hold : judge_refresh(&joining);
}
