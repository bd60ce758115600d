/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_INPUTS_H
#define SYNCWARD_INPUTS_H

#include "agent/input/last_good.h"
#include "agent/input/peers_file.h"
#include "agent/input/rollout_wait.h"
#include "agent/input/secret_read.h"
#include "agent/state/state.h"
#include "common/live/machine.h"
#include "common/wanted/wanted.h"

/* Which peers.json is in force. */
typedef struct FileInForce {
	bool has_revision;
	unsigned long revision;
	const char *sha256;
} FileInForce;

/* Everything a pass needs from this machine's files: parsed, checked, seen from this node. */
typedef struct Inputs {
	const char *state_dir;
	const char *config_dir; /* NULL: as slapd was started */
	bool renews_tls;        /* see PlanOptions */
	PeersFile file;
	SecretsRead secrets;
	const char *refusal; /* why the last good ones stand in for the files on disk; NULL: they do
				not */
	FileInForce in_force;
	RolloutWait rollout;    /* with what is kept file is that, else what waits */
	const char *not_listed; /* why no peer is this node; NULL: wanted is valid */
	Wanted wanted;
	StateRead state;
	Machine machine; /* its names; listeners come with the world */
} Inputs;

typedef struct InputsOptions {
	const char *peers_file;
	const char *node; /* NULL: by host name */
	const char *state_dir;
	const char *config_dir;
	const char *fqdn;     /* of this host; NULL: it is looked up */
	bool fqdn_is_open;    /* see Machine */
	bool fqdn_is_awaited; /* another name may come: if no name matches, which peer this is is
				 not known yet */
	const char *ldap_uri; /* where slapd is asked */
	bool may_write;
	bool renews_tls;
	bool releases_rollout; /* a person releases it: a new revision does not wait for other nodes
				*/
	const StateRead *state; /* that was read before; NULL: it is read */
	const LastGood
		*last_good; /* stands in for files that cannot be used; NULL: they are errors */
} InputsOptions;

/* Reads and checks the state folder, peers.json and the secrets it names. ERROR_INPUT for what a
 * person must mend, ERROR_BUSY while it is not known yet which peer this node is. */
int inputs_read(Pool *pool, const InputsOptions *options, Inputs *ret, Error *err);

/* ERROR_REFUSED, with the reason, when no peer of peers.json is this node: there is nothing to
 * compare it with. */
int inputs_need_self(const Inputs *inputs, Error *err);

#endif
