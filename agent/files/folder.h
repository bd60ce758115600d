/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_FOLDER_H
#define SYNCWARD_FOLDER_H

#include <sys/types.h>

#include "common/base/error.h"

/*
 * Opens one of the agent's own folders, which is created with the mode when missing (its parent
 * must exist), and checks it: owned by root (or by whom the program runs as), not writable by
 * others. Returns a descriptor that the caller closes; -1 with ERROR_INPUT and the command that
 * mends it, or ERROR_DENIED.
 */
int folder_open(const char *path, mode_t mode, Error *err);

/* The same for an existing folder only; -1 with the code ENOENT when there is none. */
int folder_open_existing(const char *path, Error *err);

#endif
