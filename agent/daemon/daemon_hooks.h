/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DAEMON_HOOKS_H
#define SYNCWARD_DAEMON_HOOKS_H

#include "agent/daemon/daemon_schedule.h"
#include "agent/daemon/daemon_site.h"
#include "agent/edits/daemon_contests.h"
#include "agent/edits/daemon_hand_edits.h"
#include "agent/edits/daemon_put_back.h"
#include "agent/found/daemon_places.h"
#include "agent/kept/daemon_kept.h"
#include "agent/kept/daemon_told.h"
#include "agent/links/daemon_asides.h"
#include "agent/links/daemon_links.h"

/* The parts of the daemon that do something before or in the middle of a pass, and what they leave
 * for the time after it: the members from authors on, which are zero at its beginning. */
typedef struct PassMoments {
	const Found *found;
	DaemonSite *site;
	DaemonAsides *asides;
	const DaemonPlaces *places;
	DaemonHandEdits *hand_edits;
	DaemonPutBack *put_back;
	DaemonSchedule *schedule;
	DaemonTold *told;
	DaemonKept *kept;
	PassAuthors authors;
	DaemonContests contests;
	WrittenEntries sent;
	FoundEdits edits;
	LinksBefore links_before;
	WriteTry write;
} PassMoments;

/* The moments must outlive the pass. */
PassHooks daemon_hooks(PassMoments *moments);

/* A plan was made from that: reports who made its changes necessary. */
void daemon_hooks_changes(PassMoments *moments, const Tree *config, const Plan *plan);

#endif
