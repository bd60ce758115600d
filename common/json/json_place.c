/* SPDX-License-Identifier: Apache-2.0 */
#include "common/json/json_place.h"

#include <stdarg.h>
#include <stdio.h>

static const char *const type_names[] = {
	[JSON_NULL] = "null",       [JSON_BOOLEAN] = "a boolean", [JSON_NUMBER] = "a number",
	[JSON_STRING] = "a string", [JSON_ARRAY] = "an array",    [JSON_OBJECT] = "an object",
};
_Static_assert(ARRAY_SIZE(type_names) == JSON_TYPE_COUNT, "name every type");

const char *json_type_name(JsonType type)
{
	return type_names[type];
}

int json_refuse(Error *err, const char *name, JsonPlace place, const char *format, ...)
{
	char sentence[ERROR_TEXT_MAX];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(sentence, sizeof(sentence), format, arguments);
	va_end(arguments);
	return error_set(err, ERROR_INPUT, 0, "%s:%u:%u: %s", name, place.line, place.column,
			 sentence);
}
