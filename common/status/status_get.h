/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_STATUS_GET_H
#define SYNCWARD_STATUS_GET_H

#include <stdlib.h>

#include "common/base/timestamp.h"
#include "common/json/json_document.h"
#include "common/status/status.h"

/* What is missing or of another type reads as "not known": a later release of this schema may add
 * members and leave others out. */

static inline const char *get_text(const JsonNode *object, const char *key)
{
	const JsonNode *member = json_member(object, key);

	return member && member->type == JSON_STRING ? member->string : NULL;
}

static inline int64_t get_time(const JsonNode *object, const char *key)
{
	return timestamp_parse(get_text(object, key));
}

static inline unsigned long long get_number(const JsonNode *object, const char *key)
{
	const JsonNode *member = json_member(object, key);

	return member && member->type == JSON_NUMBER ? strtoull(member->number, NULL, 10) : 0;
}

static inline int64_t get_usec(const JsonNode *object, const char *key)
{
	const JsonNode *member = json_member(object, key);

	return member && member->type == JSON_NUMBER
		       ? (int64_t)(strtod(member->number, NULL) * 1e6 + 0.5)
		       : 0;
}

static inline Claim get_claim(const JsonNode *object, const char *key)
{
	const JsonNode *member = json_member(object, key);

	if (!member || member->type != JSON_BOOLEAN)
		return CLAIM_UNKNOWN;
	return member->boolean ? CLAIM_YES : CLAIM_NO;
}

static inline bool get_boolean(const JsonNode *object, const char *key)
{
	return get_claim(object, key) == CLAIM_YES;
}

/* A member that is an object; one without members when there is none. */
static inline const JsonNode *get_object(const JsonNode *object, const char *key)
{
	static const JsonNode none = {.type = JSON_OBJECT};
	const JsonNode *member = json_member(object, key);

	return member && member->type == JSON_OBJECT ? member : &none;
}

/* The n-th object of an array; NULL after the last. */
static inline const JsonNode *get_item(const JsonNode *object, const char *key, size_t n)
{
	const JsonNode *member = json_member(object, key);

	if (!member || member->type != JSON_ARRAY || n >= member->n_children ||
	    member->children[n].type != JSON_OBJECT)
		return NULL;
	return &member->children[n];
}

#endif
