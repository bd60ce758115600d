/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/command/timeout.h"

#include <stdlib.h>

#define TIMEOUT_SEC_DEFAULT 10
#define TIMEOUT_SEC_MAX     86400

int timeout_parse(const char *text, unsigned *ret, Error *err)
{
	char *end;
	unsigned long sec;

	*ret = TIMEOUT_SEC_DEFAULT;
	if (!text)
		return 0;
	sec = strtoul(text, &end, 10);
	if (*end || *text < '0' || *text > '9' || sec > TIMEOUT_SEC_MAX)
		return error_set(err, ERROR_USAGE, 0, "--timeout '%s' is not 0 to %d seconds", text,
				 TIMEOUT_SEC_MAX);
	*ret = (unsigned)sec;
	return 0;
}
