/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/link/link_probes.h"
#include "common/live/live_running.h"
#include "common/remember/memory_after.h"

/* What one database's links were seen to do. */
typedef struct LinksSeen {
	const PlanInput *input;
	const Known *known;
	const WantedDatabase *wanted;
	const LiveDatabase *live; /* NULL: it is not here */
	RunningIndex running;
	bool *is_changed; /* per wanted consumer: cn=config declares another link, or none */
	size_t position;  /* in what is known */
	bool is_released; /* a person had written what is declared now */
} LinksSeen;

static void changes_find(LinksSeen *seen, const Plan *plan)
{
	const WantedDatabase *wanted = seen->wanted;

	for (size_t i = 0; i < plan->n_changes; i++) {
		const WantedConsumer *consumer = plan->changes[i].consumer.wanted;

		if (consumer >= wanted->consumers &&
		    consumer < wanted->consumers + wanted->n_consumers)
			seen->is_changed[consumer - wanted->consumers] = true;
	}
}

static void running_look(LinksSeen *seen)
{
	const Live *live = seen->input->live;

	if (live_find_database(live, seen->wanted->desired->suffix, &seen->live) != 1) {
		seen->live = NULL;
		return;
	}
	running_index(&live->runs, seen->live->suffixes->values[0].bytes, &seen->running);
}

/* The consumer that slapd runs is the one that cn=config declares, and it is past its refresh. */
static bool is_running(const LinksSeen *seen, size_t i)
{
	const WantedConsumer *consumer = &seen->wanted->consumers[i];
	const RunningConsumer *running =
		running_find(&seen->running, consumer->rid, consumer->provider);

	return seen->live && running_works(running, &consumer->syncrepl);
}

static bool is_probed_good(const LinksSeen *seen, const WantedConsumer *consumer,
			   const char *identity)
{
	const LinkProbes *probes = seen->input->facts->probes;
	const LinkProbe *probe = probes ? link_probe_find(probes, seen->wanted->desired->suffix,
							  consumer->peer->id, identity)
					: NULL;

	return probe && probe_verdict(&probe->probe) == PROBE_IS_GOOD;
}

/* NULL: nothing is known of it. */
static const char *link_learn(Pool *pool, LinksSeen *seen, size_t i)
{
	const WantedConsumer *consumer = &seen->wanted->consumers[i];
	const char *identity = link_identity(pool, &consumer->syncrepl, consumer->secret);
	const KnownLink *old =
		known_link_next(&seen->known->peers.links, seen->wanted->desired->suffix,
				consumer->peer->id, &seen->position);

	/* What did not work is tried anew by a daemon that knows nothing of it any more. */
	if (consumer->put_back)
		return NULL;
	if (old && strcmp(old->identity, identity) == 0)
		return old->identity;
	/* A probe of what is not written yet did not compare what the former link sees. */
	if (!seen->is_changed[i] &&
	    (seen->is_released || is_running(seen, i) || is_probed_good(seen, consumer, identity)))
		return identity;
	return old ? old->identity : NULL;
}

static void links_learn(Pool *pool, LinksSeen *seen, const Plan *plan, KnownLinks *next)
{
	const WantedDatabase *wanted = seen->wanted;

	seen->is_changed = pool_alloc(pool, wanted->n_consumers + 1);
	changes_find(seen, plan);
	running_look(seen);
	for (size_t i = 0; i < wanted->n_consumers; i++) {
		const char *identity = link_learn(pool, seen, i);

		if (identity)
			POOL_PUSH(pool, next->items, next->n_items,
				  {.suffix = wanted->desired->suffix,
				   .peer_id = wanted->consumers[i].peer->id,
				   .identity = identity});
	}
}

void memory_links(Pool *pool, const PlanInput *input, const Plan *plan, Known *known)
{
	AUTO(Pool) *mine = pool_new(); /* there may be hundreds, mostly as before */
	LinksSeen seen = {.input = input,
			  .known = known,
			  .is_released = input->options.consent.released & GUARD_BIT(GUARD_LINK)};
	KnownLinks next = {0};

	for (size_t i = 0; plan->wanted && i < plan->wanted->n_databases; i++) {
		seen.wanted = &plan->wanted->databases[i];
		seen.running = (RunningIndex){0};
		links_learn(mine, &seen, plan, &next);
	}
	if (plan->wanted && !known_links_equal(&next, &known->peers.links))
		known->peers.links = known_links_copy(pool, &next);
}
