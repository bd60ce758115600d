/* SPDX-License-Identifier: Apache-2.0 */
#include "common/delta/delta_links.h"

#include <string.h>

#include "common/delta/delta_read.h"
#include "common/delta/log_gap.h"
#include "common/delta/log_left.h"
#include "common/remedies/remedies.h"
#include "common/syncrepl/syncrepl_log.h"

/* One link that peers.json has read from a log, and what is known of that log. */
typedef struct DeltaLink {
	const PlanInput *in;
	const WantedDatabase *database;
	const WantedConsumer *consumer;
	const LinkProbe *answer; /* NULL: it was not asked yet */
	ProbeLogOutcome outcome;
	bool is_live;      /* cn=config has it read that log already */
	bool is_made;      /* "delta" asks for it, not a person's keywords */
	bool is_too_early; /* slapd here may not have all of the database yet, or is a 2.4 */
	bool lacks_own;    /* this node must write one of that name itself, and does not */
	bool has_flag;     /* slapd here can see which of two changes is newer */
	bool is_fenced;    /* the fence closed it: it is older than it was */
	bool lags; /* what the provider had when it showed or closed its log may not be here */
	bool was_seen_to_work;
	OwnLog own;
} DeltaLink;

/* Of one provider changes come in their order, unless its server ID and clock were others before.
 * With the flag slapd looks for such a change in its own log, and dies where there is none (2.5.13,
 * 2.6.10). */
static bool is_one_of_several(const DeltaLink *link)
{
	return link->database->n_consumers > 1 || link->has_flag ||
	       !peer_is_consumer(link->in->wanted->self);
}

/* False when peers.json has it read the database itself. */
static bool delta_link(const PlanInput *in, const WantedDatabase *database, size_t i,
		       DeltaLink *ret)
{
	AUTO(Pool) *scratch = pool_new();
	const WantedConsumer *consumer = &database->consumers[i];
	const char *suffix = database->desired->suffix;
	const char *identity;
	const LiveDatabase *live;

	if (!syncrepl_log(&consumer->syncrepl) || consumer->put_back)
		return false;
	*ret = (DeltaLink){.in = in, .database = database, .consumer = consumer};
	identity = link_identity(scratch, &consumer->syncrepl, consumer->secret);
	if (in->facts->probes)
		ret->answer =
			link_probe_find(in->facts->probes, suffix, consumer->peer->id, identity);
	if (ret->answer)
		ret->outcome = probe_log(&ret->answer->probe);
	ret->lags = (ret->outcome == PROBE_LOG_SHOWN || ret->outcome == PROBE_LOG_CLOSED) &&
		    log_gap_is_possible(in, suffix, &ret->answer->probe);
	ret->is_made = database->desired->delta != NULL;
	ret->is_fenced = fence_is_closed(&in->known->fence, suffix);
	if (live_find_database(in->live, suffix, &live) == 1) {
		ret->has_flag = live->is_multi_provider;
		ret->is_live = delta_is_read(live, consumer);
		ret->is_too_early = delta_comes_later(in, live);
		ret->own = own_log_look(in, database, live, syncrepl_log(&consumer->syncrepl));
		ret->lacks_own = is_one_of_several(ret) && !ret->own.is_written;
	}
	ret->was_seen_to_work =
		known_link_is(&in->known->peers.links, suffix, consumer->peer->id, identity);
	return true;
}

/* The provider of the link may read this node by its log: it is away, still says that it sees all
 * logs, also where its own lacks something, or was not asked since the log was closed. In a full
 * mesh the nodes that read here are read. */
static bool may_read_here(const DeltaLink *link)
{
	return link->outcome == PROBE_LOG_NOT_KNOWN ||
	       link->answer->began_sec < link->own.closed_sec ||
	       link->answer->probe.log_is_in_order;
}

/* A log that holds what came in a refresh is opened to no node that may go on in it. Consumers read
 * logs only of a provider that reads nobody. */
static bool keeps_closed(const DeltaLink *link)
{
	return link->is_made && link->own.closed_sec != 0 && may_read_here(link);
}

/*
 * Where people made a log they mend it, and what worked once may be written again unless the peer
 * says otherwise now. A link that syncward made reads a log only where it is shown, goes back to
 * the database itself when the peer shows that its log is gone or lacks something, and stays when
 * nothing is known. A node that joins reads no logs: what they begin with may be missing there. Nor
 * does a node that writes none: slapd looks there for which of two changes of an entry is newer.
 */
static bool is_plain(const DeltaLink *link)
{
	if ((link->lacks_own && (link->is_made || !link->is_live)) ||
	    (link->is_fenced && !link->is_live) || keeps_closed(link))
		return true;
	if (link->is_made && link->is_live)
		return link->outcome == PROBE_LOG_MISSING || link->outcome == PROBE_LOG_CLOSED;
	if (link->is_made)
		return link->is_too_early || link->lags || link->outcome != PROBE_LOG_SHOWN;
	return !link->is_live && (link->lags || link->outcome != PROBE_LOG_SHOWN) &&
	       !(link->was_seen_to_work && link->outcome == PROBE_LOG_NOT_KNOWN);
}

/* --- what is wanted now --- */

/* What was said before stays while nobody asked. */
static bool lacks_log(const DeltaLink *link)
{
	return is_plain(link) && !(link->own.left == LOG_LEFT_NOT && !link->answer &&
				   !link->is_too_early && !link->lacks_own && !link->is_fenced);
}

/* The provider answered, and did not say that it reads logs only (LOG_WORD). A person's log says
 * nothing. */
static bool is_out_of_order(const DeltaLink *link)
{
	return link->is_made && link->outcome == PROBE_LOG_SHOWN &&
	       !link->answer->probe.log_is_in_order;
}

static bool has_link(const PlanInput *input, const WantedDatabase *database,
		     bool (*is_such)(const DeltaLink *link))
{
	DeltaLink link;

	for (size_t i = 0; i < database->n_consumers; i++)
		if (delta_link(input, database, i, &link) && is_such(&link))
			return true;
	return false;
}

/*
 * All of a database or none: what one link gets in a refresh comes into this node's log in no
 * order. A node that reads that log takes the newest change of each, and then no longer the others
 * from their own node (2.5.13, 2.6.10). So each node also says whether it saw all logs that it is
 * to read: what others said of theirs is not in it, or no node would begin. A node that reads
 * another one's log also reads the nodes that this one reads, and so hears what each says.
 */
static bool goes_plain(const DeltaLink *link)
{
	return link->is_made || !link->is_live;
}

/* What such a link gets first is a refresh, which those that read this node's log must not take
 * from there. A log that cannot be shut has to be left by them before: no other one, for a link
 * that waits goes on from its place whatever came into the peer's log meanwhile. */
static bool must_wait(const DeltaLink *link, bool may_be_read)
{
	return link->is_made && link->is_live && link->outcome == PROBE_LOG_MISSING &&
	       !link->lacks_own && !link->own.can_be_shut &&
	       log_left_is_awaited(link->own.left, may_be_read);
}

static bool may_have_to_wait(const DeltaLink *link)
{
	return must_wait(link, true);
}

/* What comes by the link when it is connected again is a refresh. One that is connected to a log
 * that is shut gets by it what it did not get there. */
static bool brings_refresh(const DeltaLink *link)
{
	return link->is_made && !link->lacks_own &&
	       (link->outcome == PROBE_LOG_MISSING ||
		((link->outcome == PROBE_LOG_CLOSED || !link->is_live) &&
		 (!link->in->live->runs.is_known || (link->is_live && link->lags) ||
		  delta_is_cut(link->in, link->database, link->consumer))));
}

/* Everybody who hears what is said left it. */
static bool outlasts(const DeltaLink *link)
{
	return keeps_closed(link) && link->own.left == LOG_LEFT_SURELY;
}

static LogStand stand_of(const PlanInput *input, const WantedDatabase *asked)
{
	if (has_link(input, asked, outlasts) ||
	    (has_link(input, asked, may_read_here) && has_link(input, asked, brings_refresh)))
		return LOG_SHUT_NOW;
	return has_link(input, asked, keeps_closed) ? LOG_CLOSED_NOW : LOG_LACKING;
}

static void database_make_plain(Pool *pool, const PlanInput *input, WantedDatabase *database)
{
	const size_t n = wanted_count_consumers(database);
	const WantedDatabase asked = *database;
	const bool may_be_read = has_link(input, &asked, may_read_here);
	DeltaLink link;

	if (has_link(input, &asked, lacks_log))
		database->log_stand = stand_of(input, &asked);
	database->consumers = pool_alloc(pool, (n + 1) * sizeof(*database->consumers));
	memcpy(database->consumers, asked.consumers, n * sizeof(*database->consumers));
	for (size_t i = 0; i < asked.n_consumers; i++)
		if (delta_link(input, &asked, i, &link) && goes_plain(&link) &&
		    !must_wait(&link, may_be_read))
			database->consumers[i].syncrepl =
				syncrepl_plain(&asked.consumers[i].syncrepl);
}

const Wanted *delta_wanted(Pool *pool, const PlanInput *input)
{
	const Wanted *asked = input->wanted;
	Wanted *wanted = NULL;

	for (size_t i = 0; asked && i < asked->n_databases; i++) {
		if (!has_link(input, &asked->databases[i], is_plain) &&
		    !has_link(input, &asked->databases[i], is_out_of_order))
			continue;
		if (!wanted) {
			wanted = pool_alloc(pool, sizeof(*wanted));
			*wanted = *asked;
			wanted->databases =
				pool_alloc(pool, asked->n_databases * sizeof(*wanted->databases));
			memcpy(wanted->databases, asked->databases,
			       asked->n_databases * sizeof(*wanted->databases));
		}
		database_make_plain(pool, input, &wanted->databases[i]);
	}
	return wanted ? wanted : asked;
}

/* --- what is reported --- */

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
	return link->outcome != PROBE_LOG_SHOWN || is_out_of_order(link) || may_be_closed(link) ||
	       ((is_awaited || link->own.closed_sec != 0) && may_read_here(link));
}

static void judge(Diff *diff, const DeltaLink *link, bool is_awaited)
{
	tell_own(diff, link);
	if (link->lags && link->is_live == (link->outcome == PROBE_LOG_CLOSED))
		tell_lag(diff, link);
	if (link->outcome == PROBE_LOG_MISSING)
		tell_missing(diff, link);
	else if (link->outcome == PROBE_LOG_NOT_KNOWN && (link->is_live || is_plain(link)))
		tell_not_known(diff, link);
	if (is_out_of_order(link) || link->outcome == PROBE_LOG_CLOSED)
		tell_apart(diff, link,
			   "does not say that it sees the logs of all nodes that it reads, so "
			   "changes in its own",
			   "may be out of order");
	else if (keeps_closed(link) && link->outcome == PROBE_LOG_SHOWN)
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
		const bool is_awaited = has_link(diff->in, database, may_have_to_wait);

		for (size_t k = 0; k < database->n_consumers; k++)
			if (delta_link(diff->in, database, k, &link))
				judge(diff, &link, is_awaited);
	}
}
