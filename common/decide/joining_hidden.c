/* SPDX-License-Identifier: Apache-2.0 */
#include "common/decide/joining_hidden.h"

#include "common/base/remedies.h"
#include "common/decide/guard_link_parts.h"

/*
 * G12 from the other side: only its provider knows what an account may read, by rules that hang on
 * the place that it connects from, on its encryption, or on anything else. But what is here and is
 * not shown there, of the same version of the same entry, is hidden: no rule needs to be
 * understood.
 */
const Hold *joining_judge_hidden(const Joining *joining, const Content *peer)
{
	const Diff *diff = joining->diff;
	Hold *hold;

	/* A consumer may be meant to have less, and nobody loses by that. */
	if (!peer->hides || peer_is_consumer(diff->in->wanted->self) ||
	    diff_is_released_for(diff, GUARD_READERS, joining->suffix))
		return NULL;
	hold = pool_alloc(diff->pool, sizeof(*hold));
	*hold = (Hold){
		.guard = GUARD_READERS,
		.suffix = joining->suffix,
		.peer = joining_uri(joining, peer),
		.text = pool_printf(
			diff->pool,
			"%s at %s hides from this node's account what is here: %s. "
			"Entries lose that here, and then at every node. To read it all "
			"the same",
			joining->suffix, joining_uri(joining, peer), peer->hides),
	};
	guard_link_let_see(diff, joining->wanted, remedy_text(REMEDY_RELEASE_G12), hold);
	return hold;
}
