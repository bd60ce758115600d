/* SPDX-License-Identifier: Apache-2.0 */
#include "common/report/doctor_links.h"

#include <string.h>

#include "common/base/timestamp.h"

static bool reads_at_intervals(const Live *live, const RunningConsumer *running)
{
	for (size_t i = 0; i < live->n_databases; i++)
		for (size_t k = 0; k < live->databases[i].n_consumers; k++) {
			const LiveConsumer *consumer = &live->databases[i].consumers[k];

			if (consumer->parses && consumer->rid == running->rid &&
			    strcmp(consumer->provider, running->provider) == 0)
				return syncrepl_is_refresh_only(&consumer->syncrepl);
		}
	return false;
}

static const char *ago(Pool *pool, const char *when, int64_t now_sec)
{
	const int64_t sec = timestamp_of_generalized(when);

	return sec < 0 ? "never" : pool_printf(pool, "%lld s ago", (long long)(now_sec - sec));
}

/* Between two refreshes: it was there at the last one, or one begins this moment. */
static bool last_try_may_be_good(const RunningConsumer *running, int64_t now_sec)
{
	const int64_t contact_sec = timestamp_of_generalized(running->last_contact);
	const int64_t connect_sec = timestamp_of_generalized(running->last_connect);

	return contact_sec >= 0 && (contact_sec >= connect_sec || now_sec <= connect_sec + 1);
}

/* The value that declares it has a retry that ends. */
static bool gives_up(const Live *live, const RunningConsumer *running)
{
	for (size_t i = 0; i < live->n_databases; i++)
		for (size_t k = 0; k < live->databases[i].n_consumers; k++) {
			const LiveConsumer *consumer = &live->databases[i].consumers[k];

			if (consumer->rid == running->rid && consumer->provider &&
			    running->provider && strcmp(consumer->provider, running->provider) == 0)
				return syncrepl_gives_up(consumer->syncrepl.value[SYNCREPL_RETRY]);
		}
	return false;
}

LinkHealth link_health_judge(Pool *pool, const Live *live, const RunningConsumer *running,
			     int64_t now_sec)
{
	const char *name = pool_printf(pool, "consumer %03d of %s, provider %s", running->rid,
				       running->suffix ? running->suffix : "?", running->provider);
	const int64_t next_sec = timestamp_of_generalized(running->next_connect);

	if (running->is_persistent && running->is_connected)
		return (LinkHealth){.severity = DOCTOR_OK};
	if (running->is_connected)
		return (LinkHealth){
			.severity = DOCTOR_NOTE,
			.text = pool_printf(pool, "%s: is refreshing, connected %s", name,
					    ago(pool, running->last_connect, now_sec)),
		};
	if (reads_at_intervals(live, running) && last_try_may_be_good(running, now_sec))
		return (LinkHealth){.severity = DOCTOR_OK};
	return (LinkHealth){
		.severity = DOCTOR_ERROR,
		.text = pool_printf(
			pool,
			"%s: is not connected; last tried %s, last heard %s, tries "
			"again %s",
			name, ago(pool, running->last_connect, now_sec),
			ago(pool, running->last_contact, now_sec),
			next_sec > now_sec
				? pool_printf(pool, "in %lld s", (long long)(next_sec - now_sec))
			: next_sec < 0 && gives_up(live, running)
				? "never: its retry list is used up"
				: "now"),
	};
}
