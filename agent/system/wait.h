/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_WAIT_H
#define SYNCWARD_WAIT_H

#include <stdint.h>

/* Milliseconds of a clock that nobody sets. */
int64_t monotonic_msec(void);

/* Sleeps so long, or until a signal is handled. */
void pause_msec(unsigned msec);

#endif
