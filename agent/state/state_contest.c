/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/state/state_contest.h"

#include <json-c/json.h>

#include "agent/files/file_write.h"
#include "agent/files/folder.h"
#include "agent/state/state.h"
#include "agent/state/state_names.h"
#include "agent/system/fd.h"
#include "common/base/timestamp.h"

/* --- reading --- */

static int correction_load(const JsonNode *item, Corrected *ret)
{
	if (item->type != JSON_OBJECT)
		return -1;
	ret->at_sec = timestamp_parse(member_string(item, "at"));
	ret->value = member_string(item, "value");
	return ret->at_sec >= 0 && ret->value ? 0 : -1;
}

static int contest_load(Pool *pool, const JsonNode *item, Contest *ret)
{
	const JsonNode *list = item->type == JSON_OBJECT ? member_array(item, "corrections") : NULL;
	unsigned long quiet_sec = 0;
	Corrected correction;

	if (!list)
		return -1;
	*ret = (Contest){
		.dn = member_string(item, "dn"),
		.attribute = member_string(item, "attribute"),
		.suffix = member_string(item, "suffix"),
		.text = member_string(item, "text"),
		.csn = member_string(item, "csn"),
		.moved_sec = timestamp_parse(member_string(item, "moved")),
		.is_open = json_member(item, "open") != NULL,
		.is_tried = json_member(item, "tried") != NULL,
	};
	for (size_t i = 0; i < list->n_children; i++) {
		if (correction_load(&list->children[i], &correction) < 0)
			return -1;
		POOL_PUSH(pool, ret->corrections, ret->n_corrections, correction);
	}
	if (ret->text && member_number(item, "quiet_sec", &quiet_sec) < 0)
		return -1;
	ret->quiet_sec = (int64_t)quiet_sec;
	return ret->dn && ret->attribute && (!ret->text || ret->moved_sec >= 0) ? 0 : -1;
}

int contests_load(Pool *pool, const JsonNode *root, void *target)
{
	Known *known = target;
	const JsonNode *list = member_array(root, "contests");
	ContestList contests = {.sha256 = member_string(root, "sha256")};
	Contest contest;

	for (size_t i = 0; list && i < list->n_children; i++) {
		if (contest_load(pool, &list->children[i], &contest) < 0)
			return -1;
		POOL_PUSH(pool, contests.items, contests.n_items, contest);
	}
	if (!list || !contests.sha256)
		return -1;
	known->contests = contests;
	return 0;
}

/* --- writing --- */

static void put_text(struct json_object *object, const char *key, const char *text)
{
	if (text)
		json_object_object_add(object, key, state_text(text));
}

static void put_flag(struct json_object *object, const char *key, bool is_set)
{
	if (is_set)
		json_object_object_add(object, key, json_object_new_boolean(1));
}

static struct json_object *corrections_new(const Contest *contest)
{
	struct json_object *list = json_object_new_array();
	char at[TIMESTAMP_SIZE];

	for (size_t i = 0; i < contest->n_corrections; i++) {
		struct json_object *item = json_object_new_object();

		put_text(item, "at", timestamp_print(contest->corrections[i].at_sec, at));
		put_text(item, "value", contest->corrections[i].value);
		json_object_array_add(list, item);
	}
	return list;
}

static struct json_object *contest_new(const Contest *contest)
{
	struct json_object *object = json_object_new_object();
	char moved[TIMESTAMP_SIZE];

	put_text(object, "dn", contest->dn);
	put_text(object, "attribute", contest->attribute);
	put_text(object, "suffix", contest->suffix);
	json_object_object_add(object, "corrections", corrections_new(contest));
	if (!contest->text)
		return object;
	put_text(object, "text", contest->text);
	json_object_object_add(object, "quiet_sec", json_object_new_int64(contest->quiet_sec));
	put_text(object, "moved", timestamp_print(contest->moved_sec, moved));
	put_text(object, "csn", contest->csn);
	put_flag(object, "open", contest->is_open);
	put_flag(object, "tried", contest->is_tried);
	return object;
}

static int contests_remove(const char *state_dir, Error *err)
{
	AUTO_FD folder = folder_open(state_dir, 0700, err);
	const FileTarget target = {
		.folder_fd = folder, .folder_path = state_dir, .name = STATE_CONTESTS};

	return folder < 0 ? -1 : file_remove(&target, err);
}

int state_write_contests(const char *state_dir, const ContestList *contests, Error *err)
{
	struct json_object *document, *list;

	if (contests->n_items == 0)
		return contests_remove(state_dir, err);
	document = state_document_new();
	list = json_object_new_array();
	for (size_t i = 0; i < contests->n_items; i++)
		json_object_array_add(list, contest_new(&contests->items[i]));
	put_text(document, "sha256", contests->sha256);
	json_object_object_add(document, "contests", list);
	return state_document_replace(state_dir, STATE_CONTESTS, document, err);
}
