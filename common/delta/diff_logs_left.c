/* SPDX-License-Identifier: Apache-2.0 */
#include "common/delta/log_changes.h"
#include "common/draft/diff.h"
#include "common/live/live_log.h"
#include "common/remedies/remedies.h"
#include "common/slapd/dn.h"

static bool is_wanted(const WantedDatabase *wanted, const char *base)
{
	for (size_t i = 0; i < wanted->n_logs; i++)
		if (dn_equal(wanted->logs[i].base, base))
			return true;
	return false;
}

/* 2.4 deletes neither while it runs, and no log was ever made there by syncward. */
static const char *end_remedy(Diff *diff, const LiveDatabase *log, const Entry *overlay)
{
	if (diff_release(diff) != LIVE_RELEASE_2_5)
		return NULL;
	return remedy_fill(diff->pool, REMEDY_LOG_END, machine_ldap_uri(&diff->in->facts->machine),
			   overlay->dn, log->syncprov->dn, log->entry->dn);
}

/* As "delta" leaves it when it is taken out: the overlay writes on. A log for an audit has no
 * syncprov. */
static void left_tell(Diff *diff, const char *suffix, const LiveDatabase *log, const Entry *overlay)
{
	const char *remedy = end_remedy(diff, log, overlay);
	Plan *plan = diff->plan;

	plan_add_finding(
		diff->pool, plan, SEVERITY_NOTE, "log-left", suffix,
		"changes are written into the log %s, but by peers.json no peer reads it%s%s",
		entry_first(overlay, "olcAccessLogDB"),
		remedy ? "; once no node reads it any more, this removes the log, and its folder "
			 "may then be deleted: "
		       : "",
		remedy ? remedy : "");
	plan->findings[plan->n_findings - 1].key = overlay->dn;
}

void diff_logs_left(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live)
{
	const Delta *delta = wanted->desired->delta;
	const char *suffix = wanted->desired->suffix;
	const LiveDatabase *log;

	for (const Entry *overlay = live_log_any(diff->in->live, live); overlay;
	     overlay = live_log_next(diff->in->live, live, overlay)) {
		const char *base = entry_first(overlay, "olcAccessLogDB");
		const bool is_read = is_wanted(wanted, base);

		if (live_find_database(diff->in->live, base, &log) != 1 ||
		    (delta && is_read && dn_equal(base, delta->logbase)))
			continue;
		if (is_read || live_log_is_read(log))
			diff_log_room_tell(diff, suffix, log);
		if (!is_read && live_log_is_read(log)) {
			diff_log_word_left(diff, wanted, log);
			left_tell(diff, suffix, log, overlay);
		}
	}
}
