/* SPDX-License-Identifier: Apache-2.0 */
#include "common/desired/desired_internal.h"

int desired_check_made(Reader *reader, const JsonNode *root, const Desired *desired)
{
	const JsonNode *peers = json_member(root, "peers");

	for (size_t i = 0; i < desired->n_peers; i++)
		if (desired->peers[i].role != PEER_PROVIDER)
			return reader_refuse(
				reader, json_member(&peers->children[i], "role")->place,
				"this syncward shows consumers (topology), but does not "
				"make them yet");
	return 0;
}
