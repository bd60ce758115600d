/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/state/state_told.h"

#include <json-c/json.h>
#include <string.h>

#include "agent/state/state_document.h"
#include "agent/state/state_names.h"
#include "common/base/timestamp.h"

/* --- entries.json --- */

static int entries_load(Pool *pool, const JsonNode *root, void *target)
{
	DaemonMemory *memory = target;
	const JsonNode *list = member_array(root, "entries");
	Seen seen = {0};

	for (size_t i = 0; list && i < list->n_children; i++) {
		const JsonNode *item = &list->children[i];
		SeenEntry entry = {0};

		if (item->type == JSON_OBJECT) {
			entry.dn = member_string(item, "dn");
			entry.csn = member_string(item, "csn");
			entry.is_own = json_member(item, "own") != NULL;
		}
		if (!entry.dn || !entry.csn)
			return -1;
		POOL_PUSH(pool, seen.items, seen.n_items, entry);
	}
	memory->seen = seen;
	return list ? 0 : -1;
}

int state_write_entries(const char *state_dir, const Seen *seen, Error *err)
{
	struct json_object *document = state_document_new(), *list = json_object_new_array();

	for (size_t i = 0; i < seen->n_items; i++) {
		struct json_object *entry = json_object_new_object();

		json_object_object_add(entry, "dn", state_text(seen->items[i].dn));
		json_object_object_add(entry, "csn", state_text(seen->items[i].csn));
		if (seen->items[i].is_own)
			json_object_object_add(entry, "own", json_object_new_boolean(1));
		json_object_array_add(list, entry);
	}
	json_object_object_add(document, "entries", list);
	return state_document_replace(state_dir, STATE_ENTRIES, document, err);
}

int state_forget_entries(const char *state_dir, const char *const *dns, size_t n_dns, Error *err)
{
	AUTO(Pool) *pool = pool_new();
	DaemonMemory memory = {0};
	Seen rest;

	if (state_read_daemon(pool, state_dir, &memory, err) < 0)
		return -1;
	rest = seen_without(pool, &memory.seen, dns, n_dns);
	return rest.n_items == memory.seen.n_items ? 0 : state_write_entries(state_dir, &rest, err);
}

FileIdentity state_entries_identity(const char *state_dir)
{
	AUTO(Pool) *pool = pool_new();

	return file_identity_of(pool_printf(pool, "%s/" STATE_ENTRIES, state_dir));
}

/* --- conditions.json --- */

static const char *const kind_names[] = {
	[CONDITION_TROUBLE] = "trouble", [CONDITION_HOLD] = "hold", [CONDITION_FINDING] = "finding",
	[CONDITION_CHANGE] = "change",   [CONDITION_LINK] = "link", [CONDITION_NODE] = "node",
};
_Static_assert(ARRAY_SIZE(kind_names) == CONDITION_KIND_COUNT, "name every kind of condition");

/* The event of that name; EVENT_KIND_COUNT for none. */
static EventKind event_named(const char *name)
{
	for (int kind = 0; name && kind < EVENT_KIND_COUNT; kind++)
		if (strcmp(event_name((EventKind)kind), name) == 0)
			return (EventKind)kind;
	return EVENT_KIND_COUNT;
}

static const char *name_of_event(EventKind kind)
{
	return kind == EVENT_KIND_COUNT ? NULL : event_name(kind);
}

static ConditionKind kind_named(const char *name)
{
	for (int kind = 0; name && kind < CONDITION_KIND_COUNT; kind++)
		if (strcmp(kind_names[kind], name) == 0)
			return (ConditionKind)kind;
	return CONDITION_TROUBLE;
}

static Condition condition_load(const JsonNode *item)
{
	return (Condition){
		.key = member_string(item, "key"),
		.begins = event_named(member_string(item, "begins")),
		.ends = event_named(member_string(item, "ends")),
		.text = member_string(item, "text"),
		.kind = kind_named(member_string(item, "kind")),
		.code = member_string(item, "code"),
		.is_critical = json_member(item, "critical") != NULL,
		.what = member_string(item, "what"),
		.suffix = member_string(item, "suffix"),
		.peer = member_string(item, "peer"),
		.release = member_string(item, "release"),
		.since_sec = timestamp_parse(member_string(item, "since")),
	};
}

static int conditions_load(Pool *pool, const JsonNode *root, void *target)
{
	DaemonMemory *memory = target;
	const JsonNode *list = member_array(root, "conditions");
	ConditionList told = {0};

	for (size_t i = 0; list && i < list->n_children; i++) {
		Condition condition = {0};

		if (list->children[i].type == JSON_OBJECT)
			condition = condition_load(&list->children[i]);
		if (!condition.key || !condition.text || condition.since_sec < 0)
			return -1;
		condition_add(pool, &told, condition);
	}
	memory->told = told;
	return list ? 0 : -1;
}

static void put_text(struct json_object *object, const char *key, const char *text)
{
	if (text)
		json_object_object_add(object, key, state_text(text));
}

static struct json_object *condition_new(const Condition *condition)
{
	struct json_object *object = json_object_new_object();
	char since[TIMESTAMP_SIZE];

	put_text(object, "key", condition->key);
	put_text(object, "begins", name_of_event(condition->begins));
	put_text(object, "ends", name_of_event(condition->ends));
	put_text(object, "text", condition->text);
	put_text(object, "kind", kind_names[condition->kind]);
	put_text(object, "code", condition->code);
	if (condition->is_critical)
		json_object_object_add(object, "critical", json_object_new_boolean(1));
	put_text(object, "what", condition->what);
	put_text(object, "suffix", condition->suffix);
	put_text(object, "peer", condition->peer);
	put_text(object, "release", condition->release);
	put_text(object, "since", timestamp_print(condition->since_sec, since));
	return object;
}

int state_write_conditions(const char *state_dir, const ConditionList *told, Error *err)
{
	struct json_object *document = state_document_new(), *list = json_object_new_array();

	for (size_t i = 0; i < told->n_items; i++)
		json_object_array_add(list, condition_new(&told->items[i]));
	json_object_object_add(document, "conditions", list);
	return state_document_replace(state_dir, STATE_CONDITIONS, document, err);
}

/* --- both --- */

int state_read_daemon(Pool *pool, const char *state_dir, DaemonMemory *ret, Error *err)
{
	static const StateFile files[] = {
		{.name = STATE_ENTRIES, .load = entries_load, .is_loose = true},
		{.name = STATE_CONDITIONS, .load = conditions_load, .is_loose = true},
	};
	DaemonMemory memory = {0};
	StateFolder folder;
	int result = 0;

	if (state_folder_open(pool, state_dir, true, &folder, err) < 0)
		return -1;
	for (size_t i = 0; folder.fd >= 0 && result == 0 && i < ARRAY_SIZE(files); i++)
		result = state_document_read(&folder, &files[i], &memory, err);
	state_folder_close(&folder);
	memory.notices = folder.notices;
	memory.n_notices = folder.n_notices;
	if (result == 0)
		*ret = memory;
	return result;
}
