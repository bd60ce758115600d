/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/desired/desired_internal.h"
#include "common/desired/secret.h"
#include "common/json/json_write.h"

static bool is_password(const JsonNode *node)
{
	return node->type == JSON_STRING && node->key && strcmp(node->key, "credentials") == 0;
}

static void value_write(JsonOut *out, const JsonNode *node)
{
	const char bracket = node->type == JSON_ARRAY ? '[' : '{';

	switch (node->type) {
	case JSON_STRING:
		json_out_text(out, node->key, is_password(node) ? PASSWORD_MASK : node->string);
		return;
	case JSON_NUMBER:
		json_out_text(out, node->key, node->number);
		return;
	case JSON_BOOLEAN:
		json_out_boolean(out, node->key, node->boolean);
		return;
	case JSON_ARRAY:
	case JSON_OBJECT:
		json_out_open(out, node->key, bracket);
		for (size_t i = 0; i < node->n_children; i++)
			value_write(out, &node->children[i]);
		json_out_close(out, bracket);
		return;
	case JSON_NULL:
	case JSON_TYPE_COUNT:
		json_out_null(out, node->key);
	}
}

const char *desired_masked(Pool *pool, const char *bytes, size_t len)
{
	Buf text = BUF_IN(pool);
	JsonOut out = {.text = &text, .is_one_line = true};
	const JsonNode *document;
	Error err = {0};

	if (json_parse(pool, "", bytes, len, &document, &err) < 0)
		return NULL;
	value_write(&out, document);
	return buf_text(&text);
}
