/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/remedies.h"
#include "common/decide/diff.h"

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

void diff_emptied(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live)
{
	const char *suffix = wanted->desired->suffix;
	const Content *glance = &diff_facts(diff, suffix)->glance;
	const char *load;

	if (wanted->n_consumers == 0 || glance->state != CONTENT_READ ||
	    (glance->has_suffix && glance->n_context_csns > 0) || !is_open(diff, suffix, live))
		return;
	load = remedy_fill(diff->pool, REMEDY_DATABASE_LOAD, "a peer");
	plan_add_finding(
		diff->pool, diff->plan, SEVERITY_CRITICAL, "empty", suffix,
		"%s shows root over ldapi %s, as when it was emptied, and takes clients' writes: "
		"one may make healthy peers delete entries. Let no client write, and %s "
		"(syncward-operations(7))",
		suffix, glance->has_suffix ? "no contextCSN" : "no entry", load);
}
