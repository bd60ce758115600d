/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/planner.h"

#include "agent/tls_files.h"

static void draft(Pool *pool, const PlannerInput *input, const World *world,
		  const PlanOptions *options, Plan *ret)
{
	const PlanInput plan_input = {
		.desired = input->desired,
		.not_listed = input->not_listed,
		.wanted = input->wanted,
		.live = &world->live,
		.facts = &world->facts,
		.known = input->known,
		.options = *options,
	};

	plan_make(pool, &plan_input, ret);
}

static int plan_rounds(Directory *directory, Pool *pool, const PlannerInput *input,
		       World *ret_world, Plan *ret, Error *err)
{
	PlanOptions options = input->options;

	if (world_read(directory, pool, input->facts, ret_world, err) < 0)
		return -1;
	ret_world->refusals = input->known->refusals;
	draft(pool, input, ret_world, &options, ret);
	if (ret->n_needs == 0 && !ret->needs_multi_provider_name)
		return 0;
	if (ret->needs_multi_provider_name &&
	    world_multi_provider_name(directory, &options.multi_provider_attribute, err) < 0)
		return -1;
	world_answer_needs(directory, pool, ret, input->wanted ? input->wanted->self->id : 0,
			   ret_world);
	draft(pool, input, ret_world, &options, ret);
	return 0;
}

int planner_run(Directory *directory, Pool *pool, const PlannerInput *input, World *ret_world,
		Plan *ret, Error *err)
{
	if (plan_rounds(directory, pool, input, ret_world, ret, err) < 0)
		return -1;
	tls_files_judge(pool, ret_world, input->wanted, ret);
	return 0;
}
