/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DATABASE_PLAN_H
#define SYNCWARD_DATABASE_PLAN_H

#include "common/live/live_config.h"
#include "common/wanted/wanted.h"

/* What a plan has of one database: found once, so that nobody searches for it by its suffix. */
typedef struct DatabasePlan {
	const WantedDatabase *wanted; /* NULL: peers.json does not name it */
	const LiveDatabase *live;     /* NULL: this server has it not, or more than once */
	const char *suffix;           /* of wanted; NULL without */
	size_t *changes; /* its places in those of the plan; also of the overlay below it, and of
			    what slapd has in memory only */
	size_t n_changes;
	bool first_is_read; /* a first change here would find all connected that read from here */
} DatabasePlan;

#endif
