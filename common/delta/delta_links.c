/* SPDX-License-Identifier: Apache-2.0 */
#include "common/delta/delta_links.h"

#include <string.h>

#include "common/delta/delta_link.h"
#include "common/delta/delta_read.h"
#include "common/syncrepl/syncrepl_log.h"

/* What was said before stays while nobody asked. */
static bool lacks_log(const DeltaLink *link)
{
	return delta_link_is_plain(link) &&
	       !(link->own.left == LOG_LEFT_NOT && !link->answer && !link->is_too_early &&
		 !link->lacks_own && !link->is_fenced);
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

/* While it says the word a peer may have begun to read it since that peer was asked: only answers
 * from after it was closed tell that nobody reads it. */
static bool may_be_read_still(const DeltaLink *link)
{
	return link->own.left == LOG_LEFT_NOT || delta_link_may_read_here(link);
}

/* Everybody who hears what is said left it. */
static bool outlasts(const DeltaLink *link)
{
	return delta_link_keeps_closed(link) && link->own.left == LOG_LEFT_SURELY;
}

/* This node may have had a log of that name before its machine was made anew. A peer that was away
 * since then goes on in the one that it makes now, and so may one that does not miss it yet. */
static bool may_go_on_in_a_new_one(const DeltaLink *link)
{
	const Probe *probe = link->answer ? &link->answer->probe : NULL;

	return link->is_made && !link->own.is_there &&
	       (!probe || probe->steps[PROBE_LOG] == PROBE_NOT_TRIED || probe->log_is_in_order ||
		probe->log_is_mute);
}

static LogStand stand_of(const PlanInput *input, const WantedDatabase *asked)
{
	if (delta_link_is_among(input, asked, outlasts) ||
	    (delta_link_is_among(input, asked, may_be_read_still) &&
	     delta_link_is_among(input, asked, brings_refresh)))
		return LOG_SHUT_NOW;
	return delta_link_is_among(input, asked, delta_link_keeps_closed) ||
			       delta_link_is_among(input, asked, may_go_on_in_a_new_one)
		       ? LOG_CLOSED_NOW
		       : LOG_LACKING;
}

static void database_make_plain(Pool *pool, const PlanInput *input, WantedDatabase *database)
{
	const size_t n = wanted_count_consumers(database);
	const WantedDatabase asked = *database;
	const bool may_be_read = delta_link_is_among(input, &asked, delta_link_may_read_here);
	DeltaLink link;

	if (delta_link_is_among(input, &asked, lacks_log))
		database->log_stand = stand_of(input, &asked);
	database->consumers = pool_alloc(pool, (n + 1) * sizeof(*database->consumers));
	memcpy(database->consumers, asked.consumers, n * sizeof(*database->consumers));
	for (size_t i = 0; i < asked.n_consumers; i++)
		if (delta_link_look(input, &asked, i, &link) && goes_plain(&link) &&
		    !delta_link_must_wait(&link, may_be_read))
			database->consumers[i].syncrepl =
				syncrepl_plain(&asked.consumers[i].syncrepl);
}

const Wanted *delta_wanted(Pool *pool, const PlanInput *input)
{
	const Wanted *asked = input->wanted;
	Wanted *wanted = NULL;

	for (size_t i = 0; asked && i < asked->n_databases; i++) {
		if (!delta_link_is_among(input, &asked->databases[i], delta_link_is_plain) &&
		    !delta_link_is_among(input, &asked->databases[i], delta_link_is_out_of_order))
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
