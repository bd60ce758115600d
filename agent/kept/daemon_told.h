/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DAEMON_TOLD_H
#define SYNCWARD_DAEMON_TOLD_H

#include "agent/found/daemon_found.h"
#include "common/base/sha256.h"
#include "common/tell/condition.h"

/* What was reported, so that nothing is reported twice. */
typedef struct DaemonTold {
	Pool *pool;
	ConditionList lasting; /* what was told, and lasts */
	Pool *notices_pool;
	ConditionList
		notices; /* of the last pass that had any: reported once, and not when they end */
	char desired_sha256[SHA256_HEX_SIZE]; /* of the peers.json that was told to be in force */
	unsigned long n_events[EVENT_KIND_COUNT];
} DaemonTold;

/* lasting: what an earlier daemon reported, which is copied. */
DaemonTold daemon_told_new(const ConditionList *lasting);
void daemon_told_free(DaemonTold *told);

/* How events of this pass name it. */
JournalContext daemon_told_context(const Found *found);

/* Reports and counts them. */
void daemon_told_events(DaemonTold *told, const JournalContext *context, const EventList *events);

/* A peers.json that can be used was read: from now on events name it. True when it is another one,
 * which is reported. */
bool daemon_told_desired(DaemonTold *told, Found *found);

/* Files of the state folder that had to be put aside, a write that did not end: pass after pass,
 * where they cannot be moved or removed. Returns what was reported, for the history. */
EventList daemon_told_notices(DaemonTold *told, const Found *found);

/* Tells what began and what ended; those that last keep the time since when they do. Returns what
 * was reported, for the history. */
EventList daemon_told_compare(DaemonTold *told, const Found *found, ConditionList *now);

/* That is what lasts from now on. */
void daemon_told_take(DaemonTold *told, const ConditionList *now);

#endif
