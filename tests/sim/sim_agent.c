/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "agent/look/extra_look.h"
#include "agent/look/link_answers.h"
#include "agent/look/needs_answer.h"
#include "agent/pass/pass.h"
#include "agent/system/clock.h"
#include "common/comparing/joining_extra.h"
#include "common/remedies/remedies.h"
#include "common/syncrepl/syncrepl_log.h"
#include "tests/sim/sim_delta.h"
#include "tests/sim/sim_history.h"
#include "tests/sim/sim_links.h"
#include "tests/sim/sim_relays.h"
#include "tests/sim/sim_rollout.h"
#include "tests/sim/sim_rules.h"
#include "tests/sim/sim_secrets.h"
#include "tests/sim/sim_state.h"

/* One pass of the program itself over a machine of the model; what peers hold is asked of the
 * model. Time is the model's: waiting makes it pass. */

static Sim *running; /* whose time it is */
static uint32_t late;

static uint64_t sim_monotonic_usec(void *userdata)
{
	(void)userdata;
	return running ? (uint64_t)running->cluster.now * 1000000 : 0;
}

static int64_t sim_realtime_sec(void *userdata)
{
	(void)userdata;
	return running ? sim_seconds(running->cluster.now - late) : 0;
}

/* In the place of agent/system/clock.c and of libc's. */
const Clock clock_system = {
	.monotonic_usec = sim_monotonic_usec,
	.realtime_sec = sim_realtime_sec,
};

int sigtimedwait(const sigset_t *signals, siginfo_t *info, const struct timespec *wanted)
{
	(void)signals;
	(void)info;
	if (running)
		running->cluster.now += (uint32_t)wanted->tv_sec + (wanted->tv_nsec > 0);
	errno = EAGAIN;
	return -1;
}

/* --- what peers show --- */

Content sim_content_read(Pool *pool, const SimHost *host, size_t peer)
{
	const Sim *sim = host->sim;
	const SimNode *node = &sim->cluster.nodes[peer];
	Content content = {.peer_id = (unsigned)peer + 1,
			   .state = CONTENT_READ,
			   .server_id = node->has_overlay ? node->sid : 0,
			   .is_open_hub = node->has_overlay &&
					  (host->file.consumers & host->file.hubs) >> peer & 1,
			   .has_clock = true,
			   .clock_ahead_sec =
				   (long)sim->cluster.nodes[host->at].late - (long)node->late};

	for (size_t i = 0; i < node->copy.n_entries; i++) {
		const SimEntry *entry = &node->copy.entries[i];

		if (entry->name != 0)
			continue;
		content.entry.exists = true;
		content.entry.uuid = pool_printf(pool, SIM_UUID, entry->uuid);
		content.entry.csn = sim_csn_text(pool, entry->csn);
	}
	for (size_t sid = 0; content.entry.exists && sid < SIM_SIDS; sid++) {
		const SimCsn csn = {sim_context(node)->time[sid], (uint8_t)sid};

		if (csn.time > 0)
			POOL_PUSH(pool, content.context_csns, content.n_context_csns,
				  sim_csn_text(pool, csn));
	}
	return content;
}

/* A peer that is not reached is as silent as one whose name is wrong. */
Content sim_peer_read(Pool *pool, const SimHost *host, size_t peer)
{
	const SimCluster *cluster = &host->sim->cluster;

	if (sim_may_search(host, peer))
		return sim_content_read(pool, host, peer);
	if (sim_is_reached(host, peer))
		return sim_refused_read(host, peer);
	return (Content){
		.peer_id = (unsigned)peer + 1,
		.state = CONTENT_UNREACHABLE,
		.problem = "no answer",
		.nobody_listens = !cluster->is_cut[host->at][peer] && !host->file.is_deaf,
	};
}

/* Those that it reads, and the others. */
static DatabaseFacts peers_read(Pool *pool, const SimHost *host)
{
	const WantedDatabase *wanted = &host->file.wanted.databases[0];
	DatabaseFacts facts = {.suffix = SIM_SUFFIX};

	for (size_t i = 0; i < wanted->n_consumers + wanted->n_others; i++) {
		const Content content =
			sim_peer_read(pool, host, wanted->consumers[i].peer->id - 1);

		if (i < wanted->n_consumers)
			POOL_PUSH(pool, facts.peers, facts.n_peers, content);
		else
			POOL_PUSH(pool, facts.others, facts.n_others, content);
	}
	return facts;
}

void __real_world_answer_needs(Directory *directory, Pool *pool, const PlanNeeds *needs,
			       const NeedsAsker *asker, World *world);
void __wrap_world_answer_needs(Directory *directory, Pool *pool, const PlanNeeds *needs,
			       const NeedsAsker *asker, World *world);

/* Consumers are asked where the plan wants to know what they hold, and not else. */
void __wrap_world_answer_needs(Directory *directory, Pool *pool, const PlanNeeds *needs,
			       const NeedsAsker *asker, World *world)
{
	const SimHost *host = (const SimHost *)directory;

	for (size_t i = 0; i < needs->n_contents; i++) {
		const WantedDatabase *wanted = needs->contents[i].database;
		DatabaseFacts *facts =
			world_facts_of(pool, &world->facts, needs->contents[i].suffix);

		for (size_t k = 0; needs->contents[i].heirs && facts->n_heirs < wanted->n_heirs;
		     k++)
			POOL_PUSH(pool, facts->heirs, facts->n_heirs,
				  sim_peer_read(pool, host,
						wanted->consumers[wanted->n_consumers +
								  wanted->n_others + k]
								.peer->id -
							1));
	}
	__real_world_answer_needs(directory, pool, needs, asker, world);
}

/* --- links --- */

static void link_try(Pool *pool, const SimHost *host, const WantedConsumer *consumer, Probe *probe)
{
	if (!sim_may_search(host, consumer->peer->id - 1)) {
		sim_refused_probe(pool, host, consumer->peer->id - 1, probe);
		return;
	}
	for (int step = 0; step < PROBE_STEP_COUNT; step++)
		probe->steps[step] = PROBE_GOOD;
	if (syncrepl_log(&consumer->syncrepl))
		sim_delta_probe(pool, host, consumer->peer->id - 1, probe);
}

/* In the place of agent/look/link_answers.c: a link is good when its peer can be reached. */
void link_answers_ask(LinkAnswers *answers, Directory *directory, const PlanInput *input,
		      const PlanNeeds *needs, World *world)
{
	const SimHost *host = (const SimHost *)directory;

	(void)input;
	for (size_t i = 0; i < needs->n_links; i++) {
		const WantedConsumer *consumer = needs->links[i].consumer;
		LinkProbe probe = {.suffix = SIM_SUFFIX,
				   .peer_id = consumer->peer->id,
				   .began_sec = world->facts.now_sec,
				   .at_sec = world->facts.now_sec,
				   .probe = {.suffix = SIM_SUFFIX,
					     .peer_id = consumer->peer->id,
					     .uri = consumer->peer->uri}};

		if (needs->links[i].answer)
			continue;
		probe.identity =
			link_identity(answers->pool, &consumer->syncrepl, consumer->secret);
		if (sim_is_reached(host, consumer->peer->id - 1))
			link_try(answers->pool, host, consumer, &probe.probe);
		POOL_PUSH(answers->pool, answers->probes.items, answers->probes.n_items, probe);
	}
}

/* --- what a peer deleted --- */

static EntryMark mark_of(Pool *pool, const SimEntry *entry)
{
	EntryMark mark = {0};

	(void)entry_mark_read(pool_printf(pool, SIM_UUID, entry->uuid),
			      sim_csn_text(pool, entry->csn), &mark);
	return mark;
}

/* In the place of agent/look/extra_look.c: both copies are the model's. */
CopyExtra extra_look(Directory *directory, Pool *pool, const ExtraQuestion *question,
		     ProbeRefusals *refusals)
{
	const SimHost *host = (const SimHost *)directory;
	const SimNode *nodes = host->sim->cluster.nodes;
	const Content *peer =
		joining_extra_peer(question->live, question->needs->database, question->facts);
	CopyExtra extra = {.was_asked = true};
	ExtraSides sides;
	EntrySet set = {.pool = pool};

	(void)refusals;
	extra.peer_id = peer ? peer->peer_id : 0;
	/* What comes back where several are read at once would be found here. */
	if (!peer || !sim_knows(SIM_ONE_PROVIDER))
		return extra;
	for (size_t i = 0; i < nodes[host->at].copy.n_entries; i++) {
		const EntryMark mark = mark_of(pool, &nodes[host->at].copy.entries[i]);

		entry_set_add(&set, &mark);
	}
	entry_set_sort(&set);
	for (size_t i = 0; i < nodes[peer->peer_id - 1].copy.n_entries; i++) {
		const EntryMark mark = mark_of(pool, &nodes[peer->peer_id - 1].copy.entries[i]);
		EntryMark *here = entry_set_find(&set, mark.uuid);

		if (here)
			here->is_seen = 1;
	}
	sides = (ExtraSides){.peer = peer,
			     .others = question->facts->peers,
			     .n_others = question->facts->n_peers,
			     .our_id = question->our_id};
	extra.n_entries = copy_extra_find(&set, &sides, EXTRA_DELETED, NULL, 0);
	extra.n_doubtful = copy_extra_find(&set, &sides, EXTRA_DOUBTFUL, NULL, 0);
	return extra;
}

/* --- the pass --- */

/* For a link whose provider the file makes a consumer. */
static bool is_of_demoted(const Hold *hold)
{
	return hold->guard == GUARD_REMOVAL && strstr(hold->text, "makes it a consumer") != NULL;
}

/* What is printed below "only when ...": people do it when that is so (sim_people.c). Only people
 * who compared could know whether an entry belongs here. */
static void advice_take(SimAdvice *advice, const Hold *hold)
{
	if (strstr(hold->text, remedy_text(REMEDY_DATABASE_ANEW)))
		advice->empties_database = true;
	else if (strstr(hold->release, "--release") && !strstr(hold->text, "compared") &&
		 (hold->guard == GUARD_JOINING || hold->guard == GUARD_ORDER ||
		  hold->guard == GUARD_ROLE || is_of_demoted(hold)))
		advice->released |= GUARD_BIT(hold->guard);
	advice->wants_compare |=
		hold->guard == GUARD_ROLE && strstr(hold->text, "finds nothing") != NULL;
	advice->ends_demoted |= is_of_demoted(hold);
	advice->awaits_readers |= strstr(hold->text, "until these peers read from here") != NULL;
}

/* A consumer that polls waits most of its time. */
static bool link_is_down(const SimLink *link)
{
	return link->is_polled ? !link->made_contact || link->is_refused
			       : link->phase != SIM_PERSIST;
}

/* The daemon reports each. */
static bool has_link_down(const SimHost *host)
{
	const SimCluster *cluster = &host->sim->cluster;

	for (size_t i = 0; i < cluster->n_nodes; i++)
		if (sim_host_reads(host, i) && link_is_down(&cluster->nodes[host->at].links[i]))
			return true;
	return false;
}

/* 0.1.0, which wrote session logs, did not report them. */
static bool has_finding(const Plan *plan, Severity least)
{
	for (size_t i = 0; i < plan->n_findings; i++)
		if (plan->findings[i].severity < least)
			continue;
		else if (!sim_rule_is_off(SIM_SESSION_LOG) ||
			 strcmp(plan->findings[i].code, "session-log") != 0)
			return true;
	return false;
}

static void report_take(SimHost *host, const Report *report)
{
	const Plan *plan = &report->last.plan;

	host->was_judged = true;
	host->has_said = report->end.has_failed || plan->held.n_holds > 0 ||
			 has_finding(plan, SEVERITY_WARNING) || has_link_down(host);
	host->is_well = !report->end.has_failed && plan->held.n_holds == 0 &&
			report->first.plan.order.n_steps == 0 &&
			!has_finding(plan, SEVERITY_WARNING) && !has_link_down(host);
	host->is_unfinished = report->first.plan.order.n_steps > 0;
	host->advice = (SimAdvice){.file = host->file.id};
	for (size_t i = 0; i < plan->held.n_holds; i++)
		advice_take(&host->advice, &plan->held.holds[i]);
	if (report->first.plan.n_breaches + plan->n_breaches > 0 && !*host->sim->breach)
		snprintf(host->sim->breach, sizeof(host->sim->breach),
			 "a plan of node %zu passes a guard: its result breaks a rule",
			 host->at + 1);
	if (!host->sim->is_loud)
		return;
	printf("  pass of node %zu at %u\n", host->at + 1, host->sim->cluster.now);
	for (size_t i = 0; i < report->first.plan.order.n_steps; i++)
		printf("    step: %s\n",
		       step_title(host->sim->pool, &report->first.plan.order.steps[i]));
	for (size_t i = 0; i < plan->held.n_holds; i++)
		printf("    held: %s\n", plan->held.holds[i].text);
	for (size_t i = 0; i < plan->n_findings; i++)
		printf("    found: %s: %s\n", plan->findings[i].code, plan->findings[i].text);
	if (report->end.has_failed)
		printf("    failed: %s\n", report->end.error.text);
}

/* Consumers that poll cannot be seen, and they read everything anew in any case: `validate` warns
 * of it. */
bool sim_is_read_by_all(const SimHost *host)
{
	const SimCluster *cluster = &host->sim->cluster;

	for (size_t i = 0; i < cluster->n_nodes; i++)
		if (sim_host_reads(&host->sim->hosts[i], host->at) &&
		    sim_takes_writes(&cluster->nodes[i]) &&
		    cluster->nodes[i].links[host->at].phase == SIM_DOWN &&
		    !cluster->nodes[i].links[host->at].is_polled)
			return false;
	return true;
}

/* What it writes under its server ID is no first change to any copy that may write itself. */
static bool all_know(const SimHost *host)
{
	const SimCluster *cluster = &host->sim->cluster;

	for (size_t i = 0; i < cluster->n_nodes; i++)
		if (sim_host_reads(&host->sim->hosts[i], host->at) &&
		    sim_takes_writes(&cluster->nodes[i]) &&
		    sim_context(&cluster->nodes[i])->time[host->at + 1] == 0)
			return false;
	return true;
}

/* A person who begins a cluster has looked which of the others are empty: an account that is no
 * rootdn cannot see that. */
static size_t empty_find(const SimHost *host, unsigned ids[SIM_NODES])
{
	const SimCluster *cluster = &host->sim->cluster;
	size_t n = 0;

	for (size_t i = 0; i < cluster->n_nodes; i++)
		if (i != host->at && cluster->nodes[i].copy.n_entries == 0)
			ids[n++] = (unsigned)i + 1;
	return n;
}

static void pass_make(Pool *pool, SimHost *host, const SimPass *options)
{
	unsigned empty_ids[SIM_NODES];
	Inputs inputs = {.state_dir = host->state_dir,
			 .machine = {.fqdn = host->file.wanted.self->uri + strlen("ldap://")}};
	PassOptions pass = {.may_write = true,
			    .consent.is_first_node = options->is_first_node,
			    .consent.released = options->released,
			    .consent.empty_ids = empty_ids};
	DatabaseFacts facts;
	Report report;
	Error err;

	if (state_read(pool, host->state_dir, false, &inputs.state, &err) < 0) {
		if (host->actions_left != 0)
			snprintf(host->sim->breach, sizeof(host->sim->breach), "%.200s", err.text);
		return;
	}
	sim_rollout_choose(pool, host, options, &inputs);
	facts = peers_read(pool, host);
	pass.consent.n_empty_ids = options->is_first_node ? empty_find(host, empty_ids) : 0;
	pass.contents = &facts;
	pass.n_contents = 1;
	pass_run(pool, &inputs, &pass, &host->directory, &report);
	if (host->actions_left == 0) {
		sim_rollout_forget(host);
		return;
	}
	report_take(host, &report);
	if (host->sim->has_beats && report.has_plan)
		sim_beats_look(&(SimLooked){pool, host, &inputs, &report, &facts});
}

void sim_pass(SimHost *host, const SimPass *options)
{
	AUTO(Pool) *pool = pool_new();
	const SimNode *node = &host->sim->cluster.nodes[host->at];
	const SimLinksUp before = sim_links_up(host);
	const bool was_cut = sim_relay_is_cut(host);
	const bool had_flag = node->has_flag, had_overlay = node->has_overlay;
	const size_t n_steps = host->n_steps;

	if (!node->is_up)
		return;
	running = host->sim;
	late = node->late;
	host->actions_left = options->kill_after;
	sim_state_budget(&host->actions_left);
	sim_delta_begin(host);
	pass_make(pool, host, options);
	sim_state_budget(NULL);
	sim_tally.passes++;
	sim_tally.steps += host->n_steps - n_steps;
	if (!had_flag && node->has_flag) {
		sim_tally.opened++;
		host->sim->opened_unread |=
			!options->released && !sim_is_read_by_all(host) && !all_know(host);
	}
	for (size_t i = 0; !had_overlay && node->has_overlay && i < host->sim->cluster.n_nodes; i++)
		host->sim->opened_past |= i != host->at && sim_looks_unbegun(host, i);
	sim_tally.hubs += !had_overlay && node->has_overlay && host->file.consumers >> host->at & 1;
	sim_links_compare(host, &before, had_flag && node->has_flag, options->released);
	if (host->actions_left != 0)
		sim_relay_note(host, was_cut, options->released);
	host->actions_left = -1;
	running = NULL;
}
