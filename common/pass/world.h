/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_WORLD_H
#define SYNCWARD_WORLD_H

#include "common/draft/plan_input.h"
#include "common/link/password_gate.h"
#include "common/live/live_config.h"

/* What one look at slapd found. Everything lives in the pool of who looked. */
typedef struct World {
	Tree config;
	bool has_monitor;
	Live live;
	Facts facts;
	ProbeRefusals refusals; /* binds not to be repeated; grows when peers refuse one */
} World;

#endif
