/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/state/state_link.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/state/state.h"
#include "agent/state/state_names.h"

int links_load(Pool *pool, const JsonNode *root, void *target)
{
	Known *known = target;
	const JsonNode *databases = member_array(root, "databases");
	KnownLinks links = {0};

	for (size_t i = 0; databases && i < databases->n_children; i++) {
		const JsonNode *database = &databases->children[i];
		const bool is_object = database->type == JSON_OBJECT;
		const char *suffix = is_object ? member_string(database, "suffix") : NULL;
		const JsonNode *peers = is_object ? json_member(database, "peers") : NULL;

		if (!suffix || !peers || peers->type != JSON_OBJECT)
			return -1;
		for (size_t k = 0; k < peers->n_children; k++)
			if (peers->children[k].type == JSON_STRING)
				POOL_PUSH(pool, links.items, links.n_items,
					  {.suffix = suffix,
					   .peer_id = (unsigned)strtoul(peers->children[k].key,
									NULL, 10),
					   .identity = peers->children[k].string});
	}
	known->peers.links = links;
	return databases ? 0 : -1;
}

/* {"suffix": ..., "peers": {"2": IDENTITY, ...}}: a cluster may have hundreds. */
static struct json_object *database_new(const KnownLink *links, size_t n_links)
{
	struct json_object *database = json_object_new_object(), *peers = json_object_new_object();

	for (size_t i = 0; i < n_links; i++) {
		char id[16];

		(void)snprintf(id, sizeof(id), "%u", links[i].peer_id);
		json_object_object_add(peers, id, json_object_new_string(links[i].identity));
	}
	json_object_object_add(database, "suffix", json_object_new_string(links[0].suffix));
	json_object_object_add(database, "peers", peers);
	return database;
}

int state_write_links(const char *state_dir, const KnownLinks *links, Error *err)
{
	struct json_object *document = state_document_new(), *list = json_object_new_array();

	for (size_t i = 0, end; i < links->n_items; i = end) {
		for (end = i; end < links->n_items &&
			      strcmp(links->items[end].suffix, links->items[i].suffix) == 0;)
			end++;
		json_object_array_add(list, database_new(&links->items[i], end - i));
	}
	json_object_object_add(document, "databases", list);
	return state_document_replace(state_dir, STATE_LINKS, document, err);
}
