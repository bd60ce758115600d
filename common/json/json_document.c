/* SPDX-License-Identifier: Apache-2.0 */
#include "common/json/json_document.h"

#include <string.h>

#include "common/json/json_scan.h"

static int parse(Pool *pool, const char *name, const Value *given, size_t max_bytes,
		 const JsonNode **ret, Error *err)
{
	AUTO(Pool) *scratch = pool_new();
	const Value text = {.bytes = pool_copy(scratch, given->bytes, given->len),
			    .len = given->len};
	JsonNode *root = pool_alloc(pool, sizeof(*root));

	if (json_scan(pool, name, &text, max_bytes, root, err) < 0)
		return -1;
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
