/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/links/daemon_relay.h"

#include "agent/state/state_compare.h"
#include "common/access/limits.h"
#include "common/health/relay_looked.h"
#include "common/tell/told_relay.h"

/* slapd 2.4 loses changes while a relay reads one of its peers anew (4 of 20 times) or two (10 of
 * 20), whoever reads there. With 2.5 and later only those lose that begin to read it while it reads
 * all anew: one that is shut to them loses nothing (common/diff/diff_shut.c). */
static bool may_lose(const Found *found, const WantedDatabase *database, const LinkWatch *links)
{
	const Live *live = &found->report.last.world.live;
	const LiveDatabase *here;
	size_t n_down = 0;

	for (size_t i = 0; i < database->n_consumers; i++)
		n_down += links[i].is_down;
	return n_down > 0 && (n_down == database->n_consumers || !live->runs.is_known) &&
	       live_find_database(live, database->desired->suffix, &here) == 1 &&
	       limits_count_shut(entry_attribute(here->entry, "olcLimits")) == 0;
}

/* What a link brings when it is back may be what is lost: it is compared afterwards. */
static int64_t whole_since_sec(const Found *found, int64_t back_sec, int64_t told_sec)
{
	const int64_t ago_sec = (int64_t)(found_now_usec(found) / 1000000) - back_sec;
	const int64_t sec = back_sec > 0 ? found_realtime_sec(found) - ago_sec : told_sec;

	return sec > told_sec ? sec : told_sec;
}

static bool is_looked_into(const Found *found, const WantedDatabase *database,
			   const LinkWatch *links, int64_t told_sec)
{
	unsigned *ids = pool_alloc(found->pool, (database->n_consumers + 1) * sizeof(*ids));
	CompareRecords compared = {0};
	int64_t back_sec;
	Error ignored; /* what cannot be read shows nothing */

	if (!link_watches_back(links, database->n_consumers, &back_sec))
		return false;
	for (size_t i = 0; i < database->n_consumers; i++)
		ids[i] = database->consumers[i].peer->id;
	(void)state_read_compared(found->pool, found->context.paths.state_dir, &compared, &ignored);
	return relay_is_looked_into(&compared, database->desired->suffix, ids,
				    database->n_consumers,
				    whole_since_sec(found, back_sec, told_sec));
}

static bool is_resumed(const Found *found)
{
	return found->has_order && !found->report.is_paused;
}

static void database_look(const Found *found, const WantedDatabase *database,
			  const LinkWatch *links, ConditionList *ret)
{
	const char *suffix = database->desired->suffix;
	const Condition *told = relay_condition_told(found->pool, found->before.told, suffix);
	const bool loses = may_lose(found, database, links);

	if ((!told && !loses) || !wanted_is_relay(found->report.last.plan.wanted, database))
		return;
	if (loses)
		relay_condition(found->pool, suffix, ret);
	else if (!is_resumed(found) && !is_looked_into(found, database, links, told->since_sec))
		condition_add(found->pool, ret, *told);
}

Follow daemon_relay_look(const Found *found, const DaemonLinks *links)
{
	const Wanted *wanted = found->report.last.plan.wanted;
	Follow follow = {0};
	size_t at = 0;

	for (size_t i = 0; found->report.has_plan && wanted && i < wanted->n_databases; i++) {
		database_look(found, &wanted->databases[i], links->items + at, &follow.lasting);
		at += wanted->databases[i].n_consumers;
	}
	return follow;
}
