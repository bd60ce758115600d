/* SPDX-License-Identifier: Apache-2.0 */
#include "common/adopt/merge_internal.h"

#include <stdarg.h>

void merge_disagree(Merge *merge, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	POOL_PUSH(merge->pool, merge->disagreements, merge->n_disagreements,
		  pool_vprintf(merge->pool, format, arguments));
	va_end(arguments);
}

void merge_note(Merge *merge, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	POOL_PUSH(merge->pool, merge->notes, merge->n_notes,
		  pool_vprintf(merge->pool, format, arguments));
	va_end(arguments);
}

size_t merge_peer(const Merge *merge, unsigned id)
{
	size_t at = 0;

	while (at < merge->n_peers && merge->peers[at].id != id)
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
	return peer_is_consumer(&merge->peers[peer]) ? peer_is_read(&merge->peers[other])
						     : merge->peers[other].role == PEER_PROVIDER;
}

const MergeHolding *merge_holding(const Merge *merge, size_t source, size_t database)
{
	return &merge->holdings[source * merge->n_databases + database];
}

Desired merge_document(const Merge *merge)
{
	return (Desired){.name = "peers.json",
			 .peers = merge->peers,
			 .n_peers = merge->n_peers,
			 .n_gateways = merge->n_gateways,
			 .site_names = merge->site_names,
			 .n_site_names = merge->n_site_names,
			 .databases = merge->databases,
			 .n_databases = merge->n_databases};
}
