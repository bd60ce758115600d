/* SPDX-License-Identifier: Apache-2.0 */
#include "common/guard/first_change.h"

#include "common/copy/csn_set.h"
#include "common/joining/joining_readers.h"

/* Clients may write at any time once the node is open, and were let in when all read from it. A
 * heartbeat can wait until they do. */
static bool is_first(const Joining *joining)
{
	const LastSeen *seen = last_seen(&joining->diff->in->known->seen, joining->suffix);

	return (!seen || !csn_newest(seen->csns, seen->n_csns, joining->our_id)) &&
	       !csn_newest(joining->here->context_csns, joining->here->n_context_csns,
			   joining->our_id);
}

static bool is_read(Diff *diff, const DatabasePlan *database)
{
	const WantedDatabase *wanted = database->wanted;
	const LiveDatabase *live = database->live;
	const Joining joining = joining_of(diff, wanted, live);

	if (!is_first(&joining))
		return false;
	diff_need_content(diff, wanted, true);
	diff_need_readers(diff, wanted);
	return joining.here->state == CONTENT_READ &&
	       diff_facts(diff, joining.suffix)->readers.was_asked &&
	       !joining_judge_readers(&joining);
}

void first_changes_judge(Diff *diff)
{
	if (peer_is_consumer(diff->in->wanted->self))
		return;
	for (size_t i = 0; i < diff->in->wanted->n_databases; i++) {
		DatabasePlan *database = &diff->plan->databases[i];

		if (database->wanted->desired->heartbeat.container && database->live &&
		    database->live->is_multi_provider)
			database->first_is_read = is_read(diff, database);
	}
}
