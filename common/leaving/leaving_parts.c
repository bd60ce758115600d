/* SPDX-License-Identifier: Apache-2.0 */
#include "common/leaving/leaving_parts.h"

#include "common/remedies/remedies.h"
#include "common/topology/links_graph.h"

static void hold_add(Pool *pool, const char *suffix, const LinksCut *cut, Plan *plan)
{
	plan_add_hold(
		pool, plan,
		(Hold){.guard = GUARD_LEFT,
		       .text = pool_printf(
			       pool,
			       "without this node %s falls into parts: what is written at peer %u "
			       "would not reach peer %u; when peers.json lets the others read each "
			       "other, or does not list this node any more",
			       suffix, cut->from->id, cut->to->id),
		       .release = remedy_text(REMEDY_LEAVE)});
}

/* A consumer that reads this hub alone would get nothing any more, and nobody looks at it. */
static bool cuts_consumer(const Links *links, const Peer *self, LinksCut *ret)
{
	const size_t at = links_position(links, self);

	for (size_t i = links->n_relays; self->is_hub && at < links->n_relays && i < links->n_nodes;
	     i++)
		if (relay_set_has(&links->reads[i], at) && relay_set_count(&links->reads[i]) == 1) {
			*ret = (LinksCut){links->nodes[0], links->nodes[i], self};
			return true;
		}
	return false;
}

void leave_hold_parting(Pool *pool, const Desired *desired, const Peer *self, Plan *plan)
{
	for (size_t i = 0; i < desired->n_databases; i++) {
		AUTO(Pool) *scratch = pool_new();
		const Links links = links_make(scratch, desired, &desired->databases[i]);
		const LinksCuts cuts = links_cuts_by_loss(scratch, &links);
		LinksCut cut;

		for (size_t k = 0; k < cuts.n_items; k++)
			if (cuts.items[k].lost == self)
				hold_add(pool, links.database->suffix, &cuts.items[k], plan);
		if (cuts_consumer(&links, self, &cut))
			hold_add(pool, links.database->suffix, &cut, plan);
	}
}
