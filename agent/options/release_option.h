/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_RELEASE_OPTION_H
#define SYNCWARD_RELEASE_OPTION_H

#include "agent/options/options.h"
#include "common/base/error.h"

/* The GUARD_BITs of what --release names; ERROR_USAGE for one that is none, or not to be released.
 */
int release_option(Pool *pool, const TextList *codes, unsigned *ret, Error *err);

#endif
