/* SPDX-License-Identifier: Apache-2.0 */
#include "common/wanted/wanted_readers.h"

#include <strings.h>

#include "common/desired/desired_internal.h"
#include "common/slapd/dn.h"
#include "common/syncrepl/syncrepl_log.h"
#include "common/topology/links_log.h"

const char *wanted_reader(const DesiredDatabase *given, const Peer *self, const Peer *consumer)
{
	const char *authzid = desired_setting(given, self, consumer, SYNCREPL_AUTHZID);
	const char *method = desired_setting(given, self, consumer, SYNCREPL_BINDMETHOD);

	if (authzid && *authzid)
		return strncasecmp(authzid, "dn:", 3) == 0 ? authzid + 3 : NULL;
	if (method && strcasecmp(method, "sasl") == 0)
		return NULL;
	return desired_setting(given, self, consumer, SYNCREPL_BINDDN);
}

static bool binds_simply(const DesiredDatabase *given, const Peer *self, const Peer *consumer)
{
	const char *method = desired_setting(given, self, consumer, SYNCREPL_BINDMETHOD);
	const char *dn = desired_setting(given, self, consumer, SYNCREPL_BINDDN);

	return dn && *dn && !(method && strcasecmp(method, "sasl") == 0);
}

bool wanted_is_read_simply(const struct Links *links, const Peer *self)
{
	const size_t here = links_position(links, self);

	for (size_t at = 0; at < links->n_nodes; at++)
		if (at != here && relay_set_has(&links->reads[at], here) &&
		    binds_simply(links->database, self, links->nodes[at]))
			return true;
	return false;
}

/* --- logs --- */

typedef struct Logs {
	Pool *pool;
	WantedLog *items;
	size_t n;
} Logs;

/* By hand. */
static const char *log_named(const DesiredDatabase *given, const Peer *self, const Peer *consumer)
{
	static const SyncreplKeyword keywords[] = {SYNCREPL_SYNCDATA, SYNCREPL_LOGBASE};
	Syncrepl link = {0};

	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++)
		link.value[keywords[i]] = desired_setting(given, self, consumer, keywords[i]);
	return syncrepl_log_is_accesslog(&link) ? syncrepl_log(&link) : NULL;
}

static const char *log_read(const Links *links, size_t reader, size_t here)
{
	const DesiredDatabase *given = links->database;

	if (given->delta)
		return links_read_log(links, reader, here) ? given->delta->logbase : NULL;
	return log_named(given, links->nodes[here], links->nodes[reader]);
}

static WantedLog *log_take(Logs *logs, const char *base)
{
	for (size_t i = 0; i < logs->n; i++)
		if (dn_equal(logs->items[i].base, base))
			return &logs->items[i];
	POOL_PUSH(logs->pool, logs->items, logs->n, {.base = base});
	return &logs->items[logs->n - 1];
}

static void reader_add(Pool *pool, WantedLog *log, const char *dn)
{
	for (size_t i = 0; i < log->n_readers; i++)
		if (dn_equal(log->readers[i], dn))
			return;
	POOL_PUSH(pool, log->readers, log->n_readers, dn);
}

static void log_add(Logs *logs, const Links *links, size_t reader, size_t here)
{
	const DesiredDatabase *given = links->database;
	const char *base = log_read(links, reader, here);
	const char *dn =
		base ? wanted_reader(given, links->nodes[here], links->nodes[reader]) : NULL;
	WantedLog *log = base ? log_take(logs, base) : NULL;

	for (size_t i = 0; log && i < given->n_readers; i++)
		reader_add(logs->pool, log, given->readers[i]);
	if (dn && given->n_readers == 0)
		reader_add(logs->pool, log, dn);
}

size_t wanted_logs(Pool *pool, const struct Links *links, const Peer *self, WantedLog **ret)
{
	const size_t here = links_position(links, self);
	Logs logs = {.pool = pool};

	for (size_t at = 0; at < links->n_nodes; at++)
		if (at != here && relay_set_has(&links->reads[at], here))
			log_add(&logs, links, at, here);
	if (links_need_log(links, here))
		(void)log_take(&logs, links->database->delta->logbase);
	*ret = logs.items;
	return logs.n;
}
