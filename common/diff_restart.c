/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/diff.h"
#include "common/serverid.h"

/*
 * States that a running slapd accepts and with which it does not start again: told in every pass,
 * whatever else holds the pass up.
 */

static void server_id_report(Diff *diff)
{
	const Live *live = diff->in->live;
	const Attribute *ids = live->server_ids;
	ServerIdVerdict verdict;

	if (!ids || ids->n_values == 0 || live->n_listeners == 0)
		return;
	verdict = serverid_judge(diff->pool, attribute_texts(diff->pool, ids), ids->n_values,
				 live->listeners, live->n_listeners, diff->in->facts->fqdn);
	if (!verdict.starts)
		plan_add_finding(diff->pool, diff->plan, SEVERITY_CRITICAL, "restart-unsafe", NULL,
				 "slapd would not start again with its olcServerID values: %s",
				 verdict.problem);
	else if (verdict.by_host_name)
		plan_add_finding(
			diff->pool, diff->plan, SEVERITY_WARNING, "server-id-by-name", NULL,
			"olcServerID matches slapd's listeners only through this host's name: if "
			"the name does not resolve when slapd starts, slapd does not start; start "
			"it with -h that names the URL literally, or use the bare form \"%u\"",
			verdict.sid);
}

/* slapd starts no consumer for a value that names itself, and does not count it. */
static bool reads_from_somebody(const LiveDatabase *live)
{
	for (size_t i = 0; i < live->n_consumers; i++)
		if (!live->consumers[i].is_self)
			return true;
	return false;
}

static void multi_provider_report(Diff *diff, const LiveDatabase *live)
{
	if (!live->is_multi_provider || reads_from_somebody(live))
		return;
	plan_add_finding(diff->pool, diff->plan, SEVERITY_CRITICAL, "restart-unsafe", NULL,
			 "slapd would not start again: %s has %s: TRUE and reads from nobody "
			 "(\"database is not a shadow\"): it needs an olcSyncrepl value of "
			 "another server, or the flag must go",
			 live->entry->dn, live->multi_provider_attribute);
}

void diff_restart(Diff *diff)
{
	const Live *live = diff->in->live;

	server_id_report(diff);
	for (size_t i = 0; i < live->n_databases; i++)
		multi_provider_report(diff, &live->databases[i]);
}
