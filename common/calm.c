/* SPDX-License-Identifier: Apache-2.0 */
#include "common/calm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

int64_t generalized_time_sec(const char *text)
{
	struct tm tm = {0};
	char zone;

	if (!text || sscanf(text, "%4d%2d%2d%2d%2d%2d%c", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
			    &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &zone) != 7)
		return -1;
	if (tm.tm_year < 1970)
		return -1;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	return timegm(&tm);
}

static const Syncrepl *declared(const Live *live, const RunningConsumer *running)
{
	for (size_t i = 0; i < live->n_databases; i++) {
		const LiveDatabase *database = &live->databases[i];

		for (size_t j = 0; j < database->n_consumers; j++)
			if (database->consumers[j].parses &&
			    database->consumers[j].rid == running->rid &&
			    strcmp(database->consumers[j].provider, running->provider) == 0)
				return &database->consumers[j].syncrepl;
	}
	return NULL;
}

static unsigned remaining_sec(int64_t since_sec, unsigned long limit_sec, int64_t now_sec)
{
	int64_t age_sec = now_sec - since_sec;

	/* cn=monitor counts whole seconds: the last one may have just begun. */
	if (since_sec < 0 || age_sec < 0 || age_sec > (int64_t)limit_sec)
		return 0;
	return (unsigned)((int64_t)limit_sec - age_sec) + 1;
}

/* What slapd 2.5 (not 2.6) tells as the next try while the first still runs; a failed one has its
 * retry there. With retry="60 ..." they look alike, and nobody waits. */
#define FIRST_TRY_SEC 60

static bool is_first_try(const RunningConsumer *running, const Syncrepl *syncrepl)
{
	const char *retry = syncrepl->value[SYNCREPL_RETRY];
	const int64_t last_sec = generalized_time_sec(running->last_connect);
	const int64_t next_sec = generalized_time_sec(running->next_connect);

	return last_sec >= 0 && next_sec - last_sec == FIRST_TRY_SEC && retry &&
	       strtoul(retry, NULL, 10) != FIRST_TRY_SEC;
}

static unsigned consumer_wait_sec(const RunningConsumer *running, const Syncrepl *syncrepl,
				  int64_t now_sec)
{
	int64_t last_sec = generalized_time_sec(running->last_connect);
	bool is_waiting = generalized_time_sec(running->next_connect) > now_sec;
	unsigned long timeout_sec = syncrepl_number(syncrepl, SYNCREPL_TIMEOUT);
	unsigned long connect_sec = syncrepl_number(syncrepl, SYNCREPL_NETWORK_TIMEOUT);

	if (running->is_persistent)
		return timeout_sec > 0 ? remaining_sec(last_sec, timeout_sec, now_sec) : 0;
	if (running->is_connected)
		return 0;
	if (is_first_try(running, syncrepl))
		return remaining_sec(
			last_sec, timeout_sec > connect_sec ? timeout_sec : connect_sec, now_sec);
	if (is_waiting || connect_sec == 0)
		return 0;
	return remaining_sec(last_sec, connect_sec, now_sec);
}

Calm calm_judge(const Live *live, int64_t now_sec)
{
	Calm calm = {0};

	for (size_t i = 0; i < live->n_running; i++) {
		const Syncrepl *syncrepl = declared(live, &live->running[i]);
		unsigned long timeout_sec, connect_sec, longest_sec;
		unsigned wait_sec;

		if (!syncrepl)
			continue;
		timeout_sec = syncrepl_number(syncrepl, SYNCREPL_TIMEOUT);
		connect_sec = syncrepl_number(syncrepl, SYNCREPL_NETWORK_TIMEOUT);
		longest_sec = (timeout_sec > connect_sec ? timeout_sec : connect_sec) + 1;
		wait_sec = consumer_wait_sec(&live->running[i], syncrepl, now_sec);
		if (wait_sec > calm.wait_sec)
			calm.wait_sec = wait_sec;
		if (wait_sec > 0 && longest_sec > calm.patience_sec)
			calm.patience_sec = (unsigned)longest_sec;
	}
	return calm;
}

unsigned long calm_longest_stall_sec(const Live *live)
{
	unsigned long longest_sec = 0;

	for (size_t i = 0; i < live->n_databases; i++) {
		const LiveDatabase *database = &live->databases[i];

		for (size_t j = 0; j < database->n_consumers; j++) {
			const Syncrepl *syncrepl = &database->consumers[j].syncrepl;
			unsigned long stall_sec =
				syncrepl_number(syncrepl, SYNCREPL_TIMEOUT) +
				syncrepl_number(syncrepl, SYNCREPL_NETWORK_TIMEOUT);

			if (database->consumers[j].parses && stall_sec > longest_sec)
				longest_sec = stall_sec;
		}
	}
	return longest_sec;
}
