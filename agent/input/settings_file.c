/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/input/settings_file.h"

#include <errno.h>

#include "agent/files/file.h"
#include "common/json/json_scan.h"
#include "common/remedies/remedies.h"

static int file_read(Pool *pool, const SettingsOverride *override, AgentSettings *settings,
		     Error *err)
{
	const char *path = override->agent_config ? override->agent_config : SETTINGS_FILE_DEFAULT;
	const FileCheck check = {
		.max_bytes = JSON_MAX_BYTES,
		.missing_hint = "every setting has a default: leave --agent-config out",
	};
	FileContent content;

	if (file_read_checked(pool, path, &check, &content, err) < 0)
		return !override->agent_config && err->code == ENOENT ? 0 : -1;
	if (settings_parse(pool, path, content.bytes, content.len, settings, err) < 0)
		return -1;
	if (settings->verify.credentials.kind == CREDENTIALS_LITERAL && !content.is_private)
		return error_set(
			err, ERROR_INPUT, 0,
			"%s: holds a password, so nobody but root may read it: `%s`, or "
			"write the password into a file of its own and %s",
			path, remedy_fill(pool, REMEDY_FILE_MODE, "0600", path),
			remedy_fill(pool, REMEDY_CREDENTIALS_FILE, "/etc/syncward/secrets/verify"));
	return 0;
}

static void overrule(const char **setting, const char *given)
{
	if (given)
		*setting = given;
}

int settings_read(Pool *pool, const SettingsOverride *override, AgentSettings *ret, Error *err)
{
	AgentSettings settings = settings_defaults;

	if (file_read(pool, override, &settings, err) < 0)
		return -1;
	overrule(&settings.peers_file, override->peers_file);
	overrule(&settings.ldap_uri, override->ldap_uri);
	overrule(&settings.node, override->node);
	overrule(&settings.state_dir, override->state_dir);
	overrule(&settings.run_dir, override->run_dir);
	*ret = settings;
	return 0;
}
