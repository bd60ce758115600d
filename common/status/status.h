/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_STATUS_H
#define SYNCWARD_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/entries/compare_record.h"
#include "common/health/canary.h"
#include "common/health/copy_health.h"
#include "common/health/fleet.h"
#include "common/link/link_probes.h"
#include "common/link/link_watch.h"
#include "common/live/machine.h"
#include "common/pass/schedule.h"
#include "common/plan/plan.h"
#include "common/tell/condition.h"

/*
 * How the daemon sees its node, as a value: status.json, metrics.prom and the commands status and
 * check are made from it. It holds no password and nothing derived from one. Times are seconds
 * since 1970; -1: never.
 */

#define STATUS_SCHEMA_VERSION 1

/* A statement about something that cannot always be looked at. */
typedef enum Claim {
	CLAIM_UNKNOWN,
	CLAIM_NO,
	CLAIM_YES,
	CLAIM_COUNT
} Claim;

/* A replication link in a word. */
typedef enum LinkState {
	LINK_UNKNOWN,    /* cn=monitor does not show it */
	LINK_MISSING,    /* slapd runs no such consumer */
	LINK_DOWN,       /* it runs, without a connection */
	LINK_REFRESHING, /* connected, and not yet in the persist phase */
	LINK_WAITING,    /* it reads at intervals, was connected, and is away until the next time */
	LINK_UP,
	LINK_STATE_COUNT
} LinkState;

/* How this node reads one peer. */
typedef struct StatusPeer {
	unsigned id;
	const char *uri;
	int rid;
	Claim is_running;
	bool reads_at_intervals; /* type=refreshOnly; these three only when it runs */
	bool is_connected;
	bool is_persistent;
	bool was_seen;          /* it worked once, as far as the agent knows */
	bool is_down;           /* it does not work, and that lasts: reported as link-down */
	bool is_unasked;        /* nobody asks it what it holds: its link binds as we cannot, or
				   agent.json has no probes */
	bool has_old_tls_files; /* its consumer still holds the files as they were before they were
				   renewed */
	int64_t since_sec;      /* since when the link is up, or is not */
	int64_t last_contact_sec;
	int64_t last_connect_sec;
	int64_t next_connect_sec;
	int64_t certificate_end_sec; /* of the peer, as a probe saw it; -1: not known, or no TLS */
	int64_t log_oldest_sec;      /* the oldest change that its log showed; 0 or -1: not known */
	bool has_clock;              /* a probe saw the peer's clock, which only metrics report */
	long clock_ahead_sec;        /* the peer's clock less ours */
} StatusPeer;

typedef struct StatusDatabase {
	const char *suffix;
	const char *dn; /* of its entry in cn=config; NULL: there is none */
	Claim is_in_step;
	int64_t since_sec; /* since when is_in_step has had its value */
	bool is_multi_provider;
	StatusPeer *peers;
	size_t n_peers;
	size_t n_leaves;              /* consumers, which only they themselves look at */
	size_t n_not_read;            /* other providers: what they have is not looked at */
	const DatabaseHealth *health; /* NULL: the peers were not asked yet */
} StatusDatabase;

typedef struct StatusPass {
	unsigned long number; /* 0: there has been none yet */
	int64_t ended_sec;
	const char *trigger;
	PassOutcome outcome;
	int64_t duration_usec;
} StatusPass;

/* Since the daemon started. */
typedef struct StatusCounters {
	unsigned long passes[PASS_OUTCOME_COUNT];
	int64_t passes_usec; /* how long all of them took */
	unsigned long events[EVENT_KIND_COUNT];
} StatusCounters;

/* A revision of peers.json that waits here. */
typedef struct StatusRollout {
	bool waits; /* false: none does */
	unsigned long revision;
	int64_t since_sec;
	int64_t soak_sec;
	KnownCanary *canaries; /* the nodes that it waits for */
	size_t n_canaries;
} StatusRollout;

/* A log of changes of this node; -1: not known. */
typedef struct StatusLog {
	const char *suffix; /* whose changes it has */
	const char *base;   /* its own suffix */
	int64_t size_bytes;
	int64_t room_bytes; /* on its disk */
	int64_t keeps_sec;  /* by olcAccessLogPurge; -1 also means for ever */
} StatusLog;

typedef struct StatusLogs {
	StatusLog *items;
	size_t n_items;
} StatusLogs;

typedef struct Status {
	const char *version; /* of the program */
	long pid;
	uint64_t pid_ticks; /* when that process started, in the kernel's ticks: tells two processes
			       of the same number apart */
	int64_t started_sec;
	int64_t stopped_sec;
	int64_t written_sec;
	unsigned interval_sec;
	const char *sentence; /* how things are, for people */
	const char *peers_file;
	bool has_desired; /* a peers.json is in force */
	PolicyMode mode;
	bool has_revision;
	unsigned long revision;
	const char *sha256;
	unsigned node_id; /* 0: no peer is this node */
	const char *node_uri;
	bool is_consumer; /* this node is one by peers.json */
	bool is_hub;      /* and others read it */
	const char *slapd_uri;
	Claim is_slapd_up;
	int64_t slapd_since_sec;
	int64_t looked_sec; /* when slapd was last looked at: the databases are as of then */
	int64_t success_sec;
	int64_t next_pass_sec; /* unless something happens before; -1: not known */
	StatusPass last_pass;
	Claim is_server_in_step; /* what belongs to no database: server ID, modules */
	StatusDatabase *databases;
	size_t n_databases;
	StatusLogs logs;
	StatusRollout rollout;
	Fleets fleets;            /* nodes by their heartbeats; none without "heartbeat" */
	CompareRecords compared;  /* what `compare --record` last found */
	ConditionList conditions; /* holds, findings, changes left, troubles */
	StatusCounters counters;
} Status;

LinkState status_link_state(const StatusPeer *peer);

/* True for a link that reads, or that waits for its next time to do so. */
bool link_state_works(LinkState state);

/* "up", "down", ... */
const char *link_state_name(LinkState state);

/* "settled", "away", ... */
const char *pass_outcome_name(PassOutcome outcome);

/* What was found out about the links of all databases, in their order. */
void status_take_links(const LinkWatch *links, size_t n_links, Status *status);

/* Until when the certificates of probed peers are valid, and how their clocks differ. */
void status_take_probes(const LinkProbes *probes, Status *status);

/* No peer is asked, as agent.json says. */
void status_without_probes(Status *status);

/* What peers and this node have of each database; borrowed. */
void status_take_health(const DatabaseHealth *health, size_t n_health, Status *status);

/* The logs that were seen on this machine, copied into the pool. */
StatusLogs status_logs_take(Pool *pool, const Machine *machine);

StatusLogs status_logs_copy(Pool *pool, const StatusLogs *logs);

/* How many links this node has to others, in all databases. */
size_t status_count_links(const Status *status);

/* The condition of that kind that began first, or NULL; with a key only that one. */
const Condition *status_condition(const Status *status, ConditionKind kind, const char *key);

size_t status_count(const Status *status, ConditionKind kind);

/* True when slapd answered when it was last looked at: what is not reported then does not exist.
 * Otherwise what lasted before is still reported, and nothing is known of the rest. */
bool status_is_seen(const Status *status);

/* Whether that number is known: that there are none is known only if slapd was looked at. */
bool status_knows_count(const Status *status, ConditionKind kind);

/* True when only readers of metrics suffer, or when changes of a folder that is not watched are
 * seen later: corrections are still made. */
bool status_is_only_late(const Condition *condition);

/* How many things in the status are held, missing, not working or being refreshed, and so may
 * change soon. What is not known is not counted. */
size_t status_count_unsettled(const Status *status);

/* What this node's databases look like, from what was left to change and what slapd runs: replaces
 * those of the status, from which times since when are taken where nothing changed. Everything is
 * copied into the pool. */
void status_look(Pool *pool, const Plan *left, const Live *live, int64_t now_sec, Status *status);

/* slapd was not looked at: databases stay as they were, copied into the pool. */
void status_keep(Pool *pool, Status *status);

/* slapd could not be looked at: whether databases are in step and links are up is not known. */
void status_look_failed(Pool *pool, int64_t now_sec, Status *status);

/* The document, as syncward-status(5) describes it. */
const char *status_print(Pool *pool, const Status *status);

/* Reads it back. ERROR_INPUT when it is not a status, or has a newer schema. */
int status_parse(Pool *pool, const char *name, const char *bytes, size_t len, Status *ret,
		 Error *err);

#endif
