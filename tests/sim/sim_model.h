/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SIM_MODEL_H
#define SYNCWARD_SIM_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * slapd's replication of one database, as far as it can lose data: syncprov.c and syncrepl.c of 2.5
 * with the names of their parts. In: changes of clients, connections, what cn=config says. Out:
 * what each copy holds. Never here: anything of syncward's.
 */

#define SIM_NODES    6
#define SIM_SIDS     (SIM_NODES + 1) /* 0: written before there was a server ID */
#define SIM_NAMES    6               /* 0 is the suffix; from here on: heartbeats of nodes */
#define SIM_FILTERED 3
#define SIM_ENTRIES  16 /* of one copy */
#define SIM_QUEUE    96 /* messages on their way over one link */
#define SIM_LOG      32 /* deletions that a session log keeps */
#define SIM_CHANGES  48 /* changes that a log of changes keeps */

/* A CSN orders by time, then by server ID; time 0: none. */
typedef struct SimCsn {
	uint32_t time;
	uint8_t sid;
} SimCsn;

/* contextCSN: the time of each server ID; 0: it has none. */
typedef struct SimContext {
	uint32_t time[SIM_SIDS];
} SimContext;

typedef struct SimEntry {
	uint16_t uuid;
	uint8_t name;
	bool is_bare;    /* without its passwords: the account that read it may not see them */
	bool is_by_hand; /* because a person took that right away where others read already */
	uint32_t stale;  /* time of an older change, carried out after that of its CSN; 0: none */
	uint16_t beat;   /* what a heartbeat says */
	bool has_other_secret; /* of name 0: so has the account, where it is in the database */
	SimCsn csn;
} SimEntry;

typedef struct SimCopy {
	SimEntry entries[SIM_ENTRIES];
	size_t n_entries;
	uint16_t gone[SIM_NAMES]; /* UUID, by name: what was deleted here last */
} SimCopy;

/* The session log of syncprov: what was deleted since it began. */
typedef struct SimLog {
	bool is_kept;    /* olcSpSessionlog; what is in it is replayed until the next change */
	bool is_by_hand; /* a person wrote it, and syncward says what it may cost */
	SimContext since;
	bool has_any;              /* change in it, deletion or not */
	SimEntry deleted[SIM_LOG]; /* csn: of the deletion */
	size_t n_deleted;
} SimLog;

/* One entry of a log of changes. */
typedef struct SimChange {
	SimEntry entry; /* as it was left; of a deletion as it was before */
	SimCsn csn;
	bool is_deletion;
	bool is_new;     /* the entry came by it */
	bool is_allowed; /* it came by a refresh, of this node or of one that it reads, while the
			    node said that it sees all logs */
	bool is_first;   /* by one that filled an empty database, whose log was left */
} SimChange;

/* The log of changes of slapo-accesslog(5), with a syncprov of its own. */
typedef struct SimChanges {
	bool is_there;
	bool is_written; /* an overlay writes into it, and does not only begin it */
	bool is_said;    /* LOG_WORD */
	bool is_hidden;  /* its olcAccess shows nothing to the account with which others read */
	bool is_closed;  /* LOG_CLOSED */
	bool is_shut;    /* its olcAccess shows nothing new to searches that have begun either */
	bool has_begun;
	bool is_twice;     /* it names a server twice: a log that is written where there was data */
	SimContext least;  /* minCSN: a reader that lacks that is refused */
	SimContext memory; /* its contextCSN */
	SimContext disk;
	SimChange items[SIM_CHANGES];
	size_t n_items;
} SimChanges;

typedef enum SimMessageKind {
	SIM_REFRESHED, /* an entry of a refresh */
	SIM_DONE,      /* the refresh ends: present or not, with the cookie or without */
	SIM_CHANGED,   /* an entry that was added or modified */
	SIM_DELETED,
	SIM_LOGGED, /* the same, out of a session log */
	SIM_COOKIE, /* contextCSN alone grew */
	SIM_TOLD,   /* a change out of a log of changes */
} SimMessageKind;

typedef struct SimMessage {
	SimMessageKind kind;
	SimEntry entry;
	SimCsn csn; /* the cookie of a change; time 0: it has none, as it came by a refresh */
	SimContext cookie;
	bool is_deletion; /* of what was reported; the same as in the log */
	bool is_new;
	bool is_allowed;
	bool is_first;
	bool is_of_refresh; /* it came by one to a node that it has passed, in the order of that */
} SimMessage;

typedef enum SimPhase {
	SIM_DOWN,
	SIM_REFRESH,
	SIM_PERSIST,
} SimPhase;

/* How one node reads another one. */
typedef struct SimLink {
	bool is_declared;
	bool is_partial;       /* its filter leaves out the names from SIM_FILTERED on */
	bool is_polled;        /* refreshOnly: its connection ends with the refresh */
	bool has_other_secret; /* it sends that one of the two passwords */
	bool reads_log;        /* syncdata, logbase: changes come out of the log of changes */
	bool is_anew;    /* its cookie lacked a server ID: everything is sent, whatever it has */
	bool lost_first; /* and it lacks only those whose first change was on its way when a
			    connection broke */
	bool has_fallen; /* SYNCLOG_FALLBACK: it reads the database once */
	bool is_logging; /* this connection reads the log */
	SimPhase phase;
	uint32_t since;    /* the phase */
	uint32_t began;    /* its last connection */
	bool made_contact; /* since the consumer was made */
	bool is_refused;   /* the last try, for its password */
	bool is_present;   /* the refresh says what is there: the rest goes at its end */
	bool has_cookie;   /* something had changed */
	uint8_t told_sid;  /* do_syncrep1(): the reader's server ID; 0: it has no flag, and tells
			      none */
	SimContext cookie;
	SimCsn replayed;          /* the CSN that a session log raised this refresh's reader to, */
	uint32_t before_replayed; /* and what that had of its server ID before */
	uint16_t seen[SIM_ENTRIES * 2];
	size_t n_seen;
	SimMessage queue[SIM_QUEUE];
	size_t n_queue;
} SimLink;

/* An entry that came back where it was deleted. */
typedef struct SimReturn {
	uint16_t uuid;      /* 0: none did */
	SimContext covered; /* by the server that sent it */
} SimReturn;

/* What a node was not given and never got since. */
typedef struct SimSkip {
	SimCsn csn; /* time 0: nothing */
	uint8_t reader;
} SimSkip;

typedef struct SimNode {
	bool is_up;
	bool has_overlay;
	bool has_flag;
	bool has_consumers; /* also of a server that does not exist */
	bool hides; /* its olcAccess does, passwords from the account with which others read */
	bool hides_by_hand; /* since a person wrote it, and others read already */
	bool hides_from_root;
	bool is_shut;     /* olcLimits: no search of the account with which others read begins */
	bool is_seen_cut; /* a relay of which a pass saw that no link is left, until it has whole
			     what it gets then */
	bool compares_nowhere;   /* olcRestrict of the whole server: what it says of its log is not
				    seen */
	bool takes_other_secret; /* where the account is no part of the database */
	uint8_t sid;             /* under which it writes now */
	unsigned lost_first;     /* bits of server IDs whose first change was on its way here when a
				    connection broke */
	SimCopy copy;
	SimContext disk;   /* contextCSN of the suffix entry */
	SimContext memory; /* of the overlay */
	SimLog log;
	SimChanges changes;
	bool is_unsaved;           /* the overlay has a contextCSN that no checkpoint wrote */
	unsigned forgettable;      /* bits of names that clients changed here since, */
	SimCsn changed[SIM_NAMES]; /* and how at last */
	bool is_dirty;             /* si_dirty: a change came without a CSN */
	uint32_t started;
	uint32_t late;            /* its clock is behind by so many seconds */
	uint32_t last_csn;        /* that it gave to a change */
	SimLink links[SIM_NODES]; /* by the node that it reads */
} SimNode;

typedef struct SimCluster {
	size_t n_nodes;
	bool is_account_inside; /* that others read with, in the database: what has none of it
				   refuses it */
	SimNode nodes[SIM_NODES];
	bool is_cut[SIM_NODES][SIM_NODES];
	bool is_kept_out[SIM_NODES][SIM_NODES]; /* likewise, as a log was closed (sim_deeds.h) */
	uint32_t now;                           /* seconds; each change has one of its own */
	uint16_t n_uuids;
	/* By name: */
	uint16_t overtaken[SIM_NAMES]; /* UUID: a deletion, on its way, was, by the entry, which
					  came from another node that had it by a refresh and so
					  without a CSN: it is back, and no agent can help it */
	uint16_t early[SIM_NAMES];     /* UUID: a client deleted what came by a refresh that had not
					  ended, and who polls that node keeps it: its refresh deletes
					  only what the cookie covers */
	SimCsn forgotten[SIM_NAMES];   /* of the last change there, before whose contextCSN was
					  written a slapd was killed: it may never be sent (fact of
					  slapd, and of no agent) */
	SimCsn unsent[SIM_NAMES];      /* the version that it never sent, and that a client's next
					  change there let seem to be everywhere; or that only the
					  log of a database has that was emptied; time 0: none */
	SimCsn outrun[SIM_NAMES];   /* the version that a reader refused in a refresh, for a session
				     * log that somebody keeps had raised it there; time 0: none */
	SimCsn passed[SIM_NAMES];   /* the version that a log told too late, of a node that said it
				     * sees all logs, or no more, as it was killed; time 0: none */
	SimCsn unshown[SIM_NAMES];  /* the version that a node which began to read was not given, by
				     * a relay that a pass had seen cut off; time 0: none */
	SimSkip skipped[SIM_NAMES]; /* the same, by one that no pass had seen cut off */
	uint16_t kept[SIM_NAMES];   /* UUID: the same of a deletion, or of one that a cookie
				     * overtook */
	SimReturn anew[SIM_NAMES];  /* what a node that read all anew brought back, where that could
				     * not be helped */
} SimCluster;

bool sim_csn_is_newer(SimCsn one, SimCsn other);

/* The entry of that name or UUID in the copy; NULL: it has none. */
SimEntry *sim_find_name(SimCopy *copy, unsigned name);

/* Both hold the same versions of the same entries, with and without passwords alike; heartbeats do
 * not count. */
bool sim_copies_equal(const SimCopy *one, const SimCopy *other);

/* What the database shows as its contextCSN. */
const SimContext *sim_context(const SimNode *node);

/* A consumer without the flag refuses clients' changes. */
bool sim_is_closed(const SimNode *node);

/* True when slapd takes a client's change: it is up, holds the suffix entry and is no shadow. */
bool sim_takes_writes(const SimNode *node);

/* A client's change: adds or modifies the entry, or deletes it. Returns the CSN that it got. */
SimCsn sim_write(SimCluster *cluster, size_t node, unsigned name, bool is_delete);

/* A client gives the account the other one of its two passwords. */
SimCsn sim_repass(SimCluster *cluster, size_t node);

/* The account with which others read is there, and that is its password. */
bool sim_takes_secret(const SimCluster *cluster, size_t node, bool is_other);

/* The heartbeat of a node, written at one: a change of an entry that nothing else writes. */
void sim_beat(SimCluster *cluster, size_t at, size_t node, uint16_t says);

/* The consumer connects and searches, if it is declared and down and the provider is there. */
void sim_connect(SimCluster *cluster, size_t reader, size_t provider);

/* Takes at most so many messages; returns how many there were. */
size_t sim_deliver(SimCluster *cluster, size_t reader, size_t provider, size_t n);

/* The consumer is made anew, or its connection broke. */
void sim_link_drop(SimCluster *cluster, size_t reader, size_t provider);

/* The session log is there from now on, or no longer kept. */
void sim_log_keep(SimNode *node, bool is_kept);

/* What cn=config says of the log of changes takes effect: its database with syncprov, an overlay
 * that begins it, one that writes into it. */
typedef struct SimChangesConfig {
	bool is_there;
	bool is_begun;
	bool is_written;
	bool is_said;   /* LOG_WORD */
	bool is_closed; /* LOG_CLOSED */
	bool is_shut;
} SimChangesConfig;

void sim_changes_configure(SimCluster *cluster, size_t node, SimChangesConfig config);

/* Somebody hides the log, while no link reads it, or shows it again. */
void sim_changes_hide(SimCluster *cluster, size_t node);

/* olcAccessLogPurge: what is older than that time is removed. */
void sim_changes_purge(SimNode *node, uint32_t before);

/* syncprov is added to the database or taken from it; the latter writes contextCSN to disk. */
void sim_overlay_open(SimCluster *cluster, size_t node);
void sim_overlay_close(SimCluster *cluster, size_t node);

/* slapd ends, killed or in order, and starts. */
void sim_stop(SimCluster *cluster, size_t node, bool is_killed);
void sim_start(SimCluster *cluster, size_t node);

#endif
