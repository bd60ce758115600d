/* SPDX-License-Identifier: Apache-2.0 */
#include "common/joining/joining_heirs.h"

#include <string.h>

#include "common/base/few.h"
#include "common/base/timestamp.h"
#include "common/comparing/joining_emptiness.h"
#include "common/copy/copy_relation.h"
#include "common/copy/csn_set.h"
#include "common/copy/seen_changes.h"
#include "common/remedies/remedies.h"

/*
 * A provider that was made anew, or got an old backup, has no node to read from when no other
 * provider has what it lacks. Its consumers may have it still, and read it here as soon as they
 * can: what is here replaces what they hold, and then no node has it any more. So they are asked,
 * and nothing opens while one of them holds more. None of them can bring it over by itself: a
 * person loads it from there, or empties it there.
 */

const Hold *joining_await_heirs(const Joining *joining)
{
	const DatabaseFacts *facts = diff_facts(joining->diff, joining->suffix);

	if (joining->wanted->n_heirs == 0 || facts->n_heirs > 0)
		return NULL;
	diff_need_heirs(joining->diff, joining->wanted);
	return joining_wait(joining, "not asked yet", remedy_text(REMEDY_APPLY));
}

/* has: "holds entries, and here are none" */
static const Hold *hold_beside(const Joining *joining, const Content *heir, const char *has)
{
	Pool *pool = joining->diff->pool;
	const char *uri = joining_uri(joining, heir);

	return joining_hold(
		joining, GUARD_JOINING,
		pool_printf(pool,
			    "%s: %s, a consumer, %s. It would lose that when it reads this node, "
			    "and no provider that answers has it. Stop slapd here and %s; or, if "
			    "nobody needs it, %s. After that",
			    joining->suffix, uri, has, remedy_fill(pool, REMEDY_DATABASE_LOAD, uri),
			    remedy_text(REMEDY_CONSUMER_ANEW)),
		remedy_text(REMEDY_APPLY));
}

const Hold *joining_hold_empty_beside(const Joining *joining, const Content *heir)
{
	return hold_beside(joining, heir, "holds entries, and here are none");
}

static bool has_more(const Joining *joining, const Content *heir)
{
	return copy_relation(joining->here, heir).identity == COPY_IS_SAME &&
	       heir->n_context_csns > 0 && !copy_covers(joining->here, heir);
}

static const Hold *judge_heir(const Joining *joining, const Content *heir)
{
	if (copy_relation(joining->here, heir).identity == COPY_IS_OTHER)
		return hold_beside(joining, heir,
				   "holds another database (entryUUID of the suffix entry)");
	if (has_more(joining, heir))
		return hold_beside(joining, heir, "has changes that are not here");
	return NULL;
}

const Hold *joining_judge_heirs(const Joining *joining)
{
	const Hold *hold = joining_await_heirs(joining);

	for (size_t i = 0; i < joining->n_heirs && !hold; i++)
		hold = judge_heir(joining, &joining->heirs[i]);
	return hold;
}

/* A time shows what a person may know: when somebody wrote there, when a server was retired, or
 * that a clock was wrong. */
static const char *ahead_describe(const Joining *joining, const Content *heir)
{
	Pool *pool = joining->diff->pool;
	const SeenChanges seen = seen_changes_join(pool, &(SeenChanges){0}, joining->here, heir, 1);
	const SeenChanges ahead = seen_changes_missing(pool, &seen, joining->here);
	Few changes = few_names(pool);

	for (size_t i = 0; i < ahead.n_items; i++) {
		const char *csn = ahead.items[i].csn;
		const char *text = pool_printf(pool, "%.*s", (int)strcspn(csn, "#"), csn);
		char time[TIMESTAMP_SIZE];

		few_add(&changes, timestamp_print(timestamp_of_generalized(text), time)
					  ? pool_printf(pool, "%d until %s", csn_sid(csn), time)
					  : pool_printf(pool, "%d", csn_sid(csn)));
	}
	return few_text(&changes);
}

/* On its way here still, or gone where this node read. */
static const Hold *hold_ahead(const Joining *joining, const Content *heir)
{
	return joining_hold(
		joining, GUARD_JOINING,
		pool_printf(
			joining->diff->pool,
			"%s: %s, a consumer, has changes that no provider shows which answers, of "
			"server ID %s: one has an older copy, or is retired, or somebody wrote to "
			"the consumer. Until they arrive %s. Only if nobody needs them",
			joining->suffix, joining_uri(joining, heir), ahead_describe(joining, heir),
			joining_clients(joining)),
		remedy_text(REMEDY_RELEASE_JOINING));
}

const Hold *joining_judge_ahead(const Joining *joining)
{
	const Hold *hold = joining_await_heirs(joining);

	for (size_t i = 0; i < joining->n_heirs && !hold; i++)
		if (has_more(joining, &joining->heirs[i]))
			hold = hold_ahead(joining, &joining->heirs[i]);
	return hold;
}

bool joining_heirs_have_no_more(const Joining *joining)
{
	bool is_covered = false, are_empty = true;

	for (size_t i = 0; i < joining->n_heirs; i++) {
		const Content *heir = &joining->heirs[i];

		is_covered |= copy_relation(joining->here, heir).identity == COPY_IS_SAME &&
			      copy_covers(joining->here, heir);
		are_empty &= heir->state == CONTENT_READ &&
			     joining_emptiness(joining, heir) == EMPTINESS_EMPTY;
	}
	return joining->n_everybody == 0 && joining->n_heirs > 0 && (is_covered || are_empty);
}
