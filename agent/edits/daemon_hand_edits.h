/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DAEMON_HAND_EDITS_H
#define SYNCWARD_DAEMON_HAND_EDITS_H

#include "agent/found/daemon_follow.h"
#include "agent/found/daemon_found.h"
#include "agent/found/watches.h"
#include "common/plan/authors.h"

/* Files of slapd.d that somebody other than slapd writes, and what tells them from those that slapd
 * writes. */
typedef struct DaemonHandEdits {
	Pool *touched_pool;
	TouchedFiles touched; /* of these the next look must know who wrote them */
	Pool *looked_pool;
	Seen looked;         /* entryCSNs at the last look */
	bool has_looked;     /* there was one while slapd.d was watched */
	int64_t started_sec; /* when slapd had started at that look; -1: not known */
} DaemonHandEdits;

/* What the looks of one pass found. Zero at its beginning. */
typedef struct FoundEdits {
	ConditionList lasting;
	bool must_look_again; /* slapd.d changed while the last look was taken */
} FoundEdits;

/* A look at the server, and where slapd.d is. */
typedef struct EditsLook {
	const World *world;
	Watch *watch;
	const char *folder; /* NULL: not known */
} EditsLook;

DaemonHandEdits daemon_hand_edits_new(void);
void daemon_hand_edits_free(DaemonHandEdits *edits);

/* Takes what the watch saw so far; true when it saw anything. Before each look. */
bool daemon_hand_edits_drain(DaemonHandEdits *edits, Watch *watch);

/* A witness of a write, which adds what it sees; NULL when slapd.d is not watched. */
DiskWitness *daemon_hand_edits_witness(DaemonHandEdits *edits, Watch *watch,
				       const char *config_dir);

/* The server was looked at; what the watch saw meanwhile goes with it. */
void daemon_hand_edits_look(DaemonHandEdits *edits, const Found *found, const EditsLook *look,
			    FoundEdits *ret);

/* After a pass: the edits that it found, and those reported before of which slapd knows nothing
 * yet.
 */
Follow daemon_hand_edits_follow(const Found *found, const FoundEdits *edits);

#endif
