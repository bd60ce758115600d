/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim_shape.h"

const char *const sim_shape_names[] = {
	[SIM_MESH] = "mesh",
	[SIM_CHAIN] = "chain",
	[SIM_STAR] = "star",
	[SIM_SITES] = "sites",
};

/* Two halves; each site has one gateway, its first peer. */
static bool sites_read(size_t n_nodes, size_t reader, size_t provider)
{
	const size_t half = n_nodes / 2;

	return (reader < half) == (provider < half) ||
	       ((reader == 0 || reader == half) && (provider == 0 || provider == half));
}

bool sim_shape_reads(SimShape shape, size_t n_nodes, size_t reader, size_t provider)
{
	if (reader == provider)
		return false;
	switch (shape) {
	case SIM_CHAIN:
		return reader == provider + 1 || provider == reader + 1;
	case SIM_STAR:
		return reader == 0 || provider == 0;
	case SIM_SITES:
		return sites_read(n_nodes, reader, provider);
	default:
		return true;
	}
}

static bool is_consumer(const SimRoles *roles, size_t node)
{
	return roles->consumers >> node & 1;
}

static bool is_hub(const SimRoles *roles, size_t node)
{
	return is_consumer(roles, node) && roles->hubs >> node & 1;
}

static bool has_hub_in_reach(const SimRoles *roles, size_t reader)
{
	for (size_t i = 0; i < roles->n_nodes; i++)
		if (is_hub(roles, i) && sim_shape_reads(roles->shape, roles->n_nodes, reader, i))
			return true;
	return false;
}

/* Which node connects the site of this node with others: its first provider. */
static size_t gateway_of(const SimRoles *roles, size_t node)
{
	const size_t half = roles->n_nodes / 2, end = node < half ? half : roles->n_nodes;
	size_t gateway = node < half ? 0 : half;

	while (gateway < end && is_consumer(roles, gateway))
		gateway++;
	return gateway;
}

static bool providers_read(const SimRoles *roles, size_t reader, size_t provider)
{
	const size_t half = roles->n_nodes / 2;

	if (roles->shape != SIM_SITES)
		return sim_shape_reads(roles->shape, roles->n_nodes, reader, provider);
	return reader != provider &&
	       ((reader < half) == (provider < half) ||
		(reader == gateway_of(roles, reader) && provider == gateway_of(roles, provider)));
}

/* Only providers read in a circle. Of the nodes behind hubs every second one reads providers as
 * well. */
bool sim_roles_read(const SimRoles *roles, size_t reader, size_t provider)
{
	if (!is_consumer(roles, reader) && !is_consumer(roles, provider))
		return providers_read(roles, reader, provider);
	if (!sim_shape_reads(roles->shape, roles->n_nodes, reader, provider))
		return false;
	if (is_consumer(roles, provider))
		return is_hub(roles, provider) && is_consumer(roles, reader) &&
		       (!is_hub(roles, reader) || provider < reader);
	return !is_consumer(roles, reader) || is_hub(roles, reader) || reader % 2 == 0 ||
	       !has_hub_in_reach(roles, reader);
}
