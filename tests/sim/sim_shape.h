/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SIM_SHAPE_H
#define SYNCWARD_SIM_SHAPE_H

#include <stdbool.h>
#include <stddef.h>

/* Which node reads which, as peers.json says. */
typedef enum SimShape {
	SIM_MESH,
	SIM_CHAIN, /* each its neighbours */
	SIM_STAR,  /* the first one all, all others the first */
	SIM_SITES, /* two halves, of which the first ones are gateways */
	SIM_SHAPE_COUNT
} SimShape;

extern const char *const sim_shape_names[];

bool sim_shape_reads(SimShape shape, size_t n_nodes, size_t reader, size_t provider);

/* The same, by roles; bits of nodes. */
typedef struct SimRoles {
	SimShape shape;
	size_t n_nodes;
	unsigned consumers;
	unsigned hubs; /* those of the consumers that others read */
} SimRoles;

bool sim_roles_read(const SimRoles *roles, size_t reader, size_t provider);

#endif
