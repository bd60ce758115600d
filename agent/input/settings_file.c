/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/input/settings_file.h"

#include <errno.h>

#include "agent/system/file.h"
#include "common/json/json_scan.h"

static int file_read(const Options *options, AgentSettings *settings, Error *err)
{
	const char *path = options->agent_config ? options->agent_config : SETTINGS_FILE_DEFAULT;
	const FileCheck check = {
		.max_bytes = JSON_MAX_BYTES,
		.missing_hint = "every setting has a default: leave --agent-config out",
	};
	FileContent content;

	if (file_read_checked(options->pool, path, &check, &content, err) < 0)
		return !options->agent_config && err->code == ENOENT ? 0 : -1;
	if (settings_parse(options->pool, path, content.bytes, content.len, settings, err) < 0)
		return -1;
	if (settings->verify.credentials.kind == CREDENTIALS_LITERAL && !content.is_private)
		return error_set(err, ERROR_INPUT, 0,
				 "%s: holds a password, so nobody but root may read it: `chmod "
				 "0600 %s`, or use \"credentials\": {\"file\": PATH}",
				 path, path);
	return 0;
}

static void overrule(const char **setting, const char *given)
{
	if (given)
		*setting = given;
}

int settings_read(const Options *options, AgentSettings *ret, Error *err)
{
	AgentSettings settings = settings_defaults;

	if (file_read(options, &settings, err) < 0)
		return -1;
	overrule(&settings.peers_file, options->peers_file);
	overrule(&settings.ldap_uri, options->ldap_uri);
	overrule(&settings.node, options->node);
	overrule(&settings.state_dir, options->state_dir);
	overrule(&settings.run_dir, options->run_dir);
	*ret = settings;
	return 0;
}
