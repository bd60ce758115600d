/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LEAVE_RUN_H
#define SYNCWARD_LEAVE_RUN_H

#include "agent/pass/pass_options.h"
#include "common/leaving/leaving.h"

/* The result of leaving: failing is one of the results. */
typedef struct LeaveReport {
	Leaving leaving; /* none: this node replicates nothing */
	Plan plan;       /* what it set out to do, and what holds it */
	size_t n_done;   /* LDAP writes that slapd accepted */
	bool is_audit;   /* policy.mode: nothing was written */
	bool has_left;   /* now: it had not before */
	bool was_undone; /* closed, and opened again because of a hold */
	bool has_failed;
	Error error;
	const Tree *config; /* as it was when all was gone; NULL: nobody looked */
} LeaveReport;

typedef struct LeaveOptions {
	const Inputs *inputs;
	Directory *directory;
	unsigned timeout_sec;
	bool despite_readers; /* a person says that they are no nodes of the cluster */
	PassHooks hooks;      /* those around a write are called */
} LeaveOptions;

/*
 * Takes this node out, if every change that is here is at a peer: waits up to that long for it. To
 * be called under the lock. That the node left, and which databases it closed, is remembered before
 * the first write. Everything lives in the pool.
 */
void leave_run(Pool *pool, const LeaveOptions *options, LeaveReport *ret);

/* 0 left, 3 held, else the error's own. */
int leave_exit_status(const LeaveReport *report);

#endif
