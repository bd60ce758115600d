/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes: common/json.c common/json_scan.c common/utf8.c */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* Whatever is read has the shape that its type promises, and stands after its parent. */
static void check_node(const JsonNode *node, unsigned depth)
{
	if (depth > JSON_MAX_DEPTH || node->place.line == 0 || node->place.column == 0)
		abort();
	if ((node->type == JSON_STRING) != (node->string != NULL))
		abort();
	if ((node->type == JSON_NUMBER) != (node->number != NULL))
		abort();
	for (size_t i = 0; i < node->n_children; i++) {
		const JsonNode *child = &node->children[i];

		if ((node->type == JSON_OBJECT) != (child->key != NULL))
			abort();
		if (child->key && json_member(node, child->key) != child)
			abort();
		if (child->place.line < node->place.line)
			abort();
		check_node(child, depth + 1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	AUTO(Pool) *pool = pool_new();
	const JsonNode *node = NULL;
	Error err = {0};

	if (json_parse(pool, "fuzz", (const char *)bytes, len, &node, &err) == 0)
		check_node(node, 0);
	else if (node || err.class != ERROR_INPUT || strstr(err.text, "json-c"))
		abort();
	return 0;
}
