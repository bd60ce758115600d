/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "agent/look/reader_answers.h"
#include "agent/slapd/slapd_place.h"
#include "tests/sim/sim_host.h"

/* What somebody sees who binds with the account that peers read with (--wrap): the model has no
 * second connection. */

void __real_reader_answers_ask(ReaderAnswers *answers, Directory *directory, const PlanInput *input,
			       const Plan *plan, World *world);
void __wrap_reader_answers_ask(ReaderAnswers *answers, Directory *directory, const PlanInput *input,
			       const Plan *plan, World *world);

const char *__wrap_slapd_config_dir(Pool *pool, const ConfigPlaces *places);

/* No slapd of this machine is looked for. */
const char *__wrap_slapd_config_dir(Pool *pool, const ConfigPlaces *places)
{
	(void)pool;
	(void)places;
	return NULL;
}

/* A copy without passwords shows nothing of who may read them. */
static bool has_passwords(const SimCopy *copy)
{
	for (size_t i = 0; i < copy->n_entries; i++)
		if (!copy->entries[i].is_bare)
			return true;
	return false;
}

/* reader_compare.c: less is less, whatever it is compared with, but what root may not read itself
 * is not seen to be missing. */
static ReaderView view_make(const SimNode *node, const ReaderNeed *need, int64_t now_sec)
{
	ReaderView view = {.suffix = SIM_SUFFIX, .reader = need->reader, .at_sec = now_sec};

	memcpy(view.basis, need->basis, sizeof(view.basis));
	view.is_passing = !node->has_overlay;
	view.text = "root may not see everything itself";
	if (node->hides_from_root || !has_passwords(&node->copy))
		return view;
	view.outcome = node->hides ? VIEW_LESS : VIEW_EQUAL;
	view.text = node->hides ? "userPassword" : "root over ldapi";
	return view;
}

void __wrap_reader_answers_ask(ReaderAnswers *answers, Directory *directory, const PlanInput *input,
			       const Plan *plan, World *world)
{
	const SimHost *host = (const SimHost *)directory;
	const SimNode *node = &host->sim->cluster.nodes[host->at];
	Plan sessions = *plan;

	sessions.unknown.n_readers = 0;
	__real_reader_answers_ask(answers, directory, input, &sessions, world);
	for (size_t i = 0; i < plan->unknown.n_readers; i++)
		POOL_PUSH(answers->pool, answers->views.items, answers->views.n_items,
			  view_make(node, &plan->unknown.readers[i], world->facts.now_sec));
}
