/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_REVISION_H
#define SYNCWARD_REVISION_H

#include "common/desired/desired.h"
#include "common/memory/memory.h"

/* The command that accepts an older or different file once. */
#define REVISION_RELEASE "syncward apply --release G7"

/* Why this peers.json is older than the one in force, or differs under the same revision: a
 * sentence to which REVISION_RELEASE is the end; NULL when it may be used. */
const char *revision_refusal(Pool *pool, const Desired *desired, const char *sha256,
			     const Known *known);

#endif
