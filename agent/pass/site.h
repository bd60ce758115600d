/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SITE_H
#define SYNCWARD_SITE_H

#include "agent/input/inputs.h"
#include "agent/input/settings_file.h"
#include "agent/ldap/directory_ldap.h"

/* What a command that talks to slapd works with: agent.json under the command line, peers.json, a
 * connection. */
typedef struct Context {
	Pool *pool;
	const char *peers_file;
	const char *node;
	const char *ldap_uri; /* where slapd is asked, or would be */
	bool finds_socket;    /* nobody named it: context_connect() finds it */
	bool notes_socket;    /* and remembers it, for it is going to write */
	const char *state_dir;
	const char *run_dir;
	const char *metrics_file;
	const char *config_dir; /* NULL: as slapd was started */
	unsigned ldap_timeout_msec;
	unsigned interval_sec;
	bool probes;
	unsigned probe_interval_sec;
	bool holds_contested;
	bool renews_tls;
	bool releases_rollout;     /* see InputsOptions */
	VerifySettings verify;     /* with which heartbeats are written, too */
	const LastGood *last_good; /* these two as in InputsOptions */
	const StateRead *state;
	const char *fqdn;     /* of this host, when it was looked up already; else NULL */
	bool fqdn_is_open;    /* that is the short one, for the look-up is not over */
	bool fqdn_is_awaited; /* the first look-up of it: see InputsOptions */
	Budget budget;        /* of the work with it */
	bool is_verbose;
} Context;

/* The effective settings: command line over agent.json over defaults. Reads no other file. Fails
 * as settings_read() does. */
int context_read(Pool *pool, const SettingsOverride *override, Context *ret, Error *err);

/* The same for a command that writes; refused beside a daemon that follows another peers.json
 * (status_check_same_file()). */
int context_read_to_write(Pool *pool, const SettingsOverride *override, Context *ret, Error *err);

/* Reads peers.json, secrets and state for this context. */
int context_inputs(const Context *context, bool may_write, Inputs *ret, Error *err);

/*
 * Connects to slapd; the caller closes. Where nobody named its socket that is the one at which
 * this node had its answer before; until there was one, ldapi:///, and where nobody listens there
 * the one socket at which a package has its slapd listen (slapd_sockets_find()). ldap_uri is then
 * the one that was taken, a constant.
 */
int context_connect(Context *context, Directory **ret, Error *err);

#endif
