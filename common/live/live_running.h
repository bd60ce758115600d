/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LIVE_RUNNING_H
#define SYNCWARD_LIVE_RUNNING_H

#include <stdbool.h>
#include <stddef.h>

#include "common/live/live_config.h"

#define RUNNING_RID_MAX   999
#define RUNNING_SPARE_SEC 1 /* cn=monitor counts whole seconds */

/* The consumers of one database that slapd runs, as cn=monitor lists them. */
typedef struct RunningIndex {
	const RunningConsumer *by_rid[RUNNING_RID_MAX + 1];
	size_t n_running;
} RunningIndex;

/* Those of the database with that suffix, by DN. The index borrows from live. */
void running_index(const LiveRunning *runs, const char *suffix, RunningIndex *ret);

/* The one with that rid, when it reads from that provider (in the spelling of url_spelling());
 * else NULL. */
const RunningConsumer *running_find(const RunningIndex *index, int rid, const char *provider);

/* True when slapd runs such a consumer of that database, and it is not connected. */
bool running_is_cut(const LiveRunning *runs, const char *suffix, int rid, const char *provider);

/* True when its last try made contact, whatever became of the connection. */
bool running_made_contact(const RunningConsumer *running);

/* True when its last try, of which the end is known, found nobody. */
bool running_found_nobody(const RunningConsumer *running);

/* True when its session was past the refresh and broke, and no other has begun since. False for a
 * link that reads at intervals, and for NULL. */
bool running_lost_session(const RunningConsumer *running, const Syncrepl *syncrepl);

/*
 * True when it does what the value asks for: is connected and past its refresh, or, where the value
 * is of type refreshOnly, was there at its last interval. False for NULL.
 */
bool running_works(const RunningConsumer *running, const Syncrepl *syncrepl);

#endif
