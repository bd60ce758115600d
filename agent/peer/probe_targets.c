/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/peer/probe_targets.h"

#include <string.h>
#include <time.h>

#include "agent/peer/session_tls.h"

LinkRound link_round_new(Pool *pool, Directory *directory, const PasswordSight *sight)
{
	return (LinkRound){
		.pool = pool,
		.lockout = {.pool = pool, .directory = directory, .sight = *sight},
	};
}

static bool has_values(const Syncrepl *one, const Syncrepl *other)
{
	for (size_t i = 0; i < SYNCREPL_KEYWORD_COUNT; i++)
		if (!one->value[i] != !other->value[i] ||
		    (one->value[i] && strcmp(one->value[i], other->value[i]) != 0))
			return false;
	return true;
}

/* What hundreds of links have alike is kept once: all but who is asked, and the rid, which no peer
 * is asked for. */
static const Syncrepl *syncrepl_copy(LinkRound *round, const Syncrepl *syncrepl)
{
	Syncrepl shared = link_inherit_tls(syncrepl, round->lockout.sight.live->global);
	Syncrepl *copy;

	shared.value[SYNCREPL_PROVIDER] = shared.value[SYNCREPL_RID] = NULL;
	if (round->last && has_values(round->last, &shared))
		return round->last;
	copy = pool_alloc(round->pool, sizeof(*copy));
	for (size_t i = 0; i < SYNCREPL_KEYWORD_COUNT; i++)
		copy->value[i] = pool_strdup(round->pool, shared.value[i]);
	round->last = copy;
	return copy;
}

void link_round_add(LinkRound *round, const WantedDatabase *wanted, const WantedConsumer *consumer)
{
	const char *suffix = wanted->desired->suffix;
	Pool *pool = round->pool;
	const LinkProbe *last =
		round->links.n_items > 0 ? &round->links.items[round->links.n_items - 1] : NULL;
	const char *name = last && strcmp(last->suffix, suffix) == 0 ? last->suffix
								     : pool_strdup(pool, suffix);
	const LockoutAccount *account = lockout_account(&round->lockout, wanted, consumer);

	if (account && account->is_in_danger) {
		POOL_PUSH(pool, round->withheld.items, round->withheld.n_items,
			  lockout_answer(pool, wanted, consumer));
		return;
	}
	POOL_PUSH(pool, round->links.items, round->links.n_items,
		  {.suffix = name,
		   .peer_id = consumer->peer->id,
		   .began_sec = (int64_t)time(NULL),
		   .identity = link_identity(pool, &consumer->syncrepl, consumer->secret)});
	POOL_PUSH(pool, round->targets, round->n_targets,
		  {.syncrepl = syncrepl_copy(round, &consumer->syncrepl),
		   .uri = pool_strdup(pool, consumer->syncrepl.value[SYNCREPL_PROVIDER]),
		   .suffix = name,
		   .peer_id = consumer->peer->id,
		   .is_hub = consumer->peer->is_hub,
		   .secret = account ? account->secret : pool_strdup(pool, consumer->secret),
		   .is_proven = account && account->is_proven,
		   .account_csn = account ? account->csn : NULL});
}

void link_round_add_compared(LinkRound *round, const WantedDatabase *wanted,
			     const WantedConsumer *consumer, const LiveConsumer *former_link)
{
	const size_t n_before = round->n_targets;
	Syncrepl inherited, *former;

	link_round_add(round, wanted, consumer);
	if (!former_link || round->n_targets == n_before)
		return;
	inherited = link_inherit_tls(&former_link->syncrepl, round->lockout.sight.live->global);
	former = pool_alloc(round->pool, sizeof(*former));
	for (size_t i = 0; i < SYNCREPL_KEYWORD_COUNT; i++)
		former->value[i] = pool_strdup(round->pool, inherited.value[i]);
	round->targets[n_before].former = former;
}

void link_round_keep(LinkRound *round, const LinkProbe *answer)
{
	LinkProbe copy = *answer;
	const LinkProbes kept = {&copy, 1};

	round->withheld = link_probes_join(round->pool, &round->withheld, &kept);
}
