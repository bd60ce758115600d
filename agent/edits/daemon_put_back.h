/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DAEMON_PUT_BACK_H
#define SYNCWARD_DAEMON_PUT_BACK_H

#include "agent/found/daemon_follow.h"
#include "agent/found/daemon_found.h"

typedef struct FormerLink FormerLink;

/* Links that worked until the daemon replaced them by others. Where the new one does not come up,
 * the former one is wanted again. In memory only: they have passwords. Zero: none. */
typedef struct DaemonPutBack {
	FormerLink *first;
} DaemonPutBack;

void daemon_put_back_free(DaemonPutBack *put_back);

/* Before a pass: changes what is wanted. */
void daemon_put_back_want(DaemonPutBack *put_back, Found *found);

/* This plan is about to be written; all of it was. */
void daemon_put_back_note(DaemonPutBack *put_back, const Live *live, const Plan *plan);
void daemon_put_back_written(DaemonPutBack *put_back, uint64_t now_usec);

/* After a pass: whether they are up, or their peers are to be asked why not. */
Follow daemon_put_back_look(DaemonPutBack *put_back, const Found *found);

#endif
