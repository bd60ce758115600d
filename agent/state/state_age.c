/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/state/state_age.h"

#include <json-c/json.h>

#include "agent/state/state.h"
#include "agent/state/state_names.h"
#include "common/base/timestamp.h"

static int age_load(const JsonNode *item, ConsumerAge *ret)
{
	unsigned long peer_id;

	if (item->type != JSON_OBJECT || member_number(item, "peer", &peer_id) < 0)
		return -1;
	*ret = (ConsumerAge){
		.suffix = member_string(item, "suffix"),
		.peer_id = (unsigned)peer_id,
		.made_sec = timestamp_parse(member_string(item, "made")),
		.entry_sec = timestamp_parse(member_string(item, "entry")),
		.started_sec = timestamp_parse(member_string(item, "slapd_started")),
	};
	return ret->suffix && ret->made_sec >= 0 ? 0 : -1;
}

int ages_load(Pool *pool, const JsonNode *root, void *target)
{
	Known *known = target;
	const JsonNode *list = member_array(root, "consumers");
	ConsumerAge *ages = NULL, age;
	size_t n_ages = 0;

	for (size_t i = 0; list && i < list->n_children; i++) {
		if (age_load(&list->children[i], &age) < 0)
			return -1;
		POOL_PUSH(pool, ages, n_ages, age);
	}
	known->peers.ages = ages;
	known->peers.n_ages = n_ages;
	return list ? 0 : -1;
}

static void put_time(struct json_object *object, const char *key, int64_t sec)
{
	char text[TIMESTAMP_SIZE];

	json_object_object_add(object, key, state_text(timestamp_print(sec, text)));
}

int state_write_ages(const char *state_dir, const ConsumerAge *ages, size_t n_ages, Error *err)
{
	struct json_object *document = state_document_new(), *list = json_object_new_array();

	for (size_t i = 0; i < n_ages; i++) {
		struct json_object *item = json_object_new_object();

		json_object_object_add(item, "suffix", state_text(ages[i].suffix));
		json_object_object_add(item, "peer", json_object_new_int((int)ages[i].peer_id));
		put_time(item, "made", ages[i].made_sec);
		put_time(item, "entry", ages[i].entry_sec);
		put_time(item, "slapd_started", ages[i].started_sec);
		json_object_array_add(list, item);
	}
	json_object_object_add(document, "consumers", list);
	return state_document_replace(state_dir, STATE_CONSUMERS, document, err);
}
