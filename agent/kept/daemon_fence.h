/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DAEMON_FENCE_H
#define SYNCWARD_DAEMON_FENCE_H

#include "agent/look/look.h"
#include "common/remember/fence_note.h"

/* Where the fence finds slapd, and what is noted for it. */
typedef struct FenceSeen {
	FenceNote note;
	const World *world;
	const char *config_dir; /* NULL: as slapd was started */
	unsigned node;
} FenceSeen;

/* Writes what slapd's next start is compared with, by the fence before it and by the first look
 * after it, when that differs from what is already noted. */
int daemon_fence_note(Pool *pool, const char *state_dir, const FenceSeen *seen, Error *err);

#endif
