/* SPDX-License-Identifier: Apache-2.0 */
#include "common/adopt/merge_internal.h"

#include <stdarg.h>

void merge_disagree(Merge *merge, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	POOL_PUSH(merge->pool, merge->said.disagreements, merge->said.n_disagreements,
		  pool_vprintf(merge->pool, format, arguments));
	va_end(arguments);
}

void merge_note(Merge *merge, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	POOL_PUSH(merge->pool, merge->said.notes, merge->said.n_notes,
		  pool_vprintf(merge->pool, format, arguments));
	va_end(arguments);
}

size_t merge_peer(const Merge *merge, unsigned id)
{
	size_t at = 0;

	while (at < merge->nodes.n_peers && merge->nodes.peers[at].id != id)
		at++;
	return at;
}

const Peer *merge_author(const Merge *merge, size_t source)
{
	const Desired *desired = merge->sources[source].desired;

	return desired_peer(desired, desired->adopted_from);
}

bool merge_may_read(const Merge *merge, size_t peer, size_t other)
{
	return peer_is_consumer(&merge->nodes.peers[peer])
		       ? peer_is_read(&merge->nodes.peers[other])
		       : merge->nodes.peers[other].role == PEER_PROVIDER;
}

const MergeHolding *merge_holding(const Merge *merge, size_t source, size_t database)
{
	return &merge->holdings[source * merge->n_databases + database];
}

Desired merge_document(const Merge *merge)
{
	return (Desired){.name = "peers.json",
			 .peers = merge->nodes.peers,
			 .n_peers = merge->nodes.n_peers,
			 .topology.n_gateways = merge->n_gateways,
			 .topology.site_names = merge->site_names,
			 .topology.n_site_names = merge->n_site_names,
			 .databases = merge->databases,
			 .n_databases = merge->n_databases};
}
