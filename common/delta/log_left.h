/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_LOG_LEFT_H
#define SYNCWARD_LOG_LEFT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/draft/plan_input.h"
#include "common/live/live_config.h"

/*
 * Who may read this node's own log still. It said LOG_WORD of it; when it takes that back, its
 * readers leave the log as soon as they hear that, or miss the same log as this node.
 */
typedef enum LogLeft {
	LOG_LEFT_SURELY,   /* everybody had the time to ask, or there is no log */
	LOG_LEFT_LATELY,   /* who did not hear it yet may read it */
	LOG_LEFT_JUST_NOW, /* even who heard it may not have been fast enough */
	LOG_LEFT_NOT,      /* the word is said */
} LogLeft;

/* Of the database of the own log, by when cn=config had it changed last; seconds since 1970. */
LogLeft log_left(const LiveDatabase *log, int64_t now_sec);

typedef struct OwnLog {
	bool is_there;   /* a database with its suffix */
	bool is_written; /* by an overlay of the database that does not only begin it */
	LogLeft left;
	int64_t closed_sec; /* LOG_CLOSED, since then at the latest; 0: it is not */
	bool can_be_shut;   /* log_shut_hides_all() */
} OwnLog;

/* The log of the database with that suffix, LOG_LEFT_SURELY where there is none. */
OwnLog own_log_look(const PlanInput *in, const WantedDatabase *wanted, const LiveDatabase *database,
		    const char *base);

/* True while nothing may come into the log in no order. may_be_read: somebody who may read it did
 * not leave it yet, as far as is known. */
bool log_left_is_awaited(LogLeft left, bool may_be_read);

#endif
