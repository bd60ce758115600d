/* SPDX-License-Identifier: Apache-2.0 */
#include "common/json/json_document.h"

#include <json-c/json.h>
#include <string.h>

#include "common/json/json_scan.h"

/* The next mark belongs to the next value of json-c: both come in document order. */
typedef struct Builder {
	Pool *pool;
	const JsonMark *next;
	const JsonMark *end;
} Builder;

static const JsonType types[] = {
	[json_type_null] = JSON_NULL,     [json_type_boolean] = JSON_BOOLEAN,
	[json_type_double] = JSON_NUMBER, [json_type_int] = JSON_NUMBER,
	[json_type_object] = JSON_OBJECT, [json_type_array] = JSON_ARRAY,
	[json_type_string] = JSON_STRING,
};

static void json_object_release(json_object *object)
{
	(void)json_object_put(object);
}
DEFINE_CLEANUP(json_object, json_object_release)

static void json_tokener_release(json_tokener *tokener)
{
	if (tokener)
		json_tokener_free(tokener);
}
DEFINE_CLEANUP(json_tokener, json_tokener_release)

static bool build(Builder *builder, json_object *value, JsonNode *ret);

static bool build_members(Builder *builder, json_object *object, JsonNode *node)
{
	size_t n = 0;

	node->n_children = (size_t)json_object_object_length(object);
	node->children = pool_alloc(builder->pool, node->n_children * sizeof(JsonNode));
	json_object_object_foreach(object, key, value)
	{
		node->children[n].key = pool_strdup(builder->pool, key);
		if (!build(builder, value, &node->children[n++]))
			return false;
	}
	return true;
}

static bool build_items(Builder *builder, json_object *array, JsonNode *node)
{
	node->n_children = (size_t)json_object_array_length(array);
	node->children = pool_alloc(builder->pool, node->n_children * sizeof(JsonNode));
	for (size_t i = 0; i < node->n_children; i++)
		if (!build(builder, json_object_array_get_idx(array, i), &node->children[i]))
			return false;
	return true;
}

/* False when json-c saw another document than the lexical check did. */
static bool build(Builder *builder, json_object *value, JsonNode *ret)
{
	const JsonMark *mark = builder->next++;

	if (mark >= builder->end || types[json_object_get_type(value)] != mark->type)
		return false;
	ret->type = mark->type;
	ret->place = mark->place;
	ret->key_place = mark->key_place;
	ret->number = pool_strdup(builder->pool, mark->number);
	if (ret->type == JSON_STRING)
		ret->string = pool_copy(builder->pool, json_object_get_string(value),
					(size_t)json_object_get_string_len(value));
	if (ret->type == JSON_BOOLEAN)
		ret->boolean = json_object_get_boolean(value);
	if (ret->type == JSON_OBJECT)
		return build_members(builder, value, ret);
	if (ret->type == JSON_ARRAY)
		return build_items(builder, value, ret);
	return true;
}

static int parse(Pool *pool, const char *name, const Value *given, size_t max_bytes,
		 const JsonNode **ret, Error *err)
{
	AUTO(Pool) *scratch = pool_new();
	AUTO(json_tokener) *tokener = NULL;
	AUTO(json_object) *document = NULL;
	const Value text = {.bytes = pool_copy(scratch, given->bytes, given->len),
			    .len = given->len};
	JsonNode *root = pool_alloc(pool, sizeof(*root));
	JsonMarks marks = {0};
	Builder builder;

	if (json_scan(scratch, name, &text, max_bytes, &marks, err) < 0)
		return -1;
	tokener = json_tokener_new_ex(JSON_MAX_DEPTH + 2);
	if (!tokener)
		return error_set(err, ERROR_SYSTEM, 0, "%s: json-c cannot start", name);
	/* With the NUL: without it json-c waits for more digits behind a lone number. */
	document = json_tokener_parse_ex(tokener, text.bytes, (int)text.len + 1);
	builder = (Builder){.pool = pool, .next = marks.marks, .end = marks.marks + marks.n_marks};
	if (json_tokener_get_error(tokener) != json_tokener_success ||
	    !build(&builder, document, root) || builder.next != builder.end)
		return json_refuse(err, name, marks.marks[0].place,
				   "this JSON is well-formed, but json-c %s does not read it so",
				   json_c_version());
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
