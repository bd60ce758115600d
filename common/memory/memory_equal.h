/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_MEMORY_EQUAL_H
#define SYNCWARD_MEMORY_EQUAL_H

#include "common/memory/memory.h"

/* Whether two memories hold the same of one part: what is equal need not be written. Of a suspect
 * database it counts that it is one, not in which words. */
bool known_databases_equal(const Known *one, const Known *other);
bool known_left_equal(const KnownLeave *one, const KnownLeave *other);
bool known_unsaved_equal(const KnownServer *one, const KnownServer *other);
bool known_ages_equal(const KnownPeers *one, const KnownPeers *other);

#endif
