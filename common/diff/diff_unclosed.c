/* SPDX-License-Identifier: Apache-2.0 */
#include "common/copy/csn_set.h"
#include "common/copy/fence.h"
#include "common/diff/diff_parts.h"
#include "common/draft/diff.h"
#include "common/remedies/remedies.h"

/*
 * slapd started on a copy that is older than it was, or empty, and the fence could not close it:
 * OpenLDAP 2.4 has no slapmodify. One client's write is enough for peers to lose entries, and
 * contextCSN is equal everywhere soon after. Nothing that can be seen later shows that there was
 * none, so it is reported until a person has looked into it. Until the copy has again what was seen
 * here, it is closed now: late, and better than never. It opens like what the fence closed.
 */

/* Once: whatever opens it then is somebody's decision. */
static bool is_to_be_closed(const Diff *diff, const WantedDatabase *wanted,
			    const LiveDatabase *live, const FenceRecord *record)
{
	const Content *glance = &diff_facts(diff, wanted->desired->suffix)->glance;
	const LastSeen *seen = last_seen(&diff->in->known->seen, wanted->desired->suffix);

	return !record->is_of_daemon && !record->is_closed && !live->is_read_only &&
	       live->is_multi_provider && wanted->n_consumers > 0 && seen &&
	       glance->state == CONTENT_READ &&
	       !csn_covers(glance->context_csns, glance->n_context_csns, seen->csns, seen->n_csns);
}

/* A database that is not shared loses nothing by it. */
static void tell_not_known(Diff *diff, const WantedDatabase *wanted, const FenceRecord *record)
{
	if (fence_could_not_tell(record) && wanted_is_shared(wanted))
		plan_add_finding(
			diff->pool, diff->plan, SEVERITY_WARNING, "fence-unknown",
			wanted->desired->suffix,
			"when slapd started the fence could not tell whether this is the copy that "
			"was here: %s. If it is an older one, peers may lose entries. See `%s` and "
			"a backup for what is missing; then %s",
			record->text, remedy_text(REMEDY_COMPARE), remedy_text(REMEDY_RESUME));
}

bool diff_unclosed(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live)
{
	const char *suffix = wanted->desired->suffix;
	const FenceRecord *record = fence_record(&diff->in->known->fence, suffix);
	bool closes;

	if (record && !record->is_unclosed)
		tell_not_known(diff, wanted, record);
	if (!record || !record->is_unclosed)
		return false;
	closes = is_to_be_closed(diff, wanted, live, record) &&
		 diff_close(diff, wanted, live,
			    "it is older than it was, or was emptied, and the fence could not "
			    "close it when slapd started");
	plan_add_finding(
		diff->pool, diff->plan, SEVERITY_CRITICAL, "unfenced", suffix,
		"%s: slapd started on an older or empty copy, and the fence could not close it: "
		"if a client wrote, peers may lose entries, even if contextCSN is equal. See `%s` "
		"and a backup for what is missing; then %s",
		suffix, remedy_text(REMEDY_COMPARE), remedy_text(REMEDY_RESUME));
	return closes;
}
