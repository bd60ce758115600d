/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/input/inputs.h"

#include <string.h>

#include "agent/host/host.h"
#include "agent/input/node_find.h"
#include "common/memory/revision.h"
#include "common/remedies/remedies.h"

/* An address may be one that moves between machines: a name that is still being looked up is waited
 * for first, and also before it is said that no peer is this node. */
static int self_awaited(Error *err)
{
	return error_set(err, ERROR_BUSY, 0,
			 "which peer this node is is not known yet: the look-up of the host's full "
			 "name is not over");
}

/* No peer is this node: a finding of the pass (G2), not an error; two are an error of the file. */
static int find_self(Pool *pool, const InputsOptions *options, Inputs *inputs, Error *err)
{
	const Secrets secrets = secrets_view(&inputs->secrets);
	size_t self;

	if (inputs->file.desired->n_peers == 0)
		return 0;
	if (node_find(pool, inputs->file.desired,
		      &(NodeQuestion){.node = options->node,
				      .fqdn = inputs->machine.fqdn,
				      .by_name_alone = options->fqdn_is_awaited},
		      &self, err) < 0) {
		if (err->code != DESIRED_NODE_MISSING)
			return -1;
		if (options->fqdn_is_awaited && !options->node)
			return self_awaited(err);
		inputs->not_listed = pool_strdup(pool, err->text);
		return 0;
	}
	return wanted_make(pool, inputs->file.desired, self, &secrets, &inputs->wanted, err);
}

/* What 0.1.0 remembered of this very file, it remembered by another digest. */
static void revision_translate(Pool *pool, const PeersFile *file, KnownRevision *latest)
{
	if (latest->has_revision && *file->former_sha256 &&
	    strcmp(latest->sha256, file->former_sha256) == 0)
		latest->sha256 = pool_strdup(pool, file->sha256);
}

/* An older file is refused by a guard (G7) where no last good one can stand in for it. */
static const char *file_refusal(Pool *pool, const InputsOptions *options, Inputs *inputs,
				Error *err)
{
	const char *older;

	if (peers_file_read(pool, options->peers_file, &inputs->file, err) < 0)
		return err->text;
	revision_translate(pool, &inputs->file, &inputs->state.known.latest);
	if (!options->last_good)
		return NULL;
	older = revision_refusal(pool, inputs->file.desired, inputs->file.sha256,
				 &inputs->state.known.latest);
	if (older)
		error_set(err, ERROR_INPUT, 0, "%s: %s", older, remedy_text(REMEDY_RELEASE_G7));
	return older ? err->text : NULL;
}

static int file_find(Pool *pool, const InputsOptions *options, Inputs *inputs, Error *err)
{
	const char *refusal = file_refusal(pool, options, inputs, err);

	if (!refusal)
		return 0;
	inputs->refusal = pool_strdup(pool, refusal);
	if (!options->last_good ||
	    last_good_file(options->last_good, pool, options->peers_file, &inputs->file, NULL) < 0)
		return -1;
	return 0;
}

/* A new revision may wait here: the one in force goes on in its place, if it is at hand. */
static void rollout_find(Pool *pool, const InputsOptions *options, Inputs *inputs)
{
	const Known *known = &inputs->state.known;

	if (known->latest.has_revision && !inputs->refusal && !options->releases_rollout)
		inputs->rollout = rollout_wait(
			pool,
			&(RolloutWaitLook){.file = &inputs->file,
					   .path = options->peers_file,
					   .node = {.node = options->node,
						    .fqdn = inputs->machine.fqdn,
						    .by_name_alone = options->fqdn_is_awaited},
					   .known = known,
					   .good = options->last_good,
					   .state_dir = options->state_dir});
	if (inputs->rollout.kept)
		inputs->file = *inputs->rollout.kept;
	if (inputs->rollout.text && !inputs->rollout.kept)
		inputs->in_force =
			(FileInForce){true, known->latest.revision, known->latest.sha256};
	else
		inputs->in_force = (FileInForce){inputs->file.desired->has_revision,
						 inputs->file.desired->revision,
						 pool_strdup(pool, inputs->file.sha256)};
}

/* Passwords in peers.json itself are known by that file. */
static void literals_identify(Pool *pool, Inputs *inputs)
{
	for (size_t i = 0; i < inputs->secrets.n_items; i++)
		if (inputs->secrets.items[i].kind == CREDENTIALS_LITERAL)
			inputs->secrets.items[i].identity =
				pool_printf(pool, "peers.json:%s",
					    file_identity_text(pool, &inputs->file.identity));
}

static void secrets_find_all(Pool *pool, const InputsOptions *options, Inputs *inputs)
{
	inputs->secrets = secrets_read(pool, inputs->file.desired, inputs->file.is_private);
	literals_identify(pool, inputs);
	if (options->last_good)
		last_good_secrets(options->last_good, pool, &inputs->secrets);
}

/* Why a password that this node needs could not be read now; NULL: all could. Those by which others
 * read need not be here. */
static const char *secrets_refusal(const Inputs *inputs)
{
	for (size_t i = 0; i < inputs->secrets.n_items; i++) {
		const Secret *secret = &inputs->secrets.items[i];

		if (secret->problem &&
		    (!inputs->wanted.self || wanted_needs_secret(&inputs->wanted, secret)))
			return secret->problem;
	}
	return NULL;
}

static int state_find(Pool *pool, const InputsOptions *options, Inputs *inputs, Error *err)
{
	if (!options->state)
		return state_read(pool, options->state_dir, options->may_write, &inputs->state,
				  err);
	inputs->state = *options->state;
	return 0;
}

int inputs_read(Pool *pool, const InputsOptions *options, Inputs *ret, Error *err)
{
	Inputs inputs = {.state_dir = options->state_dir,
			 .config_dir = options->config_dir,
			 .renews_tls = options->renews_tls};

	inputs.machine.fqdn = options->fqdn ? options->fqdn : host_fqdn(pool);
	inputs.machine.fqdn_is_open = options->fqdn && options->fqdn_is_open;
	inputs.machine.id = host_machine(pool);
	inputs.machine.ldap_uri = options->ldap_uri;
	if (state_find(pool, options, &inputs, err) < 0 ||
	    file_find(pool, options, &inputs, err) < 0)
		return -1;
	rollout_find(pool, options, &inputs);
	secrets_find_all(pool, options, &inputs);
	if (find_self(pool, options, &inputs, err) < 0)
		return -1;
	if (options->last_good && !inputs.refusal)
		inputs.refusal = secrets_refusal(&inputs);
	*ret = inputs;
	return 0;
}

int inputs_need_self(const Inputs *inputs, Error *err)
{
	if (!inputs->not_listed && inputs->wanted.self)
		return 0;
	return error_set(err, ERROR_REFUSED, 0, "there is nothing to compare with: %s",
			 inputs->not_listed ? inputs->not_listed : "peers.json lists no peers");
}
