/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <time.h>

#include "tests/sim/sim_host.h"

/* The seconds of the model as slapd writes times. */

#define EPOCH_SEC 1795341600 /* 2026-11-22 10:00:00 UTC */

int64_t sim_seconds(uint32_t when)
{
	return EPOCH_SEC + when;
}

/* "2026112210" of that hour: most times asked for one after the other are of one hour. */
static const char *hour_text(int64_t seconds)
{
	static int64_t hour = -1;
	static char text[32];
	const time_t when = (time_t)seconds;
	struct tm parts;

	if (hour == seconds / 3600)
		return text;
	hour = seconds / 3600;
	gmtime_r(&when, &parts);
	strftime(text, sizeof(text), "%Y%m%d%H", &parts);
	return text;
}

static char *two_digits(char *at, int64_t number)
{
	*at++ = (char)('0' + number / 10);
	*at++ = (char)('0' + number % 10);
	return at;
}

/* "20261122100000", by hand: it is done for every entry in every pass. Returns what follows it. */
static char *time_print(uint32_t when, char *ret)
{
	const int64_t seconds = sim_seconds(when);

	memcpy(ret, hour_text(seconds), 10);
	return two_digits(two_digits(ret + 10, seconds / 60 % 60), seconds % 60);
}

const char *sim_time_text(Pool *pool, uint32_t time)
{
	char text[16];

	*time_print(time, text) = 'Z';
	return pool_copy(pool, text, 15);
}

const char *sim_csn_text(Pool *pool, SimCsn csn)
{
	static const char rest[] = ".000000Z#000000#000#000000";
	char text[14 + sizeof(rest)], *at = time_print(csn.time, text);

	memcpy(at, rest, sizeof(rest));
	at[18] = "0123456789abcdef"[csn.sid];
	return pool_copy(pool, text, sizeof(text) - 1);
}
