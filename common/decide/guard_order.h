/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_GUARD_ORDER_H
#define SYNCWARD_GUARD_ORDER_H

#include "common/decide/diff.h"

/* Holds the server ID until each database that has entries has its overlay, and what they carry is
 * in contextCSN on disk; has it written where slapd lets us. */
void guard_server_order(Diff *diff);

#endif
