/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/remedies.h"
#include "common/decide/diff.h"

#define ROOT_DN "gidNumber=0+uidNumber=0,cn=peercred,cn=external,cn=auth"

/*
 * A provider whose database was emptied stays open: the flag says that it joined long ago, and it
 * reads anew what it lacks while clients write. To slapd that is newer than all that is missing,
 * and peers delete that. Closing it is for the fence, before slapd starts; here it is told.
 */

/* What the fence closed, and what joins, waits for what it lacks. */
static bool is_open(const Diff *diff, const char *suffix, const LiveDatabase *live)
{
	const KnownDatabase *known = known_database(diff->in->known, suffix);

	return live->is_multi_provider && live->syncprov && known && !known->is_joining &&
	       known_was_complete(diff->in->known, suffix) &&
	       !fence_is_closed(&diff->in->known->fence, suffix);
}

/* Who is not shown contextCSN would load a database that has everything: the rootdn sees it. */
static const char *hidden_advice(Pool *pool, const char *suffix, const char *load)
{
	return pool_printf(pool,
			   "If the rootdn sees none either, let no client write, and %s "
			   "(syncward-operations(7)); if it does, olcAccess hides it, and %s lets "
			   "root look, in front of the other values",
			   load, remedy_fill(pool, REMEDY_ROOT_SEES, suffix, ROOT_DN));
}

void diff_emptied(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live)
{
	const char *suffix = wanted->desired->suffix;
	const Content *glance = &diff_facts(diff, suffix)->glance;
	const char *load, *advice;

	if (wanted->n_consumers == 0 || glance->state != CONTENT_READ ||
	    (glance->has_suffix && glance->n_context_csns > 0) || !is_open(diff, suffix, live))
		return;
	load = remedy_fill(diff->pool, REMEDY_DATABASE_LOAD, "a peer");
	advice =
		glance->has_suffix
			? hidden_advice(diff->pool, suffix, load)
			: pool_printf(diff->pool,
				      "Let no client write, and %s (syncward-operations(7))", load);
	plan_add_finding(
		diff->pool, diff->plan, SEVERITY_CRITICAL, "empty", suffix,
		"%s shows root over ldapi %s, as when it was emptied, and takes clients' writes: "
		"one may make healthy peers delete entries. %s",
		suffix, glance->has_suffix ? "no contextCSN" : "no entry", advice);
}
