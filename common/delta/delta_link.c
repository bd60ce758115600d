/* SPDX-License-Identifier: Apache-2.0 */
#include "common/delta/delta_link.h"

#include "common/delta/delta_read.h"
#include "common/delta/log_gap.h"
#include "common/syncrepl/syncrepl_log.h"

/* Of one provider changes come in their order, unless its server ID and clock were others before.
 * With the flag slapd looks for such a change in its own log, and dies where there is none (2.5.13,
 * 2.6.10). */
static bool is_one_of_several(const DeltaLink *link)
{
	return link->database->n_consumers > 1 || link->has_flag ||
	       !peer_is_consumer(link->in->wanted->self);
}

bool delta_link_look(const PlanInput *in, const WantedDatabase *database, size_t i, DeltaLink *ret)
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
bool delta_link_may_read_here(const DeltaLink *link)
{
	return link->outcome == PROBE_LOG_NOT_KNOWN ||
	       link->answer->began_sec < link->own.closed_sec ||
	       link->answer->probe.log_is_in_order || link->answer->probe.log_is_mute;
}

/* Nobody hears whether it left the logs that it read: no log is read then. */
bool delta_link_is_mute(const DeltaLink *link)
{
	return link->is_made && link->outcome == PROBE_LOG_SHOWN && link->answer->probe.log_is_mute;
}

/* A log that holds what came in a refresh is opened to no node that may go on in it. Consumers read
 * logs only of a provider that reads nobody. */
bool delta_link_keeps_closed(const DeltaLink *link)
{
	return link->is_made && link->own.closed_sec != 0 && delta_link_may_read_here(link);
}

/*
 * Where people made a log they mend it, and what worked once may be written again unless the peer
 * says otherwise now. A link that syncward made reads a log only where it is shown, goes back to
 * the database itself when the peer shows that its log is gone or lacks something, and stays when
 * nothing is known. A node that joins reads no logs: what they begin with may be missing there. Nor
 * does a node that writes none: slapd looks there for which of two changes of an entry is newer.
 */
bool delta_link_is_plain(const DeltaLink *link)
{
	if ((link->lacks_own && (link->is_made || !link->is_live)) ||
	    (link->is_fenced && !link->is_live) || delta_link_keeps_closed(link) ||
	    delta_link_is_mute(link))
		return true;
	if (link->is_made && link->is_live)
		return link->outcome == PROBE_LOG_MISSING || link->outcome == PROBE_LOG_CLOSED;
	if (link->is_made)
		return link->is_too_early || link->lags || link->outcome != PROBE_LOG_SHOWN;
	return !link->is_live && (link->lags || link->outcome != PROBE_LOG_SHOWN) &&
	       !(link->was_seen_to_work && link->outcome == PROBE_LOG_NOT_KNOWN);
}

/* The provider answered, and did not say that it reads logs only (LOG_WORD). A person's log says
 * nothing. */
bool delta_link_is_out_of_order(const DeltaLink *link)
{
	return link->is_made && link->outcome == PROBE_LOG_SHOWN &&
	       !link->answer->probe.log_is_in_order;
}

/* What such a link gets first is a refresh, which those that read this node's log must not take
 * from there. A log that cannot be shut has to be left by them before: no other one, for a link
 * that waits goes on from its place whatever came into the peer's log meanwhile. */
bool delta_link_must_wait(const DeltaLink *link, bool may_be_read)
{
	return link->is_made && link->is_live && link->outcome == PROBE_LOG_MISSING &&
	       !link->lacks_own && !link->own.can_be_shut &&
	       log_left_is_awaited(link->own.left, may_be_read);
}

bool delta_link_may_have_to_wait(const DeltaLink *link)
{
	return delta_link_must_wait(link, true);
}

bool delta_link_is_among(const PlanInput *input, const WantedDatabase *database,
			 bool (*is_such)(const DeltaLink *link))
{
	DeltaLink link;

	for (size_t i = 0; i < database->n_consumers; i++)
		if (delta_link_look(input, database, i, &link) && is_such(&link))
			return true;
	return false;
}
