/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_GUARD_LINK_PARTS_H
#define SYNCWARD_GUARD_LINK_PARTS_H

#include "common/draft/diff.h"
#include "common/live/live_running.h"
#include "common/probe/probe.h"

/* G6, in parts: a link that works now is not lost (common/linking/guard_link.c says how). */

/* True when the link works now. Where slapd does not tell (OpenLDAP 2.4) it is taken for one that
 * does. */
bool guard_link_works(const LiveRunning *runs, const LiveDatabase *database,
		      const LiveConsumer *consumer);

/* The same for a link that slapd tells about, for callers that go through all of them: index is
 * that of its database. */
bool guard_link_runs(const RunningIndex *index, const LiveConsumer *consumer);

/* True when each link that this node shall have is there and works. Where slapd does not tell
 * (OpenLDAP 2.4) that is not known, and false. */
bool guard_links_all_work(const LiveRunning *runs, const DatabasePlan *database);

/* What is reported about a probe that was not good: the refusal, or else the first fault. */
const char *guard_link_fault(const Probe *probe);

/* The peer can let the identity see what it does not see there; writing the link all the same, by
 * that command, loses it. Ends the text of the hold, which stops before the command. */
void guard_link_let_see(const Diff *diff, const WantedDatabase *wanted, const char *all_the_same,
			Hold *hold);

/* Asks for a probe of the link. None is tried twice at once: a wrong password would count double.
 */
void guard_link_need(Diff *diff, LinkNeed need);

/* Links with renewed TLS files of the database. */
void guard_old_tls_links(Diff *diff, const DatabasePlan *database);

/* The last working links of the database, which would go before what replaces them was tried. */
void guard_last_links(Diff *diff, const DatabasePlan *database);

#endif
