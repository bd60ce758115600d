/* SPDX-License-Identifier: Apache-2.0 */
#include "common/live/live_running.h"

#include <string.h>

#include "common/base/timestamp.h"
#include "common/slapd/dn.h"

void running_index(const LiveRunning *runs, const char *suffix, RunningIndex *ret)
{
	const char *asked = NULL; /* consumers of one database share the string */
	bool is_ours = false;

	*ret = (RunningIndex){0};
	for (size_t i = 0; i < runs->n_consumers; i++) {
		const RunningConsumer *running = &runs->consumers[i];

		if (running->suffix != asked)
			is_ours = running->suffix && dn_equal(running->suffix, suffix);
		asked = running->suffix;
		if (!is_ours)
			continue;
		ret->n_running++;
		if (running->rid >= 0 && running->rid <= RUNNING_RID_MAX)
			ret->by_rid[running->rid] = running;
	}
}

const RunningConsumer *running_find(const RunningIndex *index, int rid, const char *provider)
{
	const RunningConsumer *found =
		rid >= 0 && rid <= RUNNING_RID_MAX ? index->by_rid[rid] : NULL;

	return found && found->provider && provider && strcmp(found->provider, provider) == 0
		       ? found
		       : NULL;
}

bool running_is_cut(const LiveRunning *runs, const char *suffix, int rid, const char *provider)
{
	const RunningConsumer *running;
	RunningIndex index;

	running_index(runs, suffix, &index);
	running = running_find(&index, rid, provider);
	return running && !running->is_connected;
}

bool running_made_contact(const RunningConsumer *running)
{
	const int64_t contact_sec = timestamp_of_generalized(running->last_contact);

	return contact_sec >= 0 && contact_sec >= timestamp_of_generalized(running->last_connect);
}

/* A try that has just begun shows the contact of the one before, which a second later is no longer
 * it. */
bool running_found_nobody(const RunningConsumer *running)
{
	return timestamp_of_generalized(running->last_contact) + RUNNING_SPARE_SEC <
	       timestamp_of_generalized(running->last_connect);
}

/* A try that the peer refuses begins a refresh, which ends with it. */
bool running_lost_session(const RunningConsumer *running, const Syncrepl *syncrepl)
{
	return running && !running->is_connected && running->is_persistent &&
	       !syncrepl_is_refresh_only(syncrepl);
}

bool running_works(const RunningConsumer *running, const Syncrepl *syncrepl)
{
	if (!running)
		return false;
	return (running->is_connected && running->is_persistent) ||
	       (syncrepl_is_refresh_only(syncrepl) && running_made_contact(running));
}
