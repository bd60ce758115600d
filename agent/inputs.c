/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/inputs.h"

#include "agent/slapd_process.h"

/* No peer is this node: a finding of the pass (G2), not an error; two are an error of the file. */
static int find_self(Pool *pool, const InputsOptions *options, Inputs *inputs, Error *err)
{
	const Secrets secrets = secrets_view(&inputs->secrets);
	size_t self;

	if (inputs->file.desired->n_peers == 0)
		return 0;
	if (desired_find_node(inputs->file.desired, options->node, inputs->facts.fqdn,
			      host_short_name(pool), &self, err) < 0) {
		if (err->code != DESIRED_NODE_MISSING)
			return -1;
		inputs->not_listed = pool_strdup(pool, err->text);
		return 0;
	}
	return wanted_make(pool, inputs->file.desired, self, &secrets, &inputs->wanted, err);
}

int inputs_read(Pool *pool, const InputsOptions *options, Inputs *ret, Error *err)
{
	Inputs inputs = {.state_dir = options->state_dir, .config_dir = options->config_dir};

	inputs.facts.fqdn = host_fqdn(pool);
	if (peers_file_read(pool, options->peers_file, &inputs.file, err) < 0)
		return -1;
	inputs.secrets = secrets_read(pool, inputs.file.desired, inputs.file.is_private);
	if (find_self(pool, options, &inputs, err) < 0 ||
	    state_read(pool, options->state_dir, options->may_write, &inputs.state, err) < 0)
		return -1;
	*ret = inputs;
	return 0;
}
