/* SPDX-License-Identifier: Apache-2.0 */
#include "common/desired/desired_internal.h"

static int refuse(Reader *reader, const JsonNode *value, const char *what)
{
	return reader_refuse(reader, value->place,
			     "this syncward shows %s (topology), but does not make them yet", what);
}

static int check_peer(Reader *reader, const JsonNode *node, const Peer *peer)
{
	if (peer->role != PEER_PROVIDER)
		return refuse(reader, json_member(node, "role"), "consumers");
	if (peer->reads)
		return refuse(reader, json_member(node, "reads"), "partial links");
	return 0;
}

int desired_check_made(Reader *reader, const JsonNode *root, const Desired *desired)
{
	const JsonNode *peers = json_member(root, "peers");

	if (desired->n_gateways > 0)
		return refuse(reader, json_member(root, "topology"), "gateways");
	for (size_t i = 0; i < desired->n_peers; i++)
		if (check_peer(reader, &peers->children[i], &desired->peers[i]) < 0)
			return -1;
	return 0;
}
