/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_FENCE_RUN_H
#define SYNCWARD_FENCE_RUN_H

#include "agent/fence/fence_options.h"
#include "agent/fence/fence_report.h"
#include "agent/pass/site.h"

/*
 * Before slapd starts: looks whether each database is the one that the daemon saw last, closes it
 * to clients when it is older or absent, and opens what it closed when the right one is back. Of a
 * relay it takes what makes it a provider (common/copy/fence_apart.h). What
 * it found is in the state folder before it returns. Never changes anything while slapd runs.
 */
int fence_run(Pool *pool, const Context *context, const FenceOptions *options, FenceReport *ret,
	      Error *err);

/* 0: all is right; 3: a database is closed; 1: it is not known of one, or one could not be closed.
 */
int fence_exit_status(const FenceReport *report);

#endif
