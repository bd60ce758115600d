/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_TRUSTED_PATH_H
#define SYNCWARD_TRUSTED_PATH_H

#include <stdbool.h>
#include <sys/stat.h>

#include "common/base/pool.h"

/* Checks paths that came from elsewhere before root does something there. */

/* The real path, in the pool; NULL with errno (EPERM: somebody other than root, that user and, if
 * that is not root, that group could put something else in its place). */
const char *trusted_path(Pool *pool, const char *path, uid_t uid, gid_t gid);

/* The same of a program that root may execute: nobody but root can change it. */
const char *trusted_program(Pool *pool, const char *path);

/* True when it is root's and nobody else may write to it. */
bool is_roots_alone(const struct stat *status);

#endif
