/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/edits/daemon_put_back.h"

#include <string.h>

#include "common/linking/guard_link.h"
#include "common/live/live_running.h"
#include "common/plan/plan_changes.h"
#include "common/slapd/url.h"

typedef enum FormerState {
	FORMER_WRITING, /* what takes its place is about to be written */
	FORMER_WAITING, /* it was written, and must connect in its time */
	FORMER_ASKED,   /* it did not, and the peer is asked why */
	FORMER_BACK,    /* the former link is wanted again */
} FormerState;

struct FormerLink {
	FormerLink *next;
	Pool *pool;
	const char *suffix;
	unsigned peer_id;
	const char *uri;
	const char *identity; /* of what took its place */
	const char *why;
	Syncrepl syncrepl;
	FormerState state;
	bool is_settled; /* slapd has it again */
	unsigned wait_sec;
	uint64_t until_usec;
	int64_t asked_sec;
	const char *text; /* why it is back */
};

/* --- the list --- */

static void former_drop(FormerLink **place)
{
	FormerLink *former = *place;

	*place = former->next;
	pool_free(former->pool);
}

void daemon_put_back_free(DaemonPutBack *put_back)
{
	while (put_back->first)
		former_drop(&put_back->first);
}

static FormerLink **former_find(DaemonPutBack *put_back, const char *suffix, unsigned peer_id)
{
	FormerLink **place = &put_back->first;

	while (*place && ((*place)->peer_id != peer_id || strcmp((*place)->suffix, suffix) != 0))
		place = &(*place)->next;
	return place;
}

static WantedConsumer *consumer_find(const Wanted *wanted, const FormerLink *former,
				     const WantedDatabase **ret_database)
{
	for (size_t i = 0; i < wanted->n_databases; i++) {
		const WantedDatabase *database = &wanted->databases[i];

		for (size_t k = 0; k < database->n_consumers; k++)
			if (database->consumers[k].peer->id == former->peer_id &&
			    strcmp(database->desired->suffix, former->suffix) == 0) {
				*ret_database = database;
				return &database->consumers[k];
			}
	}
	return NULL;
}

/* --- writing another link --- */

static void former_note(DaemonPutBack *put_back, const Change *change)
{
	const WantedConsumer *wanted = change->consumer.wanted;
	FormerLink **place = former_find(put_back, change->suffix, wanted->peer->id);
	Pool *pool = pool_new();
	FormerLink *former = pool_alloc(pool, sizeof(*former));

	*former = (FormerLink){
		.pool = pool,
		.suffix = pool_strdup(pool, change->suffix),
		.peer_id = wanted->peer->id,
		.uri = pool_strdup(pool, wanted->peer->uri),
		.identity = link_identity(pool, &wanted->syncrepl, wanted->secret),
		.why = pool_strdup(pool, change->why),
		.wait_sec = link_patience_sec(&wanted->syncrepl),
	};
	for (size_t i = 0; i < SYNCREPL_KEYWORD_COUNT; i++)
		former->syncrepl.value[i] =
			pool_strdup(pool, change->consumer.live->syncrepl.value[i]);
	if (*place)
		former_drop(place);
	former->next = put_back->first;
	put_back->first = former;
}

static void links_note(DaemonPutBack *put_back, const LiveRunning *runs, const Plan *plan,
		       const DatabasePlan *database)
{
	const Change *change;

	for (size_t at = 0;
	     (change = change_next_free(plan, database, CHANGE_BIT(CHANGE_CONSUMER_EDIT), &at));)
		if (!change->consumer.wanted->put_back &&
		    change_replaces_working_link(runs, database, &change->consumer))
			former_note(put_back, change);
}

void daemon_put_back_note(DaemonPutBack *put_back, const Live *live, const Plan *plan)
{
	for (size_t i = 0; live->runs.is_known && i < plan->n_databases; i++)
		links_note(put_back, &live->runs, plan, &plan->databases[i]);
}

static void former_wait(FormerLink *former, uint64_t now_usec)
{
	former->state = FORMER_WAITING;
	former->until_usec = now_usec + former->wait_sec * 1000000ULL;
}

void daemon_put_back_written(DaemonPutBack *put_back, uint64_t now_usec)
{
	for (FormerLink *former = put_back->first; former; former = former->next)
		if (former->state == FORMER_WRITING)
			former_wait(former, now_usec);
}

/* --- before a pass: what is wanted --- */

static void former_want(const Found *found, const FormerLink *former, WantedConsumer *consumer)
{
	consumer->syncrepl = former->syncrepl;
	consumer->provider = url_spelling(found->pool, former->syncrepl.value[SYNCREPL_PROVIDER]);
	consumer->rid = syncrepl_rid(&former->syncrepl);
	consumer->secret = NULL;
	consumer->put_back = former->text;
}

/* Somebody wants something else by now: another file, another peers.json, or a person wrote it all
 * the same. */
static bool is_over(const Found *found, const FormerLink *former, const WantedConsumer *consumer)
{
	const char *identity =
		consumer ? link_identity(found->pool, &consumer->syncrepl, consumer->secret) : "";

	return strcmp(identity, former->identity) != 0 ||
	       (former->is_settled && known_link_is(&found->inputs.state.known.peers.links,
						    former->suffix, former->peer_id, identity));
}

void daemon_put_back_want(DaemonPutBack *put_back, Found *found)
{
	for (FormerLink **place = &put_back->first; *place;) {
		const WantedDatabase *database;
		WantedConsumer *consumer = consumer_find(&found->inputs.wanted, *place, &database);

		if (is_over(found, *place, consumer)) {
			former_drop(place);
			continue;
		}
		if ((*place)->state == FORMER_BACK)
			former_want(found, *place, consumer);
		place = &(*place)->next;
	}
}

/* --- after a pass: does it connect? --- */

static bool is_up(const Found *found, const FormerLink *former)
{
	const WantedDatabase *database;
	const WantedConsumer *consumer = consumer_find(&found->inputs.wanted, former, &database);
	RunningIndex index;

	if (!consumer)
		return false;
	running_index(&found->report.last.world.live.runs, former->suffix, &index);
	return running_works(running_find(&index, consumer->rid, consumer->provider),
			     &consumer->syncrepl);
}

static const char *fault_text(const Probe *probe)
{
	return probe->n_faults > 0
		       ? probe->faults[0].text
		       : "a probe of it was good, but slapd's consumer does not connect";
}

/* What the peer said since it was asked; NULL: nothing yet. */
static const LinkProbe *answer_to(const FoundBefore *before, const FormerLink *former)
{
	const LinkProbe *answer =
		link_probe_find(before->answers, former->suffix, former->peer_id, former->identity);

	return answer && answer->at_sec >= former->asked_sec ? answer : NULL;
}

/* A peer that cannot be asked would not take the former link either. */
static void former_judge(const Found *found, FormerLink *former, Follow *follow)
{
	const LinkProbe *answer = answer_to(&found->before, former);

	if (!answer)
		return;
	if (probe_verdict(&answer->probe) == PROBE_NOT_TESTED) {
		former_wait(former, found_now_usec(found));
		return;
	}
	former->state = FORMER_BACK;
	former->text = pool_printf(
		former->pool,
		"the link to %s worked, and did not come back within %u s of being written anew "
		"(%s): its former value is put back. %s. To write it all the same",
		former->uri, former->wait_sec, former->why, fault_text(&answer->probe));
	wake_add(&follow->wakes, WAKE_PUT_BACK, found_now_usec(found));
}

static bool is_as_wanted(const Found *found, const FormerLink *former)
{
	const Plan *plan = &found->report.last.plan;

	const Change *change;

	for (size_t at = 0; (change = change_next_told(plan, former->suffix, &at));)
		if (change->consumer.wanted && change->consumer.wanted->peer->id == former->peer_id)
			return false;
	return true;
}

static void former_look(const Found *found, FormerLink *former, Follow *follow)
{
	if (former->state == FORMER_BACK)
		former->is_settled |= is_as_wanted(found, former) && !found->report.end.has_failed;
	if (former->state == FORMER_ASKED)
		former_judge(found, former, follow);
	if (former->state != FORMER_WAITING)
		return;
	if (found_now_usec(found) < former->until_usec) {
		wake_add(&follow->wakes, WAKE_PUT_BACK, former->until_usec);
		return;
	}
	former->state = FORMER_ASKED;
	former->asked_sec = found_realtime_sec(found);
}

/* What the peer must be asked about. */
static void former_ask(const Found *found, const FormerLink *former, Follow *follow)
{
	AskedLink asked;

	if (former->state != FORMER_ASKED || answer_to(&found->before, former))
		return;
	asked.consumer = consumer_find(&found->inputs.wanted, former, &asked.database);
	if (asked.consumer)
		POOL_PUSH(found->pool, follow->asks.links, follow->asks.n_links, asked);
}

Follow daemon_put_back_look(DaemonPutBack *put_back, const Found *found)
{
	Follow follow = {0};

	if (!found->report.has_plan)
		return follow;
	for (FormerLink **place = &put_back->first; *place;) {
		/* A write that failed changed nothing. */
		if ((*place)->state == FORMER_WRITING ||
		    ((*place)->state != FORMER_BACK && is_up(found, *place))) {
			former_drop(place);
			continue;
		}
		former_look(found, *place, &follow);
		former_ask(found, *place, &follow);
		place = &(*place)->next;
	}
	return follow;
}
