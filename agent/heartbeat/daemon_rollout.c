/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/heartbeat/daemon_rollout.h"

#include "agent/state/state_rollout.h"
#include "common/base/text.h"
#include "common/decide/copy_doubted.h"
#include "common/tell/told_rollout.h"

/* One pass. */
typedef struct RolloutWork {
	DaemonRollout *rollout;
	const Found *found;
	unsigned long n_rounds;
	RolloutFile file;  /* that waits */
	KnownRollout next; /* as it will be remembered */
} RolloutWork;

static void watch_end(DaemonRollout *rollout)
{
	heartbeat_link_free(&rollout->link);
	pool_free(rollout->pool);
	rollout->pool = NULL;
	rollout->sha256 = NULL;
	rollout->watches = NULL;
	rollout->n_watches = 0;
	rollout->read_usec = 0;
}

void daemon_rollout_free(DaemonRollout *rollout)
{
	watch_end(rollout);
}

/* The nodes that try the file, from the beginning; what an earlier run of the daemon saw of them
 * still counts. */
static void watch_begin(RolloutWork *work)
{
	DaemonRollout *rollout = work->rollout;
	const size_t n_first = work->file.desired->policy.rollout.n_first;
	unsigned *ids;

	watch_end(rollout);
	rollout->pool = pool_new();
	rollout->sha256 = pool_strdup(rollout->pool, work->file.sha256);
	ids = pool_alloc(rollout->pool, (n_first + 1) * sizeof(*ids));
	rollout->n_watches = rollout_canaries(&work->file, ids);
	rollout->watches = pool_alloc(rollout->pool, (n_first + 1) * sizeof(*rollout->watches));
	for (size_t i = 0; i < rollout->n_watches; i++)
		rollout->watches[i] = (CanaryWatch){.id = ids[i]};
}

/* What is remembered of them, in the same order. */
static void canaries_take(RolloutWork *work)
{
	const DaemonRollout *rollout = work->rollout;
	const KnownRollout before = work->next;
	KnownCanary *canaries =
		pool_alloc(work->found->pool, (rollout->n_watches + 1) * sizeof(*canaries));

	for (size_t i = 0; i < rollout->n_watches; i++) {
		canaries[i] = (KnownCanary){.id = rollout->watches[i].id, .says = ""};
		for (size_t k = 0; k < before.n_canaries; k++)
			if (before.canaries[k].id == canaries[i].id)
				canaries[i] = before.canaries[k];
	}
	work->next.canaries = canaries;
	work->next.n_canaries = rollout->n_watches;
}

/* --- their heartbeats --- */

/* In which database this node sees that one. */
static const DesiredDatabase *database_of(const RolloutFile *file, unsigned id)
{
	for (size_t i = 0; i < file->desired->n_databases; i++) {
		const DesiredDatabase *database = &file->desired->databases[i];

		if (rollout_is_shown(file->desired, database, id) &&
		    (file->self == 0 || desired_database_has_peer(database, file->self)))
			return database;
	}
	return NULL;
}

static Fleet fleet_of(const RolloutWork *work, Pool *pool, const DesiredDatabase *database)
{
	const DaemonRollout *rollout = work->rollout;
	Fleet fleet = {
		.suffix = database->suffix,
		.container = database->heartbeat.container,
		.interval_sec = database->heartbeat.interval_sec,
		.read_sec = -1,
	};

	fleet.nodes = pool_alloc(pool, (rollout->n_watches + 1) * sizeof(*fleet.nodes));
	for (size_t i = 0; i < rollout->n_watches; i++)
		if (database_of(&work->file, rollout->watches[i].id) == database)
			fleet.nodes[fleet.n_nodes++] = (FleetNode){
				.id = rollout->watches[i].id,
				.uri = desired_peer(work->file.desired, rollout->watches[i].id)
					       ->uri,
			};
	return fleet;
}

/* Why they cannot be read; NULL: the fleet has them. */
static const char *fleet_read(const RolloutWork *work, Pool *pool, Fleet *fleet)
{
	const Found *found = work->found;
	HeartbeatLink *link = &work->rollout->link;
	const KnownDatabase *known = known_database(&found->inputs.state.known, fleet->suffix);
	Tree entries = {0};

	if (plan_doubts_copy(&found->report.last.plan.held, fleet->suffix) || !known ||
	    known->is_joining)
		return "this node's own copy is not complete";
	if (!heartbeat_link_open(link, &found->context, work->n_rounds))
		return link->lacks_account ? "agent.json names no account for heartbeats"
					   : pool_strdup(pool, link->problem);
	if (heartbeat_link_read(link, pool, fleet->container, &entries) != HEARTBEAT_DONE)
		return pool_strdup(pool, link->problem);
	fleet_take(pool, &entries, found->context.verify.binddn, found_realtime_sec(found), fleet);
	return NULL;
}

static void database_watch(RolloutWork *work, const DesiredDatabase *database)
{
	DaemonRollout *rollout = work->rollout;
	const Found *found = work->found;
	Pool *pool = found->pool;
	Fleet fleet = fleet_of(work, pool, database);
	const CanaryLook look = {
		.file = &work->file,
		.fleet = &fleet,
		.now_usec = found_now_usec(found),
		.now_sec = found_realtime_sec(found),
		.not_known = fleet.n_nodes > 0 ? fleet_read(work, pool, &fleet) : NULL,
	};

	for (size_t i = 0; i < rollout->n_watches; i++)
		if (database_of(&work->file, rollout->watches[i].id) == database)
			canary_watch(pool, &look, &rollout->watches[i], &work->next.canaries[i]);
}

static uint64_t interval_usec(const RolloutWork *work)
{
	const Desired *desired = work->file.desired;
	unsigned sec = 0;

	for (size_t i = 0; i < desired->n_databases; i++) {
		const DesiredHeartbeat *heartbeat = &desired->databases[i].heartbeat;

		if (heartbeat->container && (sec == 0 || heartbeat->interval_sec < sec))
			sec = heartbeat->interval_sec;
	}
	return sec * 1000000ULL;
}

/* --- the pass --- */

static void wait_watch(RolloutWork *work, Follow *ret)
{
	DaemonRollout *rollout = work->rollout;
	const Found *found = work->found;
	const uint64_t now_usec = found_now_usec(found);
	const uint64_t step_usec = interval_usec(work) / HEARTBEAT_READS;
	const bool is_reload = found_is_caused_by(found, TRIGGER_RELOAD);

	if (is_reload)
		heartbeat_link_forget(&rollout->link);
	if (rollout->read_usec == 0 || is_reload || now_usec >= rollout->read_usec + step_usec) {
		for (size_t i = 0; i < work->file.desired->n_databases; i++)
			if (work->file.desired->databases[i].heartbeat.container)
				database_watch(work, &work->file.desired->databases[i]);
		rollout->read_usec = now_usec;
	}
	wake_add(&ret->wakes, WAKE_ROLLOUT, rollout->read_usec + step_usec);
	rollout_conditions(found->pool, &work->next, work->file.desired->revision, &ret->lasting);
}

static void waiting_look(RolloutWork *work, Follow *ret)
{
	KnownRollout *next = &work->next;

	if (!text_equal(next->sha256, work->file.sha256)) {
		next->sha256 = work->file.sha256;
		next->since_sec = found_realtime_sec(work->found);
		next->n_canaries = 0;
	}
	if (!text_equal(work->rollout->sha256, work->file.sha256))
		watch_begin(work);
	canaries_take(work);
	if (work->rollout->n_watches > 0)
		wait_watch(work, ret);
	if (rollout_has_soaked(&work->file, next))
		next->passed = work->file.sha256;
}

/* Every node that is heard shows the file that is in force here: peers that are no longer in it may
 * be removed. */
static void everywhere_look(RolloutWork *work, const DaemonHeartbeat *heart)
{
	const Inputs *inputs = &work->found->inputs;
	const char *sha256 = inputs->in_force.sha256;
	const int64_t now_sec = found_realtime_sec(work->found);

	if (inputs->file.desired->policy.rollout.n_first == 0 || heart->n_lines == 0 ||
	    text_equal(work->next.everywhere, sha256))
		return;
	for (size_t i = 0; i < heart->n_lines; i++)
		if (!heart->lines[i].was_read ||
		    !rollout_is_everywhere(&heart->lines[i].fleet, sha256, now_sec))
			return;
	work->next.everywhere = sha256;
}

/* What changes the next plan, or what is reported of the wait, is wanted at once. */
static bool is_news(const KnownRollout *before, const KnownRollout *next)
{
	KnownRollout same = *next;

	if (next->n_canaries != before->n_canaries)
		return true;
	for (size_t i = 0; i < next->n_canaries; i++)
		if (next->canaries[i].state != before->canaries[i].state)
			return true;
	same.canaries = before->canaries;
	return !known_rollout_equal(before, &same);
}

static void next_keep(RolloutWork *work, Follow *ret)
{
	const KnownRollout *before = &work->found->inputs.state.known.latest.rollout;
	Pool *pool = work->found->pool;
	Error err;

	if (known_rollout_equal(before, &work->next))
		return;
	if (state_write_rollout(work->found->context.paths.state_dir, &work->next, &err) < 0)
		condition_add(pool, &ret->lasting,
			      (Condition){
				      .key = "state",
				      .begins = EVENT_STATE_TROUBLE,
				      .ends = EVENT_STATE_MENDED,
				      .text = pool_strdup(pool, err.text),
			      });
	else if (is_news(before, &work->next))
		wake_add(&ret->wakes, WAKE_ROLLOUT, found_now_usec(work->found));
}

Follow daemon_rollout_look(DaemonRollout *rollout, const Found *found, const DaemonHeartbeat *heart,
			   unsigned long n_rounds)
{
	const RolloutWait *wait = &found->inputs.rollout;
	RolloutWork work = {.rollout = rollout, .found = found, .n_rounds = n_rounds};
	Follow follow = {0};

	if (!found->has_inputs || !found->report.has_plan)
		return follow;
	work.next = found->inputs.state.known.latest.rollout;
	if (wait->file) {
		work.file = (RolloutFile){wait->file->desired, wait->file->sha256, wait->self};
		waiting_look(&work, &follow);
	} else {
		watch_end(rollout);
		work.next.sha256 = NULL;
		work.next.since_sec = 0;
		work.next.n_canaries = 0;
	}
	everywhere_look(&work, heart);
	next_keep(&work, &follow);
	return follow;
}
