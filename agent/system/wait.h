/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_WAIT_H
#define SYNCWARD_WAIT_H

#include <signal.h>
#include <stdint.h>

/* Milliseconds of a clock that nobody sets. */
int64_t monotonic_msec(void);

/* Waits so long for one of these signals, which must be held back: its number, or 0. */
int pause_until_signal(const sigset_t *signals, unsigned msec);

/* Sleeps so long. A signal that is to end this process does so; what holds signals back has
 * interrupt_pause(). */
void pause_msec(unsigned msec);

#endif
