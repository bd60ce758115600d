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
