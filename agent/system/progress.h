/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_PROGRESS_H
#define SYNCWARD_PROGRESS_H

#include <stdint.h>

#include "common/base/macros.h"

#define PROGRESS_SIZE 200

/* What somebody waits for; those that are waited for meanwhile point to it. */
typedef struct Progress {
	const struct Progress *outer;
	char text[PROGRESS_SIZE];
} Progress;

/* From now on a person who waits for longer than a second sees for what: on standard error, where
 * that is a terminal. Processes that this one makes show nothing. */
void progress_show(void);

/* The text says what is waited for until progress_end(), and then what was before. */
void progress_begin(Progress *progress, const char *format, ...) PRINTF_LIKE(2, 3);

/* Also takes the line away. */
void progress_end(Progress *progress);

#define AUTO_PROGRESS __attribute__((cleanup(progress_end))) Progress

/* Another text in its place. */
void progress_change(Progress *progress, const char *format, ...) PRINTF_LIKE(2, 3);

/* Whoever waits asks again and again: shows the line when it is time, and returns for how many
 * milliseconds to wait until the next time; never more than left_msec, where negative is for ever.
 */
int progress_piece(int64_t left_msec);

/* Takes the line away, for a message. */
void progress_clear(void);

#endif
