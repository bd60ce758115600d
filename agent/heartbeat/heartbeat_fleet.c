/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/heartbeat/heartbeat_fleet.h"

#include <stdio.h>

#include "common/decide/copy_doubted.h"
#include "common/remedies/remedies.h"
#include "common/topology/links.h"

#define ILL_AGAIN_USEC 4000000ULL

/* All nodes of the database, without anything. */
static Fleet fleet_of_file(Pool *pool, const HeartbeatWork *work)
{
	const DesiredDatabase *desired = work->wanted->desired;
	const Found *found = work->found;
	AUTO(Pool) *scratch = pool_new();
	Links links;
	Fleet fleet = {
		.suffix = pool_strdup(pool, desired->suffix),
		.container = pool_strdup(pool, desired->heartbeat.container),
		.interval_sec = desired->heartbeat.interval_sec,
		.read_sec = -1,
	};

	links = links_make(scratch, found->inputs.wanted.desired, desired);
	fleet.nodes = pool_alloc(pool, (links.n_nodes + 1) * sizeof(*fleet.nodes));
	fleet.provider_ids = pool_alloc(pool, (links.n_nodes + 1) * sizeof(unsigned));
	for (size_t i = 0; i < links.n_nodes; i++) {
		const Peer *peer = links.nodes[i];
		const RelaySet *reads = &links.reads[i];

		if (i < links.n_providers)
			fleet.provider_ids[fleet.n_provider_ids++] = peer->id;
		fleet.nodes[fleet.n_nodes++] = (FleetNode){
			.id = peer->id,
			.uri = pool_strdup(pool, peer->uri),
			.is_consumer = peer_is_consumer(peer),
			.is_mute = peer_is_consumer(peer) &&
				   (relay_set_count(reads) < 2 ||
				    relay_set_next(reads, 0) >= links.n_providers),
			.is_self = peer->id == found->inputs.wanted.self->id,
		};
	}
	return fleet;
}

/* The account may not have arrived here yet, and what has arrived is not everything. */
static bool is_incomplete(const HeartbeatWork *work)
{
	const char *suffix = work->wanted->desired->suffix;
	const KnownDatabase *known = known_database(&work->found->inputs.state.known, suffix);

	return plan_doubts_copy(&work->found->report.last.plan.held, suffix) || !known ||
	       known->is_joining;
}

void heartbeat_trouble(HeartbeatLine *line, const char *what, const char *release)
{
	(void)snprintf(line->texts.trouble, sizeof(line->texts.trouble), "%s", what);
	(void)snprintf(line->texts.release, sizeof(line->texts.release), "%s",
		       release ? release : "");
}

/* Why nothing can be read, as it lasts. */
static void trouble_of_link(const HeartbeatWork *work)
{
	const HeartbeatLink *link = &work->heart->link;
	HeartbeatLine *line = work->line;
	Pool *pool = work->found->pool;

	if (link->lacks_account)
		heartbeat_trouble(
			line,
			"heartbeats are neither written nor read: agent.json names no account "
			"for them; write there",
			remedy_fill(pool, REMEDY_HEARTBEAT_ACCOUNT, line->suffix));
	else
		heartbeat_trouble(line,
				  pool_printf(pool, "heartbeats are neither written nor read: %s",
					      link->problem),
				  link->refused_dn ? remedy_text(REMEDY_HEARTBEAT_RELOAD) : NULL);
}

void heartbeat_no_container(const HeartbeatWork *work)
{
	Pool *pool = work->found->pool;

	heartbeat_trouble(
		work->line,
		pool_printf(pool,
			    "heartbeats are neither written nor read: there is no entry %s, or "
			    "the account of \"verify\" may not see it",
			    heartbeat_wanted(work)->container),
		remedy_text(REMEDY_HEARTBEAT_CONTAINER));
}

/* Sets what is the trouble, or ends it unless it is one of writing. NULL: it was read. */
static const char *entries_read(const HeartbeatWork *work, Pool *pool, Tree *ret)
{
	HeartbeatLink *link = &work->heart->link;
	HeartbeatLine *line = work->line;

	if (is_incomplete(work)) {
		heartbeat_trouble(line, "", NULL);
		return "this node's own copy is not complete";
	}
	if (!heartbeat_link_open(link, &work->found->context, work->sight->n_rounds)) {
		trouble_of_link(work);
		return link->problem;
	}
	switch (heartbeat_link_read(link, pool, heartbeat_wanted(work)->container, ret)) {
	case HEARTBEAT_DONE:
		if (line->said.failed_usec == 0)
			heartbeat_trouble(line, "", NULL);
		return NULL;
	case HEARTBEAT_NO_CONTAINER:
		heartbeat_no_container(work);
		return link->problem;
	case HEARTBEAT_REFUSED:
		trouble_of_link(work);
		return link->problem;
	default: /* the next pass connects again */
		return link->problem;
	}
}

/* What cannot be read is not known: what was read before would be taken for silence. */
void heartbeat_fleet_read(HeartbeatWork *work)
{
	HeartbeatLine *line = work->line;
	AUTO(Pool) *scratch = pool_new();
	Pool *pool = pool_new();
	Fleet fleet = fleet_of_file(pool, work);
	Tree entries = {0};

	fleet.problem = pool_strdup(pool, entries_read(work, scratch, &entries));
	if (!fleet.problem)
		fleet_take(pool, &entries, work->found->context.verify.binddn,
			   found_realtime_sec(work->found), &fleet);
	pool_free(line->pool);
	line->pool = pool;
	line->fleet = fleet;
	line->was_read = true;
	line->read_usec = found_now_usec(work->found);
}

/* Passes that check whether a problem persists read them as well. */
static uint64_t due_usec(const HeartbeatWork *work)
{
	const uint64_t usual_usec = heartbeat_interval_usec(work) / HEARTBEAT_READS;
	const bool is_ill =
		fleet_count_ill(&work->line->fleet, found_realtime_sec(work->found)) > 0;

	return work->line->read_usec +
	       (is_ill && usual_usec > ILL_AGAIN_USEC ? ILL_AGAIN_USEC : usual_usec);
}

/* What cannot be read is tried by every pass. */
bool heartbeat_fleet_is_due(const HeartbeatWork *work)
{
	const HeartbeatLine *line = work->line;

	return !line->was_read || line->fleet.problem ||
	       found_is_caused_by(work->found, TRIGGER_RELOAD) ||
	       found_now_usec(work->found) >= due_usec(work);
}

bool heartbeat_own_is_ignored(const Fleet *fleet)
{
	for (size_t i = 0; i < fleet->n_nodes; i++)
		if (fleet->nodes[i].is_self)
			return fleet->nodes[i].ignored != NULL;
	return false;
}

void heartbeat_said_take(HeartbeatWork *work, const Heartbeat *beat, uint64_t at_usec)
{
	HeartbeatLine *line = work->line;
	Pool *pool = pool_new();

	line->said.beat = heartbeat_copy(pool, beat);
	pool_free(line->said_pool);
	line->said_pool = pool;
	line->said.at_usec = at_usec;
	line->said.connection = work->heart->link.n_opened;
	line->said.failed_usec = 0;
	heartbeat_trouble(line, "", NULL);
	heartbeat_fleet_read(work);
}
