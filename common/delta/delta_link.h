/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DELTA_LINK_H
#define SYNCWARD_DELTA_LINK_H

#include "common/delta/log_left.h"
#include "common/draft/diff.h"

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

/* False when peers.json has consumer i of the database read the database itself; else fills ret in,
 * which borrows from in and database. */
bool delta_link_look(const PlanInput *in, const WantedDatabase *database, size_t i, DeltaLink *ret);

/* True if a link of the database is such a one. */
bool delta_link_is_among(const PlanInput *in, const WantedDatabase *database,
			 bool (*is_such)(const DeltaLink *link));

/* The provider of the link may read this node's log; so does one of which nothing is known. */
bool delta_link_may_read_here(const DeltaLink *link);

/* The provider shows its log, and its slapd refuses all comparisons: whether its log is in order,
 * or whether it reads this node's, is not known. */
bool delta_link_is_mute(const DeltaLink *link);

/* This node's own log has to stay closed while the provider of the link may read it. */
bool delta_link_keeps_closed(const DeltaLink *link);

/* The link is to read the database itself, for a reason of its own. */
bool delta_link_is_plain(const DeltaLink *link);

/* The provider answered, and did not say that its log holds all changes in their order. */
bool delta_link_is_out_of_order(const DeltaLink *link);

/* The link has to read its log until nobody reads this node's own, which cannot be shut.
 * may_be_read: some provider may read here. */
bool delta_link_must_wait(const DeltaLink *link, bool may_be_read);

/* The same, if somebody may read here. */
bool delta_link_may_have_to_wait(const DeltaLink *link);

#endif
