/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/state/state_hiding.h"

#include <json-c/json.h>

#include "agent/state/state.h"
#include "agent/state/state_names.h"

static int peer_load(const JsonNode *item, HidingPeer *ret)
{
	unsigned long peer_id;

	if (item->type != JSON_OBJECT || member_number(item, "peer", &peer_id) < 0)
		return -1;
	*ret = (HidingPeer){
		.suffix = member_string(item, "suffix"),
		.peer_id = (unsigned)peer_id,
		.account = member_string(item, "account"),
		.text = member_string(item, "hides"),
	};
	return ret->suffix && ret->account && ret->text ? 0 : -1;
}

int hiding_load(Pool *pool, const JsonNode *root, void *target)
{
	Known *known = target;
	const JsonNode *list = member_array(root, "peers");
	HidingPeers peers = {0};
	HidingPeer peer;

	for (size_t i = 0; list && i < list->n_children; i++) {
		if (peer_load(&list->children[i], &peer) < 0)
			return -1;
		POOL_PUSH(pool, peers.items, peers.n_items, peer);
	}
	known->peers.hiding = peers;
	return list ? 0 : -1;
}

int state_write_hiding(const char *state_dir, const HidingPeers *peers, Error *err)
{
	struct json_object *document = state_document_new(), *list = json_object_new_array();

	for (size_t i = 0; i < peers->n_items; i++) {
		struct json_object *item = json_object_new_object();

		json_object_object_add(item, "suffix", state_text(peers->items[i].suffix));
		json_object_object_add(item, "peer",
				       json_object_new_int64(peers->items[i].peer_id));
		json_object_object_add(item, "account", state_text(peers->items[i].account));
		json_object_object_add(item, "hides", state_text(peers->items[i].text));
		json_object_array_add(list, item);
	}
	json_object_object_add(document, "peers", list);
	return state_document_write(state_dir, STATE_HIDING, document, err);
}
