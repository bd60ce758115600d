/* SPDX-License-Identifier: Apache-2.0 */
#include "common/guard/free_id.h"

#include "common/copy/csn_set.h"
#include "common/remedies/remedies.h"
#include "common/slapd/serverid.h"

static bool wrote(const Content *copy, unsigned id)
{
	return copy->server_id == (int)id ||
	       csn_newest(copy->context_csns, copy->n_context_csns, id) != NULL;
}

static bool is_known(const Facts *facts, unsigned id)
{
	for (size_t i = 0; i < facts->n_databases; i++) {
		const DatabaseFacts *database = &facts->databases[i];
		const Content *peer;

		if (wrote(&database->here, id))
			return true;
		for (size_t k = 0; (peer = facts_everybody(database, k)); k++)
			if (wrote(peer, id))
				return true;
	}
	return false;
}

const char *free_id_print(const Diff *diff)
{
	unsigned id = 1;

	while (desired_peer(diff->in->desired, id) || desired_is_retired(diff->in->desired, id) ||
	       is_known(diff->in->facts, id))
		id++;
	return remedy_number(diff->pool, id);
}

static bool peer_runs_under(const Facts *facts, unsigned id)
{
	const Content *peer;

	for (size_t i = 0; i < facts->n_databases; i++)
		for (size_t k = 0; (peer = facts_everybody(&facts->databases[i], k)); k++)
			if (peer->server_id == (int)id)
				return true;
	return false;
}

const char *free_id_of_self(const Diff *diff)
{
	const Live *live = diff->in->live;
	const Facts *facts = diff->in->facts;
	const Attribute *ids = live->server_ids;
	ServerIdVerdict verdict;

	if (!ids || ids->n_values == 0)
		return free_id_print(diff);
	verdict = serverid_judge(diff->pool, attribute_texts(diff->pool, ids), ids->n_values,
				 live->listeners, live->n_listeners, facts->machine.fqdn);
	if (!verdict.has_sid || verdict.sid == 0 || desired_peer(diff->in->desired, verdict.sid) ||
	    desired_is_retired(diff->in->desired, verdict.sid) ||
	    peer_runs_under(facts, verdict.sid))
		return free_id_print(diff);
	return remedy_number(diff->pool, verdict.sid);
}
