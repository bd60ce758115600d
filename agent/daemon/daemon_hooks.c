/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "agent/daemon/daemon_internal.h"

/* What is done in the middle of a pass. */

static void before_look(void *userdata)
{
	DaemonPass *pass = userdata;
	Daemon *daemon = pass->daemon;

	(void)daemon_hand_edits_drain(&daemon->edits, daemon->places.watch);
}

static void after_look(void *userdata, const World *world)
{
	DaemonPass *pass = userdata;
	Daemon *daemon = pass->daemon;

	daemon_hand_edits_look(&daemon->edits, &pass->found,
			       &(EditsLook){world, daemon->places.watch, daemon->places.config_dir},
			       &pass->edits);
	daemon_links_before(&pass->links_before, &pass->found, &world->live);
}

static bool before_write(void *userdata, const World *world, const Plan *plan, const char *digest)
{
	DaemonPass *pass = userdata;
	Daemon *daemon = pass->daemon;

	/* Kept in memory only: it is derived from passwords. */
	memcpy(pass->digest, digest, sizeof(pass->digest));
	daemon_tell_changes(pass, &world->config, plan);
	pass->waits_after_refusal =
		!schedule_may_write(&daemon->schedule, pass->digest, daemon_now_usec(daemon));
	pass->has_tried =
		!pass->waits_after_refusal && !daemon_is_splayed(pass, plan, pass->digest);
	if (pass->has_tried)
		daemon_put_back_note(&daemon->put_back, &world->live, plan);
	return pass->has_tried;
}

static DiskWitness *witness(void *userdata, const char *config_dir)
{
	DaemonPass *pass = userdata;
	Daemon *daemon = pass->daemon;

	return daemon_hand_edits_witness(&daemon->edits, daemon->places.watch, config_dir);
}

/* Only now: what could not be put on disk is not about to happen. */
static void intended(void *userdata, const Plan *plan)
{
	DaemonPass *pass = userdata;

	daemon_tell_intent(pass, plan);
	pass->write_started_usec = found_now_usec(&pass->found);
}

static void after_write(void *userdata, const Plan *plan, const Applied *applied, const Error *err)
{
	DaemonPass *pass = userdata;

	daemon_tell_outcome(pass, plan, applied, err);
	daemon_kept_sent(&pass->sent, &pass->found, applied);
	daemon_contests_written(&pass->contests, &pass->found, &pass->authors, plan, applied);
	if (!err)
		daemon_put_back_written(&pass->daemon->put_back, found_now_usec(&pass->found));
	daemon_schedule_written(pass, applied);
	/* No look follows: what was seen during the write must not be forgotten. */
	if (err)
		pass->edits.must_look_again = watch_has_witnessed(pass->daemon->places.watch);
}

PassHooks daemon_hooks(DaemonPass *pass)
{
	return (PassHooks){pass,    before_look, after_look, before_write,
			   witness, intended,    after_write};
}
