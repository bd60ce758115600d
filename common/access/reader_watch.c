/* SPDX-License-Identifier: Apache-2.0 */
#include "common/access/reader_watch.h"

#include <string.h>

#include "common/access/reader_sessions.h"
#include "common/base/timestamp.h"

#define MOMENT_SEC    2    /* an ordinary search is over by then, mostly */
#define QUIET_MSEC    2000 /* a reader that is just connecting is seen by then */
#define PATIENCE_MSEC 6000

static bool is_local(const Entry *connection)
{
	const char *peer = entry_first(connection, "monitorConnectionPeerAddress");

	return peer && strncmp(peer, "PATH=", strlen("PATH=")) == 0;
}

/* A consumer sends nothing behind its search. */
static bool is_long(const Entry *connection, int64_t now_sec)
{
	const int64_t active_sec =
		timestamp_of_generalized(entry_first(connection, "monitorConnectionActivityTime"));

	return active_sec >= 0 && now_sec - active_sec >= MOMENT_SEC;
}

ReaderWatch reader_watch_judge(const Tree *connections, int64_t now_sec, int64_t watched_msec)
{
	size_t n_busy = 0, n_local = 0;

	for (size_t i = 0; i < connections->n_entries; i++) {
		const Entry *connection = &connections->entries[i];

		if (!reader_session_goes_on(connection))
			continue;
		if (is_long(connection, now_sec))
			return READER_WATCH_READ;
		n_busy++;
		n_local += is_local(connection);
	}
	if (n_local > 0)
		n_busy--; /* the one that asks */
	if (n_busy == 0 && watched_msec >= QUIET_MSEC)
		return READER_WATCH_QUIET;
	return watched_msec >= PATIENCE_MSEC ? READER_WATCH_READ : READER_WATCH_GOES_ON;
}
