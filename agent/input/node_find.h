/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_NODE_FIND_H
#define SYNCWARD_NODE_FIND_H

#include "common/desired/desired.h"

typedef struct NodeQuestion {
	const char *node; /* NULL: not given */
	const char *fqdn;
	bool by_name_alone; /* no address is asked for */
} NodeQuestion;

/*
 * Which peer this machine is: as node says, else by the full name, the short one, or an address of
 * a peer's URI that is this machine's (loopback is everybody's). Errors as desired_find_node().
 */
int node_find(Pool *pool, const Desired *desired, const NodeQuestion *question, size_t *ret,
	      Error *err);

#endif
