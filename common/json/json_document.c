/* SPDX-License-Identifier: Apache-2.0 */
#include "common/json/json_document.h"

#include <string.h>

#include "common/json/json_scan.h"

/* Takes the mark at hand, and those of its children, which stand behind it; returns the next one.
 */
static const JsonMark *build(Pool *pool, const JsonMark *mark, JsonNode *ret)
{
	const JsonMark *next = mark + 1;

	*ret = (JsonNode){
		.type = mark->type,
		.place = mark->place,
		.key = pool_strdup(pool, mark->key),
		.key_place = mark->key_place,
		.string = mark->type == JSON_STRING ? pool_strdup(pool, mark->text) : NULL,
		.number = mark->type == JSON_NUMBER ? pool_strdup(pool, mark->text) : NULL,
		.boolean = mark->boolean,
		.n_children = mark->n_children,
	};
	if (mark->n_children > 0)
		ret->children = pool_alloc(pool, mark->n_children * sizeof(JsonNode));
	for (size_t i = 0; i < mark->n_children; i++)
		next = build(pool, next, &ret->children[i]);
	return next;
}

static int parse(Pool *pool, const char *name, const Value *given, size_t max_bytes,
		 const JsonNode **ret, Error *err)
{
	AUTO(Pool) *scratch = pool_new();
	const Value text = {.bytes = pool_copy(scratch, given->bytes, given->len),
			    .len = given->len};
	JsonNode *root = pool_alloc(pool, sizeof(*root));
	JsonMarks marks = {0};

	if (json_scan(scratch, name, &text, max_bytes, &marks, err) < 0)
		return -1;
	(void)build(pool, marks.marks, root);
	*ret = root;
	return 0;
}

int json_parse(Pool *pool, const char *name, const char *bytes, size_t len, const JsonNode **ret,
	       Error *err)
{
	const Value text = {.bytes = bytes, .len = len};

	return parse(pool, name, &text, JSON_MAX_BYTES, ret, err);
}

int json_parse_ours(Pool *pool, const char *name, const char *bytes, size_t len,
		    const JsonNode **ret, Error *err)
{
	const Value text = {.bytes = bytes, .len = len};

	return parse(pool, name, &text, JSON_OURS_MAX_BYTES, ret, err);
}

const JsonNode *json_member(const JsonNode *object, const char *key)
{
	if (object->type != JSON_OBJECT)
		return NULL;
	for (size_t i = 0; i < object->n_children; i++)
		if (strcmp(object->children[i].key, key) == 0)
			return &object->children[i];
	return NULL;
}
