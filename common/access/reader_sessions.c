/* SPDX-License-Identifier: Apache-2.0 */
#include "common/access/reader_sessions.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/timestamp.h"
#include "common/slapd/dn.h"

#define MOMENT_SEC  2 /* an ordinary search is over by then, mostly */
#define AGE_MAX_SEC 600

const char reader_session_filter[] =
	"(&(monitorConnectionAuthzDN=*)(!(monitorConnectionOpsExecuting=0)))";
const char *const reader_session_attributes[] = {
	"monitorConnectionAuthzDN",      "monitorConnectionOpsExecuting",
	"monitorConnectionPeerAddress",  "monitorConnectionStartTime",
	"monitorConnectionActivityTime", NULL};

/* "IP=192.0.2.1:389", "IP=[2001:db8::1]:389"; NULL for local sockets. */
static const char *address_find(Pool *pool, const char *text)
{
	static const char start[] = "IP=";
	const char *host = text + strlen(start), *end;

	if (strncmp(text, start, strlen(start)) != 0)
		return NULL;
	if (*host == '[')
		end = strchr(++host, ']');
	else
		end = strrchr(host, ':');
	return end ? pool_copy(pool, host, (size_t)(end - host)) : NULL;
}

const char *reader_session_address(Pool *pool, const Entry *connection)
{
	const char *peer = entry_first(connection, "monitorConnectionPeerAddress");

	return peer ? address_find(pool, peer) : NULL;
}

static void session_add(Pool *pool, ReaderSessions *sessions, ReaderSession session)
{
	for (size_t i = 0; i < sessions->n_items; i++)
		if (dn_equal(sessions->items[i].dn, session.dn) &&
		    strcmp(sessions->items[i].address, session.address) == 0)
			return;
	POOL_PUSH(pool, sessions->items, sessions->n_items, session);
}

bool reader_session_goes_on(const Entry *connection)
{
	const char *executing = entry_first(connection, "monitorConnectionOpsExecuting");

	return executing && strtol(executing, NULL, 10) > 0;
}

static void connection_take(Pool *pool, const Entry *entry, int64_t now_sec,
			    ReaderSessions *sessions)
{
	const char *dn = entry_first(entry, "monitorConnectionAuthzDN");
	const int64_t active_sec =
		timestamp_of_generalized(entry_first(entry, "monitorConnectionActivityTime"));
	const char *address = reader_session_address(pool, entry);

	if (!dn || !*dn || !reader_session_goes_on(entry) || !address || active_sec < 0 ||
	    now_sec - active_sec < MOMENT_SEC)
		return;
	session_add(pool, sessions,
		    (ReaderSession){.dn = pool_strdup(pool, dn), .address = address});
}

ReaderSessions reader_sessions_take(Pool *pool, const Tree *connections, int64_t now_sec)
{
	ReaderSessions sessions = {.is_known = true, .at_sec = now_sec};

	for (size_t i = 0; i < connections->n_entries; i++)
		connection_take(pool, &connections->entries[i], now_sec, &sessions);
	return sessions;
}

ReaderSessions reader_sessions_keep(Pool *pool, const ReaderSessions *sessions, int64_t now_sec)
{
	const int64_t age_sec = now_sec - sessions->at_sec;
	ReaderSessions kept = {.is_known = true, .at_sec = sessions->at_sec};

	if (!sessions->is_known || age_sec < 0 || age_sec > AGE_MAX_SEC)
		return (ReaderSessions){0};
	for (size_t i = 0; i < sessions->n_items; i++)
		session_add(pool, &kept,
			    (ReaderSession){pool_strdup(pool, sessions->items[i].dn),
					    pool_strdup(pool, sessions->items[i].address)});
	return kept;
}
