/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_CALM_H
#define SYNCWARD_CALM_H

#include "common/live/live_config.h"

/* What cn=monitor says about whether a write to cn=config would stall slapd now. */
typedef struct Calm {
	bool is_held;          /* by a consumer: look again soon */
	unsigned patience_sec; /* how long at most: the longest timeout of those that hold it + 1 */
} Calm;

/*
 * A write to cn=config pauses slapd, and with it every client, until consumers at work let go: one
 * that waits for a connection, for a bind, or for a first change after its refresh holds it up to
 * its timeout (measured on 2.4, 2.5 and 2.6; one in Refresh lets go at once). Where cn=monitor does
 * not list consumers there is nothing to wait for. new_patience_sec: for consumers that are not
 * among those of live because they were written since.
 */
Calm calm_judge(const Live *live, unsigned new_patience_sec);

/* How long at most a consumer of that value may hold a write up, and a second. */
unsigned calm_patience_sec(const Syncrepl *syncrepl);

/* How long at most until a consumer of that value has tried again to connect, and a provider that
 * runs has let it in. */
int64_t calm_tried_again_sec(const Syncrepl *syncrepl);

/* The longest that a write may be held up by any declared consumer: timeout + network-timeout. */
unsigned long calm_longest_stall_sec(const Live *live);

#endif
