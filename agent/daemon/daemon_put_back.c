/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/daemon/daemon_put_back.h"

#include <string.h>

#include "agent/daemon/daemon_internal.h"
#include "common/decide/guard_link.h"
#include "common/live/live_running.h"
#include "common/slapd/url.h"

/* --- the list --- */

static void former_drop(FormerLink **place)
{
	FormerLink *former = *place;

	*place = former->next;
	pool_free(former->pool);
}

void daemon_formers_free(Daemon *daemon)
{
	while (daemon->formers)
		former_drop(&daemon->formers);
}

static FormerLink **former_find(Daemon *daemon, const char *suffix, unsigned peer_id)
{
	FormerLink **place = &daemon->formers;

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

static void former_note(Daemon *daemon, const Change *change)
{
	const WantedConsumer *wanted = change->wanted;
	FormerLink **place = former_find(daemon, change->suffix, wanted->peer->id);
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
		former->syncrepl.value[i] = pool_strdup(pool, change->live->syncrepl.value[i]);
	if (*place)
		former_drop(place);
	former->next = daemon->formers;
	daemon->formers = former;
}

void daemon_formers_note(DaemonPass *pass, const World *world, const Plan *plan)
{
	for (size_t i = 0; i < plan->n_changes; i++) {
		const Change *change = &plan->changes[i];

		if (!change->is_held && world->live.has_running &&
		    change_replaces_working_link(&world->live, change) && !change->wanted->put_back)
			former_note(pass->daemon, change);
	}
}

void daemon_formers_written(DaemonPass *pass)
{
	for (FormerLink *former = pass->daemon->formers; former; former = former->next)
		if (former->state == FORMER_WRITING) {
			former->state = FORMER_WAITING;
			former->until_usec =
				found_now_usec(&pass->found) + former->wait_sec * 1000000ULL;
		}
}

/* --- before a pass: what is wanted --- */

static void former_want(DaemonPass *pass, const FormerLink *former, WantedConsumer *consumer)
{
	consumer->syncrepl = former->syncrepl;
	consumer->provider =
		url_spelling(pass->found.pool, former->syncrepl.value[SYNCREPL_PROVIDER]);
	consumer->rid = syncrepl_rid(&former->syncrepl);
	consumer->secret = NULL;
	consumer->put_back = former->text;
}

/* Somebody wants something else by now: another file, another peers.json, or a person wrote it all
 * the same. */
static bool is_over(DaemonPass *pass, const FormerLink *former, const WantedConsumer *consumer)
{
	const char *identity =
		consumer ? link_identity(pass->found.pool, &consumer->syncrepl, consumer->secret)
			 : "";

	return strcmp(identity, former->identity) != 0 ||
	       (former->is_settled && known_link_is(&pass->found.inputs.state.known.links,
						    former->suffix, former->peer_id, identity));
}

void daemon_formers_take(DaemonPass *pass)
{
	for (FormerLink **place = &pass->daemon->formers; *place;) {
		const WantedDatabase *database;
		WantedConsumer *consumer =
			consumer_find(&pass->found.inputs.wanted, *place, &database);

		if (is_over(pass, *place, consumer)) {
			former_drop(place);
			continue;
		}
		if ((*place)->state == FORMER_BACK)
			former_want(pass, *place, consumer);
		place = &(*place)->next;
	}
}

/* --- behind a pass: does it connect? --- */

static bool is_up(const DaemonPass *pass, const FormerLink *former)
{
	const WantedDatabase *database;
	const WantedConsumer *consumer =
		consumer_find(&pass->found.inputs.wanted, former, &database);
	RunningIndex index;

	if (!consumer)
		return false;
	running_index(&pass->found.report.last_world.live, former->suffix, &index);
	return running_works(running_find(&index, consumer->rid, consumer->provider),
			     &consumer->syncrepl);
}

static const char *fault_text(const Probe *probe)
{
	return probe->n_faults > 0
		       ? probe->faults[0].text
		       : "a probe of it was good, but slapd's consumer does not connect";
}

/* A peer that cannot be asked would not take the former link either. */
static void former_judge(DaemonPass *pass, FormerLink *former)
{
	Daemon *daemon = pass->daemon;
	const LinkProbe *answer = link_probe_find(pass->found.answers, former->suffix,
						  former->peer_id, former->identity);

	if (!answer || answer->at_sec < former->asked_sec)
		return;
	if (probe_verdict(&answer->probe) == PROBE_NOT_TESTED) {
		former->state = FORMER_WAITING;
		former->until_usec = daemon_now_usec(daemon) + former->wait_sec * 1000000ULL;
		return;
	}
	former->state = FORMER_BACK;
	former->text = pool_printf(
		former->pool,
		"the link to %s worked, and did not come back within %u s of being written anew "
		"(%s): its former value is put back. %s. To write it all the same",
		former->uri, former->wait_sec, former->why, fault_text(&answer->probe));
	wake_add(&pass->wakes, WAKE_PUT_BACK, daemon_now_usec(daemon));
}

static bool is_as_wanted(const DaemonPass *pass, const FormerLink *former)
{
	const Plan *plan = &pass->found.report.last_plan;

	for (size_t i = 0; i < plan->n_changes; i++)
		if (plan->changes[i].wanted &&
		    plan->changes[i].wanted->peer->id == former->peer_id &&
		    strcmp(plan->changes[i].suffix, former->suffix) == 0)
			return false;
	return true;
}

static void former_look(DaemonPass *pass, FormerLink *former)
{
	Daemon *daemon = pass->daemon;

	if (former->state == FORMER_BACK)
		former->is_settled |= is_as_wanted(pass, former) && !pass->found.report.has_failed;
	if (former->state == FORMER_ASKED)
		former_judge(pass, former);
	if (former->state != FORMER_WAITING)
		return;
	if (daemon_now_usec(daemon) < former->until_usec) {
		wake_add(&pass->wakes, WAKE_PUT_BACK, former->until_usec);
		return;
	}
	former->state = FORMER_ASKED;
	former->asked_sec = daemon_realtime_sec(daemon);
}

void daemon_formers_look(DaemonPass *pass)
{
	if (!pass->found.report.has_plan)
		return;
	for (FormerLink **place = &pass->daemon->formers; *place;) {
		/* A write that failed changed nothing. */
		if ((*place)->state == FORMER_WRITING ||
		    ((*place)->state != FORMER_BACK && is_up(pass, *place))) {
			former_drop(place);
			continue;
		}
		former_look(pass, *place);
		place = &(*place)->next;
	}
}

const WantedConsumer *daemon_former_asked(DaemonPass *pass, const FormerLink *former,
					  const WantedDatabase **ret_database)
{
	const LinkProbe *answer = link_probe_find(pass->found.answers, former->suffix,
						  former->peer_id, former->identity);

	if (former->state != FORMER_ASKED || (answer && answer->at_sec >= former->asked_sec))
		return NULL;
	return consumer_find(&pass->found.inputs.wanted, former, ret_database);
}
