/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/state/state_fence.h"

#include <string.h>

#include <json-c/json.h>

#include "agent/state/state_names.h"
#include "common/base/timestamp.h"
#include "common/memory/memory.h"

/* --- what the fence found --- */

static int file_load(const JsonNode *object, DatabaseFile *ret)
{
	unsigned long inode, birth, txnid;

	if (object->type != JSON_OBJECT || member_number(object, "inode", &inode) < 0 ||
	    member_number(object, "birth_nsec", &birth) < 0 ||
	    member_number(object, "txnid", &txnid) < 0)
		return -1;
	*ret = (DatabaseFile){
		.is_there = true, .inode = inode, .birth_nsec = birth, .txnid = txnid};
	return 0;
}

/* Of each setting its values. */
static const Entry *overlay_load(Pool *pool, const JsonNode *object)
{
	Entry *entry = pool_alloc(pool, sizeof(*entry));

	for (size_t i = 0; i < object->n_children; i++) {
		const JsonNode *list = &object->children[i];

		for (size_t k = 0; k < list->n_children; k++)
			if (list->children[k].type == JSON_STRING)
				entry_add_value(pool, entry, list->key, list->children[k].string,
						strlen(list->children[k].string));
	}
	return entry;
}

static int record_load(Pool *pool, const JsonNode *item, FenceRecord *ret)
{
	const JsonNode *file = item->type == JSON_OBJECT ? json_member(item, "file") : NULL;
	const JsonNode *overlay = item->type == JSON_OBJECT ? json_member(item, "overlay") : NULL;

	if (item->type != JSON_OBJECT || !member_string(item, "suffix") ||
	    (overlay && overlay->type != JSON_OBJECT))
		return -1;
	*ret = (FenceRecord){
		.suffix = member_string(item, "suffix"),
		.verdict = fence_verdict_named(member_string(item, "verdict")),
		.text = member_string(item, "text"),
		.is_closed = json_member(item, "closed") != NULL,
		.is_closing = json_member(item, "closing") != NULL,
		.is_plaining = json_member(item, "plaining") != NULL,
		.is_unclosed = json_member(item, "unclosed") != NULL,
		.is_of_daemon = json_member(item, "of_daemon") != NULL,
		.has_file = file != NULL,
		.is_after_stop = json_member(item, "after_stop") != NULL,
		.is_apart = json_member(item, "apart") != NULL,
		.is_parting = json_member(item, "parting") != NULL,
		.overlay = overlay ? overlay_load(pool, overlay) : NULL,
	};
	ret->text = ret->text ? ret->text : "";
	return file ? file_load(file, &ret->file) : 0;
}

int fence_load(Pool *pool, const JsonNode *root, void *target)
{
	Known *known = target;
	const JsonNode *list = member_array(root, "databases");
	/* Where the fence is not used it never looked, and the daemon may have closed one. */
	const char *looked = member_string(root, "looked");
	FenceRecords records = {.looked_sec = looked ? timestamp_parse(looked) : 0};
	FenceRecord record;

	for (size_t i = 0; list && i < list->n_children; i++) {
		if (record_load(pool, &list->children[i], &record) < 0)
			return -1;
		POOL_PUSH(pool, records.items, records.n_items, record);
	}
	if (!list || (looked && records.looked_sec <= 0))
		return -1;
	known->fence = records;
	return 0;
}

static struct json_object *overlay_new(const Entry *overlay)
{
	struct json_object *object = json_object_new_object();

	for (size_t i = 0; i < overlay->n_attributes; i++) {
		const Attribute *attribute = &overlay->attributes[i];
		struct json_object *list = json_object_new_array();

		for (size_t k = 0; k < attribute->n_values; k++)
			json_object_array_add(list, state_text(attribute->values[k].bytes));
		json_object_object_add(object, attribute->name, list);
	}
	return object;
}

static void flag_add(struct json_object *object, const char *name, bool is_set)
{
	if (is_set)
		json_object_object_add(object, name, json_object_new_boolean(1));
}

static void file_add(struct json_object *object, const DatabaseFile *file, uint64_t txnid)
{
	struct json_object *now = json_object_new_object();

	json_object_object_add(now, "inode", json_object_new_int64((int64_t)file->inode));
	json_object_object_add(now, "birth_nsec", json_object_new_int64((int64_t)file->birth_nsec));
	json_object_object_add(now, "txnid", json_object_new_int64((int64_t)txnid));
	json_object_object_add(object, "file", now);
}

static struct json_object *record_new(const FenceRecord *record)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "suffix", state_text(record->suffix));
	json_object_object_add(object, "verdict", state_text(fence_verdict_name(record->verdict)));
	json_object_object_add(object, "text", state_text(record->text));
	flag_add(object, "closed", record->is_closed);
	flag_add(object, "closing", record->is_closing);
	flag_add(object, "plaining", record->is_plaining);
	flag_add(object, "unclosed", record->is_unclosed);
	flag_add(object, "of_daemon", record->is_of_daemon);
	flag_add(object, "after_stop", record->is_after_stop);
	flag_add(object, "apart", record->is_apart);
	flag_add(object, "parting", record->is_parting);
	if (record->overlay)
		json_object_object_add(object, "overlay", overlay_new(record->overlay));
	if (!record->has_file)
		return object;
	file_add(object, &record->file, record->file.txnid);
	return object;
}

int state_write_fence(const char *state_dir, const FenceRecords *records, Error *err)
{
	struct json_object *document = state_document_new(), *list = json_object_new_array();
	char text[TIMESTAMP_SIZE];

	if (records->looked_sec > 0)
		json_object_object_add(document, "looked",
				       state_text(timestamp_print(records->looked_sec, text)));
	for (size_t i = 0; i < records->n_items; i++)
		json_object_array_add(list, record_new(&records->items[i]));
	json_object_object_add(document, "databases", list);
	return state_document_write(state_dir, STATE_FENCE, document, err);
}

/* --- what the daemon noted --- */

static int item_load(Pool *pool, const JsonNode *item, LastSeen *ret)
{
	const JsonNode *list = item->type == JSON_OBJECT ? member_array(item, "contextCSN") : NULL;
	LastSeen seen = {.suffix = list ? member_string(item, "suffix") : NULL};
	const JsonNode *file;

	for (size_t i = 0; list && i < list->n_children; i++) {
		if (list->children[i].type != JSON_STRING)
			return -1;
		POOL_PUSH(pool, seen.csns, seen.n_csns, list->children[i].string);
	}
	seen.start = list ? member_string(item, "start") : NULL;
	seen.is_relay = list && json_member(item, "relay") != NULL;
	file = list ? json_member(item, "file") : NULL;
	if (file && file_load(file, &seen.file) < 0)
		return -1;
	*ret = seen;
	return seen.suffix ? 0 : -1;
}

int last_seen_load(Pool *pool, const JsonNode *root, void *target)
{
	Known *known = target;
	const JsonNode *list = member_array(root, "databases");
	unsigned long node;
	LastSeenAll seen = {
		.config_dir = member_string(root, "config_dir"),
		.program = member_string(root, "slapd"),
		.pid_file = member_string(root, "pid_file"),
		.boot = member_string(root, "boot"),
	};

	if (!list || member_number(root, "node", &node) < 0)
		return -1;
	seen.node = (unsigned)node;
	for (size_t i = 0; i < list->n_children; i++) {
		LastSeen item;

		if (item_load(pool, &list->children[i], &item) < 0)
			return -1;
		POOL_PUSH(pool, seen.items, seen.n_items, item);
	}
	known->seen = seen;
	return 0;
}

static struct json_object *item_new(const LastSeen *item)
{
	struct json_object *object = json_object_new_object(), *list = json_object_new_array();

	for (size_t i = 0; i < item->n_csns; i++)
		json_object_array_add(list, json_object_new_string(item->csns[i]));
	json_object_object_add(object, "suffix", json_object_new_string(item->suffix));
	json_object_object_add(object, "contextCSN", list);
	if (item->start)
		json_object_object_add(object, "start", json_object_new_string(item->start));
	flag_add(object, "relay", item->is_relay);
	if (item->file.is_there)
		file_add(object, &item->file, 0);
	return object;
}

int state_write_last_seen(const char *state_dir, const LastSeenAll *seen, Error *err)
{
	struct json_object *document = state_document_new(), *list = json_object_new_array();

	json_object_object_add(document, "node", json_object_new_int64(seen->node));
	json_object_object_add(document, "config_dir", state_text(seen->config_dir));
	json_object_object_add(document, "slapd", state_text(seen->program));
	json_object_object_add(document, "pid_file", state_text(seen->pid_file));
	json_object_object_add(document, "boot", state_text(seen->boot));
	for (size_t i = 0; i < seen->n_items; i++)
		json_object_array_add(list, item_new(&seen->items[i]));
	json_object_object_add(document, "databases", list);
	return state_document_write(state_dir, STATE_LAST_SEEN, document, err);
}
