/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_WAIT_H
#define SYNCWARD_WAIT_H

#include <signal.h>
#include <stdint.h>

/* Milliseconds of a clock that is never set. */
int64_t monotonic_msec(void);

/* Waits up to that long for one of these signals, which must be held back: its number, or 0. */
int pause_until_signal(const sigset_t *signals, unsigned msec);

/* Sleeps that long. A signal that is to end this process does so; code that holds signals back uses
 * interrupt_pause(). */
void pause_msec(unsigned msec);

#endif
