/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DAEMON_PLACES_H
#define SYNCWARD_DAEMON_PLACES_H

#include "agent/found/daemon_follow.h"
#include "agent/found/daemon_found.h"
#include "agent/found/watches.h"

/* What to look out for between passes. */
typedef struct DaemonPlaces {
	Pool *pool;
	Watch *watch;
	const char *socket;     /* of slapd; NULL: not known yet */
	const char *config_dir; /* of slapd; NULL: not known yet */
	int blind_errno;        /* why the loop does not hear of changes of files; 0: it does */
	bool is_config_unseen;  /* its folder could not be watched */
} DaemonPlaces;

DaemonPlaces daemon_places_new(void);
void daemon_places_free(DaemonPlaces *places);

/* After a pass: learns where slapd is, from the connection (-1: none), and watches from now on
 * what the next pass would read. agent_config: of the command line; NULL: the usual file. */
Follow daemon_places_watch(DaemonPlaces *places, const Found *found, int connection,
			   const char *agent_config);

/* What is not watched and left to the timer, in words; NULL: nothing. */
const char *daemon_places_problem(const DaemonPlaces *places, const Found *found);

#endif
