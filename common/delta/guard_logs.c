/* SPDX-License-Identifier: Apache-2.0 */
#include "common/delta/log_changes.h"

/* The next one of the database: the log's own entries are none of the database's. */
static Change *next_of(const Diff *diff, const DatabasePlan *database, size_t *at)
{
	Change *change;

	while ((change = change_next_told(diff->plan, database->suffix, at)))
		if (CHANGE_BIT(change->kind) & CHANGES_TO_LOG)
			return change;
	return NULL;
}

/* Why the log must wait: its contextCSN begins with the database's, as syncprov keeps it, and what
 * is written under a wrong server ID would be another's. */
static const Hold *reason_of(const Diff *diff, const DatabasePlan *database)
{
	const Change *overlay = change_first(diff->plan, database, CHANGE_BIT(CHANGE_OVERLAY));
	const Change *server_id = change_first(diff->plan, NULL, CHANGE_BIT(CHANGE_SERVER_ID));
	const Change *change;

	if (overlay && overlay->is_held)
		return &overlay->hold;
	if (server_id && server_id->is_held && diff->server_id_is_wrong)
		return &server_id->hold;
	for (size_t at = 0; (change = next_of(diff, database, &at));)
		if (change->is_held)
			return &change->hold;
	return NULL;
}

void guard_logs(Diff *diff)
{
	for (size_t i = 0; i < diff->plan->n_databases; i++) {
		const DatabasePlan *database = &diff->plan->databases[i];
		const Hold *reason = database->suffix ? reason_of(diff, database) : NULL;
		const Hold hold = reason ? *reason : (Hold){.suffix = NULL};
		Change *change;

		for (size_t at = 0; reason && (change = next_of(diff, database, &at));)
			if (!change->is_held)
				plan_hold(diff->pool, diff->plan, change, hold);
	}
}
