/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DAEMON_CONTESTS_H
#define SYNCWARD_DAEMON_CONTESTS_H

#include "agent/edits/daemon_authors.h"
#include "agent/found/daemon_follow.h"
#include "common/remember/applied.h"

/* Who else keeps writing what we correct (G9), as a pass carries it on; between passes it is in the
 * state folder, where a person's resume ends it. */
typedef struct DaemonContests {
	ContestList list;
	bool was_contested;   /* when it was planned */
	bool has_news;        /* the file says something else */
	const char **written; /* entries of cn=config that this pass wrote */
	size_t n_written;
} DaemonContests;

/* What the state folder has, for the peers.json that is in force. */
void daemon_contests_take(DaemonContests *contests, const Found *found);

/* A plan was written, as far as applied says. */
void daemon_contests_written(DaemonContests *contests, const Found *found,
			     const PassAuthors *authors, const Plan *plan, const Applied *applied);

/* After the pass. What becomes contested or may be tried is planned again at once. */
Follow daemon_contests_look(DaemonContests *contests, const Found *found);

#endif
