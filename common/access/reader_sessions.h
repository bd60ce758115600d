/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_READER_SESSIONS_H
#define SYNCWARD_READER_SESSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/tree.h"

/*
 * Who reads here by a search that goes on: slapd counts a persistent search as one operation that
 * goes on, and shows that for each connection below cn=Connections,cn=Monitor (seen
 * with 2.4.57, 2.5.13 and 2.6.10). Consumers with type=refreshAndPersist have one; others are not
 * seen.
 */
typedef struct ReaderSession {
	const char *dn;      /* as whom it is bound */
	const char *address; /* from where: "192.0.2.1", "2001:db8::1" */
} ReaderSession;

typedef struct ReaderSessions {
	bool is_known; /* false: nobody looked, or slapd gave no answer */
	ReaderSession *items;
	size_t n_items;
	int64_t at_sec; /* when, in seconds since 1970 */
} ReaderSessions;

/* What to ask cn=Connections,cn=Monitor for. */
extern const char reader_session_filter[];
extern const char *const reader_session_attributes[];

/* True for a connection with an operation that goes on. */
bool reader_session_goes_on(const Entry *connection);

/* From where a connection comes, as text in the pool; NULL: over a local socket, or not told. */
const char *reader_session_address(Pool *pool, const Entry *connection);

/* Those of the answer whose operation has gone on for a moment; each identity and address once. */
ReaderSessions reader_sessions_take(Pool *pool, const Tree *connections, int64_t now_sec);

/* A copy; nothing is known any more when they are old at that time. */
ReaderSessions reader_sessions_keep(Pool *pool, const ReaderSessions *sessions, int64_t now_sec);

#endif
