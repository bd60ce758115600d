/* SPDX-License-Identifier: Apache-2.0 */
#include "common/delta/delta_tell.h"

#include "common/delta/delta_link.h"
#include "common/delta/delta_read.h"
#include "common/remedies/remedies.h"
#include "common/syncrepl/syncrepl_log.h"

#define READS_PLAINLY "this node reads no log of this database until then"
#define WHEN_LEFT     " as soon as nobody reads this node's own log, in 6 minutes at most"

static void link_tell(Diff *diff, const DeltaLink *link, Severity severity, const char *code,
		      const char *text)
{
	const char *then = link->is_live ? "" : "; " READS_PLAINLY;
	Plan *plan = diff->plan;

	plan_add_finding(diff->pool, plan, severity, code, link->database->desired->suffix, "%s%s",
			 text, then);
	plan->findings[plan->n_findings - 1].key = link->consumer->peer->uri;
}

static void tell_missing(Diff *diff, const DeltaLink *link)
{
	const char *fault = probe_log_fault(&link->answer->probe);

	if (link->is_made && link->is_live && link->own.left != LOG_LEFT_SURELY &&
	    link->in->wanted->desired->policy.mode == POLICY_ENFORCE)
		link_tell(diff, link, SEVERITY_WARNING, "no-log",
			  pool_printf(diff->pool, "%s; the database is read instead%s", fault,
				      link->own.can_be_shut ? "" : WHEN_LEFT));
	else if (link->is_live)
		link_tell(diff, link, SEVERITY_CRITICAL, "no-log",
			  pool_printf(diff->pool,
				      "%s; slapd here reads it: changes may stay away, contextCSN "
				      "equal; %s",
				      fault, remedy_text(REMEDY_LOG_COMPARE)));
	else
		link_tell(diff, link, SEVERITY_WARNING, "no-log", fault);
}

/* An empty log is usual after a purge, and a peer that is away is reported by other means: of a
 * link that reads its log already that is no more than worth knowing. */
static void tell_not_known(Diff *diff, const DeltaLink *link)
{
	const bool was_asked = link->answer != NULL;
	const bool was_seen = was_asked && link->answer->probe.steps[PROBE_LOG] == PROBE_UNKNOWN;
	const char *why = was_seen ? "shows no change there after its first one, or no contextCSN"
			  : was_asked ? "could not be asked"
				      : "was not asked yet";

	if (!link->is_live || was_seen)
		link_tell(diff, link,
			  was_asked && !link->is_live ? SEVERITY_WARNING : SEVERITY_NOTE,
			  "log-not-known",
			  pool_printf(diff->pool,
				      "%s: whether its log of changes '%s' (logbase) holds "
				      "everything is not known: it %s",
				      link->consumer->peer->uri,
				      syncrepl_log(&link->consumer->syncrepl), why));
}

/* This is over as soon as the link that reads the database has caught up. */
static void tell_lag(Diff *diff, const DeltaLink *link)
{
	const char *suffix = link->database->desired->suffix;

	diff_need_catching_up(diff, wanted_find(diff->in->wanted, suffix));
	if (link->outcome == PROBE_LOG_SHOWN)
		link_tell(
			diff, link, SEVERITY_NOTE, "log-not-known",
			pool_printf(diff->pool,
				    "%s: whether its log of changes '%s' (logbase) has all that is "
				    "missing here is not known",
				    link->consumer->peer->uri,
				    syncrepl_log(&link->consumer->syncrepl)));
}

/* Each is over when the one has seen all logs, or has heard that the other reads databases: within
 * a pass, as a rule. */
static void tell_apart(Diff *diff, const DeltaLink *link, const char *before, const char *behind)
{
	link_tell(diff, link, SEVERITY_NOTE, "log-not-known",
		  pool_printf(diff->pool, "%s %s '%s' %s", link->consumer->peer->uri, before,
			      syncrepl_log(&link->consumer->syncrepl), behind));
}

/* LOG_WORD is such a refusal: this is not over by itself. */
static void tell_mute(Diff *diff, const DeltaLink *link)
{
	link_tell(diff, link, SEVERITY_WARNING, "log-not-known",
		  pool_printf(diff->pool,
			      "%s refuses all compare operations, so whether its log of changes "
			      "'%s' (logbase) holds all changes in their order is not known; take "
			      "\"compare\" out of olcRestrict of its database or of its frontend",
			      link->consumer->peer->uri, syncrepl_log(&link->consumer->syncrepl)));
}

/* Without a log of its own slapd carries out an older change after a newer one. What "delta" lacks
 * is a change of the plan, made or held. */
static void tell_own(Diff *diff, const DeltaLink *link)
{
	if (!link->lacks_own || link->is_made)
		return;
	link_tell(diff, link, link->is_live ? SEVERITY_CRITICAL : SEVERITY_WARNING, "log-own",
		  pool_printf(diff->pool,
			      "%s is to be read from its log of changes '%s', and nothing here "
			      "writes into one of that name: of two changes of an entry the older "
			      "one may win here, with equal contextCSN, or slapd may crash; %s",
			      link->consumer->peer->uri, syncrepl_log(&link->consumer->syncrepl),
			      remedy_text(REMEDY_LOG_OWN)));
}

/* A second question to the same peer would put its answer in the place of the first one's. */
static bool is_asked_otherwise(const PlanNeeds *needs, const DeltaLink *link)
{
	for (size_t i = 0; i < needs->n_links; i++)
		if (needs->links[i].consumer->peer == link->consumer->peer &&
		    needs->links[i].database->desired == link->database->desired)
			return true;
	return false;
}

/* Whether the log of a peer that was away is still there must be known as soon as it is back. */
static bool can_wait(const DeltaLink *link)
{
	const bool was_away =
		link->answer && probe_verdict(&link->answer->probe) == PROBE_NOT_TESTED;

	return link->is_live && link->outcome == PROBE_LOG_NOT_KNOWN &&
	       !(link->is_made && was_away);
}

/* Its provider may be away, or have closed its log, which slapd does not tell. */
static bool may_be_closed(const DeltaLink *link)
{
	return link->is_made && link->is_live &&
	       delta_is_cut(link->in, link->database, link->consumer);
}

/* is_awaited: another link waits until no node reads this node's log. */
static bool must_be_asked(const DeltaLink *link, bool is_awaited)
{
	return link->outcome != PROBE_LOG_SHOWN || delta_link_is_out_of_order(link) ||
	       may_be_closed(link) ||
	       ((is_awaited || link->own.closed_sec != 0) && delta_link_may_read_here(link));
}

static void judge(Diff *diff, const DeltaLink *link, bool is_awaited)
{
	tell_own(diff, link);
	if (link->lags && link->is_live == (link->outcome == PROBE_LOG_CLOSED))
		tell_lag(diff, link);
	if (link->outcome == PROBE_LOG_MISSING)
		tell_missing(diff, link);
	else if (link->outcome == PROBE_LOG_NOT_KNOWN &&
		 (link->is_live || delta_link_is_plain(link)))
		tell_not_known(diff, link);
	if (delta_link_is_mute(link))
		tell_mute(diff, link);
	else if (delta_link_is_out_of_order(link) || link->outcome == PROBE_LOG_CLOSED)
		tell_apart(diff, link,
			   "does not say that it sees the logs of all nodes that it reads, so "
			   "changes in its own",
			   "may be out of order");
	else if (delta_link_keeps_closed(link) && link->outcome == PROBE_LOG_SHOWN)
		tell_apart(diff, link, "may still read this node's log",
			   "from before this node read databases: nobody can begin to read it "
			   "until that is over");
	if (must_be_asked(link, is_awaited) && !is_asked_otherwise(&diff->plan->unknown, link))
		POOL_PUSH(diff->pool, diff->plan->unknown.links, diff->plan->unknown.n_links,
			  {.database = link->database,
			   .consumer = link->consumer,
			   .answer = link->answer,
			   .can_wait = can_wait(link)});
}

void delta_tell(Diff *diff, const Wanted *asked)
{
	DeltaLink link;

	for (size_t i = 0; i < asked->n_databases; i++) {
		const WantedDatabase *database = &asked->databases[i];
		const bool is_awaited =
			delta_link_is_among(diff->in, database, delta_link_may_have_to_wait);

		for (size_t k = 0; k < database->n_consumers; k++)
			if (delta_link_look(diff->in, database, k, &link))
				judge(diff, &link, is_awaited);
	}
}
