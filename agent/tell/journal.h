/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_JOURNAL_H
#define SYNCWARD_JOURNAL_H

#include <stdbool.h>

#include "common/base/operator.h"
#include "common/tell/event.h"

/* What all events of one pass have in common. */
typedef struct JournalContext {
	const char *pass; /* tells the passes of all runs apart: SYNCWARD_PASS */
	const char *trigger;
	bool has_revision;
	unsigned long revision;
	const char *sha256; /* of peers.json; NULL: none was read */
	Operator operator;
} JournalContext;

/* Sends it to journald; false where there is none. */
bool journal_send(const JournalContext *context, const Event *event);

/* For an event that was already sent: prints it on standard error where there is no journald. */
void journal_repeat(const Event *event);

/* Reports the event: to journald with its MESSAGE_ID and fields, or, where there is no journald, as
 * one line on standard error. Never fails. */
void journal_tell(const JournalContext *context, const Event *event);

#endif
