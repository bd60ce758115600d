/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_INTERRUPT_H
#define SYNCWARD_INTERRUPT_H

#include <stdbool.h>

/* From now on SIGINT, SIGTERM, SIGHUP and SIGQUIT wait until they are asked for: for work that must
 * be undone before the process ends. */
void interrupt_hold(void);

/* True when SIGTERM or SIGINT is blocked and waits to be handled: what takes time should end. */
bool interrupt_is_pending(void);

/* Sleeps so long, 0 for not at all, or until one of them came; returns its number, now and at every
 * later call, or 0. */
int interrupt_pause(unsigned msec);

#endif
