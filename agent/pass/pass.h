/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_PASS_H
#define SYNCWARD_PASS_H

#include "agent/pass/pass_options.h"

/* One pass: read, plan, and when it may write: apply, verify, remember. Carries out what
 * common/pass/pass_next.h wants. Everything in the report lives in the pool. */
void pass_run(Pool *pool, const Inputs *inputs, const PassOptions *options, Directory *directory,
	      Report *ret);

#endif
