/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_JSON_DOCUMENT_H
#define SYNCWARD_JSON_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"
#include "common/base/pool.h"
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

/*
 * Reads RFC 8259 text, without json-c, whose releases differ: refuses bad UTF-8, a BOM, NUL,
 * duplicate keys (after unescaping), NaN, lone surrogates, trailing text, deep nesting and more
 * than JSON_MAX_BYTES. name is the file's name for messages of the form "name:line:column:
 * sentence" (ERROR_INPUT).
 */
int json_parse(Pool *pool, const char *name, const char *bytes, size_t len, const JsonNode **ret,
	       Error *err);

/* The same for a file that we wrote ourselves, which may have JSON_OURS_MAX_BYTES: how long it is
 * depends on how many peers and databases there are. */
int json_parse_ours(Pool *pool, const char *name, const char *bytes, size_t len,
		    const JsonNode **ret, Error *err);

/* The member of an object; NULL when absent. */
const JsonNode *json_member(const JsonNode *object, const char *key);

#endif
