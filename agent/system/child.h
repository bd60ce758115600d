/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_CHILD_H
#define SYNCWARD_CHILD_H

#include <sys/types.h>

/* What a process that was just forked from ours does first: it dies with that parent, has default
 * signals, leaves no core file, and keeps no descriptor of ours but that one: ours are connections
 * to slapd, the lock, the event loop. Ends it when the parent is gone already. */
void child_begin(int keep_fd, pid_t parent);

#endif
