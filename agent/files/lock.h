/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LOCK_H
#define SYNCWARD_LOCK_H

#include "common/base/error.h"

#define LOCK_OF_WRITERS "lock"
#define LOCK_OF_DAEMON  "daemon.lock"

/*
 * One writer at a time: takes the lock file of the run folder (created 0755 when missing), waiting
 * at most the time given. ERROR_BUSY names the process that holds it. Returns a descriptor; the
 * lock lasts until it is closed or the process ends, so a killed holder leaves nothing behind.
 */
int lock_take(const char *run_dir, unsigned timeout_msec, Error *err);

/* One daemon at a time: the same, to be held as long as it runs. */
int lock_take_daemon(const char *run_dir, Error *err);

/* Whether the lock file of that name is still the one that is held: when somebody removed it,
 * others can take the next one. */
bool lock_is_held(int lock, const char *run_dir, const char *name);

/* Releases it; -1 is allowed. */
void lock_release(int lock);

/* The same with a lock file of another name, for work that only excludes its own kind. */
int lock_take_named(const char *run_dir, const char *name, unsigned timeout_msec, Error *err);

#endif
