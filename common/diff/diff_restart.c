/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "common/diff/diff_parts.h"
#include "common/draft/diff.h"
#include "common/draft/guard_restart.h"
#include "common/live/database_refusal.h"
#include "common/remedies/remedies.h"

/*
 * States that a running slapd accepts and with which it does not start again: reported in every
 * pass, whatever else holds the pass up.
 */

static void server_id_report(Diff *diff, const RestartIds *ids)
{
	const Live *live = diff->in->live;

	if (!live->server_ids || live->server_ids->n_values == 0 || !ids->knows_listeners)
		return;
	if (!ids->now.starts)
		plan_add_finding(diff->pool, diff->plan, SEVERITY_CRITICAL, "restart-unsafe", NULL,
				 "slapd would not start again with its olcServerID values: %s",
				 ids->now.problem);
	else if (ids->now.by_host_name)
		plan_add_finding(
			diff->pool, diff->plan, SEVERITY_WARNING, "server-id-by-name", NULL,
			"olcServerID matches slapd's listeners only through this host's name: if "
			"the name does not resolve when slapd starts, slapd does not start; give "
			"slapd a listener (-h) that is literally that URL%s",
			diff->in->desired->server_id == SERVER_ID_LIST
				? ""
				: pool_printf(
					  diff->pool, ", or cn=config in place of them the line %s",
					  remedy_fill(diff->pool, REMEDY_SERVER_ID_BARE,
						      remedy_number(diff->pool, ids->now.sid))));
}

static bool urls_include(const char *const *urls, size_t n_urls, const char *url)
{
	for (size_t i = 0; i < n_urls; i++)
		if (strcasecmp(urls[i], url) == 0)
			return true;
	return false;
}

static bool urls_differ(const char *const *one, size_t n_one, const char *const *other,
			size_t n_other)
{
	for (size_t i = 0; i < n_one; i++)
		if (!urls_include(other, n_other, one[i]))
			return true;
	for (size_t i = 0; i < n_other; i++)
		if (!urls_include(one, n_one, other[i]))
			return true;
	return false;
}

/* The unit was changed since slapd started, or slapd was started by hand: what is checked against
 * the running listeners says nothing of the next start. */
static void next_listeners_report(Diff *diff, const RestartIds *ids)
{
	const Live *live = diff->in->live;
	const Facts *facts = diff->in->facts;
	const char *consequence = "it will listen elsewhere after a restart";

	if (!ids->knows_next || !ids->knows_listeners ||
	    !urls_differ(live->listeners, live->n_listeners, facts->machine.given.next,
			 facts->machine.given.n_next))
		return;
	if (!ids->next.starts)
		consequence = pool_printf(
			diff->pool, "with its olcServerID values it would not start again: %s",
			ids->next.problem);
	plan_add_finding(
		diff->pool, diff->plan, SEVERITY_CRITICAL,
		ids->next.starts ? "listeners-differ" : "restart-unsafe", NULL,
		"slapd runs with -h '%s', and %s starts it with -h '%s': %s; %s",
		urls_join(diff->pool, live->listeners, live->n_listeners),
		facts->machine.given.next_source,
		urls_join(diff->pool, facts->machine.given.next, facts->machine.given.n_next),
		consequence, remedy_text(REMEDY_LISTENERS_SAME));
}

static void database_report(Diff *diff, const LiveDatabase *live)
{
	const char *refused = restart_refused(live);

	if (!refused)
		return;
	plan_add_finding(diff->pool, diff->plan, SEVERITY_CRITICAL, "restart-unsafe", NULL,
			 "slapd would not start again: %s has %s%s and reads from nobody (\"%s\"): "
			 "it needs an olcSyncrepl value of another server, or %s must go",
			 live->entry->dn, refused, live->is_multi_provider ? ": TRUE" : "",
			 live->is_multi_provider ? "database is not a shadow"
						 : "must appear after syncrepl",
			 live->is_multi_provider ? "the flag" : "it");
}

/* The remedy replaces the value: when it is deleted, slapd goes on without the database. */
static void disabled_report(Diff *diff, const LiveDatabase *live)
{
	if (!live_is_disabled(live))
		return;
	plan_add_finding(diff->pool, diff->plan, SEVERITY_CRITICAL, "restart-unsafe", NULL,
			 "%s is disabled: slapd dies if a peer sends it a change or somebody "
			 "searches cn=monitor, and may not start again. Enable it: %s",
			 live->entry->dn,
			 remedy_fill(diff->pool, REMEDY_ENABLED, live->entry->dn,
				     machine_ldap_uri(&diff->in->facts->machine)));
}

void diff_restart(Diff *diff)
{
	const Live *live = diff->in->live;
	const RestartIds ids = restart_judge_ids(diff->pool, live, &diff->in->facts->machine);

	server_id_report(diff, &ids);
	next_listeners_report(diff, &ids);
	for (size_t i = 0; i < live->n_databases; i++) {
		database_report(diff, &live->databases[i]);
		disabled_report(diff, &live->databases[i]);
	}
}
