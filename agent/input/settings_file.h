/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SETTINGS_FILE_H
#define SYNCWARD_SETTINGS_FILE_H

#include "agent/command/options.h"
#include "common/desired/settings.h"

#define SETTINGS_FILE_DEFAULT "/etc/syncward/agent.json"

/*
 * The effective settings: the command line over agent.json over the defaults. Only a file that was
 * named with --agent-config must exist. ERROR_INPUT for one that must be mended, also when it holds
 * a password and others can read it.
 */
int settings_read(const Options *options, AgentSettings *ret, Error *err);

#endif
