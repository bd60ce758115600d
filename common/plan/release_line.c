/* SPDX-License-Identifier: Apache-2.0 */
#include "common/plan/release_line.h"

#include <string.h>

#define RELEASE " --release "

int release_line_guard(const char *line)
{
	AUTO(Pool) *scratch = pool_new();
	const char *code = line ? strstr(line, RELEASE) : NULL;

	if (!code)
		return -1;
	code += strlen(RELEASE);
	return guard_find_releasable(
		pool_printf(scratch, "%.*s", (int)strcspn(code, " ,=`"), code));
}

const char *hold_release_line(Pool *pool, const Hold *hold)
{
	const char *code;
	int len;

	if (!hold->token)
		return hold->release;
	code = strstr(hold->release, RELEASE) + strlen(RELEASE);
	len = (int)(code - hold->release) + (int)strcspn(code, " ");
	return pool_printf(pool, "%.*s=%s%s", len, hold->release, hold->token, hold->release + len);
}
