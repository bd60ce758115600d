/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_RELEASE_OPTION_H
#define SYNCWARD_RELEASE_OPTION_H

#include "agent/options/options.h"
#include "common/base/error.h"
#include "common/plan/consent.h"

/* What --release names, as GUARD_BITs and tokens in the pool; ERROR_USAGE for a guard that is none,
 * or not to be released. */
int release_option(Pool *pool, const TextList *codes, Consent *ret, Error *err);

#endif
