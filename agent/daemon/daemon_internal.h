/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DAEMON_INTERNAL_H
#define SYNCWARD_DAEMON_INTERNAL_H

#include "agent/daemon/daemon.h"
#include "agent/daemon/daemon_authors.h"
#include "agent/daemon/daemon_contests.h"
#include "agent/daemon/daemon_found.h"
#include "agent/daemon/daemon_hand_edits.h"
#include "agent/daemon/daemon_health.h"
#include "agent/daemon/daemon_kept.h"
#include "agent/daemon/daemon_links.h"
#include "agent/daemon/daemon_places.h"
#include "agent/daemon/daemon_probes.h"
#include "agent/daemon/daemon_put_back.h"
#include "agent/daemon/daemon_site.h"
#include "agent/pass/pass.h"
#include "agent/state/journal.h"
#include "common/copy/copy_health.h"
#include "common/link/link_watch.h"
#include "common/link/turn.h"
#include "common/pass/schedule.h"
#include "common/pass/wake.h"
#include "common/plan/authors.h"
#include "common/report/status.h"
#include "common/tell/condition.h"
#include "common/tell/told_plan.h"

/* What lives as long as the daemon. */
struct Daemon {
	Pool *pool;
	const Clock *clock;
	DaemonSite site;
	Schedule schedule;
	WakeHistory wakes;
	uint64_t next_usec; /* when the next pass is due */
	DaemonPlaces places;
	DaemonHandEdits edits;
	bool has_written; /* the last pass corrected something */
	unsigned long n_passes;
	unsigned missed; /* triggers that came while a pass was ending */
	Pool *told_pool;
	ConditionList told; /* what was told, and lasts */
	Pool *notices_pool;
	ConditionList notices; /* of the last pass that had any: told once */
	DaemonKept kept;
	uint64_t refused_usec; /* since when files are refused that changed just before; 0: none */
	char desired_sha256[SHA256_HEX_SIZE]; /* of the peers.json that was told to be in force */
	Turn splay;                           /* of the plan that restarts consumers */
	DaemonProbes probes;
	DaemonPutBack put_back;
	DaemonLinks links;
	DaemonHealth health;
	ExtraLooks *extra_looks;
	Pool *sentence_pool;
	const char *sentence;
	Pool *status_pool;
	Status status;
	char status_problem[ERROR_TEXT_MAX]; /* why it could not be written; "": it could */
};

/* What lives as long as one pass. */
typedef struct DaemonPass {
	Daemon *daemon;
	Found found;
	int lock;
	Follow follow; /* what its looks say so far */
	FoundEdits edits;
	PassAuthors authors;
	DaemonContests contests;
	WrittenEntries sent;
	LinksBefore links_before;
	char digest[SHA256_HEX_SIZE]; /* of the plan about to be written; derived from passwords */
	uint64_t write_started_usec;
	bool has_tried;           /* to write */
	bool has_restarted;       /* wrote olcSyncrepl: slapd starts consumers anew */
	bool waits_after_refusal; /* slapd refused the same plan not long ago */
} DaemonPass;

uint64_t daemon_now_usec(const Daemon *daemon);
int64_t daemon_realtime_sec(const Daemon *daemon);

/* daemon_hooks.c: what is done in the middle of a pass. */
PassHooks daemon_hooks(DaemonPass *pass);

/* daemon_tell.c: what is told, and when. */
void daemon_tell_all(DaemonPass *pass, const EventList *events);
/* What follows from a look is told, asked and wished. */
void daemon_follow(DaemonPass *pass, Follow follow);
/* What whoever caused it told journald already. */
void daemon_tell_again(DaemonPass *pass, const Event *event);
void daemon_tell_begin(DaemonPass *pass);
void daemon_desired_seen(DaemonPass *pass);
void daemon_tell_changes(DaemonPass *pass, const Tree *config, const Plan *plan);
void daemon_tell_intent(DaemonPass *pass, const Plan *plan);
void daemon_tell_outcome(DaemonPass *pass, const Plan *plan, const Applied *applied,
			 const Error *err);
void daemon_tell_end(DaemonPass *pass, const Error *err);

/* daemon_conditions.c: what lasts: told when it begins and when it ends. */
void daemon_conditions_tell(DaemonPass *pass, const Error *err);
void daemon_notices_tell(DaemonPass *pass);

/* daemon_sentence.c: the state of things in one line. */
void daemon_sentence_make(DaemonPass *pass);

/* A heal that was cut off is ended: this server gets its server ID back. Connected. */
int daemon_heal_end(DaemonPass *pass, Error *err);

/* daemon_status.c: what others may read about it. */
void daemon_status_start(Daemon *daemon);
void daemon_status_pass(DaemonPass *pass, const Error *err);
void daemon_status_write(Daemon *daemon);
/* When the next pass is, as far as the last one knows. Before it is written. */
void daemon_status_next(Daemon *daemon, const WakeList *wishes);
void daemon_status_stop(Daemon *daemon);

/* daemon_schedule.c: when to write, and when to look again. A rewrite that restarts consumers and
 * is not urgent leaves its turn to the nodes before us. */
bool daemon_is_splayed(DaemonPass *pass, const Plan *plan, const char *digest);
void daemon_schedule_written(DaemonPass *pass, const Applied *applied);
void daemon_schedule_next(DaemonPass *pass, const Error *err);

/* The next look at what the status tells to be held or ill; behind daemon_status_pass(). */
void daemon_schedule_ill(DaemonPass *pass);

#endif
