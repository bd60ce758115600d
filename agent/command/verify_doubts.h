/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_VERIFY_DOUBTS_H
#define SYNCWARD_VERIFY_DOUBTS_H

#include "agent/pass/site.h"
#include "agent/verify/verify.h"

/*
 * Adds to each database why the same contextCSN everywhere does not show that all is well: what a
 * plan that is made now finds of the copy here, what the daemon reported and nobody has looked into
 * yet, and which entries differed when they were last compared. wanted: that of the verifying.
 * Everything lives in the pool.
 */
int verify_doubts_find(Pool *pool, const Context *context, const Wanted *wanted,
		       Directory *directory, unsigned timeout_sec, Verify *verify, Error *err);

#endif
