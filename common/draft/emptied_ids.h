/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_EMPTIED_IDS_H
#define SYNCWARD_EMPTIED_IDS_H

#include "common/draft/plan_input.h"

/*
 * Did slapd start on an older copy without contextCSN? slapd's start (2.5.13, 2.6.10), or a
 * client's write, gives it one of this node's server ID alone, newer than all that it lacks, and
 * the refresh that follows completes it: it looks whole then, and peers have deleted what it
 * lacked. slapd keeps the changes of other servers on disk with each of their changes, so that the
 * server IDs that were seen here are there again after a crash, too; only what is its own, and of
 * no server, it may lose (fact 26).
 */

/* The first server ID of another server that contextCSN had when it was last noted, and has not at
 * the first glance behind slapd's start; -1: none, or nobody knows. */
int emptied_lost_id(const PlanInput *in, const LiveDatabase *live, const char *suffix);

/* The same as slapd itself said it in the first search of a consumer since, where that is told
 * (2.5 and later): contextCSN may be whole again by now. What was noted since that start, or
 * nobody knows when, and a consumer that has asked nobody yet, prove nothing. */
int emptied_lost_id_then(const PlanInput *in, const LiveDatabase *live, const char *suffix);

/*
 * Where all is of this node's own server ID, as at an only provider, contextCSN lacks no server ID.
 * But then slapd makes one up at its start (2.4, 2.5, 2.6), which no entry has, and in another file
 * than before nothing is left of the time since what was noted. That a crash, or a delete, leaves
 * the same picture is no matter: neither gives the database another file.
 *
 * A filter that finds an entry as old as what was noted or newer, from before slapd's start, and
 * the one that contextCSN is of; NULL: there is nothing to ask, as the file is the same, or
 * unknown.
 */
const char *emptied_since_filter(Pool *pool, const PlanInput *in, const LiveDatabase *live,
				 const DatabaseFacts *now);

/* True when that found nothing. */
bool emptied_lost_own(const PlanInput *in, const LiveDatabase *live, const char *suffix);

/* True when it took changes of this node's server ID between slapd's start and the glance, or slapd
 * made one up. */
bool emptied_was_written(const PlanInput *in, const char *suffix);

#endif
