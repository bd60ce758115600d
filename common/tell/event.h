/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_EVENT_H
#define SYNCWARD_EVENT_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/pool.h"
#include "common/plan/cause.h"
#include "common/tell/event_ids.h"

#define EVENT_ROW(kind, name, priority, id, meaning) EVENT_##kind,
typedef enum EventKind {
	EVENT_ROWS EVENT_KIND_COUNT
} EventKind;
#undef EVENT_ROW

/* What is reported once, as a value. Only kind and text are always there; values are masked
 * already. */
typedef struct Event {
	EventKind kind;
	const char *text; /* one sentence for people */
	Cause cause;
	const char *suffix;
	const char *dn;
	const char *attribute; /* one per line if there are several */
	const char *old_value;
	const char *new_value;
	const char *actor;      /* who wrote the entry last: a DN, or ACTOR_OWN */
	const char *actor_time; /* and when (generalized time) */
	const char *peer;
	const char *result;
	int64_t duration_usec; /* 0: not known */
} Event;

typedef struct EventList {
	Event *items;
	size_t n_items;
} EventList;

/* "drift-found" */
const char *event_name(EventKind kind);

/* As syslog(3) counts: 2 critical to 5 notice. */
int event_priority(EventKind kind);

/* 32 lower-case hexadecimal digits: MESSAGE_ID. */
const char *event_message_id(EventKind kind);

/* What an event of that kind says, in a few words. */
const char *event_meaning(EventKind kind);

#endif
