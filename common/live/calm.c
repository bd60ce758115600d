/* SPDX-License-Identifier: Apache-2.0 */
#include "common/live/calm.h"

#include <stdlib.h>
#include <string.h>

#define RETRY_MAX_SEC 600L

static const Syncrepl *declared(const Live *live, int rid)
{
	for (size_t i = 0; i < live->n_databases; i++) {
		const LiveDatabase *database = &live->databases[i];

		for (size_t j = 0; j < database->n_consumers; j++)
			if (database->consumers[j].parses && database->consumers[j].rid == rid)
				return &database->consumers[j].syncrepl;
	}
	return NULL;
}

/* OpenLDAP 2.4 does not say: there a long refresh is waited for, up to the patience. */
static bool is_refreshing(const LiveRunning *runs, int rid)
{
	for (size_t i = 0; i < runs->n_consumers; i++)
		if (runs->consumers[i].rid == rid)
			return runs->consumers[i].is_connected && !runs->consumers[i].is_persistent;
	return false;
}

unsigned calm_patience_sec(const Syncrepl *syncrepl)
{
	const unsigned long timeout_sec = syncrepl_number(syncrepl, SYNCREPL_TIMEOUT);
	const unsigned long connect_sec = syncrepl_number(syncrepl, SYNCREPL_NETWORK_TIMEOUT);

	return (unsigned)(timeout_sec > connect_sec ? timeout_sec : connect_sec) + 1;
}

/* The longest interval of "5 5 60 +". */
static long retry_longest_sec(const char *retry)
{
	long longest_sec = 0;
	bool is_interval = true;

	while (retry && *retry) {
		const long sec = strtol(retry, NULL, 10);

		if (is_interval && sec > longest_sec)
			longest_sec = sec;
		is_interval = !is_interval;
		retry += strcspn(retry, " ,");
		retry += strspn(retry, " ,");
	}
	return longest_sec < RETRY_MAX_SEC ? longest_sec : RETRY_MAX_SEC;
}

int64_t calm_tried_again_sec(const Syncrepl *syncrepl)
{
	return retry_longest_sec(syncrepl->value[SYNCREPL_RETRY]) + calm_patience_sec(syncrepl);
}

Calm calm_judge(const Live *live, unsigned new_patience_sec)
{
	Calm calm = {0};

	for (size_t i = 0; i < live->runs.n_working_rids; i++) {
		const int rid = live->runs.working_rids[i];
		const Syncrepl *syncrepl = declared(live, rid);
		unsigned patience_sec;

		patience_sec = syncrepl ? calm_patience_sec(syncrepl) : new_patience_sec;
		if (patience_sec == 0 || is_refreshing(&live->runs, rid))
			continue;
		calm.is_held = true;
		if (patience_sec > calm.patience_sec)
			calm.patience_sec = patience_sec;
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
