/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/diff/diff_parts.h"
#include "common/draft/diff.h"
#include "common/draft/guard_self.h"
#include "common/link/link_probes.h"
#include "common/remedies/remedies.h"

static bool is_found(const Plan *plan, const char *text)
{
	for (size_t i = 0; i < plan->n_findings; i++)
		if (strcmp(plan->findings[i].text, text) == 0)
			return true;
	return false;
}

/* Our own ID is the business of G11. */
static void peer_judge(Diff *diff, unsigned peer_id, int server_id)
{
	const Peer *peer = desired_peer(diff->in->desired, peer_id);
	const Peer *owner = peer ? desired_other_writer(diff->in->desired, peer, server_id) : NULL;
	const char *text;

	if (!owner || owner == diff->in->wanted->self || peer_is_myself(diff, peer_id))
		return;
	text = pool_printf(diff->pool,
			   "%s runs under server ID %u, that of %s: it is that server, or changes "
			   "of the two get lost; %s",
			   peer->uri, owner->id, owner->uri, remedy_text(REMEDY_ID_OF_OTHER));
	if (!is_found(diff->plan, text))
		plan_add_finding(diff->pool, diff->plan, SEVERITY_CRITICAL, "id-of-other", NULL,
				 "%s", text);
}

void diff_peer_ids(Diff *diff)
{
	const Facts *facts = diff->in->facts;
	const Content *peer;

	for (size_t i = 0; i < facts->n_databases; i++)
		for (size_t k = 0; (peer = facts_everybody(&facts->databases[i], k)); k++)
			peer_judge(diff, peer->peer_id, peer->server_id);
	for (size_t i = 0; facts->probes && i < facts->probes->n_items; i++)
		peer_judge(diff, facts->probes->items[i].probe.peer_id,
			   facts->probes->items[i].probe.server_id);
}
