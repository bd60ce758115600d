/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/state/state_heal.h"

#include <json-c/json.h>

#include "agent/state/state.h"
#include "agent/state/state_names.h"

int heal_load(Pool *pool, const JsonNode *root, void *target)
{
	Known *known = target;
	const JsonNode *list = member_array(root, "olcServerID");
	KnownHeal *heal = pool_alloc(pool, sizeof(*heal));
	unsigned long sid, server_id;

	if (!list || list->n_children == 0 || !member_string(root, "suffix") ||
	    member_number(root, "sid", &sid) < 0 ||
	    member_number(root, "server_id", &server_id) < 0)
		return -1;
	*heal = (KnownHeal){.suffix = member_string(root, "suffix"),
			    .sid = (unsigned)sid,
			    .server_id = (unsigned)server_id};
	for (size_t i = 0; i < list->n_children; i++) {
		if (list->children[i].type != JSON_STRING)
			return -1;
		POOL_PUSH(pool, heal->values, heal->n_values, list->children[i].string);
	}
	known->heal = heal;
	return 0;
}

int state_write_heal(const char *state_dir, const KnownHeal *heal, Error *err)
{
	struct json_object *document, *list;

	if (!heal)
		return state_document_remove(state_dir, STATE_HEAL, file_remove_synced, err);
	document = state_document_new();
	list = json_object_new_array();
	for (size_t i = 0; i < heal->n_values; i++)
		json_object_array_add(list, json_object_new_string(heal->values[i]));
	json_object_object_add(document, "suffix", json_object_new_string(heal->suffix));
	json_object_object_add(document, "sid", json_object_new_int64(heal->sid));
	json_object_object_add(document, "server_id", json_object_new_int64(heal->server_id));
	json_object_object_add(document, "olcServerID", list);
	return state_document_write(state_dir, STATE_HEAL, document, err);
}
