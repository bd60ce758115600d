/* SPDX-License-Identifier: Apache-2.0 */
#include "common/status/status_lag.h"

#include "common/base/timestamp.h"

#define PEER_ID_MAX   65535
#define MAX_LAGS_TOLD 64 /* monitoring systems take lines of some kilobytes */

/* How far each peer is behind, by id, in the database where it is most; -1: not known. */
typedef struct Lags {
	int64_t msec[PEER_ID_MAX + 1];
	int64_t longest_msec;
	size_t n_known;
} Lags;

static void lag_take(Lags *lags, const CopyHealth *copy)
{
	int64_t *msec;

	if (copy->peer_id > PEER_ID_MAX || copy->lag_msec < 0)
		return;
	msec = &lags->msec[copy->peer_id];
	lags->n_known += *msec < 0;
	if (copy->lag_msec > *msec)
		*msec = copy->lag_msec;
	if (copy->lag_msec > lags->longest_msec)
		lags->longest_msec = copy->lag_msec;
}

static Lags *lags_of(Pool *pool, const Status *status)
{
	Lags *lags = pool_alloc(pool, sizeof(*lags));

	lags->n_known = 0;
	lags->longest_msec = 0;
	for (size_t i = 0; i <= PEER_ID_MAX; i++)
		lags->msec[i] = -1;
	for (size_t i = 0; i < status->n_databases; i++) {
		const DatabaseHealth *health = status->databases[i].health;

		if (!health)
			continue;
		lag_take(lags, &health->here);
		for (size_t k = 0; k < health->n_peers; k++)
			lag_take(lags, &health->peers[k]);
	}
	return lags;
}

static void limit_add(Buf *line, int64_t msec)
{
	if (msec >= 0)
		buf_printf(line, "%lld", (long long)msec / 1000);
	buf_putc(line, ';');
}

static void seconds_add(Buf *line, int64_t msec, const CheckLimits *limits)
{
	buf_printf(line, "=%lld.%03llds;", (long long)msec / 1000, (long long)msec % 1000);
	limit_add(line, limits->warning_msec);
	limit_add(line, limits->critical_msec);
	buf_putc(line, '0');
}

void lag_perfdata(Pool *pool, Buf *line, const Status *status, const CheckLimits *limits)
{
	const Lags *lags = lags_of(pool, status);

	if (lags->n_known == 0)
		return;
	buf_puts(line, " lag");
	seconds_add(line, lags->longest_msec, limits);
	for (unsigned id = 0; id <= PEER_ID_MAX && lags->n_known <= MAX_LAGS_TOLD; id++) {
		if (lags->msec[id] < 0)
			continue;
		buf_printf(line, " lag_%u", id);
		seconds_add(line, lags->msec[id], limits);
	}
}

static void sight_take(LagSight *sight, const StatusDatabase *database, const CopyHealth *copy)
{
	if (copy->lag_msec <= sight->msec)
		return;
	sight->msec = copy->lag_msec;
	sight->suffix = database->suffix;
	sight->peer_id = copy == &database->health->here ? 0 : copy->peer_id;
}

LagSight lag_see(const Status *status)
{
	LagSight sight = {.msec = -1, .unknown = status->n_databases > 0 ? NULL : "all databases"};

	for (size_t i = 0; i < status->n_databases; i++) {
		const StatusDatabase *database = &status->databases[i];
		const DatabaseHealth *health = database->health;

		if (!sight.unknown && (!health || health->here.lag_msec < 0))
			sight.unknown = database->suffix;
		if (!health)
			continue;
		sight_take(&sight, database, &health->here);
		for (size_t k = 0; k < health->n_peers; k++)
			sight_take(&sight, database, &health->peers[k]);
	}
	return sight;
}

const char *lag_describe_longest(Pool *pool, const LagSight *lag)
{
	const char *who =
		lag->peer_id == 0 ? "this node" : pool_printf(pool, "peer %u", lag->peer_id);

	return pool_printf(pool, "%s: %s lacks a change that is %s old", lag->suffix, who,
			   duration_print(pool, lag->msec / 1000));
}
