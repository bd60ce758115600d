/* SPDX-License-Identifier: Apache-2.0 */
#include "common/desired/desired_internal.h"
#include "common/desired/links.h"

static int check_consumers(Reader *reader, const JsonNode *peers, const Desired *desired)
{
	for (size_t i = 0; i < desired->n_peers; i++)
		if (desired->peers[i].role != PEER_PROVIDER)
			return reader_refuse(
				reader, json_member(&peers->children[i], "role")->place,
				"this syncward shows consumers (topology), but does not "
				"make them yet");
	return 0;
}

/* Joining, G10 and G11 are proven where whoever may write is read, and only there. */
static int check_complete(Reader *reader, const Links *links)
{
	for (size_t i = 0; i < links->n_providers; i++)
		for (size_t at = 0; at < links->n_providers; at++)
			if (at != i && !relay_set_has(&links->reads[i], at))
				return reader_refuse(
					reader, links->nodes[i]->place,
					"peer %u would not read peer %u; this syncward shows such "
					"a cluster (topology), but does not make it yet",
					links->nodes[i]->id, links->nodes[at]->id);
	return 0;
}

int desired_check_made(Reader *reader, const JsonNode *root, const Desired *desired)
{
	const bool is_mesh = desired_is_mesh(desired);

	if (check_consumers(reader, json_member(root, "peers"), desired) < 0)
		return -1;
	for (size_t i = 0; !is_mesh && i < desired->n_databases; i++) {
		AUTO(Pool) *scratch = pool_new();
		const Links links = links_make(scratch, desired, &desired->databases[i]);

		if (check_complete(reader, &links) < 0)
			return -1;
	}
	return 0;
}
