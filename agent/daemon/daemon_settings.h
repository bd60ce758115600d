/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DAEMON_SETTINGS_H
#define SYNCWARD_DAEMON_SETTINGS_H

#include <stdbool.h>
#include <sys/stat.h>

#include "agent/pass/site.h"

/* agent.json as a daemon read it last. */
typedef struct DaemonSettings {
	struct stat seen; /* before it was read: what changes meanwhile is seen the next time */
	bool is_usable;
} DaemonSettings;

/* Reads it; the context lives in the pool and is written only on success. */
int daemon_settings_read(DaemonSettings *settings, Pool *pool, const SettingsOverride *options,
			 Context *ret, Error *err);

/* False when the file is the one that was read, and could be used. */
bool daemon_settings_differ(const DaemonSettings *settings, const SettingsOverride *options);

#endif
