/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_PASS_H
#define SYNCWARD_PASS_H

#include "agent/pass/pass_options.h"

/* One pass: read, plan, and when it may write: apply, verify, remember. Everything in the report
 * lives in the pool. */
void pass_run(Pool *pool, const Inputs *inputs, const PassOptions *options, Directory *directory,
	      Report *ret);

/* 0 nothing to do or all done, 2 changes (plan only), 3 something is held, else the error's own. */
int report_exit_status(const Report *report, bool is_plan);

#endif
