/* SPDX-License-Identifier: Apache-2.0 */
#include "common/link/lockout_time.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/timestamp.h"

/* "20261123033613.457288Z" */
static int64_t failure_usec(const char *text)
{
	const int64_t sec = timestamp_of_generalized(text);
	const char *point = strchr(text, '.');
	int64_t usec = 0;

	for (unsigned unit = 100000; point && *++point >= '0' && *point <= '9'; unit /= 10)
		usec += (int64_t)(*point - '0') * unit;
	return sec < 0 ? -1 : sec * 1000000 + usec;
}

bool lockout_is_newer(const Attribute *failures, const char *secret)
{
	const char *colon = strrchr(secret, ':');
	const int64_t written_usec = colon ? (int64_t)strtoll(colon + 1, NULL, 10) / 1000 : 0;

	for (size_t i = 0; failures && i < failures->n_values; i++)
		if (failure_usec(failures->values[i].bytes) > written_usec)
			return true;
	return false;
}
