/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_ROLLOUT_WAIT_H
#define SYNCWARD_ROLLOUT_WAIT_H

#include "agent/input/last_good.h"
#include "agent/input/node_find.h"
#include "agent/input/peers_file.h"
#include "common/memory/memory.h"

/* A revision that waits at this node until it was tried elsewhere. */
typedef struct RolloutWait {
	const char *text;      /* why it does; NULL: none waits */
	const PeersFile *file; /* that one */
	unsigned self;         /* this node in it; 0: it has none, or it is not known yet */
	const PeersFile *kept; /* the revision in force; NULL: it is not at hand */
} RolloutWait;

typedef struct RolloutWaitLook {
	const PeersFile *file; /* on disk, and right */
	const char *path;
	NodeQuestion node;
	const Known *known;
	const LastGood *good; /* NULL: what state_dir has */
	const char *state_dir;
} RolloutWaitLook;

/* Whether that file waits. What it gives lives as long as what last_good_file() gives. */
RolloutWait rollout_wait(Pool *pool, const RolloutWaitLook *look);

#endif
