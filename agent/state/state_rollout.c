/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/state/state_rollout.h"

#include <json-c/json.h>

#include "agent/state/state_names.h"
#include "common/base/timestamp.h"
#include "common/memory/memory.h"

static int canary_load(const JsonNode *item, KnownCanary *ret)
{
	unsigned long id, soaked;

	if (item->type != JSON_OBJECT || member_number(item, "id", &id) < 0 ||
	    member_number(item, "soaked", &soaked) < 0)
		return -1;
	*ret = (KnownCanary){.id = (unsigned)id,
			     .soaked_sec = (int64_t)soaked,
			     .state = canary_state_find(member_string(item, "state")),
			     .says = member_string(item, "says")};
	return ret->says ? 0 : -1;
}

int rollout_load(Pool *pool, const JsonNode *root, void *target)
{
	Known *known = target;
	const JsonNode *list = member_array(root, "canaries");
	KnownRollout rollout = {
		.passed = member_string(root, "passed"),
		.everywhere = member_string(root, "everywhere"),
		.sha256 = member_string(root, "waits"),
		.since_sec = timestamp_parse(member_string(root, "since")),
	};
	KnownCanary canary;

	if (rollout.since_sec < 0)
		rollout.since_sec = 0;
	for (size_t i = 0; list && i < list->n_children; i++) {
		if (canary_load(&list->children[i], &canary) < 0)
			return -1;
		POOL_PUSH(pool, rollout.canaries, rollout.n_canaries, canary);
	}
	if (!list)
		return -1;
	known->latest.rollout = rollout;
	return 0;
}

int state_write_rollout(const char *state_dir, const KnownRollout *rollout, Error *err)
{
	struct json_object *document = state_document_new(), *list = json_object_new_array();
	char since[TIMESTAMP_SIZE];

	for (size_t i = 0; i < rollout->n_canaries; i++) {
		const KnownCanary *canary = &rollout->canaries[i];
		struct json_object *item = json_object_new_object();

		json_object_object_add(item, "id", json_object_new_int((int)canary->id));
		json_object_object_add(item, "state", state_text(canary_state_name(canary->state)));
		json_object_object_add(item, "soaked", json_object_new_int64(canary->soaked_sec));
		json_object_object_add(item, "says", state_text(canary->says));
		json_object_array_add(list, item);
	}
	json_object_object_add(document, "passed", state_text(rollout->passed));
	json_object_object_add(document, "everywhere", state_text(rollout->everywhere));
	json_object_object_add(document, "waits", state_text(rollout->sha256));
	json_object_object_add(document, "since",
			       state_text(timestamp_print(rollout->since_sec, since)));
	json_object_object_add(document, "canaries", list);
	return state_document_write(state_dir, STATE_ROLLOUT, document, err);
}
