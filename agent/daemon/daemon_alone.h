/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DAEMON_ALONE_H
#define SYNCWARD_DAEMON_ALONE_H

#include <stdbool.h>

#include "common/base/error.h"

/* Somebody who removed the lock of this daemon let another one start, and the two would undo each
 * other's work. Takes the lock again where no process has it; -1 when it cannot be taken, with
 * *ret_has_successor when another daemon has it. */
int daemon_alone_check(int *lock, const char *run_dir, bool *ret_has_successor, Error *err);

#endif
