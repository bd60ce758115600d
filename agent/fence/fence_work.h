/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_FENCE_WORK_H
#define SYNCWARD_FENCE_WORK_H

#include "agent/fence/fence_options.h"
#include "agent/fence/fence_report.h"
#include "agent/fence/fence_site.h"
#include "common/memory/memory.h"
#include "common/tell/event.h"

/* One run. */
typedef struct Fence {
	Pool *pool;
	const Context *context;
	const FenceOptions *options;
	const Known *known;
	FenceSite site;
	FenceRecords records; /* as they will be remembered */
	FenceReport *report;
	bool has_lock;
	bool is_paused; /* the daemon writes nothing, so that nobody would give back what is taken
			 */
} Fence;

/* Puts into the state folder what will be remembered. */
int fence_records_write(const Fence *fence, Error *err);

/* slapmodify gives an entry of cn=config another entryCSN: nobody shall take that for somebody
 * else's. */
void fence_forget_entry(const Fence *fence, const char *dn);

/* Into the journal, and into the history where that keeps it. */
void fence_tell_event(const Fence *fence, const Event *event);

/* written: the entry that was closed or opened just now; NULL: nothing was written. */
void fence_tell(const Fence *fence, EventKind kind, const FenceRecord *record, const Entry *written,
		const char *text);

/* What came of the record's database, beside what it is about. */
void fence_result_push(Fence *fence, const FenceRecord *record, FenceResult result);
void fence_result_add(Fence *fence, const FenceRecord *record, const char *text, bool is_closed);

#endif
