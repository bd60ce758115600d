/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SAY_H
#define SYNCWARD_SAY_H

#include "common/base/error.h"

/* Messages for people go to standard error as "syncward: sentence"; data alone goes to standard
 * output. */
void say(const char *format, ...) PRINTF_LIKE(1, 2);

/* Says the error; returns the exit status that belongs to it, for `return say_error(&err)`. */
int say_error(const Error *err);

/* A DirectoryTrace for -v. */
void say_trace(void *userdata, const char *line);

#endif
