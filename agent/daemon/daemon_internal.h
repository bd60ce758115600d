/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DAEMON_INTERNAL_H
#define SYNCWARD_DAEMON_INTERNAL_H

#include "agent/daemon/daemon.h"
#include "agent/daemon/daemon_probes.h"
#include "agent/daemon/daemon_put_back.h"
#include "agent/daemon/daemon_settings.h"
#include "agent/pass/pass.h"
#include "agent/state/journal.h"
#include "agent/system/host_lookup.h"
#include "common/copy/copy_health.h"
#include "common/link/link_watch.h"
#include "common/link/turn.h"
#include "common/pass/schedule.h"
#include "common/pass/wake.h"
#include "common/plan/authors.h"
#include "common/report/status.h"
#include "common/tell/condition.h"
#include "common/tell/told_plan.h"

/* Whether the links work that peers.json asks for, in the order of databases and consumers. */
typedef struct DaemonLinks {
	Pool *pool;
	LinkWatch *items;
	size_t n_items;
} DaemonLinks;

/* What this node and its peers have of each database, as of the last round of probes. */
typedef struct DaemonHealth {
	Pool *pool;
	DatabaseHealth *items;
	size_t n_items;
} DaemonHealth;

/* What lives as long as the daemon. */
struct Daemon {
	Pool *pool;
	const SettingsOverride *options;
	const Clock *clock;
	Pool *context_pool;
	Context context;
	int lock;           /* held as long as it runs; -1: the run folder cannot be used */
	bool has_successor; /* somebody let another daemon start */
	Schedule schedule;
	WakeHistory wakes;
	uint64_t next_usec; /* when the next pass is due */
	Watch *watch;
	Pool *touched_pool;
	TouchedFiles
		touched; /* files of slapd.d, of which the next look must know who wrote them */
	Pool *looked_pool;
	Seen looked;     /* entryCSNs at the last look */
	bool has_looked; /* there was one while slapd.d was watched */
	LastGood *good;
	const char *socket;     /* of slapd; NULL: not known yet */
	const char *config_dir; /* of slapd; NULL: not known yet */
	int blind_errno;        /* why the loop does not hear of changes of files; 0: it does */
	bool is_config_unseen;  /* its folder could not be watched */
	HostLookup *host;       /* its name */
	DaemonSettings settings;
	Directory *directory; /* kept between passes; NULL: none */
	bool has_asked;       /* the last pass got so far that it asked slapd */
	bool has_written;     /* and wrote something */
	unsigned long n_passes;
	unsigned missed; /* triggers that came while a pass was ending */
	Pool *told_pool;
	ConditionList told; /* what was told, and lasts */
	Pool *notices_pool;
	ConditionList notices; /* of the last pass that had any: told once */
	Pool *seen_pool;
	Seen seen;
	char memory_problem[ERROR_TEXT_MAX]; /* why the last of its own files was not written */
	uint64_t refused_usec; /* since when files are refused that changed just before; 0: none */
	char desired_sha256[SHA256_HEX_SIZE]; /* of the peers.json that was told to be in force */
	Turn splay;                           /* of the plan that restarts consumers */
	DaemonProbes probes;
	FormerLink *formers;
	DaemonLinks links;
	DaemonHealth health;
	ExtraLooks *extra_looks;
	Pool *views_pool;
	ReaderViews views; /* what readers were seen to read here */
	Pool *sentence_pool;
	const char *sentence;
	Pool *status_pool;
	Status status;
	char status_problem[ERROR_TEXT_MAX]; /* why it could not be written; "": it could */
};

/* How far a pass got: what it did not look at goes on as it was. */
typedef enum PassStage {
	STAGE_BEGUN,
	STAGE_STATE,  /* looked at the state folder, under the lock */
	STAGE_INPUTS, /* at peers.json and the secrets */
	STAGE_SLAPD,  /* asked slapd */
	STAGE_PLAN,   /* knows what is to do */
	STAGE_COUNT
} PassStage;

/* What lives as long as one pass. */
typedef struct DaemonPass {
	Daemon *daemon;
	Pool *pool;
	unsigned triggers;
	unsigned long number;
	uint64_t started_usec;
	Context context;
	int lock;
	PassStage stage;
	bool has_inputs;
	Inputs inputs;
	Report report;
	JournalContext journal;
	WakeList wakes;                  /* when it shall be looked again, and why */
	bool must_look_again;            /* slapd.d changed while the last look was taken */
	ConditionList edits;             /* by hand, that this pass found */
	ConditionList now;               /* what lasts, as this pass sees it */
	bool has_drift;                  /* a change that is needed was caused by somebody else */
	const Attribution *attributions; /* of the changes of the plan that is being written */
	ContestList contests;            /* as this pass carries them on */
	bool was_contested;              /* when it was planned */
	bool has_contest_news;
	const char **written; /* entries of cn=config that this pass wrote */
	size_t n_written;
	const char **sent; /* the same, and where nobody knows what became of the request */
	size_t n_sent;
	AttributedList attributed; /* of all changes that this pass met so far */
	const char **up_before;    /* links that worked before the first correction */
	size_t n_up_before;
	const char *settings_problem;
	const char *state_problem; /* of the agent's own files; NULL: none */
	bool has_state_failed;     /* that ended the pass */
	StateRead state;
	char digest[SHA256_HEX_SIZE]; /* of the plan about to be written; derived from passwords */
	uint64_t write_started_usec;
	bool has_tried;           /* to write */
	bool has_restarted;       /* wrote olcSyncrepl: slapd starts consumers anew */
	bool waits_after_refusal; /* slapd refused the same plan not long ago */
} DaemonPass;

uint64_t daemon_now_usec(const Daemon *daemon);
int64_t daemon_realtime_sec(const Daemon *daemon);
void daemon_disconnect(Daemon *daemon);

/* Our own files made trouble: told once, while the work goes on as far as it can. */
void daemon_state_problem(DaemonPass *pass, const Error *err);

/* daemon_hooks.c: what is done in the middle of a pass. */
PassHooks daemon_hooks(DaemonPass *pass);

/* daemon_tell.c: what is told, and when. */
void daemon_tell_all(DaemonPass *pass, const EventList *events);
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

/* daemon_memory.c: what it remembers over a restart. */
void daemon_memory_read(Daemon *daemon);
void daemon_memory_keep(DaemonPass *pass, const EventList *corrections);
void daemon_memory_sent(DaemonPass *pass, const Applied *applied);
void daemon_memory_entries(DaemonPass *pass);
void daemon_memory_unverified(DaemonPass *pass);
void daemon_memory_conditions(DaemonPass *pass);
void daemon_memory_contests(DaemonPass *pass);
/* A heal that was cut off is ended: this server gets its server ID back. Connected. */
int daemon_heal_end(DaemonPass *pass, Error *err);
/* What the pass saw of readers need not be looked at again for a while. */
void daemon_memory_views(DaemonPass *pass);

/* daemon_edit.c: files of slapd.d that were edited by hand. */
void daemon_edits_drain(DaemonPass *pass);
void daemon_edits_look(DaemonPass *pass, const World *world);
void daemon_edits_carry(DaemonPass *pass);

/* daemon_contest.c: who else keeps writing (G9). */
void daemon_contests_take(DaemonPass *pass);
void daemon_contests_written(DaemonPass *pass, const Plan *plan, const Applied *applied);
void daemon_contests_look(DaemonPass *pass);

/* daemon_links.c: which replication links work: told when that changes and lasts. before: what
 * worked at the first look of a daemon, before it corrects anything. */
void daemon_links_before(DaemonPass *pass, const World *world);
void daemon_links_look(DaemonPass *pass);

/* daemon_health.c: which servers have which changes, whenever peers were probed. */
void daemon_health_look(DaemonPass *pass);

/* daemon_status.c: what others may read about it. */
void daemon_status_start(Daemon *daemon);
void daemon_status_pass(DaemonPass *pass, const Error *err);
void daemon_status_write(Daemon *daemon);
void daemon_status_stop(Daemon *daemon);

/* daemon_probe.c: what peers say of this node's links. take: what is known goes to the pass, and
 * what was refused to the state folder; next: begins a round when one is due. */
void daemon_probes_take(DaemonPass *pass);
void daemon_probes_next(DaemonPass *pass);
/* The next round of all links begins no later than that, if there are any. Before next. */
void daemon_probes_by(Daemon *daemon, uint64_t at_usec);
const LinkProbes *daemon_probes_done(const Daemon *daemon);
void daemon_probes_free(Daemon *daemon);

/* daemon_former.c: a link that does not come back after it was written anew gets its former value.
 * take: what is wanted now; note and written: around a write; look: behind a pass; asked: what the
 * peer must be asked about, NULL: nothing. */
void daemon_formers_take(DaemonPass *pass);
void daemon_formers_note(DaemonPass *pass, const World *world, const Plan *plan);
void daemon_formers_written(DaemonPass *pass);
void daemon_formers_look(DaemonPass *pass);
const WantedConsumer *daemon_former_asked(DaemonPass *pass, const FormerLink *former,
					  const WantedDatabase **ret_database);
void daemon_formers_free(Daemon *daemon);

/* daemon_watch.c: what to look out for until the next pass. */
void daemon_watch_again(DaemonPass *pass);
/* What is not watched is left to the timer; NULL: nothing. */
const char *daemon_watch_problem(const DaemonPass *pass);

/* daemon_schedule.c: when to write, and when to look again. A rewrite that restarts consumers and
 * is not urgent leaves its turn to the nodes before us. */
bool daemon_is_splayed(DaemonPass *pass, const Plan *plan, const char *digest);
void daemon_schedule_written(DaemonPass *pass, const Applied *applied);
void daemon_schedule_next(DaemonPass *pass, const Error *err);

/* The next look at what the status tells to be held or ill; behind daemon_status_pass(). */
void daemon_schedule_ill(DaemonPass *pass);

#endif
