/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/state/state_compare.h"

#include <json-c/json.h>

#include "agent/state/state_document.h"
#include "agent/state/state_names.h"
#include "common/base/timestamp.h"

static int record_load(const JsonNode *item, CompareRecord *ret)
{
	unsigned long peer_id, count;

	if (item->type != JSON_OBJECT || member_number(item, "peer", &peer_id) < 0)
		return -1;
	*ret = (CompareRecord){.suffix = member_string(item, "suffix"),
			       .peer_id = (unsigned)peer_id,
			       .compared_sec = timestamp_parse(member_string(item, "compared")),
			       .verdict = comparison_verdict_named(member_string(item, "verdict"))};
	for (DifferenceKind kind = 0; kind < DIFFERENCE_KIND_COUNT; kind++)
		if (member_number(item, difference_kind_name(kind), &count) == 0)
			ret->counts[kind] = count;
	return ret->suffix && ret->compared_sec >= 0 ? 0 : -1;
}

static int records_load(Pool *pool, const JsonNode *root, void *target)
{
	const JsonNode *list = member_array(root, "records");
	CompareRecords *ret = target, records = {0};
	CompareRecord record;

	for (size_t i = 0; list && i < list->n_children; i++) {
		if (record_load(&list->children[i], &record) < 0)
			return -1;
		POOL_PUSH(pool, records.items, records.n_items, record);
	}
	*ret = records;
	return list ? 0 : -1;
}

int state_read_compared(Pool *pool, const char *state_dir, CompareRecords *ret, Error *err)
{
	static const StateFile file = {.name = STATE_COMPARED, .load = records_load};
	CompareRecords records = {0};
	StateFolder folder;
	int result;

	if (state_folder_open(pool, state_dir, false, &folder, err) < 0)
		return -1;
	result = folder.fd < 0 ? 0 : state_document_read(&folder, &file, &records, err);
	state_folder_close(&folder);
	if (result == 0)
		*ret = records;
	return result;
}

static struct json_object *record_new(const CompareRecord *record)
{
	struct json_object *object = json_object_new_object();
	char when[TIMESTAMP_SIZE];

	json_object_object_add(object, "suffix", state_text(record->suffix));
	json_object_object_add(object, "peer", json_object_new_int((int)record->peer_id));
	json_object_object_add(object, "compared",
			       state_text(timestamp_print(record->compared_sec, when)));
	json_object_object_add(object, "verdict",
			       state_text(comparison_verdict_name(record->verdict)));
	for (DifferenceKind kind = 0; kind < DIFFERENCE_KIND_COUNT; kind++)
		json_object_object_add(object, difference_kind_name(kind),
				       json_object_new_int64((int64_t)record->counts[kind]));
	return object;
}

int state_write_compared(const char *state_dir, const CompareRecords *records, Error *err)
{
	struct json_object *document = state_document_new(), *list = json_object_new_array();

	for (size_t i = 0; i < records->n_items; i++)
		json_object_array_add(list, record_new(&records->items[i]));
	json_object_object_add(document, "records", list);
	return state_document_write(state_dir, STATE_COMPARED, document, err);
}
