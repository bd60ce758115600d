/* SPDX-License-Identifier: Apache-2.0 */
#include "common/draft/guard_restart.h"

RestartIds restart_judge_ids(Pool *pool, const Live *live, const Machine *machine)
{
	const Attribute *ids = live->server_ids;
	const char *const *values = attribute_texts(pool, ids);
	const size_t n_values = ids ? ids->n_values : 0;

	RestartIds judged = {
		.now = serverid_judge(pool, values, n_values, live->listeners, live->n_listeners,
				      machine->fqdn),
		.knows_listeners = live->n_listeners > 0,
		.next = serverid_judge(pool, values, n_values, machine->given.next,
				       machine->given.n_next, machine->fqdn),
		.knows_next = machine->given.n_next > 0,
	};
	/* A value may match by the full name, which is not known yet. */
	if (machine->fqdn_is_open) {
		judged.knows_listeners &= judged.now.starts;
		judged.knows_next &= judged.next.starts;
	}
	return judged;
}

bool restart_ids_are_safe(const RestartIds *ids)
{
	return ids->now.starts && (!ids->knows_next || ids->next.starts);
}

const char *restart_refused(const LiveDatabase *database)
{
	if (live_reads_from_somebody(database))
		return NULL;
	if (database->is_multi_provider)
		return database->multi_provider_attribute;
	return database->update_refs && !database->has_update_dn ? "olcUpdateRef" : NULL;
}
