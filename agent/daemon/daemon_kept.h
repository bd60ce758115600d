/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DAEMON_KEPT_H
#define SYNCWARD_DAEMON_KEPT_H

#include "agent/daemon/daemon_found.h"
#include "agent/system/file.h"
#include "common/copy/copy_health.h"
#include "common/memory/contest.h"
#include "common/pass/applied.h"
#include "common/plan/authors.h"
#include "common/tell/condition.h"

/* What the daemon itself remembers from pass to pass, and over a restart. */
typedef struct DaemonKept {
	Pool *seen_pool;
	Seen seen;              /* entryCSNs of which we know who wrote them */
	FileIdentity seen_file; /* what they were read from, or written to */
	Pool *views_pool;
	ReaderViews views;            /* what readers were seen to read here; not over a restart */
	char problem[ERROR_TEXT_MAX]; /* why the last of its files was not written; "": it was */
} DaemonKept;

/* What an earlier daemon kept. What it told and lasts, and what is to be told of the files
 * themselves, lives as long as nothing else is kept. */
DaemonKept daemon_kept_read(const char *state_dir, ConditionList *ret_told, EventList *ret_events);
void daemon_kept_free(DaemonKept *kept);

/* Once more, if somebody else wrote to cn=config meanwhile, and knows it. Under the lock. */
void daemon_kept_again(DaemonKept *kept, Found *found);

/* What cannot be kept is told; it stops nothing: the intent could be written, or nothing is. */
void daemon_kept_history(DaemonKept *kept, const Found *found, const EventList *corrections);
void daemon_kept_contests(DaemonKept *kept, const Found *found, const ContestList *contests);

/* What lasts now, when that is something else than was told, or could not be kept before. */
void daemon_kept_conditions(DaemonKept *kept, const Found *found, const ConditionList *now);

/* The step was sent, or may have been: nobody knows what became of the request. */
void daemon_kept_sent(WrittenEntries *sent, const Found *found, const Applied *applied);

/* Who wrote the entries is known from the last look; where a pass did not come to it, nothing is
 * known of those that it sent. */
void daemon_kept_entries(DaemonKept *kept, const Found *found, const WrittenEntries *sent);

/* What the pass saw of readers need not be looked at again for a while. */
void daemon_kept_views(DaemonKept *kept, const Found *found);

/* What each database holds, for the fence: known when peers were asked. */
void daemon_kept_databases(DaemonKept *kept, const Found *found, const DatabaseHealth *databases,
			   size_t n_databases);

#endif
