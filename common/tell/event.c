/* SPDX-License-Identifier: Apache-2.0 */
#include "common/tell/event.h"

/* The numbers of syslog(3), whose header the core does without. */
enum {
	PRIORITY_CRIT = 2,
	PRIORITY_ERR = 3,
	PRIORITY_WARNING = 4,
	PRIORITY_NOTICE = 5,
};

typedef struct EventRow {
	const char *name;
	int priority;
	const char *message_id;
	const char *meaning;
} EventRow;

#define EVENT_ROW(kind, name, priority, id, meaning) \
	[EVENT_##kind] = {name, PRIORITY_##priority, id, meaning},
static const EventRow rows[] = {EVENT_ROWS};
#undef EVENT_ROW

const char *event_name(EventKind kind)
{
	return rows[kind].name;
}

int event_priority(EventKind kind)
{
	return rows[kind].priority;
}

const char *event_message_id(EventKind kind)
{
	return rows[kind].message_id;
}

const char *event_meaning(EventKind kind)
{
	return rows[kind].meaning;
}
