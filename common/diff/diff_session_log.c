/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "common/copy/csn_set.h"
#include "common/diff/diff_parts.h"
#include "common/draft/diff.h"
#include "common/remedies/remedies.h"

/*
 * The session log of syncprov. From 2.5 on slapd sends a peer that was away the deletions of the
 * log first, each with its CSN; a peer that is a provider itself takes that CSN for its own state
 * and drops the older changes that follow ("CSN not new enough"). contextCSN is equal then, and
 * nothing ever brings them. So none is written by default, and an existing one is reported.
 */
static bool log_is_on(const LiveDatabase *live)
{
	const char *size = entry_first(live->syncprov, "olcSpSessionlog");

	return (size && strtol(size, NULL, 10) != 0) ||
	       entry_attribute(live->syncprov, "olcSpSessionlogSource");
}

/* --- what it does --- */

static const char *log_describe(Pool *pool, const LiveDatabase *live)
{
	const char *source = entry_first(live->syncprov, "olcSpSessionlogSource");

	if (source)
		return pool_printf(pool, "olcSpSessionlogSource: %s", source);
	return pool_printf(pool, "olcSpSessionlog: %s",
			   entry_first(live->syncprov, "olcSpSessionlog"));
}

/* What a person has to do; nothing where peers.json says it already. */
static const char *log_remedy(Pool *pool, const DesiredSyncprov *syncprov, const LiveDatabase *live)
{
	if (entry_attribute(live->syncprov, "olcSpSessionlogSource"))
		return pool_printf(
			pool,
			"syncward does not remove it, because slapd may die of that while it runs; "
			"with slapd stopped, as its user: %s",
			remedy_fill(pool, REMEDY_SESSION_LOG_SOURCE, live->syncprov->dn));
	if (syncprov->removes_sessionlog)
		return pool_printf(pool,
				   "peers.json says that there is to be none, and %s removes it",
				   remedy_text(REMEDY_APPLY));
	return pool_printf(
		pool, "write in this database of peers.json: %s",
		syncprov->checkpoint
			? remedy_fill(pool, REMEDY_SESSION_LOG_OFF_CHECKPOINT, syncprov->checkpoint)
			: remedy_text(REMEDY_SESSION_LOG_OFF));
}

/*
 * A hub loses changes by it on every release, its own log or that of the node that it reads. With
 * 2.4 a consumer of several providers that was away keeps what was deleted meanwhile (2.4.57, 3 of
 * 3; of one provider alone 0 of 9).
 */
static bool passive_loses(const Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live,
			  LiveRelease release)
{
	const Desired *desired = diff->in->desired;

	return desired_has_hub(desired, wanted->desired) ||
	       (release == LIVE_RELEASE_2_4 && live_reads_from_somebody(live) &&
		desired_has_consumer(desired, wanted->desired));
}

static void log_report(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live)
{
	const LiveRelease release = diff_release(diff);

	if (passive_loses(diff, wanted, live, release)) {
		plan_add_finding(
			diff->pool, diff->plan, SEVERITY_CRITICAL, "session-log",
			wanted->desired->suffix,
			"%s has a session log (%s): a consumer that was away, and whoever reads a "
			"hub, may keep for good what was deleted, or lack what was added, although "
			"its contextCSN becomes equal; %s",
			wanted->desired->suffix, log_describe(diff->pool, live),
			log_remedy(diff->pool, &wanted->desired->syncprov, live));
		return;
	}
	if (release == LIVE_RELEASE_2_4 || !live_reads_from_somebody(live))
		return;
	plan_add_finding(
		diff->pool, diff->plan,
		release == LIVE_RELEASE_2_5 ? SEVERITY_CRITICAL : SEVERITY_WARNING, "session-log",
		wanted->desired->suffix,
		"%s has a session log (%s)%s: a peer that was away may lose for good what was "
		"added or modified before an entry was deleted, although its contextCSN becomes "
		"equal; %s",
		wanted->desired->suffix, log_describe(diff->pool, live),
		release == LIVE_RELEASE_2_5
			? ""
			: ", and slapd's release is not known; if it is 2.5 or later",
		log_remedy(diff->pool, &wanted->desired->syncprov, live));
}

/* --- what peers.json says --- */

static bool peer_is_in_step(const Content *peer, const Content *here)
{
	return peer->state == CONTENT_READ && peer->entry.exists && here->n_context_csns > 0 &&
	       csn_covers(peer->context_csns, peer->n_context_csns, here->context_csns,
			  here->n_context_csns);
}

static bool is_seen_in_step(const DatabaseFacts *facts, unsigned peer_id)
{
	const Content *peer;

	for (size_t i = 0; (peer = facts_everybody(facts, i)); i++)
		if (peer->peer_id == peer_id && facts->here.state == CONTENT_READ &&
		    peer_is_in_step(peer, &facts->here))
			return true;
	return false;
}

/* The first of those that read here, and get the log replayed, that is not seen to have all that is
 * here; 0: each is. */
static unsigned peer_behind(Diff *diff, const WantedDatabase *wanted)
{
	const DatabaseFacts *facts = diff_facts(diff, wanted->desired->suffix);

	for (size_t i = 0; i < wanted->n_consumers + wanted->n_others; i++) {
		const WantedConsumer *reader = &wanted->consumers[i];

		if (reader->reads_here_sec >= 0 && !is_seen_in_step(facts, reader->peer->id))
			return reader->peer->id;
	}
	return 0;
}

/* What is in the log is replayed until the next write trims it: a peer that is behind just then has
 * the losses that this is about. */
static void log_end_guard(Diff *diff, const WantedDatabase *wanted, Change *change)
{
	unsigned behind;

	if (diff_release(diff) == LIVE_RELEASE_2_4 || wanted->n_consumers == 0)
		return;
	diff_need_content(diff, wanted, true);
	behind = peer_behind(diff, wanted);
	if (behind == 0 || diff_is_released_for(diff, GUARD_SESSION_LOG, wanted->desired->suffix))
		return;
	plan_hold(diff->pool, diff->plan, change,
		  (Hold){
			  .guard = GUARD_SESSION_LOG,
			  .suffix = wanted->desired->suffix,
			  .text = pool_printf(
				  diff->pool,
				  "the session log of %s goes when every peer is in step with this "
				  "node, and %s is not: slapd uses the old log until the next "
				  "write, and a peer that is behind could lose changes; if that "
				  "peer is gone for good, or will come back empty",
				  wanted->desired->suffix,
				  desired_peer(diff->in->desired, behind)->uri),
			  .release = remedy_text(REMEDY_RELEASE_SESSION_LOG),
		  });
}

static Change *log_change(Diff *diff, const WantedDatabase *wanted, const Entry *overlay,
			  const char *attribute)
{
	return plan_add_change(diff->pool, diff->plan,
			       (Change){
				       .kind = CHANGE_SESSIONLOG,
				       .suffix = wanted->desired->suffix,
				       .dn = overlay->dn,
				       .attribute = attribute,
				       .subject = "syncprov",
				       .old_value = entry_first(overlay, attribute),
				       .new_value = wanted->desired->syncprov.sessionlog,
				       .why = "peers.json says so",
			       });
}

/* olcSpSessionlogSource stays: slapd 2.5.13 and 2.6.10 die of its removal while peers are
 * connected. */
static void log_remove(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live)
{
	Change *change;

	if (!entry_attribute(live->syncprov, "olcSpSessionlog"))
		return;
	change = log_change(diff, wanted, live->syncprov, "olcSpSessionlog");
	if (log_is_on(live))
		log_end_guard(diff, wanted, change);
}

static void log_set(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live)
{
	const char *size = entry_first(live->syncprov, "olcSpSessionlog");
	const char *new_size = wanted->desired->syncprov.sessionlog;
	Change *change;

	if (size && diff_numbers_equal(size, new_size))
		return;
	change = log_change(diff, wanted, live->syncprov, "olcSpSessionlog");
	if (log_is_on(live) && strtol(new_size, NULL, 10) == 0)
		log_end_guard(diff, wanted, change);
}

void diff_session_log(Diff *diff, const WantedDatabase *wanted, const LiveDatabase *live)
{
	const DesiredDatabase *desired = wanted->desired;

	if (!live->syncprov)
		return;
	if (log_is_on(live))
		log_report(diff, wanted, live);
	if (desired->syncprov.removes_sessionlog)
		log_remove(diff, wanted, live);
	else if (desired->syncprov.is_managed && desired->syncprov.sessionlog &&
		 entry_has_value(live->syncprov, "objectClass", "olcSyncProvConfig"))
		log_set(diff, wanted, live);
}
