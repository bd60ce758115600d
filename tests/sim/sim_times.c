/* SPDX-License-Identifier: Apache-2.0 */
#include <time.h>

#include "tests/sim/sim_host.h"

/* The seconds of the model as slapd writes times. */

#define EPOCH_SEC 1795341600 /* 2026-11-22 10:00:00 UTC */

int64_t sim_seconds(uint32_t when)
{
	return EPOCH_SEC + when;
}

static void time_print(uint32_t when, char *ret, size_t size)
{
	const time_t seconds = (time_t)sim_seconds(when);
	struct tm parts;

	gmtime_r(&seconds, &parts);
	strftime(ret, size, "%Y%m%d%H%M%S", &parts);
}

const char *sim_time_text(Pool *pool, uint32_t when)
{
	char text[32];

	time_print(when, text, sizeof(text));
	return pool_printf(pool, "%sZ", text);
}

const char *sim_csn_text(Pool *pool, SimCsn csn)
{
	char text[32];

	time_print(csn.time, text, sizeof(text));
	return pool_printf(pool, "%s.000000Z#000000#%03x#000000", text, csn.sid);
}
