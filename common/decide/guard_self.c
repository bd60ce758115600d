/* SPDX-License-Identifier: Apache-2.0 */
#include "common/decide/guard_self.h"
#include "common/base/remedies.h"

#include <string.h>

bool peer_is_myself(const Diff *diff, unsigned peer_id)
{
	const Peer *peer = desired_peer(diff->in->desired, peer_id);

	return peer && diff->in->wanted && peer != diff->in->wanted->self &&
	       live_is_myself(diff->in->live, peer->uri);
}

static Hold hold_of(const Diff *diff, const char *suffix, const Peer *peer)
{
	const char *id = pool_printf(diff->pool, "%u", peer->id);
	const char *line = remedy_fill(diff->pool, REMEDY_PEER_OUT, id, peer->uri);

	return (Hold){
		.guard = GUARD_SELF_NAMED,
		.suffix = suffix,
		.peer = peer->uri,
		.text = pool_printf(
			diff->pool,
			"peer %u, %s, is this server itself: slapd here takes that URL for its own "
			"and would read from nobody. Write the URL of the server that is meant, or "
			"take out of \"peers\"",
			peer->id, peer->uri),
		.release = line,
	};
}

/* slapd refuses multi-provider on a database that reads from nobody else. */
static bool reads_from_another(const Diff *diff, const char *suffix)
{
	const Wanted *wanted = diff->in->wanted;

	for (size_t i = 0; i < wanted->n_databases; i++)
		for (size_t j = 0; j < wanted->databases[i].n_consumers; j++)
			if (strcmp(wanted->databases[i].desired->suffix, suffix) == 0 &&
			    !peer_is_myself(diff, wanted->databases[i].consumers[j].peer->id))
				return true;
	return false;
}

/* What cannot go without a link to another peer, and a list in which slapd would find itself twice:
 * it takes one value for its own only. */
static bool goes_with(const Diff *diff, const Change *change, const char *suffix)
{
	if (change->kind == CHANGE_SERVER_ID)
		return diff->in->desired->server_id == SERVER_ID_LIST;
	return change->kind == CHANGE_MULTI_PROVIDER_ON && strcmp(change->suffix, suffix) == 0 &&
	       !reads_from_another(diff, suffix);
}

void guard_self_named(Diff *diff)
{
	Plan *plan = diff->plan;

	for (size_t i = 0; i < plan->n_changes; i++) {
		const Change change = plan->changes[i];
		Hold hold;

		/* Whatever else holds it: this is what a person must know. */
		if (!change.wanted || !peer_is_myself(diff, change.wanted->peer->id))
			continue;
		hold = hold_of(diff, change.suffix, change.wanted->peer);
		plan_hold(diff->pool, plan, &plan->changes[i], hold);
		for (size_t j = 0; j < plan->n_changes; j++)
			if (!plan->changes[j].is_held &&
			    goes_with(diff, &plan->changes[j], change.suffix))
				plan_hold(diff->pool, plan, &plan->changes[j], hold);
	}
}
