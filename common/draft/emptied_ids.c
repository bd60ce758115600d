/* SPDX-License-Identifier: Apache-2.0 */
#include "common/draft/emptied_ids.h"

#include <string.h>

#include "common/copy/csn_set.h"
#include "common/draft/emptied.h"
#include "common/live/live_running.h"

/* The place decides who sees what, too. It costs more than all else, so it is asked last. */
static bool is_elsewhere(const PlanInput *in, const LiveDatabase *live, const char *suffix)
{
	AUTO(Pool) *scratch = pool_new();
	const KnownDatabase *known = known_database(in->known, suffix);

	return known &&
	       emptied_place_is_left(known->filled, emptied_place(scratch, in->live, live));
}

static const Content *glance_of(const PlanInput *in, const char *suffix)
{
	const DatabaseFacts *facts = facts_of(in->facts, suffix);

	return facts && facts->glance.state == CONTENT_READ && facts->glance.entry.exists &&
			       facts->glance.n_context_csns > 0
		       ? &facts->glance
		       : NULL;
}

static unsigned our_id(const PlanInput *in)
{
	return in->wanted->self->id;
}

int emptied_lost_id(const PlanInput *in, const LiveDatabase *live, const char *suffix)
{
	const LastSeen *seen = last_seen(&in->known->seen, suffix);
	const Content *now = glance_of(in, suffix);

	for (size_t i = 0; seen && now && i < seen->n_csns; i++)
		if (csn_is_of_other(seen->csns[i], our_id(in)) &&
		    !csn_newest(now->context_csns, now->n_context_csns,
				(unsigned)csn_sid(seen->csns[i])))
			return is_elsewhere(in, live, suffix) ? csn_sid(seen->csns[i]) : -1;
	return -1;
}

static int cookie_lacks(const LastSeen *seen, const char *cookie, unsigned sid)
{
	for (size_t i = 0; i < seen->n_csns; i++)
		if (csn_is_of_other(seen->csns[i], sid) &&
		    !csn_cookie_has(cookie, (unsigned)csn_sid(seen->csns[i])))
			return csn_sid(seen->csns[i]);
	return -1;
}

/* What slapd asked for at its start says nothing about what came since. */
static bool was_seen_before_start(const LastSeen *seen, const Live *live)
{
	return seen->start && live->start_time && strcmp(seen->start, live->start_time) != 0;
}

int emptied_lost_id_then(const PlanInput *in, const LiveDatabase *live, const char *suffix)
{
	const LastSeen *seen = last_seen(&in->known->seen, suffix);
	int lost = emptied_lost_id(in, live, suffix);
	RunningIndex index;

	if (!seen || !glance_of(in, suffix) || lost >= 0 ||
	    !was_seen_before_start(seen, in->live) || !is_elsewhere(in, live, suffix))
		return lost;
	running_index(&in->live->runs, suffix, &index);
	for (size_t rid = 0; rid <= RUNNING_RID_MAX && lost < 0; rid++)
		if (index.by_rid[rid] && index.by_rid[rid]->cookie_sent)
			lost = cookie_lacks(seen, index.by_rid[rid]->cookie_sent, our_id(in));
	return lost;
}

/* --- this node's own --- */

static bool is_another_file(const DatabaseFile *seen, const DatabaseFile *now)
{
	return seen->is_there && now->is_there &&
	       (seen->inode != now->inode || seen->birth_nsec != now->birth_nsec);
}

/* "20261122200000Z" of the start against "20261122200000.123456Z#...": both have seconds. */
static bool is_since_start(const char *csn, const char *start)
{
	return csn && start && strncmp(csn, start, strcspn(start, ".Z")) >= 0;
}

const char *emptied_since_filter(Pool *pool, const PlanInput *in, const LiveDatabase *live,
				 const DatabaseFacts *now)
{
	const LastSeen *seen = last_seen(&in->known->seen, now->suffix);
	const char *start = in->live->start_time;
	const Content *glance = &now->glance;
	const char *own, *noted;

	if (!seen || !start || !was_seen_before_start(seen, in->live) ||
	    !is_another_file(&seen->file, &now->before.file) || glance->state != CONTENT_READ ||
	    !glance->entry.exists)
		return NULL;
	own = csn_newest(glance->context_csns, glance->n_context_csns, our_id(in));
	noted = csn_newest(seen->csns, seen->n_csns, our_id(in));
	/* What was noted may be of the second in which slapd started. */
	if (!noted || !is_since_start(own, start) || strcmp(own, noted) <= 0 ||
	    !is_elsewhere(in, live, now->suffix))
		return NULL;
	return pool_printf(pool,
			   "(|(entryCSN=%s)(&(entryCSN>=%s)(!(entryCSN>=%.*s.000000Z#000000#000#"
			   "000000))))",
			   own, noted, (int)strcspn(start, ".Z"), start);
}

bool emptied_lost_own(const PlanInput *in, const LiveDatabase *live, const char *suffix)
{
	AUTO(Pool) *scratch = pool_new();
	const DatabaseFacts *facts = facts_of(in->facts, suffix);

	return facts && facts->before.was_asked && !facts->before.has_entries &&
	       emptied_since_filter(scratch, in, live, facts);
}

bool emptied_was_written(const PlanInput *in, const char *suffix)
{
	const Content *now = glance_of(in, suffix);
	const char *own =
		now ? csn_newest(now->context_csns, now->n_context_csns, our_id(in)) : NULL;

	return is_since_start(own, in->live->start_time);
}
