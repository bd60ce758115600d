/* SPDX-License-Identifier: Apache-2.0 */
#include "common/comparing/joining_hidden.h"

#include <string.h>

#include "common/linking/guard_link_parts.h"
#include "common/remedies/remedies.h"

/*
 * G12 from the other side: only its provider knows what an account may read, by rules that depend
 * on the place that it connects from, on its encryption, or on anything else. But what is here and
 * is not shown there, of the same version of the same entry, is hidden: no rule needs to be
 * understood.
 */

bool joining_is_read(const LiveDatabase *live, const WantedConsumer *consumer)
{
	for (size_t i = 0; i < live->n_consumers; i++)
		if (live->consumers[i].provider &&
		    strcmp(live->consumers[i].provider, consumer->provider) == 0)
			return true;
	return false;
}

/* What it hid at an earlier look, and nothing showed since that it does not; NULL: nothing. */
static const char *hidden_before(const Joining *joining, const Content *peer)
{
	const HidingPeers *known = &joining->diff->in->known->peers.hiding;
	const HidingPeer *before = hiding_peer_find(known, joining->suffix, peer->peer_id);
	const WantedConsumer *consumer = wanted_peer(joining->wanted, peer->peer_id);

	if (!before || !consumer || joining_is_read(joining->live, consumer) ||
	    hiding_is_over(before, peer->view.sight,
			   hiding_account(joining->diff->pool, &consumer->syncrepl)))
		return NULL;
	return before->text;
}

/* What is hidden, in words that say when that was seen; NULL: nothing. */
static const char *hidden_describe(const Joining *joining, const Content *peer)
{
	const char *before;

	if (peer->view.sight == COPY_HIDES)
		return pool_printf(joining->diff->pool,
				   "%s hides from this node's account what is here: %s",
				   joining_uri(joining, peer), peer->view.hides);
	before = hidden_before(joining, peer);
	return before ? pool_printf(joining->diff->pool,
				    "%s hid from this node's account what is here (%s), and was "
				    "not seen to show it since",
				    joining_uri(joining, peer), before)
		      : NULL;
}

const Hold *joining_judge_hidden(const Joining *joining, const Content *peer)
{
	const Diff *diff = joining->diff;
	const char *hidden = hidden_describe(joining, peer);
	Hold *hold;

	/* A consumer may be meant to have less, and no other node loses by that. */
	if (!hidden || peer_is_consumer(diff->in->wanted->self) ||
	    diff_is_released_for(diff, GUARD_READERS, joining->suffix))
		return NULL;
	hold = pool_alloc(diff->pool, sizeof(*hold));
	*hold = (Hold){
		.guard = GUARD_READERS,
		.suffix = joining->suffix,
		.peer = joining_uri(joining, peer),
		.text = pool_printf(diff->pool,
				    "%s: %s. Entries lose that here, and then at every node. To "
				    "read it all the same",
				    joining->suffix, hidden),
	};
	guard_link_let_see(diff, joining->wanted, remedy_text(REMEDY_RELEASE_G12), hold);
	return hold;
}
