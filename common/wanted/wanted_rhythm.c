/* SPDX-License-Identifier: Apache-2.0 */
#include "common/wanted/wanted_rhythm.h"

#include "common/syncrepl/syncrepl_log.h"
#include "common/syncrepl/syncrepl_pace.h"

#define LOOK_MIN_SEC 5

/* After how many seconds a link tries again for the first time, the soonest of all. */
static int64_t soonest_retry_sec(const WantedDatabase *database)
{
	int64_t soonest_sec = INT64_MAX;

	for (size_t i = 0; i < database->n_consumers; i++) {
		const int64_t sec = syncrepl_retry_first_sec(&database->consumers[i].syncrepl);

		if (sec < soonest_sec)
			soonest_sec = sec;
	}
	return soonest_sec;
}

bool wanted_may_read_logs(const WantedDatabase *database)
{
	for (size_t i = 0; database->desired->delta && i < database->n_consumers; i++)
		if (syncrepl_log(&database->consumers[i].syncrepl))
			return true;
	return false;
}

/* Links that break together refresh together at their next try: by then the relay must be shut. A
 * link whose provider closed its log is refused at each try until it is written anew. */
unsigned wanted_look_sec(const Wanted *wanted, unsigned interval_sec)
{
	int64_t look_sec = interval_sec;

	for (size_t i = 0; look_sec > LOOK_MIN_SEC && i < wanted->n_databases; i++) {
		const WantedDatabase *database = &wanted->databases[i];
		const int64_t sec = soonest_retry_sec(database) / 2;

		if (sec < look_sec &&
		    (wanted_may_read_logs(database) || wanted_may_shut(wanted, database)))
			look_sec = sec > LOOK_MIN_SEC ? sec : LOOK_MIN_SEC;
	}
	return (unsigned)look_sec;
}

unsigned wanted_ask_sec(const Wanted *wanted, bool are_links_told, unsigned interval_sec)
{
	int64_t ask_sec = interval_sec;

	for (size_t i = 0; i < wanted->n_databases; i++) {
		const WantedDatabase *database = &wanted->databases[i];
		int64_t sec = ask_sec;

		if (wanted_may_read_logs(database)) {
			sec = soonest_retry_sec(database);
			sec = sec < LOG_ASK_SEC ? sec : LOG_ASK_SEC;
			sec = sec > LOG_ASK_MIN_SEC ? sec : LOG_ASK_MIN_SEC;
		}
		if (!are_links_told && sec > RELAY_ASK_SEC && wanted_is_relay(wanted, database))
			sec = RELAY_ASK_SEC;
		ask_sec = sec < ask_sec ? sec : ask_sec;
	}
	return (unsigned)ask_sec;
}
