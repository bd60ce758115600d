/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/verify/conflicts_run.h"

#include "agent/peer/compare_here.h"
#include "agent/session/session_changes.h"
#include "agent/verify/compare_peers.h"
#include "common/live/live_log.h"

typedef struct Run {
	Pool *pool;
	const ConflictsOptions *options;
	const World *world;
	unsigned own_sid;
} Run;

static void change_take(void *data, const Entry *entry)
{
	conflict_scan_take(data, entry);
}

/* What may be missing although nothing failed. */
static const char *doubt(const Run *run, const Entry *overlay, HereCopy *here)
{
	const char *dn;

	if (!live_log_is_whole(overlay))
		return "its accesslog overlay does not write all kinds of changes (olcAccessLogOps)";
	if (here->reading.may_all)
		return NULL;
	dn = link_whoami(&here->link);
	return pool_printf(run->pool,
			   "the access rules of the log do not show whether %s may read all of it",
			   dn && *dn ? dn : "anybody");
}

static void log_read(const Run *run, const Entry *overlay, HereCopy *here, DatabaseConflicts *ret)
{
	/* slapd 2.5.13 writes an older change down whole, even the part that it does not apply. */
	const ConflictLog log = {.own_sid = run->own_sid,
				 .tells_the_rest = run->world->live.version.is_2_6};
	ConflictScan *scan =
		conflict_scan_new(run->pool, &log, (int64_t)run->options->asking.lag_sec * 1000);
	const ChangesQuestion question = {.log = ret->log,
					  .since = run->options->since,
					  .budget = run->options->budget,
					  .take = change_take,
					  .data = scan};

	ret->problem = changes_read_over(&here->link, &question);
	if (!ret->problem)
		ret->problem = doubt(run, overlay, here);
	ret->found = conflict_scan_found(scan);
}

/* A log that nothing writes to says nothing about the present. */
static DatabaseConflicts database_run(const Run *run, const ComparePeers *peers)
{
	DatabaseConflicts conflicts = {.suffix = peers->wanted->desired->suffix};
	const LiveDatabase *live, *log;
	const Entry *overlay;
	HereQuestion question = {.ldap_uri = run->options->asking.ldap_uri};
	HereCopy here;

	conflicts.problem = "this node's slapd has not one database with this suffix";
	if (live_find_database(&run->world->live, conflicts.suffix, &live) != 1)
		return conflicts;
	conflicts.problem = "no log of changes is written here (accesslog overlay), and nothing "
			    "else keeps what was overwritten";
	overlay = live_log_any(&run->world->live, live);
	if (!overlay)
		return conflicts;
	conflicts.log = entry_first(overlay, "olcAccessLogDB");
	conflicts.problem = "this node's slapd has not one database with the log's suffix";
	if (live_find_database(&run->world->live, conflicts.log, &log) != 1)
		return conflicts;
	question.suffix = conflicts.log;
	question.lists = live_access_lists(&run->world->live, log, conflicts.log);
	for (size_t i = 0; i < peers->n_items; i++)
		if (compare_peer_answers(&peers->items[i]))
			accounts_add(run->pool, &question, &peers->items[i].link);
	here_open_for_all(run->pool, &question, &here);
	conflicts.problem = here.reading.problem;
	if (here.is_open)
		log_read(run, overlay, &here, &conflicts);
	here_copy_close(&here);
	return conflicts;
}

DatabaseConflicts *conflicts_run(Pool *pool, const ConflictsOptions *options, const Wanted *wanted,
				 World *world, size_t *ret_n)
{
	const Run run = {pool, options, world, peer_server_id(wanted->self)};
	size_t n;
	const ComparePeers *databases =
		compare_peers_ask(pool, &options->asking, wanted, world, &n);
	DatabaseConflicts *found = NULL;

	*ret_n = 0;
	for (size_t i = 0; i < n; i++)
		POOL_PUSH(pool, found, *ret_n, database_run(&run, &databases[i]));
	return found;
}
