/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/command/verify_doubts.h"

#include <time.h>

#include "agent/look/pass_look.h"
#include "agent/state/state_compare.h"
#include "agent/state/state_told.h"
#include "common/decide/copy_doubted.h"
#include "common/plan/plan_changes.h"
#include "common/status/status_compared.h"

/* What is known at the end of the waiting, by this node's memory as it is then. */
typedef struct DoubtSources {
	Pool *pool;
	const Wanted *wanted;
	Plan plan;
	ConditionList told;
	CompareRecords compared;
} DoubtSources;

static void doubt_add(Pool *pool, VerifiedDatabase *database, const char *text,
		      bool forbids_writing)
{
	POOL_PUSH(pool, database->doubts, database->n_doubts,
		  {.text = text, .forbids_writing = forbids_writing});
}

static void add_finding(Pool *pool, VerifiedDatabase *database, const char *code, const char *text)
{
	doubt_add(pool, database, pool_printf(pool, "%s [%s]", text, code),
		  finding_doubts_copy(code) == COPY_MAY_BE_WRONG);
}

static void add_planned(const DoubtSources *sources, VerifiedDatabase *database)
{
	static const Guard guards[] = {GUARD_CONTENT, GUARD_JOINING};
	const char *suffix = database->wanted->desired->suffix;
	const Finding *finding;

	for (size_t i = 0; i < ARRAY_SIZE(guards); i++) {
		const Hold *hold = plan_hold_of(&sources->plan.held, suffix, guards[i]);

		if (hold)
			doubt_add(sources->pool, database,
				  pool_printf(sources->pool, "held %s: %s", guard_code(guards[i]),
					      hold->text),
				  true);
	}
	for (size_t at = 0; (finding = finding_next_about(&sources->plan, suffix, &at));)
		if (finding->severity == SEVERITY_CRITICAL &&
		    finding_doubts_copy(finding->code) != COPY_NOT_DOUBTED)
			add_finding(sources->pool, database, finding->code, finding->text);
}

static void add_told(const DoubtSources *sources, VerifiedDatabase *database)
{
	for (size_t i = 0; i < sources->told.n_items; i++) {
		const Condition *told = &sources->told.items[i];

		if (told->kind == CONDITION_FINDING && told->suffix &&
		    wanted_find(sources->wanted, told->suffix) == database->wanted &&
		    finding_outlasts_plans(told->code))
			add_finding(sources->pool, database, told->code,
				    told->what ? told->what : told->text);
	}
}

static void add_compared(const DoubtSources *sources, VerifiedDatabase *database)
{
	for (size_t i = 0; i < database->n_servers; i++) {
		const CompareRecord *record =
			compare_record_find(&sources->compared, database->wanted->desired->suffix,
					    database->servers[i].peer->id);
		const char *text =
			record ? compared_difference(sources->pool, record, (int64_t)time(NULL))
			       : NULL;

		if (text)
			doubt_add(sources->pool, database, text, false);
	}
}

static int plan_now(Pool *pool, const Context *context, Directory *directory, unsigned timeout_sec,
		    Plan *ret, Error *err)
{
	PlannerInput input = {.looks_for_old = true,
			      .peers_patience_msec = (timeout_sec > 0 ? timeout_sec : 1) * 1000};
	Inputs inputs;
	World world;

	if (context_inputs(context, false, &inputs, err) < 0)
		return -1;
	input.machine = &inputs.machine;
	input.plan = (PlanInput){
		.desired = inputs.file.desired,
		.not_listed = inputs.not_listed,
		.wanted = inputs.wanted.self ? &inputs.wanted : NULL,
		.known = &inputs.state.known,
		.options = {.renews_tls = inputs.renews_tls, .sha256 = inputs.file.sha256}};
	return planner_run(directory, pool, &input, &world, ret, err);
}

int verify_doubts_find(Pool *pool, const Context *context, const Wanted *wanted,
		       Directory *directory, unsigned timeout_sec, Verify *verify, Error *err)
{
	const char *state_dir = context->paths.state_dir;
	DaemonMemory memory = {0};
	DoubtSources sources = {.pool = pool, .wanted = wanted};

	if (plan_now(pool, context, directory, timeout_sec, &sources.plan, err) < 0 ||
	    state_read_daemon(pool, state_dir, &memory, err) < 0 ||
	    state_read_compared(pool, state_dir, &sources.compared, err) < 0)
		return -1;
	sources.told = memory.told;
	for (size_t i = 0; i < verify->n_databases; i++) {
		add_planned(&sources, &verify->databases[i]);
		add_told(&sources, &verify->databases[i]);
		add_compared(&sources, &verify->databases[i]);
	}
	return 0;
}
