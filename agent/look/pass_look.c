/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/look/pass_look.h"

#include "agent/disk/log_folders.h"
#include "agent/disk/tls_files.h"
#include "agent/disk/tls_times.h"
#include "agent/system/clock.h"
#include "common/comparing/joining_extra.h"
#include "common/decide/decide.h"

static PlanInput plan_input(const PlannerInput *input, const World *world)
{
	PlanInput asked = input->plan;

	asked.live = &world->live;
	asked.facts = &world->facts;
	return asked;
}

static bool has_unanswered(const PlanNeeds *needs)
{
	for (size_t i = 0; i < needs->n_links; i++)
		if (!needs->links[i].answer)
			return true;
	return false;
}

static NeedsAsker needs_asker(const PlannerInput *input)
{
	return (NeedsAsker){.our_id = input->plan.wanted ? peer_server_id(input->plan.wanted->self)
							 : 0,
			    .patience_msec = input->peers_patience_msec,
			    .silent = input->silent,
			    .known_links = &input->plan.known->peers.links,
			    .extra_looks = input->extra_looks};
}

/* What the first draft asked for. */
static void answer(Directory *directory, Pool *pool, const PlannerInput *input, const Plan *draft,
		   World *world)
{
	const PlanInput asked = plan_input(input, world);
	const NeedsAsker asker = needs_asker(input);

	world_answer_needs(directory, pool, &draft->unknown, &asker, world);
	if (input->answers && has_unanswered(&draft->unknown))
		link_answers_ask(input->answers, directory, &asked, &draft->unknown, world);
	if (input->readers)
		reader_answers_ask(input->readers, directory, &asked, draft, world);
	world_look_at_reached(pool, world);
}

/* Heirs only where what the providers reported leaves it open: there may be many. What links
 * reported may be newer than what was read here. */
static bool ask_once_more(Directory *directory, Pool *pool, const PlannerInput *input,
			  const PlanNeeds *needs, World *world)
{
	const NeedsAsker asker = needs_asker(input);
	bool is_needed = false;

	for (size_t i = 0; i < needs->n_contents; i++)
		is_needed |= needs->contents[i].heirs || needs->contents[i].catches_up;
	if (is_needed)
		world_answer_needs(directory, pool, needs, &asker, world);
	return is_needed;
}

/* What an earlier pass saw keeps a node closed that something else holds. Before it opens both
 * copies are read again. */
static bool look_afresh(Directory *directory, Pool *pool, const PlannerInput *input,
			const PlanNeeds *needs, const Plan *plan, World *world)
{
	const NeedsAsker asker = needs_asker(input);
	bool has_looked = false;

	for (size_t i = 0; i < world->facts.n_databases; i++) {
		const DatabaseFacts *facts = &world->facts.databases[i];

		if (!joining_needs_afresh(plan, input->plan.known, facts, input->writes))
			continue;
		world_extra_afresh(directory, pool, needs, &asker, facts->suffix, world);
		has_looked = true;
	}
	return has_looked;
}

static bool must_ask(const PlannerInput *input, const PlanNeeds *needs)
{
	return needs->n_contents > 0 || needs->multi_provider_name ||
	       (input->answers && has_unanswered(needs)) ||
	       (input->readers && (needs->n_readers > 0 || needs->sessions));
}

int planner_run(Directory *directory, Pool *pool, const PlannerInput *input, World *ret_world,
		Plan *ret, Error *err)
{
	PlanInput asked;
	Plan draft;

	if (world_read(directory, pool, input->machine, ret_world, err) < 0)
		return -1;
	ret_world->facts.now_sec = clock_system.realtime_sec(NULL);
	tls_times_read(pool, &ret_world->live, &ret_world->facts.machine.tls);
	tls_files_read(pool, &ret_world->live, input->plan.wanted, &ret_world->facts.machine.tls);
	if (input->plan.wanted)
		world_look_for_addresses(pool, input->plan.wanted, &ret_world->facts.machine);
	log_folders_read(pool, &ret_world->live, input->plan.wanted, &ret_world->facts.machine);
	ret_world->refusals = input->plan.known->peers.refusals;
	for (size_t i = 0; i < input->n_contents; i++)
		POOL_PUSH(pool, ret_world->facts.databases, ret_world->facts.n_databases,
			  input->contents[i]);
	if (input->looks_for_old && input->plan.wanted)
		world_look_for_old(directory, pool, &input->plan, ret_world);
	else if (input->plan.wanted)
		world_look_for_emptied(directory, pool, &input->plan, ret_world);
	ret_world->facts.probes = input->answers ? &input->answers->probes : input->probes;
	ret_world->facts.views = input->readers ? &input->readers->views : NULL;
	world_look_at_reached(pool, ret_world);
	asked = plan_input(input, ret_world);
	plan_make(pool, &asked, ret);
	if (!must_ask(input, &ret->unknown))
		return 0;
	if (ret->unknown.multi_provider_name &&
	    world_multi_provider_name(directory, &asked.options.multi_provider_attribute, err) < 0)
		return -1;
	draft = *ret;
	answer(directory, pool, input, &draft, ret_world);
	plan_make(pool, &asked, ret);
	if (ask_once_more(directory, pool, input, &ret->unknown, ret_world))
		plan_make(pool, &asked, ret);
	if (look_afresh(directory, pool, input, &draft.unknown, ret, ret_world))
		plan_make(pool, &asked, ret);
	return 0;
}
