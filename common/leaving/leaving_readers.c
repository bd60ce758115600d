/* SPDX-License-Identifier: Apache-2.0 */
#include "common/leaving/leaving_readers.h"

#include "common/remedies/remedies.h"
#include "common/slapd/dn.h"
#include "common/topology/links_graph.h"
#include "common/wanted/wanted_readers.h"

static void dn_add(Pool *pool, LeaveReaders *readers, const char *dn)
{
	for (size_t i = 0; i < readers->n_dns; i++)
		if (dn_equal(readers->dns[i], dn))
			return;
	POOL_PUSH(pool, readers->dns, readers->n_dns, dn);
}

/* At this node, or as it reads another one: most read all alike. */
static const Peer *read_by(const Links *links, const Peer *self, size_t at)
{
	const size_t first = relay_set_next(&links->reads[at], 0);

	if (self)
		return links->nodes[at] == self ? NULL : self;
	return first < links->n_relays ? links->nodes[first] : NULL;
}

static void readers_of(Pool *pool, const Links *links, const Peer *self, LeaveReaders *ret)
{
	const char *before = NULL;

	for (size_t at = 0; at < links->n_nodes; at++) {
		const Peer *read = read_by(links, self, at);
		const char *dn =
			read ? wanted_reader(links->database, read, links->nodes[at]) : NULL;

		if (dn && dn != before)
			dn_add(pool, ret, dn);
		before = dn;
	}
}

static size_t expected(Pool *scratch, const Links *links, const Peer *self)
{
	const size_t at = self ? links_position(links, self) : links->n_nodes;

	return at < links->n_relays ? links_count_readers(scratch, links)[at] : 0;
}

static void database_take(Pool *pool, const Desired *desired, const Peer *self,
			  const LeavingDatabase *leaving, LeaveReaders *ret)
{
	AUTO(Pool) *scratch = pool_new();
	const DesiredDatabase *given = desired_database(desired, leaving->suffix);
	Links links;

	/* Without the overlay no node can read here. */
	if (!given || !leaving->live->syncprov)
		return;
	links = links_make(scratch, desired, given);
	readers_of(pool, &links, self, ret);
	/* Who reads one that has no links any more gets nothing from there. */
	if (leaving->is_half_done)
		return;
	ret->may_part |= !desired_is_mesh(desired) ||
			 leaving->live->n_consumers + (self ? 1 : 0) < links.n_providers;
	ret->n_expected += expected(scratch, &links, self);
}

LeaveReaders leave_readers(Pool *pool, const Desired *desired, const Peer *self,
			   const Leaving *leaving)
{
	LeaveReaders readers = {.dns = NULL};

	for (size_t i = 0; i < leaving->n_databases; i++)
		database_take(pool, desired, self, &leaving->databases[i], &readers);
	return readers;
}

void leave_hold_readers(Pool *pool, const LeaveReaders *readers, int n_sessions, Plan *plan)
{
	const char *who;

	if (!readers->may_part || (n_sessions >= 0 && (size_t)n_sessions <= readers->n_expected))
		return;
	who = n_sessions < 0
		      ? "slapd does not say who reads here (cn=monitor)"
		      : pool_printf(pool, "%d node%s here, and by peers.json %zu", n_sessions,
				    n_sessions == 1 ? " reads" : "s read", readers->n_expected);
	plan_add_hold(
		pool, plan,
		(Hold){.guard = GUARD_LEFT,
		       .text = pool_printf(
			       pool,
			       "%s: one that has an older peers.json may get changes from here "
			       "alone. Bring this one to all nodes, and leave when they read "
			       "elsewhere; if those that read here are no nodes of it",
			       who),
		       .release = remedy_text(REMEDY_LEAVE_DESPITE_READERS)});
}
