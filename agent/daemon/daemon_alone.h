/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DAEMON_ALONE_H
#define SYNCWARD_DAEMON_ALONE_H

#include <stdbool.h>

#include "common/base/error.h"

/* Who took away the lock of this daemon let another one start: two would undo each other's work.
 * Takes it again where nobody has it; -1 with *ret_has_successor when somebody does. */
int daemon_alone_check(int *lock, const char *run_dir, bool *ret_has_successor, Error *err);

#endif
