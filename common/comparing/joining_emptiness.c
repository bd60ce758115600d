/* SPDX-License-Identifier: Apache-2.0 */
#include "common/comparing/joining_emptiness.h"

#include "common/copy/copy_relation.h"

bool joining_is_said_empty(const Joining *joining, unsigned peer_id)
{
	const PlanInput *in = joining->diff->in;

	for (size_t i = 0; i < in->options.consent.n_empty_ids; i++)
		if (in->options.consent.empty_ids[i] == peer_id)
			return true;
	return false;
}

Emptiness joining_emptiness(const Joining *joining, const Content *peer)
{
	if (content_has_data(peer) || joining_peer_hides(joining, peer))
		return EMPTINESS_DATA;
	if (peer->lacks_database || peer->nobody_listens ||
	    joining_is_said_empty(joining, peer->peer_id))
		return EMPTINESS_EMPTY;
	if (peer->state == CONTENT_READ && joining_reads_as_rootdn(joining, peer))
		return EMPTINESS_EMPTY;
	return EMPTINESS_UNSEEN;
}
