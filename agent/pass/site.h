/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SITE_H
#define SYNCWARD_SITE_H

#include "agent/input/inputs.h"
#include "agent/input/settings_file.h"
#include "agent/ldap/directory_ldap.h"

/* Where slapd is asked, or would be. */
typedef struct SiteSocket {
	const char *uri;
	bool is_found; /* nobody named it: context_connect() finds it */
	bool is_noted; /* and remembers it, for it is going to write */
	unsigned timeout_msec;
} SiteSocket;

/* The files and folders that it is about. */
typedef struct SitePaths {
	const char *peers_file;
	const char *state_dir;
	const char *run_dir;
	const char *metrics_file;
	const char *config_dir; /* NULL: as slapd was started */
} SitePaths;

/* How often it looks, and tries links. */
typedef struct SiteRhythm {
	unsigned interval_sec;
	bool probes;
	unsigned probe_interval_sec;
} SiteRhythm;

/* The name of this host. */
typedef struct SiteName {
	const char *fqdn; /* when it was looked up already; else NULL */
	bool is_open;     /* that is the short one, because the look-up is not over */
	bool is_awaited;  /* the first look-up of it: see InputsOptions */
} SiteName;

/* What a command that talks to slapd works with: agent.json under the command line, peers.json, a
 * connection. */
typedef struct Context {
	Pool *pool;
	const char *node;
	SiteSocket socket;
	SitePaths paths;
	SiteRhythm rhythm;
	bool holds_contested;
	bool renews_tls;
	bool releases_rollout;     /* see InputsOptions */
	VerifySettings verify;     /* with which heartbeats are written, too */
	const LastGood *last_good; /* these two as in InputsOptions */
	const StateRead *state;
	SiteName host;
	Budget budget; /* of the work with it */
	bool is_verbose;
} Context;

/* The effective settings: command line over agent.json over defaults. Reads no other file. Fails
 * as settings_read() does. */
int context_read(Pool *pool, const SettingsOverride *override, Context *ret, Error *err);

/* The same for a command that writes; refused while a daemon runs that follows another peers.json
 * (status_check_same_file()). */
int context_read_to_write(Pool *pool, const SettingsOverride *override, Context *ret, Error *err);

/* Reads peers.json, secrets and state for this context. */
int context_inputs(const Context *context, bool may_write, Inputs *ret, Error *err);

/*
 * Connects to slapd; the caller closes. Where nobody named its socket that is the one at which
 * this node had its answer before; until there was one, ldapi:///, and where nobody listens there
 * the one socket at which a package has its slapd listen (slapd_sockets_find()). socket.uri is
 * then the one that was taken, a constant.
 */
int context_connect(Context *context, Directory **ret, Error *err);

#endif
