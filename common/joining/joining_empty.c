/* SPDX-License-Identifier: Apache-2.0 */
#include "common/joining/joining_empty.h"
#include "common/remedies/remedies.h"

#include "common/base/few.h"
#include "common/comparing/joining_emptiness.h"
#include "common/draft/emptied.h"
#include "common/joining/joining_heirs.h"

/*
 * A database that is empty here. Whether this node joins a cluster or begins one cannot be seen
 * when no peer answers: a person says it, and is believed only about peers that show nothing. An
 * empty node that becomes writable while peers have data replaces their entries.
 */

static const Content *find_copy(const Joining *joining, const Content *copies, size_t n_copies,
				Emptiness emptiness)
{
	for (size_t i = 0; i < n_copies; i++)
		if (joining_emptiness(joining, &copies[i]) == emptiness)
			return &copies[i];
	return NULL;
}

static const Content *find_peer(const Joining *joining, Emptiness emptiness)
{
	return find_copy(joining, joining->peers, joining->n_everybody, emptiness);
}

static const Content *find_heir(const Joining *joining, Emptiness emptiness)
{
	return find_copy(joining, joining->heirs, joining->n_heirs, emptiness);
}

static bool has_unseen(const Joining *joining)
{
	return find_peer(joining, EMPTINESS_UNSEEN) || find_heir(joining, EMPTINESS_UNSEEN);
}

static void unseen_add(const Joining *joining, const Content *peer, Few *unseen)
{
	if (joining_emptiness(joining, peer) == EMPTINESS_UNSEEN)
		few_add(unseen, peer->problem ? joining_problem(joining, peer)
					      : pool_printf(joining->diff->pool,
							    "%s: empty, or hidden from our account",
							    joining_uri(joining, peer)));
}

/* "ldap://two: bind refused; ldap://three: empty, or hidden from our account; and 2 more": the line
 * that ends it has the ids of all. */
static const char *unseen_describe(const Joining *joining)
{
	Few unseen = few_reasons(joining->diff->pool);

	for (size_t i = 0; i < joining->n_everybody; i++)
		unseen_add(joining, &joining->peers[i], &unseen);
	for (size_t i = 0; i < joining->n_heirs; i++)
		unseen_add(joining, &joining->heirs[i], &unseen);
	return few_text(&unseen);
}

static void empty_id_add(const Joining *joining, const Content *peer, Buf *ids)
{
	if (joining_emptiness(joining, peer) == EMPTINESS_UNSEEN ||
	    joining_is_said_empty(joining, peer->peer_id))
		buf_printf(ids, "%s%u", ids->len > 0 ? "," : "", peer->peer_id);
}

/* Those that a person vouches for already stay on the line. */
static const char *empty_command(const Joining *joining)
{
	Buf ids = BUF_IN(joining->diff->pool);

	for (size_t i = 0; i < joining->n_everybody; i++)
		empty_id_add(joining, &joining->peers[i], &ids);
	for (size_t i = 0; i < joining->n_heirs; i++)
		empty_id_add(joining, &joining->heirs[i], &ids);
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

/* It is not known whether what it would read is complete, nor when it has all of it. */
static const Hold *hold_unproven_source(const Joining *joining, const Content *source)
{
	return joining_hold(
		joining, GUARD_JOINING,
		pool_printf(
			joining->diff->pool,
			"%s is empty here, and %s has entries but shows no contextCSN: its first "
			"refresh is not complete, it has no syncprov overlay, or olcAccess there "
			"hides it. This node reads it once it shows one; only if somebody "
			"checked that it has everything",
			joining->suffix, joining_uri(joining, source)),
		remedy_text(REMEDY_RELEASE_JOINING));
}

/* It comes by way of them; no other peer is read. */
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
		pool_printf(joining->diff->pool,
			    "%s is empty here, and this node could not see whether these peers "
			    "hold data: %s. %sOnly if somebody has checked that they hold nothing, "
			    "and this is the very first node of a new cluster",
			    joining->suffix, unseen_describe(joining),
			    joining->n_peers > 0 ? "Once it can, it joins by itself. " : ""),
		empty_command(joining));
}

/* What clients write comes to a consumer, and from it to no other node. */
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
	const Content *heir = find_heir(joining, EMPTINESS_DATA);
	const Hold *hold = NULL;

	if (source)
		hold = hold_has_source(joining, source);
	else if (heir)
		hold = joining_hold_empty_beside(joining, heir);
	else if (peer_is_consumer(joining->diff->in->wanted->self))
		hold = hold_consumer(joining);
	else if (has_unseen(joining))
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
	const Content *source = find_peer(joining, EMPTINESS_DATA), *heir;
	const Hold *hold = source ? NULL : joining_await_heirs(joining);

	if (hold)
		return hold;
	if (joining->diff->in->options.consent.is_first_node)
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
	heir = find_heir(joining, EMPTINESS_DATA);
	if (heir)
		return joining_hold_empty_beside(joining, heir);
	if (has_unseen(joining))
		return hold_unseen(joining);
	if (joining_heirs_have_no_more(joining))
		return NULL;
	return joining_hold(joining, GUARD_JOINING,
			    pool_printf(joining->diff->pool,
					"%s is empty here, and no peer has data; if this is the "
					"very first node of a new cluster",
					joining->suffix),
			    remedy_text(REMEDY_FIRST_NODE));
}
