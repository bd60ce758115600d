/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_PASSWORD_ASK_H
#define SYNCWARD_PASSWORD_ASK_H

#include "common/base/error.h"
#include "common/base/pool.h"

/*
 * A line of standard input without its end, in the pool. On a terminal it is asked for on standard
 * error and not shown; a signal that comes meanwhile acts once the terminal is as it was. -1: there
 * is none, or it is too long; err says so without naming what it is for.
 */
int password_ask(Pool *pool, const char *question, const char **ret, Error *err);

#endif
