/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_APPLY_TOLD_H
#define SYNCWARD_APPLY_TOLD_H

#include "agent/pass/pass.h"
#include "agent/pass/site.h"
#include "agent/state/state_told.h"
#include "agent/tell/journal.h"
#include "common/tell/told_plan.h"

/* What a person's apply leaves in the history and in journald, and the memory that it shares with
 * the daemon. */
typedef struct ApplyRecord {
	Pool *pool;
	const Context *context;
	JournalContext journal;
	uint64_t write_started_usec;
	DaemonMemory memory;
	AttributedList attributed;
	const Attribution *attributions;
	WrittenEntries written;
} ApplyRecord;

/* To be called under the lock, when the inputs are read. command: what was asked for, as the
 * history tells it. Who asks is found out here. */
void apply_record_begin(Pool *pool, const char *command, const Context *context,
			const Inputs *inputs, ApplyRecord *ret);

/* Events of the same run that no pass tells, of a heal or a decision: into the history and the
 * journal. */
void apply_record_events(ApplyRecord *record, const EventList *events);

/* Ends a heal that was cut off, before anything else is written (server_id_bring_back()), and keeps
 * what was done. */
int apply_record_end_heal(ApplyRecord *record, const Inputs *inputs, Directory *directory,
			  Error *err);

/* The hooks of a pass that fill it; record must outlive the pass. */
PassHooks apply_record_hooks(ApplyRecord *record);

/* To be called after the pass, still under the lock: what was written is our own. */
void apply_record_end(ApplyRecord *record, const Report *report);

/* The same where no pass was made. config: as it was seen after the last write; NULL: it was not
 * looked at, and who wrote those entries last is no longer known. */
void apply_record_end_writes(ApplyRecord *record, const Tree *config);

#endif
