/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/options/timeout.h"

#include <stdlib.h>

#define TIMEOUT_SEC_DEFAULT 10
#define TIMEOUT_SEC_MAX     86400

int number_parse(const char *option, const char *text, const char *unit, unsigned usual,
		 unsigned most, unsigned *ret, Error *err)
{
	char *end;
	unsigned long number;

	*ret = usual;
	if (!text)
		return 0;
	number = strtoul(text, &end, 10);
	if (*end || *text < '0' || *text > '9' || number > most)
		return error_set(err, ERROR_USAGE, 0, "%s '%s' is not 0 to %u %s", option, text,
				 most, unit);
	*ret = (unsigned)number;
	return 0;
}

int timeout_parse(const char *text, unsigned *ret, Error *err)
{
	return number_parse("--timeout", text, "seconds", TIMEOUT_SEC_DEFAULT, TIMEOUT_SEC_MAX, ret,
			    err);
}
