/* SPDX-License-Identifier: Apache-2.0 */
#include "common/report/check_numbers.h"

#include "common/status/status_compared.h"
#include "common/status/status_fleet.h"
#include "common/status/status_lag.h"

#define STALE_AFTER_INTERVALS 3
#define STALE_GRACE_SEC       60

/* No link works while slapd is away, and which will is not known. */
LinkCount links_count(const Status *status, const StatusDatabase *database)
{
	LinkCount count = {0};

	if (status->is_slapd_up == CLAIM_NO)
		return count;
	for (size_t i = 0; i < database->n_peers; i++) {
		const StatusPeer *peer = &database->peers[i];
		const LinkState state = status_link_state(peer);

		count.n_known += state != LINK_UNKNOWN || peer->was_seen || peer->is_down;
		count.n_up += !peer->is_down && (link_state_works(state) || peer->was_seen);
	}
	return count;
}

LinkCount links_of_all(const Status *status)
{
	LinkCount all = {0};

	for (size_t i = 0; i < status->n_databases; i++) {
		const LinkCount count = links_count(status, &status->databases[i]);

		all.n_known += count.n_known;
		all.n_up += count.n_up;
	}
	return all;
}

size_t in_step_count(const Status *status)
{
	size_t n = 0;

	for (size_t i = 0; i < status->n_databases; i++)
		n += status->databases[i].is_in_step == CLAIM_YES;
	return n;
}

static bool is_every_database_known(const Status *status)
{
	for (size_t i = 0; i < status->n_databases; i++)
		if (status->databases[i].is_in_step == CLAIM_UNKNOWN)
			return false;
	return status_is_seen(status);
}

static void links_perfdata(Buf *line, const Status *status)
{
	const LinkCount links = links_of_all(status);

	if (links.n_known > 0 || (status_is_seen(status) && status_count_links(status) == 0))
		buf_printf(line, " links_up=%u;;;0;%u", links.n_up, links.n_known);
}

static void conditions_perfdata(Buf *line, const Status *status)
{
	static const struct {
		const char *name;
		ConditionKind kind;
	} numbers[] = {{"holds", CONDITION_HOLD},
		       {"findings", CONDITION_FINDING},
		       {"changes", CONDITION_CHANGE}};

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		if (status_knows_count(status, numbers[i].kind))
			buf_printf(line, " %s=%zu;;;0", numbers[i].name,
				   status_count(status, numbers[i].kind));
}

int64_t stale_after_sec(const Status *status)
{
	return STALE_AFTER_INTERVALS * (int64_t)status->interval_sec + STALE_GRACE_SEC;
}

static void all_perfdata(Buf *line, const Status *status, int64_t now_sec)
{
	const FleetCount count = fleets_count(&status->fleets, now_sec);

	if (status->fleets.n_items == 0)
		return;
	buf_printf(line, " nodes_heard=%zu;;;0 nodes_silent=%zu;;;0 nodes_unknown=%zu;;;0",
		   count.n[FLEET_HEARD], count.n[FLEET_SILENT],
		   count.n[FLEET_NOT_KNOWN] + count.n[FLEET_NONE]);
}

/* What is not known has no number: 0 would be one. */
void perfdata_add(Pool *pool, Buf *line, const Status *status, int64_t now_sec,
		  const CheckLimits *limits)
{
	buf_puts(line, " |");
	if (is_every_database_known(status))
		buf_printf(line, " in_step=%zu;;;0;%zu", in_step_count(status),
			   status->n_databases);
	links_perfdata(line, status);
	conditions_perfdata(line, status);
	buf_printf(line, " corrections=%luc;;;0 drift=%luc;;;0",
		   status->counters.events[EVENT_CORRECTION_APPLIED],
		   status->counters.events[EVENT_DRIFT_FOUND]);
	if (status->last_pass.number > 0)
		buf_printf(line, " pass=%lld.%06llds;;;0",
			   (long long)status->last_pass.duration_usec / 1000000,
			   (long long)status->last_pass.duration_usec % 1000000);
	buf_printf(line, " age=%llds;;%lld;0", (long long)(now_sec - status->written_sec),
		   (long long)stale_after_sec(status));
	if (status_is_seen(status))
		lag_perfdata(pool, line, status, limits);
	compared_perfdata(line, status);
	if (limits->is_of_all)
		all_perfdata(line, status, now_sec);
}
