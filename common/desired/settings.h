/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SETTINGS_H
#define SYNCWARD_SETTINGS_H

#include <stdbool.h>

#include "common/base/error.h"
#include "common/base/pool.h"
#include "common/desired/desired.h"

/* How `syncward verify --write` binds at the peers, and where it puts its test entry. */
typedef struct VerifySettings {
	const char *binddn; /* NULL: not set up */
	Credentials credentials;
	const char *container; /* DN; NULL: the suffix */
} VerifySettings;

/* agent.json as a value: what belongs to this machine alone, unlike peers.json. Everything is
 * optional. */
typedef struct AgentSettings {
	const char *ldap_uri; /* NULL: ldapi:///, else where packages have slapd listen */
	const char *peers_file;
	const char *node; /* id, host name or URI of this node's peer; NULL: by host name */
	unsigned interval_sec;
	unsigned ldap_timeout_sec;
	const char *state_dir;
	const char *run_dir;
	const char *metrics_file; /* NULL: metrics.prom in run_dir */
	const char *config_dir;   /* slapd.d; NULL: as slapd was started */
	bool probes;              /* at that interval, besides what a change needs */
	unsigned probe_interval_sec;
	bool holds_contested; /* G9 */
	bool renews_tls;      /* olcSyncrepl is written again for renewed TLS files */
	VerifySettings verify;
} AgentSettings;

/* What holds without an agent.json. */
extern const AgentSettings settings_defaults;

/* Parses agent.json; what it does not set is as in settings_defaults. ERROR_INPUT with
 * "name:line:column: sentence". Strings live in pool. */
int settings_parse(Pool *pool, const char *name, const char *bytes, size_t len, AgentSettings *ret,
		   Error *err);

#endif
