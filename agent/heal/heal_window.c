/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/heal/heal_window.h"

#include <ldap.h>

#include "agent/files/lock.h"
#include "agent/ldap/directory_ldap.h"
#include "agent/pass/server_id_back.h"
#include "agent/peer/probe_round.h"
#include "agent/peer/probe_targets.h"
#include "agent/system/clock.h"
#include "agent/system/wait.h"
#include "common/copy/csn_set.h"
#include "common/live/calm.h"
#include "common/remedies/remedies.h"

#define SID_OLD            0
#define TOUCHES            2 /* the first may only set slapd's checkpoint timer going */
#define CALM_AGAIN_MSEC    200
#define PEERS_MSEC         20000
#define RESTORE_TRIES      50
#define RESTORE_AGAIN_MSEC 200

/* --- nobody else does the same --- */

static const char *why_not_alone(Pool *pool, const VerifiedServer *server, const Probe *probe)
{
	const Content content = probe_content(probe);

	if (content.state != CONTENT_READ)
		return pool_printf(pool, "%s could not be asked: %s", server->peer->uri,
				   content.problem ? content.problem : "no answer");
	if (content.server_id != (int)server->peer->id)
		return pool_printf(pool,
				   "%s does not have its server ID, %u, at the moment: it may be "
				   "healing, or was cut off in it",
				   server->peer->uri, server->peer->id);
	if (csn_newest(content.context_csns, content.n_context_csns, SID_OLD))
		return pool_printf(pool, "%s has server ID 0 in its contextCSN meanwhile",
				   server->peer->uri);
	return NULL;
}

/* Asked once more, and last of all. */
static bool is_alone(HealWork *work)
{
	const HealOptions *heal = work->options;
	const size_t n = work->servers->n_servers - 1;
	const ProbeOptions options = {.depth = PROBE_DEPTH_ID,
				      .deadline_msec = PEERS_MSEC,
				      .expectation = {.our_id = work->wanted->self->id}};
	ProbeTarget *targets = pool_alloc(work->pool, (n + 1) * sizeof(*targets));
	Probe *probes = NULL;
	Error err = {0};

	if (!lock_is_held(heal->lock, heal->run_dir, LOCK_OF_WRITERS))
		heal_hold(work, "not-alone",
			  pool_printf(work->pool, "somebody removed the lock in %s", heal->run_dir),
			  remedy_text(REMEDY_HEAL));
	for (size_t i = 0; i < n; i++)
		targets[i] =
			probe_target(&work->servers->servers[i + 1].syncrepl, work->healed->suffix,
				     work->servers->servers[i + 1].peer, NULL);
	if (probe_run(work->pool, targets, n, &options, &probes, NULL, &err) < 0) {
		heal_hold(work, "not-asked", pool_strdup(work->pool, err.text),
			  remedy_text(REMEDY_HEAL));
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		const char *why =
			why_not_alone(work->pool, &work->servers->servers[i + 1], &probes[i]);

		if (why)
			heal_hold(work, "not-alone", why, remedy_text(REMEDY_HEAL));
	}
	return work->healed->holds.n_items == 0;
}

/* --- what is reported --- */

static void tell(const HealWork *work, EventKind kind, const char *text, const char *result)
{
	const unsigned id = work->wanted->self->id;
	Event event = {.kind = kind,
		       .text = text,
		       .cause = CAUSE_HAND,
		       .suffix = work->healed->suffix,
		       .dn = "cn=config",
		       .attribute = "olcServerID",
		       .old_value = pool_printf(work->pool, "%u", id),
		       .new_value = "0",
		       .result = result,
		       .duration_usec = work->healed->away_usec};
	const EventList events = {&event, 1};

	work->options->tell(work->options->userdata, &events);
}

static void tell_intent(const HealWork *work)
{
	tell(work, EVENT_CORRECTION_INTENDED,
	     pool_printf(work->pool,
			 "heal: contextCSN of %s is about to be written under server ID 0, which "
			 "this server has for a moment instead of %u",
			 work->healed->suffix, work->wanted->self->id),
	     NULL);
}

static void tell_outcome(const HealWork *work, const Error *err)
{
	if (err)
		tell(work, EVENT_CORRECTION_FAILED,
		     pool_printf(work->pool, "heal of %s: %s", work->healed->suffix, err->text),
		     "failed");
	else
		tell(work, EVENT_HEALED,
		     pool_printf(work->pool,
				 "contextCSN of %s has server ID 0 now: entries from before the "
				 "server IDs are deleted at peers that were away; this server has "
				 "server ID %u again",
				 work->healed->suffix, work->wanted->self->id),
		     "success");
}

/* --- the moment itself --- */

static void wait_for_calm(HealWork *work)
{
	Error err;

	for (unsigned waited_msec = 0;; waited_msec += CALM_AGAIN_MSEC) {
		const Calm calm = calm_judge(&work->world->live, 0);

		if (!calm.is_held || waited_msec >= calm.patience_sec * 1000)
			return;
		pause_msec(CALM_AGAIN_MSEC);
		if (world_read_running(work->options->directory, work->pool, work->world, &err) < 0)
			return;
	}
}

static int touches_make(HealWork *work, Error *err)
{
	for (int i = 0; i < TOUCHES; i++) {
		const LinkAnswer answer = heal_touch(&work->writer.link, work->healed->suffix);

		if (answer.code != LDAP_SUCCESS)
			return error_set(err, ERROR_REFUSED, answer.code, "%s",
					 link_write_refusal(&work->writer.link,
							    "touch the suffix entry", &answer));
	}
	return 0;
}

/* slapd may just be starting again. Over a connection of its own: the other one may be broken, or
 * wait for an answer. */
static int restore(HealWork *work, const KnownHeal *heal, Error *err)
{
	Directory *kept = work->options->directory;
	int result = server_id_restore(kept, heal, err);

	for (int i = 0; result < 0 && err->class == ERROR_UNREACHABLE && i < RESTORE_TRIES; i++) {
		const DirectoryLdapOptions options = {.uri = work->options->ldap_uri,
						      .timeout_msec = kept->timeout_msec};
		AUTO(Directory) *directory = NULL;

		pause_msec(RESTORE_AGAIN_MSEC);
		result = directory_ldap_open(&options, &directory, err);
		if (result == 0)
			result = server_id_restore(directory, heal, err);
	}
	return result;
}

static int touch_as_old(HealWork *work, const KnownHeal *heal, Error *err)
{
	static const char *const old[] = {"0"};
	const uint64_t began_usec = clock_system.monotonic_usec(NULL);
	Error back_err;
	int result;

	result = server_id_write(work->options->directory, old, 1, err);
	if (result == 0)
		result = touches_make(work, err);
	if (restore(work, heal, &back_err) < 0) {
		*err = back_err;
		return error_prefix(err,
				    "this server may have server ID 0 still, and gets %u back with "
				    "the next pass of the daemon, or by `%s`",
				    heal->server_id, remedy_text(REMEDY_APPLY));
	}
	work->healed->away_usec = (int64_t)(clock_system.monotonic_usec(NULL) - began_usec);
	return result;
}

static KnownHeal heal_of(const HealWork *work)
{
	const Attribute *ids = work->world->live.server_ids;

	return (KnownHeal){.suffix = work->healed->suffix,
			   .sid = SID_OLD,
			   .server_id = work->wanted->self->id,
			   .values = attribute_texts(work->pool, ids),
			   .n_values = ids ? ids->n_values : 0};
}

int heal_window(HealWork *work, Error *err)
{
	const char *state_dir = work->options->inputs->state_dir;
	const KnownHeal heal = heal_of(work);
	int result;

	wait_for_calm(work);
	if (!is_alone(work))
		return 0;
	if (state_write_heal(state_dir, &heal, err) < 0)
		return error_prefix(err, "nothing is written before its intent is on disk");
	tell_intent(work);
	result = touch_as_old(work, &heal, err);
	/* What became of the server ID is known unless slapd stopped answering. */
	if (result == 0 || work->healed->away_usec > 0)
		result = state_write_heal(state_dir, NULL, result < 0 ? NULL : err) < 0 ? -1
											: result;
	tell_outcome(work, result < 0 ? err : NULL);
	return result;
}
