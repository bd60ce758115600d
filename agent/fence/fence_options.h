/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_FENCE_OPTIONS_H
#define SYNCWARD_FENCE_OPTIONS_H

#include <stdbool.h>

/* What a run of the fence is to do. */
typedef struct FenceOptions {
	const char *program; /* slapd; NULL: as the daemon noted, else where packages put it */
	unsigned timeout_sec;
	bool is_after_stop; /* slapd has just ended: only note how its files are */
} FenceOptions;

#endif
