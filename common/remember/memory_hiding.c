/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/comparing/joining_hidden.h"
#include "common/remember/memory_after.h"

/* One database, and what is remembered of its peers. */
typedef struct Hiding {
	Pool *pool;
	const PlanInput *input;
	const WantedDatabase *wanted;
	const HidingPeers *before;
	HidingPeers *next;
} Hiding;

static const char *suffix_of(const Hiding *hiding)
{
	return hiding->wanted->desired->suffix;
}

static CopyShown sight_of(const DatabaseFacts *facts, unsigned peer_id, const char **ret_hides)
{
	const Content *peer;

	for (size_t i = 0; facts && (peer = facts_everybody(facts, i)); i++)
		if (peer->peer_id == peer_id) {
			*ret_hides = peer->view.hides;
			return peer->view.sight;
		}
	return COPY_NOT_LOOKED;
}

/* What it hides is lost here, or was never here. */
static bool is_read(const Hiding *hiding, const WantedConsumer *consumer)
{
	const LiveDatabase *live;

	return live_find_database(hiding->input->live, suffix_of(hiding), &live) == 1 &&
	       joining_is_read(live, consumer);
}

static void peer_take(const Hiding *hiding, const WantedConsumer *consumer)
{
	Pool *pool = hiding->pool;
	const HidingPeer *before =
		hiding_peer_find(hiding->before, suffix_of(hiding), consumer->peer->id);
	const char *account, *hides = NULL;
	const CopyShown sight = sight_of(facts_of(hiding->input->facts, suffix_of(hiding)),
					 consumer->peer->id, &hides);

	if ((!before && sight != COPY_HIDES) || is_read(hiding, consumer))
		return;
	account = hiding_account(pool, &consumer->syncrepl);
	if (sight == COPY_HIDES)
		POOL_PUSH(pool, hiding->next->items, hiding->next->n_items,
			  {.suffix = pool_strdup(pool, suffix_of(hiding)),
			   .peer_id = consumer->peer->id,
			   .account = account,
			   .text = pool_strdup(pool, hides)});
	else if (!hiding_is_over(before, sight, account))
		POOL_PUSH(pool, hiding->next->items, hiding->next->n_items, *before);
}

/* About a database that peers.json does not list now no peer is asked: it stays. */
static void others_keep(const Wanted *wanted, const HidingPeers *before, Pool *pool,
			HidingPeers *next)
{
	for (size_t i = 0; i < before->n_items; i++)
		if (!wanted_find(wanted, before->items[i].suffix))
			POOL_PUSH(pool, next->items, next->n_items, before->items[i]);
}

void memory_hiding(Pool *pool, const PlanInput *input, const Plan *plan, KnownPeers *peers)
{
	HidingPeers next = {0};

	if (!plan->wanted)
		return;
	others_keep(plan->wanted, &peers->hiding, pool, &next);
	for (size_t i = 0; i < plan->wanted->n_databases; i++) {
		const WantedDatabase *wanted = &plan->wanted->databases[i];
		const Hiding hiding = {pool, input, wanted, &peers->hiding, &next};

		for (size_t k = 0; k < wanted->n_consumers; k++)
			peer_take(&hiding, &wanted->consumers[k]);
	}
	if (!hiding_peers_equal(&next, &peers->hiding))
		peers->hiding = next;
}
