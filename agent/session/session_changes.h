/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SESSION_CHANGES_H
#define SYNCWARD_SESSION_CHANGES_H

#include "agent/session/session.h"
#include "agent/system/budget.h"
#include "common/base/tree.h"

/* Which part of a log of changes is read, and who takes it. */
typedef struct ChangesQuestion {
	const char *log;   /* its suffix */
	const char *since; /* generalized time; NULL: all */
	Budget budget;
	void (*take)(void *data, const Entry *entry); /* each change; gone when it returns */
	void *data;
} ChangesQuestion;

/*
 * Reads the changes that slapo-accesslog(5) wrote into a log, in its order, page after page; in
 * memory is one of them, without the values that it writes into entries. Returns NULL, or why it
 * was not read to its end. Blocks as long as the server goes on sending, within the budget.
 */
const char *changes_read_over(PeerLink *link, const ChangesQuestion *question);

#endif
