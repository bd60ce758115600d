/* SPDX-License-Identifier: Apache-2.0 */
#include "common/desired/desired.h"

#include "common/slapd/dn.h"

const char *const peer_role_names[] = {
	[PEER_PROVIDER] = "provider",
	[PEER_CONSUMER] = "consumer",
};
_Static_assert(ARRAY_SIZE(peer_role_names) == PEER_ROLE_COUNT, "name every role");

bool peer_is_read(const Peer *peer)
{
	return peer->role == PEER_PROVIDER || peer->is_hub;
}

bool peer_is_consumer(const Peer *peer)
{
	return peer->role == PEER_CONSUMER;
}

const char *peer_clause(const Peer *peer)
{
	return peer->is_hub ? ", a hub" : peer_is_consumer(peer) ? ", a consumer" : "";
}

#define SERVER_ID_OF_NOBODY 0x1000 /* a CSN has three digits for it */

unsigned peer_server_id(const Peer *peer)
{
	return peer->role == PEER_PROVIDER ? peer->id : SERVER_ID_OF_NOBODY;
}

bool desired_is_mesh(const Desired *desired)
{
	for (size_t i = 0; i < desired->n_peers; i++)
		if (desired->peers[i].reads || desired->peers[i].role != PEER_PROVIDER)
			return false;
	return desired->topology.n_gateways == 0;
}

const Peer *desired_peer(const Desired *desired, unsigned id)
{
	/* Most files number their peers from 1 on. */
	if (id > 0 && id <= desired->n_peers && desired->peers[id - 1].id == id)
		return &desired->peers[id - 1];
	for (size_t i = 0; i < desired->n_peers; i++)
		if (desired->peers[i].id == id)
			return &desired->peers[i];
	return NULL;
}

const Peer *desired_writer(const Desired *desired, unsigned server_id)
{
	const Peer *peer = desired_peer(desired, server_id);

	return peer && peer->role == PEER_PROVIDER ? peer : NULL;
}

const Peer *desired_other_writer(const Desired *desired, const Peer *peer, int server_id)
{
	const Peer *writer = server_id > 0 && peer->role == PEER_PROVIDER
				     ? desired_writer(desired, (unsigned)server_id)
				     : NULL;

	return writer == peer ? NULL : writer;
}

bool desired_has_consumer(const Desired *desired, const DesiredDatabase *database)
{
	for (size_t i = 0; i < desired->n_peers; i++)
		if (peer_is_consumer(&desired->peers[i]) &&
		    desired_database_has_peer(database, desired->peers[i].id))
			return true;
	return false;
}

bool desired_has_hub(const Desired *desired, const DesiredDatabase *database)
{
	for (size_t i = 0; i < desired->n_peers; i++)
		if (desired->peers[i].is_hub &&
		    desired_database_has_peer(database, desired->peers[i].id))
			return true;
	return false;
}

bool desired_database_has_peer(const DesiredDatabase *database, unsigned id)
{
	/* Most files number their peers 1, 2, 3, ...: look there first. */
	if (id - 1 < database->n_peer_ids && database->peer_ids[id - 1] == id)
		return true;
	for (size_t i = 0; i < database->n_peer_ids; i++)
		if (database->peer_ids[i] == id)
			return true;
	return false;
}

unsigned desired_rid(const DesiredDatabase *database, const Peer *provider)
{
	return database->rid_offset + (provider->rid >= 0 ? (unsigned)provider->rid : provider->id);
}

const DesiredDatabase *desired_database(const Desired *desired, const char *suffix)
{
	for (size_t i = 0; i < desired->n_databases; i++)
		if (dn_equal(desired->databases[i].suffix, suffix))
			return &desired->databases[i];
	return NULL;
}
