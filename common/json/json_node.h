/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_JSON_NODE_H
#define SYNCWARD_JSON_NODE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/json/json_place.h"

/* One JSON value with its place. Members of objects and items of arrays are its children, in file
 * order. */
typedef struct JsonNode {
	JsonType type;
	JsonPlace place;
	const char *key; /* NULL unless a member of an object */
	JsonPlace key_place;
	const char *string; /* JSON_STRING, decoded; holds no NUL: the reader refuses \u0000 */
	const char
		*number; /* JSON_NUMBER, as written: its text decides about range, not a double */
	bool boolean;
	struct JsonNode *children;
	size_t n_children;
} JsonNode;

#endif
