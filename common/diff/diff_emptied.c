/* SPDX-License-Identifier: Apache-2.0 */
#include "common/copy/copy_relation.h"
#include "common/diff/diff_parts.h"
#include "common/draft/diff.h"
#include "common/draft/emptied.h"
#include "common/draft/emptied_ids.h"
#include "common/remedies/remedies.h"

#define ROOT_DN "gidNumber=0+uidNumber=0,cn=peercred,cn=external,cn=auth"

/*
 * A provider whose database was emptied stays open: the flag says that it joined long ago, and it
 * reads anew what it lacks while clients write. To slapd that is newer than all that is missing,
 * and peers delete that. The fence closes it before slapd starts; where there is none, or slapd
 * runs, it is closed here, while it fills. It opens like what the fence closed.
 *
 * One that is right is never closed. That it was emptied is known where entries and contextCSN were
 * seen here before, in another start of slapd or another folder, and now either slapd's own count
 * says that there is none while a peer has some, or there are entries and no contextCSN, which
 * slapd makes for each provider when it starts, and writes after a refresh: it fills. So does one
 * whose contextCSN lacks a server ID that it had (common/draft/emptied_ids.h). The same rules as
 * then decide who may see what. Where that does not hold, it is reported. A crash, and all that
 * clients delete, leave another picture. An empty one that no peer can fill takes only its suffix
 * entry, and may be meant: it is reported.
 */

/* No node fills it, and those that read it have what it had. */
static bool is_only_provider(const WantedDatabase *wanted)
{
	return wanted->n_consumers + wanted->n_others == 0 && wanted->n_heirs > 0;
}

/* What the fence closed, and what joins, waits for what it lacks. An only provider has no flag, and
 * never had to be complete. */
static bool is_open(const Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live)
{
	const char *suffix = wanted->desired->suffix;
	const KnownDatabase *known = known_database(diff->in->known, suffix);
	const bool is_only = is_only_provider(wanted);

	return (live->is_multi_provider || is_only) && live->syncprov && known &&
	       !known->is_joining &&
	       (known_was_complete(diff->in->known, suffix) || (is_only && known->filled)) &&
	       !fence_is_closed(&diff->in->known->fence, suffix);
}

/* The daemon reports what its peers lost by then, until somebody has looked into it. */
static void note_written(Diff *diff, const char *suffix, const LiveDatabase *live)
{
	if ((emptied_lost_id_then(diff->in, live, suffix) >= 0 &&
	     emptied_was_written(diff->in, suffix)) ||
	    emptied_lost_own(diff->in, live, suffix))
		POOL_PUSH(diff->pool, diff->plan->copies.written, diff->plan->copies.n_written,
			  suffix);
}

/* "no entry", or what is missing of contextCSN. */
static const char *shown_describe(Diff *diff, const SuffixEntry *glance, int lost)
{
	if (!glance->exists)
		return "no entry";
	return lost < 0 ? "no contextCSN"
			: pool_printf(diff->pool, "a contextCSN without server ID %d, which it had",
				      lost);
}

/* A person who cannot see contextCSN would load a database that has everything; the rootdn sees it.
 */
static const char *hidden_advice(Pool *pool, const char *suffix, const char *load)
{
	return pool_printf(pool,
			   "If the rootdn sees none either, let no client write, and %s "
			   "(syncward-operations(7)); if it does, olcAccess hides it, and %s lets "
			   "root look, in front of the other values",
			   load, remedy_fill(pool, REMEDY_ROOT_SEES, suffix, ROOT_DN));
}

/* It may as well be the original, in which an older syncward let consumers begin before the overlay
 * had a contextCSN: whoever loads it loses what came since. */
static const char *unseen_advice(Pool *pool, const char *suffix)
{
	return pool_printf(pool,
			   "Before anything is loaded or emptied: see `%s`, as this copy may have "
			   "most. If the rootdn sees one, olcAccess hides it, and %s lets root "
			   "look, in front of the other values",
			   remedy_text(REMEDY_COMPARE),
			   remedy_fill(pool, REMEDY_ROOT_SEES, suffix, ROOT_DN));
}

static bool one_has_data(const Content *copies, size_t n_copies)
{
	for (size_t i = 0; i < n_copies; i++)
		if (content_has_data(&copies[i]) && copies[i].n_context_csns > 0)
			return true;
	return false;
}

static bool was_emptied(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live)
{
	const DatabaseFacts *facts = diff_facts(diff, wanted->desired->suffix);
	const KnownDatabase *known = known_database(diff->in->known, wanted->desired->suffix);

	if (!emptied_place_is_left(known->filled, emptied_place(diff->pool, diff->in->live, live)))
		return false;
	if (facts->glance.entry.exists)
		return true;
	if (!live_counts_none(&diff->in->live->sizes, wanted->desired->suffix))
		return false;
	if (facts->here.state == CONTENT_UNKNOWN)
		diff_need_content(diff, wanted, true);
	if (is_only_provider(wanted) && facts->n_heirs == 0)
		diff_need_heirs(diff, wanted);
	return one_has_data(facts->peers, facts->n_peers) ||
	       one_has_data(facts->heirs, facts->n_heirs);
}

static bool is_closed_now(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live,
			  int lost)
{
	if (live->is_read_only || !was_emptied(diff, wanted, live))
		return false;
	return diff_close(diff, wanted, live,
			  lost < 0 ? "it was emptied, and no client may write to it before it has "
				     "what its peers have"
				   : "it is an older copy, and no client may write to it before it "
				     "has what its peers have");
}

void diff_emptied(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live)
{
	const char *suffix = wanted->desired->suffix;
	const Content *glance = &diff_facts(diff, suffix)->glance;
	const int lost = emptied_lost_id(diff->in, live, suffix);
	const KnownDatabase *known = known_database(diff->in->known, suffix);
	const char *load, *advice;
	bool was_seen;

	note_written(diff, suffix, live);
	if (diff_unclosed(diff, wanted, live))
		return;
	if ((wanted->n_consumers == 0 && !is_only_provider(wanted)) ||
	    glance->state != CONTENT_READ ||
	    (glance->entry.exists && glance->n_context_csns > 0 && lost < 0) ||
	    !is_open(diff, wanted, live))
		return;
	was_seen = !glance->entry.exists || lost >= 0 || known->filled;
	load = remedy_fill(diff->pool, REMEDY_DATABASE_LOAD, "a peer");
	advice =
		is_closed_now(diff, wanted, live, lost)
			? "This plan closes it to clients until it has what its peers have"
		: !was_seen ? unseen_advice(diff->pool, suffix)
		: glance->entry.exists && lost < 0
			? hidden_advice(diff->pool, suffix, load)
			: pool_printf(diff->pool,
				      "Let no client write, and %s (syncward-operations(7))", load);
	plan_add_finding(
		diff->pool, diff->plan, SEVERITY_CRITICAL, "empty", suffix,
		"%s shows root over ldapi %s, %s, and takes clients' writes: one may make healthy "
		"peers delete entries. %s",
		suffix, shown_describe(diff, &glance->entry, lost),
		was_seen ? "as when it was emptied" : "nor did it before", advice);
}
