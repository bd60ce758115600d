/* SPDX-License-Identifier: Apache-2.0 */
#include <strings.h>

#include "common/access/access_losses.h"
#include "common/access/read_rights.h"
#include "common/remedies/remedies.h"
#include "common/result/result_rules.h"

static bool reads_everything(Pool *pool, const AccessLists *lists, const char *dn)
{
	return read_rights_judge(pool, lists, dn).outcome == READS_EVERYTHING;
}

/* Which reader loses something; NULL: none. */
static const char *loser_find(const ResultDatabase *database)
{
	const Diff *diff = database->result->diff;
	const AccessLists before =
		live_access_lists(diff->in->live, database->before, database->suffix);
	const AccessLists then =
		live_access_lists(database->result->then, database->then, database->suffix);

	if (!access_spares_others(diff->pool, &before, &then))
		return "whoever else uses it";
	for (size_t i = 0; i < database->wanted->n_readers; i++) {
		const char *reader = database->wanted->readers[i];

		if (reads_everything(diff->pool, &before, reader) &&
		    !reads_everything(diff->pool, &then, reader))
			return reader;
		/* What a person lets go is the right of this reader alone. */
		if (!diff_is_released_for(diff, GUARD_ACCESS, database->suffix) &&
		    !access_spares(diff->pool, &before, &then, reader))
			return reader;
	}
	return NULL;
}

static bool writes_access(const Result *result, const LiveDatabase *database)
{
	const Step *step = result->step;

	for (size_t i = 0; step->kind == STEP_MODIFY && i < step->n_mods; i++)
		if (strcasecmp(step->mods[i].attribute, "olcAccess") == 0 &&
		    strcasecmp(step->dn, database->entry->dn) == 0)
			return true;
	return false;
}

bool result_takes_rights(const ResultDatabase *database, Breach *ret)
{
	Diff *diff = database->result->diff;
	const char *loser;

	if (!writes_access(database->result, database->then))
		return false;
	loser = loser_find(database);
	if (!loser)
		return false;
	*ret = (Breach){
		.kinds = CHANGE_BIT(CHANGE_ACCESS) | CHANGES_OF_PROVIDER,
		.database = database->plan,
		.hold = {.guard = GUARD_ACCESS,
			 .suffix = database->suffix,
			 .text = pool_printf(
				 diff->pool,
				 "what \"access\" would write into olcAccess of %s takes a right "
				 "away from %s, or may do so: it is not written. " RESULT_FAULT
				 "; until that is mended, leave it out of peers.json:",
				 database->suffix, loser),
			 .release = remedy_text(REMEDY_ACCESS_OFF)},
	};
	return true;
}
