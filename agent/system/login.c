/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/system/login.h"

#include <limits.h>
#include <stdio.h>

/* The kernel has 4294967295 where nobody did. */
const char *login_text(Pool *pool)
{
	FILE *file = fopen("/proc/self/loginuid", "re");
	unsigned uid = UINT_MAX;

	if (!file)
		return "";
	if (fscanf(file, "%u", &uid) != 1)
		uid = UINT_MAX;
	(void)fclose(file);
	return uid == UINT_MAX ? "" : pool_printf(pool, " by login uid %u", uid);
}
