/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_JSON_PLACE_H
#define SYNCWARD_JSON_PLACE_H

#include <stdbool.h>
#include <stddef.h>

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

/* One value of a text; those of a whole text stand in document order. */
typedef struct JsonMark {
	JsonType type;
	JsonPlace place;
	JsonPlace key_place;
	const char *key;  /* decoded; NULL unless a member of an object */
	const char *text; /* a string decoded, a number as written; NULL for other types */
	bool boolean;
	size_t n_children; /* they come behind it, each with its own */
} JsonMark;

typedef struct JsonMarks {
	JsonMark *marks;
	size_t n_marks;
} JsonMarks;

/* Fills err with "name:line:column: sentence" (ERROR_INPUT) and returns -1. The sentence must not
 * quote the file's text: any of it may be a password in the wrong place. */
int json_refuse(Error *err, const char *name, JsonPlace place, const char *format, ...)
	PRINTF_LIKE(4, 5);

/* "a string", "an object", ...: for messages. */
const char *json_type_name(JsonType type);

#endif
