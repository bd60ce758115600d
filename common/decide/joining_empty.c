/* SPDX-License-Identifier: Apache-2.0 */
#include "common/decide/joining_empty.h"
#include "common/base/remedies.h"

#include "common/base/buf.h"
#include "common/copy/copy_relation.h"
#include "common/decide/emptied.h"

/*
 * A database that is empty here. Whether this node joins a cluster or begins one cannot be seen
 * when nobody answers: a person says it, and is believed only about peers that show nothing. An
 * empty node that becomes writable beside peers with data replaces their entries.
 */

/* What is known about a peer's copy, as far as beginning a cluster goes. */
typedef enum Emptiness {
	EMPTINESS_UNSEEN, /* it answers or swallows without letting us see */
	EMPTINESS_DATA,
	EMPTINESS_EMPTY, /* it holds nothing, or no server is there */
} Emptiness;

static bool is_said_empty(const Joining *joining, unsigned peer_id)
{
	const PlanInput *in = joining->diff->in;

	for (size_t i = 0; i < in->options.n_empty_ids; i++)
		if (in->options.empty_ids[i] == peer_id)
			return true;
	return false;
}

static Emptiness emptiness_of(const Joining *joining, const Content *peer)
{
	if (content_has_data(peer) || joining_peer_hides(joining, peer))
		return EMPTINESS_DATA;
	if (peer->lacks_database || peer->nobody_listens || is_said_empty(joining, peer->peer_id))
		return EMPTINESS_EMPTY;
	if (peer->state == CONTENT_READ && joining_reads_as_rootdn(joining, peer))
		return EMPTINESS_EMPTY;
	return EMPTINESS_UNSEEN;
}

static const Content *find_peer(const Joining *joining, Emptiness emptiness)
{
	for (size_t i = 0; i < joining->n_everybody; i++)
		if (emptiness_of(joining, &joining->peers[i]) == emptiness)
			return &joining->peers[i];
	return NULL;
}

/* "ldap://two: bind refused; ldap://three: empty, or hidden from our account" */
static const char *unseen_describe(const Joining *joining)
{
	Buf text = BUF_IN(joining->diff->pool);

	for (size_t i = 0; i < joining->n_everybody; i++) {
		const Content *peer = &joining->peers[i];

		if (emptiness_of(joining, peer) != EMPTINESS_UNSEEN)
			continue;
		buf_puts(&text, text.len > 0 ? "; " : "");
		if (peer->problem)
			buf_puts(&text, joining_problem(joining, peer));
		else
			buf_printf(&text, "%s: empty, or hidden from our account",
				   joining_uri(joining, peer));
	}
	return buf_text(&text);
}

/* Those that a person vouches for already stay on the line. */
static const char *empty_command(const Joining *joining)
{
	Buf ids = BUF_IN(joining->diff->pool);

	for (size_t i = 0; i < joining->n_everybody; i++) {
		const Content *peer = &joining->peers[i];

		if (emptiness_of(joining, peer) != EMPTINESS_UNSEEN &&
		    !is_said_empty(joining, peer->peer_id))
			continue;
		buf_printf(&ids, "%s%u", ids.len > 0 ? "," : "", peer->peer_id);
	}
	return remedy_fill(joining->diff->pool, REMEDY_FIRST_NODE_EMPTY, buf_text(&ids));
}

static const Hold *hold_has_source(const Joining *joining, const Content *source)
{
	return joining_hold(
		joining, GUARD_JOINING,
		pool_printf(joining->diff->pool,
			    "%s is empty here and holds data at %s: this is not the first node, "
			    "and nothing was written; let it join with",
			    joining->suffix, joining_uri(joining, source)),
		remedy_text(REMEDY_APPLY));
}

/* Nobody can tell whether what it would read is complete, nor when it has all of it. */
static const Hold *hold_unproven_source(const Joining *joining, const Content *source)
{
	return joining_hold(
		joining, GUARD_JOINING,
		pool_printf(
			joining->diff->pool,
			"%s is empty here, and %s, which has entries, shows no contextCSN: its own "
			"first refresh is not complete, it has no syncprov overlay yet, or "
			"olcAccess there hides contextCSN from our account. This node reads it as "
			"soon as it shows one; only if somebody has checked that it has everything",
			joining->suffix, joining_uri(joining, source)),
		remedy_text(REMEDY_RELEASE_JOINING));
}

/* It comes by way of them; nobody else is read. */
static const Hold *hold_far_source(const Joining *joining, const Content *source)
{
	return joining_hold(
		joining, GUARD_JOINING,
		pool_printf(
			joining->diff->pool,
			"%s is empty here, and no peer that this node reads shows data; %s, which "
			"this node does not read, holds data: joining begins as soon as a peer "
			"that this node reads has it; %s; when one has",
			joining->suffix, joining_uri(joining, source), joining_clients(joining)),
		remedy_text(REMEDY_APPLY));
}

static const Hold *hold_unseen(const Joining *joining)
{
	return joining_hold(
		joining, GUARD_JOINING,
		pool_printf(
			joining->diff->pool,
			"%s is empty here, and this node could not see whether these peers hold "
			"data: %s. Once it can, it joins by itself; only if somebody has checked "
			"that they hold nothing, and this is the very first node of a new cluster",
			joining->suffix, unseen_describe(joining)),
		empty_command(joining));
}

/* What clients write comes to a consumer, and from it to nobody. */
static const Hold *hold_consumer(const Joining *joining)
{
	return joining_hold(
		joining, GUARD_JOINING,
		pool_printf(joining->diff->pool,
			    "%s is empty here, and this node is a consumer, which never begins a "
			    "cluster; nothing was written; let it join with",
			    joining->suffix),
		remedy_text(REMEDY_APPLY));
}

/* It waits for a provider; nobody has to say anything. */
static const Hold *hold_no_source(const Joining *joining)
{
	const char *unseen = unseen_describe(joining);

	return joining_hold(
		joining, GUARD_JOINING,
		pool_printf(joining->diff->pool,
			    "%s is empty here, and no provider that this consumer reads shows "
			    "data%s%s; joining begins as soon as one does; when one does",
			    joining->suffix, *unseen ? ": " : "", unseen),
		remedy_text(REMEDY_APPLY));
}

static const Hold *judge_first_node(const Joining *joining)
{
	const Content *source = find_peer(joining, EMPTINESS_DATA);
	const Hold *hold = NULL;

	if (source)
		hold = hold_has_source(joining, source);
	else if (peer_is_consumer(joining->diff->in->wanted->self))
		hold = hold_consumer(joining);
	else if (find_peer(joining, EMPTINESS_UNSEEN))
		hold = hold_unseen(joining);
	if (hold)
		joining->diff->not_first = hold;
	return hold;
}

static const Hold *hold_fenced(const Joining *joining)
{
	const PlanInput *in = joining->diff->in;
	const bool runs_on = emptied_runs_on(in->live, known_database(in->known, joining->suffix));

	return joining_hold(
		joining, GUARD_JOINING,
		pool_printf(
			joining->diff->pool,
			"%s is empty here, but was not before: this node reads it from its peers, "
			"and clients cannot write here until it has; %s",
			joining->suffix,
			runs_on ? "slapd still takes what its peers had for known, and reads it "
				  "anew when somebody does this"
				: "when the refresh is complete"),
		remedy_text(runs_on ? REMEDY_RESTART_SLAPD : REMEDY_APPLY));
}

const Hold *joining_judge_empty(const Joining *joining)
{
	const Content *source = find_peer(joining, EMPTINESS_DATA);

	if (joining->diff->in->options.is_first_node)
		return judge_first_node(joining);
	if (source && source >= joining->peers + joining->n_peers)
		return hold_far_source(joining, source);
	if (source && !joining_source(joining))
		return hold_unproven_source(joining, source);
	if (source && joining->is_fenced)
		return hold_fenced(joining);
	if (source)
		return joining_hold(
			joining, GUARD_JOINING,
			pool_printf(joining->diff->pool,
				    "%s is empty here: this node first reads it from one peer, and "
				    "clients cannot write here until it has; when the refresh is "
				    "complete",
				    joining->suffix),
			remedy_text(REMEDY_APPLY));
	if (peer_is_consumer(joining->diff->in->wanted->self))
		return hold_no_source(joining);
	if (find_peer(joining, EMPTINESS_UNSEEN))
		return hold_unseen(joining);
	return joining_hold(joining, GUARD_JOINING,
			    pool_printf(joining->diff->pool,
					"%s is empty here, and no peer has data; if this is the "
					"very first node of a new cluster",
					joining->suffix),
			    remedy_text(REMEDY_FIRST_NODE));
}
