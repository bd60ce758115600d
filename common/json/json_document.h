/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_JSON_DOCUMENT_H
#define SYNCWARD_JSON_DOCUMENT_H

#include <stddef.h>

#include "common/base/error.h"
#include "common/base/pool.h"
#include "common/json/json_node.h"

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
