/* SPDX-License-Identifier: Apache-2.0 */
#include "common/syncrepl/syncrepl_pace.h"

#include <stdlib.h>
#include <string.h>

#include "common/syncrepl/syncrepl_rule.h"

#define DAY_SEC 86400

/* Of a list in its canonical form: seconds and a count, in turn. */
static const char *retry_fault(Pool *pool, const char *retry)
{
	const char *canonical = retry ? syncrepl_retry_canonical(pool, retry) : NULL;
	char *words = pool_strdup(pool, canonical ? canonical : ""), *next = NULL;

	for (char *word = strtok_r(words, " ", &next); word; word = strtok_r(NULL, " ", &next)) {
		const unsigned long seconds = strtoul(word, NULL, 10);
		const char *count = strtok_r(NULL, " ", &next);

		if (seconds == 0 && count && *count == '+')
			return "tries without a pause while the peer is away, at the cost of "
			       "processor time (a retry of 0 s)";
		if (seconds > DAY_SEC)
			return pool_printf(
				pool, "waits %lu s after a failure before it tries again (retry)",
				seconds);
	}
	return NULL;
}

int64_t syncrepl_retry_first_sec(const Syncrepl *link)
{
	const char *retry = link->value[SYNCREPL_RETRY];

	return retry ? strtol(retry, NULL, 10) : 0;
}

const char *syncrepl_pace_fault(Pool *pool, const Syncrepl *link, bool *ret_is_retry)
{
	*ret_is_retry = false;
	if (link->value[SYNCREPL_INTERVAL] && syncrepl_is_refresh_only(link) &&
	    syncrepl_number(link, SYNCREPL_INTERVAL) == 0)
		return "asks without a pause, at the cost of processor time (an interval of 0 s)";
	*ret_is_retry = true;
	return retry_fault(pool, link->value[SYNCREPL_RETRY]);
}
