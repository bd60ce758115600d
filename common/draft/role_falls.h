/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_ROLE_FALLS_H
#define SYNCWARD_ROLE_FALLS_H

#include "common/draft/diff.h"

/*
 * A provider that is to become a consumer, and no longer has the flag: its clients cannot write,
 * and its overlay sends the others what they lack. False, with ret filled, until each provider was
 * seen to have its last change.
 */
bool role_has_fallen(Diff *diff, const WantedDatabase *wanted, Hold *ret);

#endif
