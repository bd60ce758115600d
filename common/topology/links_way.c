/* SPDX-License-Identifier: Apache-2.0 */
#include "common/topology/links_way.h"

#define NO_WAY INT64_MAX

/* Over that link, when that makes it shorter. True when it does. */
static bool way_shorten(const Links *links, size_t provider, size_t reader,
			LinksDirection direction, int64_t *secs)
{
	const size_t from = direction == WAYS_FROM ? provider : reader;
	const size_t to = direction == WAYS_FROM ? reader : provider;
	int64_t sec;

	/* No link takes less than nothing: most are not looked at. */
	if (secs[from] >= secs[to])
		return false;
	sec = secs[from] +
	      desired_interval_sec(links->database, links->nodes[provider], links->nodes[reader]);
	if (sec >= secs[to])
		return false;
	secs[to] = sec;
	return true;
}

static bool ways_shorten(const Links *links, LinksDirection direction, int64_t *secs)
{
	bool is_shorter = false;

	for (size_t i = 0; i < links->n_nodes; i++)
		for (size_t at = relay_set_next(&links->reads[i], 0); at < links->n_relays;
		     at = relay_set_next(&links->reads[i], at + 1))
			is_shorter |= way_shorten(links, at, i, direction, secs);
	return is_shorter;
}

int64_t *links_way_secs(Pool *pool, const Links *links, size_t node, LinksDirection direction)
{
	int64_t *secs = pool_alloc(pool, (links->n_nodes + 1) * sizeof(*secs));

	for (size_t i = 0; i < links->n_nodes; i++)
		secs[i] = i == node ? 0 : NO_WAY;
	while (ways_shorten(links, direction, secs))
		continue;
	for (size_t i = 0; i < links->n_nodes; i++)
		secs[i] = secs[i] == NO_WAY ? 0 : secs[i];
	return secs;
}
