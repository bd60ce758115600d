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

/* Who waits for its readers before it takes writes asks those that it reads. */
static int check_both_ways(Reader *reader, const Links *links)
{
	for (size_t i = 0; i < links->n_nodes; i++)
		for (size_t at = relay_set_next(&links->reads[i], 0); at < links->n_providers;
		     at = relay_set_next(&links->reads[i], at + 1)) {
			const Peer *peer = links->nodes[i], *other = links->nodes[at];

			if (relay_set_has(&links->reads[at], i))
				continue;
			return reader_refuse(
				reader, peer->reads ? peer->place : other->place,
				"peer %u would read peer %u, but not the other way round, and this "
				"syncward does not make such links yet",
				peer->id, other->id);
		}
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

		if (check_both_ways(reader, &links) < 0)
			return -1;
	}
	return 0;
}
