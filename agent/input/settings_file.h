/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SETTINGS_FILE_H
#define SYNCWARD_SETTINGS_FILE_H

#include <stdbool.h>

#include "common/base/error.h"
#include "common/base/pool.h"
#include "common/desired/settings.h"

#define SETTINGS_FILE_DEFAULT "/etc/syncward/agent.json"

/* What the command line says instead of agent.json; what was not given is NULL or false. */
typedef struct SettingsOverride {
	const char *agent_config; /* the file itself */
	const char *peers_file;
	const char *ldap_uri;
	const char *node;
	const char *state_dir;
	const char *run_dir;
	bool is_verbose;
} SettingsOverride;

/*
 * The effective settings: the command line over agent.json over the defaults. Only a file that was
 * named with --agent-config must exist. ERROR_INPUT for one that must be mended, also when it holds
 * a password and others can read it.
 */
int settings_read(Pool *pool, const SettingsOverride *override, AgentSettings *ret, Error *err);

#endif
