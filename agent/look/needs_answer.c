/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/look/needs_answer.h"

#include <string.h>

#include "agent/ldap/content_here.h"
#include "agent/ldap/sessions_here.h"
#include "agent/look/extra_look.h"
#include "agent/look/own_bind.h"
#include "agent/peer/probe_round.h"
#include "agent/peer/probe_targets.h"
#include "common/comparing/joining_hidden.h"
#include "common/copy/csn_set.h"

/* Name servers and peers that swallow packets take their time: a pass must end all the same, and
 * have time left for what it finds. */
#define PEERS_PATIENCE_MSEC 20000
#define SLAPD_NEEDS_MSEC    15000
#define OWN_PATIENCE_MSEC   5000

/* Peers whose databases are read, all in one round. */
typedef struct PeersAsked {
	ProbeTarget *targets;
	size_t n_targets;
	const WantedConsumer **consumers; /* for whom, in the order of the targets */
	size_t n_consumers;
} PeersAsked;

typedef struct PeersHeard {
	const PeersAsked *asked;
	const Probe *probes; /* in the order of the targets; NULL: no peer was asked */
	const char *problem; /* why */
	SilentPeers *silent; /* takes those of now */
	size_t n_before;     /* of them; these are not asked once more */
	size_t next;         /* after the consumer that was looked up last */
	Directory *here;
	World *world;
	const PasswordSight *sight;
} PeersHeard;

static const Content *silent_before(const PeersHeard *heard, const char *suffix, unsigned peer_id)
{
	return silent_peers_find(heard->silent, heard->n_before, suffix, peer_id);
}

/* Before the first link to it what its account sees there is compared with what is here. */
static const char *compared_with(const Directory *directory, const World *world,
				 const WantedDatabase *wanted, const WantedConsumer *consumer)
{
	const LiveDatabase *live;

	if (live_find_database(&world->live, wanted->desired->suffix, &live) != 1)
		return NULL;
	return joining_is_read(live, consumer) ? NULL : directory->uri;
}

/* Whose answers are wanted and not known yet, by position. */
typedef struct PeersMissing {
	size_t first, end;
} PeersMissing;

static PeersMissing peers_missing(const Need *need, const DatabaseFacts *facts)
{
	const size_t n_providers = need->database->n_consumers + need->database->n_others;
	const bool wants_heirs = need->heirs && facts->n_heirs == 0;

	return (PeersMissing){
		.first = need->peers && facts->n_peers == 0 ? 0 : n_providers,
		.end = n_providers + (wants_heirs ? need->database->n_heirs : 0),
	};
}

static void peers_add(const Directory *directory, Pool *pool, World *world, const Need *need,
		      const PeersHeard *heard, PeersAsked *asked)
{
	const WantedDatabase *wanted = need->database;
	const char *suffix = wanted->desired->suffix;
	const PeersMissing missing =
		peers_missing(need, world_facts_of(pool, &world->facts, suffix));
	const size_t n_read = wanted->n_consumers + wanted->n_others;

	for (size_t i = missing.first; i < missing.end; i++) {
		const WantedConsumer *consumer = &wanted->consumers[i];
		ProbeTarget target;

		if (consumer->no_secret || silent_before(heard, suffix, consumer->peer->id))
			continue;
		target = probe_target_wanted(pool, wanted, consumer, world->live.global);
		if (i < n_read)
			target.here_uri = compared_with(directory, world, wanted, consumer);
		POOL_PUSH(pool, asked->targets, asked->n_targets, target);
		POOL_PUSH(pool, asked->consumers, asked->n_consumers, consumer);
	}
}

static unsigned peers_patience_msec(const Directory *directory, const NeedsAsker *asker)
{
	const unsigned usual_msec =
		asker->patience_msec > 0 ? asker->patience_msec : PEERS_PATIENCE_MSEC;
	const unsigned left_msec =
		budget_left_msec(&directory->budget, usual_msec + SLAPD_NEEDS_MSEC);

	return left_msec > SLAPD_NEEDS_MSEC ? left_msec - SLAPD_NEEDS_MSEC : 0;
}

/* NULL: none was asked, err says why. */
static Probe *peers_ask(Directory *directory, Pool *pool, World *world, const NeedsAsker *asker,
			const PeersAsked *asked, Error *err)
{
	const ProbeOptions options = {.depth = PROBE_DEPTH_ID,
				      .deadline_msec = peers_patience_msec(directory, asker),
				      .expectation = {.our_id = asker->our_id},
				      .must_stop = directory->budget.must_stop,
				      .refusals = &world->refusals};
	ProbeRefusals refusals = world->refusals;
	Probe *probes = NULL;

	if (options.deadline_msec == 0) {
		error_set(err, ERROR_BUSY, 0, "not asked: the time of this pass was over before");
		return NULL;
	}
	(void)probe_run(pool, asked->targets, asked->n_targets, &options, &probes, &refusals, err);
	world->refusals = refusals;
	return probes;
}

/* NULL: it was not asked. Thousands are, and looked up in the same order. */
static const Probe *probe_of(PeersHeard *heard, const WantedConsumer *consumer)
{
	const size_t n = heard->probes ? heard->asked->n_consumers : 0;

	for (size_t i = 0; i < n; i++) {
		const size_t at = (heard->next + i) % n;

		if (heard->asked->consumers[at] != consumer)
			continue;
		heard->next = at + 1;
		return &heard->probes[at];
	}
	return NULL;
}

/* In the order of the consumers. */
static Content peer_hear(Pool *pool, PeersHeard *heard, const char *suffix,
			 const WantedConsumer *consumer)
{
	const Content *silent = silent_before(heard, suffix, consumer->peer->id);
	const Probe *probe = silent || consumer->no_secret ? NULL : probe_of(heard, consumer);
	Content content = {.peer_id = consumer->peer->id,
			   .state = CONTENT_UNREACHABLE,
			   .problem = pool_strdup(pool, heard->problem)};

	if (consumer->no_secret)
		content.problem = consumer->no_secret;
	else if (silent)
		content = *silent;
	else if (probe)
		content = probe_content(probe);
	if (!consumer->no_secret && !silent)
		silent_peers_add(heard->silent, suffix, &content);
	return content;
}

/* That a server refuses the account is a sign that it holds no copy only if the password is the one
 * that copies have: if this one takes it. */
static bool password_is_right(Pool *pool, const PeersHeard *heard, const WantedDatabase *wanted,
			      const WantedConsumer *consumer)
{
	const Budget *whole = &heard->here->budget;
	const unsigned left_msec = budget_left_msec(whole, OWN_PATIENCE_MSEC);
	const OwnBind bind = {.pool = pool,
			      .directory = heard->here,
			      .sight = heard->sight,
			      .wanted = wanted,
			      .link = consumer,
			      .budget = budget_of(left_msec, whole->must_stop)};
	OwnBindProblem problem;
	AUTO(LDAP) *ldap = NULL;

	if (heard->here->uri && consumer->syncrepl.value[SYNCREPL_CREDENTIALS])
		ldap = own_bind_open(&bind, heard->world, &problem);
	return ldap != NULL;
}

/* In the order of the consumers. */
static void peers_hear(Pool *pool, const Need *need, PeersHeard *heard, Facts *ret)
{
	const WantedDatabase *wanted = need->database;
	const char *suffix = wanted->desired->suffix;
	DatabaseFacts *facts = world_facts_of(pool, ret, suffix);
	const PeersMissing missing = peers_missing(need, facts);

	for (size_t i = missing.first; i < missing.end; i++) {
		Content content = peer_hear(pool, heard, suffix, &wanted->consumers[i]);

		if (content.is_unbegun)
			content.is_unbegun =
				password_is_right(pool, heard, wanted, &wanted->consumers[i]);
		if (i < wanted->n_consumers)
			POOL_PUSH(pool, facts->peers, facts->n_peers, content);
		else if (i < wanted->n_consumers + wanted->n_others)
			POOL_PUSH(pool, facts->others, facts->n_others, content);
		else
			POOL_PUSH(pool, facts->heirs, facts->n_heirs, content);
	}
}

/* Peers first: what one of them held before we looked here must be here if nothing is missing. */
static void read_peers(Directory *directory, Pool *pool, const PlanNeeds *needs,
		       const NeedsAsker *asker, World *world)
{
	SilentPeers of_this_look = {.pool = pool};
	const PasswordSight sight = {asker->known_links, &world->live, world->facts.probes};
	PeersHeard heard = {.silent = asker->silent ? asker->silent : &of_this_look,
			    .here = directory,
			    .world = world,
			    .sight = &sight};
	PeersAsked asked = {0};
	Error err = {0};

	heard.n_before = heard.silent->n_items;
	for (size_t i = 0; i < needs->n_contents; i++)
		if (needs->contents[i].peers || needs->contents[i].heirs)
			peers_add(directory, pool, world, &needs->contents[i], &heard, &asked);
	if (asked.n_targets > 0)
		heard.probes = peers_ask(directory, pool, world, asker, &asked, &err);
	heard.asked = &asked;
	heard.problem = err.text;
	for (size_t i = 0; i < needs->n_contents; i++)
		if (needs->contents[i].peers || needs->contents[i].heirs)
			peers_hear(pool, &needs->contents[i], &heard, &world->facts);
}

/* A consumer that is connected for less may still be about to say what it wants. */
#define READER_SETTLED_SEC 2

static void read_readers(Directory *directory, Pool *pool, const World *world,
			 const WantedDatabase *wanted, ReadersHere *ret)
{
	const SessionsAsked asked = {.dns = wanted->readers,
				     .n_dns = wanted_count_readers(wanted),
				     .before_sec = world->facts.now_sec - READER_SETTLED_SEC};

	ret->was_asked = true;
	ret->n_sessions = -1;
	if (!wanted->has_unknown_reader)
		ret->n_sessions = sessions_here_find(directory, pool, &asked, &ret->addresses);
}

/* Of the need and those after it. */
static void read_extra(Directory *directory, Pool *pool, const PlanNeeds *needs, size_t i,
		       const NeedsAsker *asker, bool wants_fresh, World *world)
{
	const char *suffix = needs->contents[i].suffix;
	DatabaseFacts *facts = world_facts_of(pool, &world->facts, suffix);
	const PasswordSight sight = {asker->known_links, &world->live, world->facts.probes};
	const ExtraQuestion question = {.live = &world->live,
					.needs = &needs->contents[i],
					.n_needs = needs->n_contents - i,
					.facts = facts,
					.our_id = asker->our_id,
					.sight = &sight,
					.looks = asker->extra_looks,
					.wants_fresh = wants_fresh};

	facts->extra = extra_look(directory, pool, &question, &world->refusals);
}

void world_answer_needs(Directory *directory, Pool *pool, const PlanNeeds *needs,
			const NeedsAsker *asker, World *world)
{
	read_peers(directory, pool, needs, asker, world);
	for (size_t i = 0; i < needs->n_contents; i++) {
		const WantedDatabase *wanted = needs->contents[i].database;
		const char *suffix = needs->contents[i].suffix;
		DatabaseFacts *facts = world_facts_of(pool, &world->facts, suffix);

		const Content before = facts->here;

		facts->here = world_content_here(directory, pool, world, suffix);
		facts->here.view.coverage = before.view.coverage; /* seen in this pass */
		facts->here.view.coverage_problem = before.view.coverage_problem;
		if (needs->contents[i].readers)
			read_readers(directory, pool, world, wanted, &facts->readers);
		if (needs->contents[i].anybody)
			facts->readers.anybody = sessions_here_watch(directory);
		if (needs->contents[i].coverage)
			content_coverage_here(pool, directory, suffix, needs->contents[i].sid,
					      &facts->here);
		if (needs->contents[i].extra)
			read_extra(directory, pool, needs, i, asker, false, world);
	}
}

void world_extra_afresh(Directory *directory, Pool *pool, const PlanNeeds *needs,
			const NeedsAsker *asker, const char *suffix, World *world)
{
	for (size_t i = 0; i < needs->n_contents; i++)
		if (needs->contents[i].extra && strcmp(needs->contents[i].suffix, suffix) == 0)
			read_extra(directory, pool, needs, i, asker, true, world);
}
