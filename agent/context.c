/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/context.h"

#include "agent/say.h"

static const char *either(const char *given, const char *otherwise)
{
	return given ? given : otherwise;
}

int context_read(const Options *options, Context *ret, Error *err)
{
	(void)err;
	*ret = (Context){
		.pool = options->pool,
		.peers_file = either(options->peers_file, "/etc/syncward/peers.json"),
		.node = options->node,
		.ldap_uri = either(options->ldap_uri, "ldapi:///"),
		.state_dir = either(options->state_dir, "/var/lib/syncward"),
		.run_dir = either(options->run_dir, "/run/syncward"),
		.ldap_timeout_msec = 30000,
		.is_verbose = options->is_verbose,
	};
	return 0;
}

int context_inputs(const Context *context, bool may_write, Inputs *ret, Error *err)
{
	const InputsOptions options = {
		.peers_file = context->peers_file,
		.node = context->node,
		.state_dir = context->state_dir,
		.config_dir = context->config_dir,
		.may_write = may_write,
	};

	return inputs_read(context->pool, &options, ret, err);
}

int context_connect(const Context *context, Directory **ret, Error *err)
{
	const DirectoryLdapOptions options = {
		.uri = context->ldap_uri,
		.timeout_msec = context->ldap_timeout_msec,
		.trace = context->is_verbose ? say_trace : NULL,
	};

	return directory_ldap_open(&options, ret, err);
}
