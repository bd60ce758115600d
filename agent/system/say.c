/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/system/say.h"

#include <stdarg.h>
#include <stdio.h>

#include "agent/system/progress.h"
#include "common/base/pool.h"

/* One write(2) a message, so that messages of several processes do not mix. */
void say(const char *format, ...)
{
	AUTO(Pool) *pool = pool_new();
	va_list arguments;

	progress_clear();
	va_start(arguments, format);
	(void)fputs(pool_printf(pool, "syncward: %s\n", pool_vprintf(pool, format, arguments)),
		    stderr);
	va_end(arguments);
}

int say_error(const Error *err)
{
	say("%s", err->text);
	return error_exit_status(err);
}

void say_trace(void *userdata, const char *line)
{
	(void)userdata;
	say("ldap: %s", line);
}
