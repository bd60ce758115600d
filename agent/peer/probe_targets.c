/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/peer/probe_targets.h"

#include <string.h>
#include <time.h>

#include "agent/session/session_tls.h"

ProbeTarget probe_target_numbered(const Syncrepl *link, const char *suffix, unsigned number)
{
	return (ProbeTarget){.syncrepl = link, .suffix = suffix, .peer_id = number};
}

ProbeTarget probe_target(const Syncrepl *link, const char *suffix, const Peer *peer,
			 const char *secret)
{
	ProbeTarget target = probe_target_numbered(link, suffix, peer->id);

	target.is_hub = peer->is_hub;
	target.secret = secret;
	return target;
}

ProbeTarget probe_target_wanted(Pool *pool, const WantedDatabase *wanted,
				const WantedConsumer *consumer, const Entry *global)
{
	Syncrepl *link = pool_alloc(pool, sizeof(*link));

	*link = link_inherit_tls(&consumer->syncrepl, global);
	return probe_target(link, wanted->desired->suffix, consumer->peer, consumer->secret);
}

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
	ProbeTarget target;

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
	target = probe_target(syncrepl_copy(round, &consumer->syncrepl), name, consumer->peer,
			      account ? account->secret : pool_strdup(pool, consumer->secret));
	target.uri = pool_strdup(pool, consumer->syncrepl.value[SYNCREPL_PROVIDER]);
	target.is_proven = account && account->is_proven;
	target.account_csn = account ? account->csn : NULL;
	POOL_PUSH(pool, round->targets, round->n_targets, target);
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
