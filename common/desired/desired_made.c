/* SPDX-License-Identifier: Apache-2.0 */
#include "common/desired/desired_internal.h"

static int check_peer(Reader *reader, const JsonNode *node, const Peer *peer)
{
	if (peer->is_hub)
		return reader_refuse(reader, json_member(node, "hub")->place,
				     "this syncward shows hubs (topology), but does not make them "
				     "yet");
	return 0;
}

int desired_check_made(Reader *reader, const JsonNode *root, const Desired *desired)
{
	const JsonNode *peers = json_member(root, "peers");

	for (size_t i = 0; i < desired->n_peers; i++)
		if (check_peer(reader, &peers->children[i], &desired->peers[i]) < 0)
			return -1;
	return 0;
}
