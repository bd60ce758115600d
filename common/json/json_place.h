/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_JSON_PLACE_H
#define SYNCWARD_JSON_PLACE_H

#include "common/base/error.h"

typedef enum JsonType {
	JSON_NULL,
	JSON_BOOLEAN,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT,
	JSON_TYPE_COUNT
} JsonType;

/* Where something stands in its file: both count from 1, columns count characters (not bytes). */
typedef struct JsonPlace {
	unsigned line;
	unsigned column;
} JsonPlace;

/* Fills err with "name:line:column: sentence" (ERROR_INPUT) and returns -1. The sentence must not
 * quote the file's text: any of it may be a password in the wrong place. */
int json_refuse(Error *err, const char *name, JsonPlace place, const char *format, ...)
	PRINTF_LIKE(4, 5);

/* "a string", "an object", ...: for messages. */
const char *json_type_name(JsonType type);

#endif
