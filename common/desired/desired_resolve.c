/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "common/desired/desired_internal.h"

/* Names of sites and peers in peers.json, once all of it was read. */

static int by_name(const void *one, const void *other)
{
	return strcmp(*(const char *const *)one, *(const char *const *)other);
}

unsigned desired_site_number(const DesiredTopology *topology, const char *site)
{
	const char **found = NULL;

	if (site && topology->n_site_names > 0)
		found = bsearch(&site, topology->site_names, topology->n_site_names,
				sizeof(*topology->site_names), by_name);
	return found ? (unsigned)(found - topology->site_names) + 1 : 0;
}

static void sites_number(Pool *pool, Desired *desired)
{
	const char **names = pool_alloc(pool, (desired->n_peers + 1) * sizeof(*names));
	size_t n = 0, n_unique = 0;

	for (size_t i = 0; i < desired->n_peers; i++)
		if (desired->peers[i].site)
			names[n++] = desired->peers[i].site;
	if (n == 0)
		return;
	qsort(names, n, sizeof(*names), by_name);
	for (size_t i = 0; i < n; i++)
		if (n_unique == 0 || strcmp(names[n_unique - 1], names[i]) != 0)
			names[n_unique++] = names[i];
	desired->topology.site_names = names;
	desired->topology.n_site_names = n_unique;
	for (size_t i = 0; i < desired->n_peers; i++)
		desired->peers[i].site_number =
			desired_site_number(&desired->topology, desired->peers[i].site);
}

static int settings_give(Reader *reader, Desired *desired)
{
	const SyncreplSettings **settings =
		pool_alloc(reader->pool, (desired->topology.n_site_names + 1) * sizeof(*settings));

	for (size_t i = 0; i < desired->topology.n_sites; i++) {
		const unsigned number =
			desired_site_number(&desired->topology, desired->topology.sites[i].name);

		if (number == 0)
			return reader_refuse(reader, desired->topology.sites[i].place,
					     "no peer has this \"site\"");
		if (!settings_are_empty(&desired->topology.sites[i].syncrepl))
			settings[number] = &desired->topology.sites[i].syncrepl;
	}
	for (size_t i = 0; i < desired->n_peers; i++)
		if (settings[desired->peers[i].site_number])
			desired->peers[i].site_syncrepl = settings[desired->peers[i].site_number];
	return 0;
}

static int check_one(Reader *reader, const Desired *desired, const Peer *peer, const PeerRead *read,
		     const IdTable *positions)
{
	const unsigned position = id_table_get(positions, read->id);
	const Peer *named;

	if (read->site)
		return desired_site_number(&desired->topology, read->site) > 0
			       ? 0
			       : reader_refuse(reader, read->place, "no peer has this \"site\"");
	if (position == 0)
		return reader_refuse(reader, read->place, "there is no peer with the id %u",
				     read->id);
	named = &desired->peers[position - 1];
	if (named == peer)
		return reader_refuse(reader, read->place, "peer %u would read itself", peer->id);
	if (!peer_is_read(named))
		return reader_refuse(reader, read->place,
				     "peer %u is a consumer, but no \"hub\", so nobody may read it",
				     read->id);
	if (peer->role == PEER_PROVIDER && named->role != PEER_PROVIDER)
		return reader_refuse(reader, read->place,
				     "peer %u is a hub, and a provider reads providers only",
				     read->id);
	return 0;
}

static int check_reads(Reader *reader, const Desired *desired, const Peer *peer,
		       const IdTable *positions)
{
	AUTO(Pool) *scratch = pool_new();
	bool *is_named = NULL, *is_read = NULL;
	bool *seen;

	if (!peer->reads)
		return 0;
	is_named = pool_alloc(scratch, desired->topology.n_site_names + 1);
	is_read = pool_alloc(scratch, desired->n_peers + 1);
	for (size_t i = 0; i < peer->reads->n_items; i++) {
		const PeerRead *read = &peer->reads->items[i];

		if (check_one(reader, desired, peer, read, positions) < 0)
			return -1;
		seen = read->site ? &is_named[desired_site_number(&desired->topology, read->site)]
				  : &is_read[id_table_get(positions, read->id)];
		if (*seen)
			return reader_refuse(reader, read->place, "this stands in \"reads\" twice");
		*seen = true;
	}
	return 0;
}

int desired_resolve(Reader *reader, Desired *desired, const IdTable *positions)
{
	sites_number(reader->pool, desired);
	if (settings_give(reader, desired) < 0)
		return -1;
	for (size_t i = 0; i < desired->n_peers; i++) {
		const Peer *peer = &desired->peers[i];

		if (desired->topology.n_gateways > 0 && peer->role == PEER_PROVIDER && !peer->site)
			return reader_refuse(reader, peer->place,
					     "a provider needs a \"site\" where \"topology\" has "
					     "\"gateways\"");
		if (check_reads(reader, desired, peer, positions) < 0)
			return -1;
	}
	return 0;
}
