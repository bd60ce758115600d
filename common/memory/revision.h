/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_REVISION_H
#define SYNCWARD_REVISION_H

#include "common/desired/desired.h"
#include "common/memory/memory.h"

/* Why this peers.json is older than the one in force, or differs under the same revision: a
 * sentence to which REMEDY_RELEASE_G7 is the end; NULL when it may be used. */
const char *revision_refusal(Pool *pool, const Desired *desired, const char *sha256,
			     const KnownRevision *latest);

#endif
