/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/input/node_find.h"

#include "agent/host/host.h"
#include "agent/host/host_address.h"

int node_find(Pool *pool, const Desired *desired, const NodeQuestion *question, size_t *ret,
	      Error *err)
{
	NodeNames names = {.node = question->node,
			   .fqdn = question->fqdn,
			   .short_name = host_short_name(pool)};

	/* Names decide before addresses: the kernel is asked only when they do not. */
	if (desired_find_node(desired, &names, ret, err) == 0)
		return 0;
	if (question->node || question->by_name_alone || err->code != DESIRED_NODE_MISSING)
		return -1;
	for (size_t i = 0; i < desired->n_peers; i++) {
		const char *host = desired_peer_host(pool, &desired->peers[i]);

		if (host_has_address(host))
			POOL_PUSH(pool, names.addresses, names.n_addresses, host);
	}
	return names.n_addresses > 0 ? desired_find_node(desired, &names, ret, err) : -1;
}
