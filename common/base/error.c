/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef struct ErrorRule {
	int exit_status;
	bool retryable;
} ErrorRule;

static const ErrorRule error_rules[] = {
	[ERROR_NONE] = {0, false},    [ERROR_USAGE] = {64, false},
	[ERROR_INPUT] = {78, false},  [ERROR_UNREACHABLE] = {69, true},
	[ERROR_DENIED] = {77, false}, [ERROR_BUSY] = {75, true},
	[ERROR_STOPPED] = {75, true}, [ERROR_CONFLICT] = {1, true},
	[ERROR_REFUSED] = {1, false}, [ERROR_UNSAVED] = {1, true},
	[ERROR_SYSTEM] = {1, false},
};
_Static_assert(ARRAY_SIZE(error_rules) == ERROR_CLASS_COUNT, "a rule for every class");

int error_set(Error *err, ErrorClass class, int code, const char *format, ...)
{
	va_list arguments;

	if (!err)
		return -1;
	err->class = class;
	err->code = code;
	va_start(arguments, format);
	(void)vsnprintf(err->text, sizeof(err->text), format, arguments);
	va_end(arguments);
	return -1;
}

int error_prefix(Error *err, const char *format, ...)
{
	char prefix[ERROR_TEXT_MAX];
	size_t len, kept;
	va_list arguments;

	if (!err)
		return -1;
	va_start(arguments, format);
	(void)vsnprintf(prefix, sizeof(prefix) - sizeof(": "), format, arguments);
	va_end(arguments);
	strcat(prefix, ": ");
	len = strlen(prefix);
	kept = strnlen(err->text, sizeof(err->text) - 1 - len);
	memmove(err->text + len, err->text, kept);
	memcpy(err->text, prefix, len);
	err->text[len + kept] = '\0';
	return -1;
}

bool error_is_retryable(const Error *err)
{
	return error_rules[err->class].retryable;
}

int error_exit_status(const Error *err)
{
	return error_rules[err->class].exit_status;
}
