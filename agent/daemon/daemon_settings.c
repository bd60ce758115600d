/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/daemon/daemon_settings.h"

#include <string.h>

#include "agent/input/settings_file.h"

static void settings_stat(const SettingsOverride *options, struct stat *ret)
{
	const char *path = options->agent_config ? options->agent_config : SETTINGS_FILE_DEFAULT;

	if (stat(path, ret) < 0)
		*ret = (struct stat){0};
}

int daemon_settings_read(DaemonSettings *settings, Pool *pool, const SettingsOverride *options,
			 Context *ret, Error *err)
{
	settings->is_usable = false;
	settings_stat(options, &settings->seen);
	if (context_read(pool, options, ret, err) < 0)
		return -1;
	ret->socket.is_noted = true;
	settings->is_usable = true;
	return 0;
}

bool daemon_settings_differ(const DaemonSettings *settings, const SettingsOverride *options)
{
	const struct stat *seen = &settings->seen;
	struct stat now;

	if (!settings->is_usable)
		return true;
	settings_stat(options, &now);
	return now.st_dev != seen->st_dev || now.st_ino != seen->st_ino ||
	       now.st_size != seen->st_size ||
	       memcmp(&now.st_mtim, &seen->st_mtim, sizeof(now.st_mtim)) != 0 ||
	       memcmp(&now.st_ctim, &seen->st_ctim, sizeof(now.st_ctim)) != 0;
}
