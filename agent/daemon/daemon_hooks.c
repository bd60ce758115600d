/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/daemon/daemon_hooks.h"

#include <string.h>

#include "common/tell/corrections.h"

static void before_look(void *userdata)
{
	PassMoments *moments = userdata;

	(void)daemon_hand_edits_drain(moments->hand_edits, moments->places->watch);
}

static void after_look(void *userdata, const World *world)
{
	PassMoments *moments = userdata;
	const EditsLook look = {world, moments->places->watch, moments->places->config_dir};

	daemon_hand_edits_look(moments->hand_edits, moments->found, &look, &moments->edits);
	daemon_links_before(&moments->links_before, moments->found, &world->live.runs);
}

/* Reported, and kept for people. */
static void corrections_tell(PassMoments *moments, const EventList *events)
{
	daemon_told_events(moments->told, &moments->found->journal, events);
	daemon_kept_history(moments->kept, moments->found, events);
}

void daemon_hooks_changes(PassMoments *moments, const Tree *config, const Plan *plan)
{
	const AuthorsLook look = {
		.plan = plan,
		.config = config,
		.seen = &moments->kept->seen,
		.contests = &moments->contests.list,
	};
	const EventList events = daemon_authors_look(&moments->authors, moments->found, &look);

	corrections_tell(moments, &events);
}

static bool before_write(void *userdata, const World *world, const Plan *plan, const char *digest)
{
	PassMoments *moments = userdata;
	WriteTry *write = &moments->write;

	memcpy(write->digest, digest, sizeof(write->digest));
	daemon_hooks_changes(moments, &world->config, plan);
	if (!daemon_schedule_may_write(moments->schedule, moments->found, plan,
				       moments->authors.has_drift, write))
		return false;
	daemon_put_back_note(moments->put_back, &world->live, plan);
	return true;
}

static DiskWitness *witness(void *userdata, const char *config_dir)
{
	PassMoments *moments = userdata;

	return daemon_hand_edits_witness(moments->hand_edits, moments->places->watch, config_dir);
}

/* Only now: what could not be put on disk is not about to happen. */
static void intended(void *userdata, const Plan *plan)
{
	PassMoments *moments = userdata;
	const EventList events =
		corrections_intended(moments->found->pool, plan, moments->authors.of_plan);

	corrections_tell(moments, &events);
	moments->write.started_usec = found_now_usec(moments->found);
}

static void after_write(void *userdata, const Plan *plan, const Applied *applied, const Error *err)
{
	PassMoments *moments = userdata;
	const Found *found = moments->found;
	EventList events =
		corrections_done(found->pool, plan, moments->authors.of_plan, applied, err);

	corrections_took(&events, (int64_t)(found_now_usec(found) - moments->write.started_usec));
	corrections_tell(moments, &events);
	corrections_written(found->pool, plan, moments->authors.of_plan, applied, err,
			    &moments->sent);
	daemon_contests_written(&moments->contests, found, &moments->authors, plan, applied);
	if (!err)
		daemon_put_back_written(moments->put_back, found_now_usec(found));
	daemon_schedule_written(&moments->write, applied);
	/* No look follows: what was seen during the write must not be forgotten. */
	if (err)
		moments->edits.must_look_again = watch_has_witnessed(moments->places->watch);
}

PassHooks daemon_hooks(PassMoments *moments)
{
	return (PassHooks){moments, before_look, after_look, before_write,
			   witness, intended,    after_write};
}
