/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DAEMON_KEPT_H
#define SYNCWARD_DAEMON_KEPT_H

#include "agent/files/file.h"
#include "agent/found/daemon_found.h"
#include "common/health/copy_health.h"
#include "common/memory/contest.h"
#include "common/plan/authors.h"
#include "common/remember/applied.h"
#include "common/tell/condition.h"

/* The files of its own. */
typedef enum KeptFile {
	KEPT_HISTORY,
	KEPT_ENTRIES,
	KEPT_CONTESTS,
	KEPT_CONDITIONS,
	KEPT_DATABASES,
	KEPT_FILE_COUNT
} KeptFile;

/* What the daemon itself remembers from pass to pass, and over a restart. */
typedef struct DaemonKept {
	Pool *seen_pool;
	Seen seen;              /* entryCSNs of which we know who wrote them */
	FileIdentity seen_file; /* what they were read from, or written to */
	Pool *views_pool;
	ReaderViews views; /* what readers were seen to read here; not over a restart */
	Pool *unwritten_pool;
	const char *unwritten; /* lines that the history does not have yet; "": none */
	/* Why each file was not written when it was to be last; "": it was. */
	char problems[KEPT_FILE_COUNT][ERROR_TEXT_MAX];
} DaemonKept;

/* What an earlier daemon kept. What it reported and still lasts, and what is to be reported about
 * the files themselves, is valid until something else is kept. */
DaemonKept daemon_kept_read(const char *state_dir, ConditionList *ret_told, EventList *ret_events);
void daemon_kept_free(DaemonKept *kept);

/* Why one of the files does not have what it should; NULL: all do. What cannot be kept is reported,
 * but stops nothing: the intent could be written, or nothing else is. Valid until something is
 * kept. */
const char *daemon_kept_problem(const DaemonKept *kept);

/* Tries again what the history could not take before. With the lock of writers. */
void daemon_kept_again(DaemonKept *kept, const Found *found);

/* Reads once more who wrote the entries, if somebody else wrote to cn=config meanwhile, and knows
 * it. With the lock of writers. */
void daemon_kept_reread(DaemonKept *kept, Found *found);

void daemon_kept_history(DaemonKept *kept, const Found *found, const EventList *corrections);

/* Keeps contests that changed, or that could not be kept before. */
void daemon_kept_contests(DaemonKept *kept, const Found *found, const ContestList *contests,
			  bool has_news);

/* Keeps what lasts now, if that differs from what was reported, or could not be kept before. */
void daemon_kept_conditions(DaemonKept *kept, const Found *found, const ConditionList *now);

/* Who wrote the entries is known from the last look; where a pass did not come to it, nothing is
 * known of those that it sent. */
void daemon_kept_entries(DaemonKept *kept, const Found *found, const WrittenEntries *sent);

/* What the pass saw of readers need not be looked at again for a while. */
void daemon_kept_views(DaemonKept *kept, const Found *found);

/* What each database holds, for the fence: known when peers were asked. */
void daemon_kept_databases(DaemonKept *kept, const Found *found, const DatabaseHealth *databases,
			   size_t n_databases);

#endif
