/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/system/login.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* UINT_MAX where nobody logged in, and where the kernel does not say. */
static unsigned login_uid(void)
{
	FILE *file = fopen("/proc/self/loginuid", "re");
	unsigned uid = UINT_MAX;

	if (!file)
		return UINT_MAX;
	if (fscanf(file, "%u", &uid) != 1)
		uid = UINT_MAX;
	(void)fclose(file);
	return uid;
}

Operator login_operator(Pool *pool, const char *command)
{
	const unsigned login = login_uid();

	return (Operator){
		.command = command,
		.has_login = login != UINT_MAX,
		.login_uid = login,
		.sudo_user = operator_name(pool, getenv("SUDO_USER")),
		.has_uid = true,
		.uid = (unsigned)getuid(),
	};
}
