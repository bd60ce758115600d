/* SPDX-License-Identifier: Apache-2.0 */
#include "common/result/result_rules.h"

#include "common/draft/guard_self.h"
#include "common/joining/joining.h"
#include "common/plan/plan_changes.h"
#include "common/remedies/remedies.h"

/* --- joining --- */

static bool takes_writes(const LiveDatabase *database)
{
	return !database->is_read_only &&
	       (database->is_multi_provider || !live_reads_from_somebody(database));
}

static bool becomes_provider(const ResultDatabase *database)
{
	return (!database->before->syncprov && database->then->syncprov) ||
	       (!database->before->is_multi_provider && database->then->is_multi_provider);
}

bool result_opens_early(const ResultDatabase *database, Breach *ret)
{
	Diff *diff = database->result->diff;
	const bool is_provider = becomes_provider(database);
	const Hold *hold;

	if (!is_provider && (takes_writes(database->before) || !takes_writes(database->then)))
		return false;
	hold = joining_judge(diff, database->wanted, database->before);
	if (!hold)
		return false;
	*ret = (Breach){
		.kinds = is_provider ? CHANGES_OF_PROVIDER : CHANGES_OF_LINKS,
		.database = database->plan,
		.hold = *hold,
	};
	ret->hold.text =
		pool_printf(diff->pool,
			    "%s would become a provider, or take clients' writes, although it must "
			    "not yet. " RESULT_FAULT ". It must not because: %s",
			    database->suffix, hold->text);
	return true;
}

/* --- clients --- */

static bool reads_another(const Diff *diff, const LiveDatabase *database)
{
	for (size_t i = 0; i < database->n_consumers; i++)
		if (!consumer_is_myself(diff, &database->consumers[i]))
			return true;
	return false;
}

bool result_closes(const ResultDatabase *database, Breach *ret)
{
	Diff *diff = database->result->diff;

	/* A consumer is to refuse them, and what was emptied too, until it is filled. */
	if (peer_is_consumer(diff->in->wanted->self) || !takes_writes(database->before) ||
	    change_first_free(diff->plan, database->plan, CHANGE_BIT(CHANGE_READ_ONLY_ON)) ||
	    takes_writes(database->then) || !reads_another(diff, database->then) ||
	    !diff_facts(diff, database->suffix)->here.entry.exists ||
	    joining_judge(diff, database->wanted, database->before))
		return false;
	*ret = (Breach){
		.kinds = CHANGES_OF_LINKS,
		.database = database->plan,
		.hold = {.guard = GUARD_RESTART,
			 .suffix = database->suffix,
			 .text = pool_printf(
				 diff->pool,
				 "%s would have links without the multi-provider flag, and refuse "
				 "the clients that may write to it now. " RESULT_FAULT
				 ", and look again with",
				 database->suffix),
			 .release = remedy_text(REMEDY_PLAN)},
	};
	return true;
}

/* --- a provider that no node can read --- */

bool result_is_unread(const ResultDatabase *database, Breach *ret)
{
	Diff *diff = database->result->diff;

	if (database->before->is_multi_provider || !database->then->is_multi_provider ||
	    database->then->syncprov || diff_is_released(diff, GUARD_ORDER))
		return false;
	*ret = (Breach){
		.kinds = CHANGES_OF_LINKS,
		.database = database->plan,
		.hold = {.guard = GUARD_ORDER,
			 .suffix = database->suffix,
			 .text = pool_printf(
				 diff->pool,
				 "%s would get the multi-provider flag without the syncprov "
				 "overlay: no peer could read what clients write here. " RESULT_FAULT
				 "; to write it all the same",
				 database->suffix),
			 .release = remedy_text(REMEDY_RELEASE_ORDER)},
	};
	return true;
}
