/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SIM_HOST_H
#define SYNCWARD_SIM_HOST_H

#include "agent/ldap/directory.h"
#include "common/memory/rollout_watch.h"
#include "common/wanted/wanted.h"
#include "tests/sim/sim_access.h"
#include "tests/sim/sim_model.h"
#include "tests/sim/sim_shape.h"

/*
 * A machine with a slapd of the model and a syncward: cn=config is the tree in memory of
 * tests/lib/memory_directory.h, whose changes take effect in the model; the database and
 * cn=monitor show what the model holds.
 */

#define SIM_SUFFIX       "dc=example,dc=org"
#define SIM_OTHER_SECRET "other"
#define SIM_UUID         "2d3f28a0-0000-1040-8000-%012x"

typedef struct Sim Sim;

/* Who may read passwords. */
typedef struct SimRights {
	bool is_debian;  /* a new machine has Debian's olcAccess; else none, and all read all */
	bool has_access; /* "access": true in peers.json */
	bool is_inside;  /* the account that others read with is in the database */
	bool is_hidden;  /* anonymous clients see nothing */
	bool is_root;    /* who reads logs of changes is their rootdn: none can be shut */
} SimRights;

/* What the last pass asked people to do. */
typedef struct SimAdvice {
	unsigned file;         /* by which it was made; with another one it may mean more */
	unsigned released;     /* guards */
	bool empties_database; /* to have it read anew */
	bool awaits_readers;   /* released only when one of those that shall read here never will */
	bool wants_compare;    /* released only when the copy here is as those of providers */
	bool ends_demoted;     /* released only when who is a consumer now takes no writes */
} SimAdvice;

/* A peers.json, as one machine has it. */
typedef struct SimFile {
	const Desired *desired;
	Wanted wanted;
	char sha256[16];
	unsigned id; /* by which heartbeats name it */
	unsigned revision;
	unsigned consumers; /* bits of nodes, by it */
	unsigned hubs;      /* those of them that others read */
	unsigned mistake;   /* SimMistake: what somebody did to it */
	bool has_delta;     /* changes come out of logs */
	bool has_typo;      /* in the name of each peer */
	bool has_other_secret;
	bool is_deaf; /* for a typo: no node answers */
	bool is_bad;  /* a revision that does well nowhere */
} SimFile;

/* A text of it, read. */
typedef struct SimParsed {
	const char *text;
	const Desired *desired;
} SimParsed;

typedef struct SimHost {
	Directory directory; /* first: what the pass is given */
	Sim *sim;
	size_t at;
	Directory *memory;
	const char *state_dir;
	SimFile file;        /* by which the last pass was made */
	SimFile disk;        /* that somebody brought */
	CanaryWatch watch;   /* of node 1, while a revision waits for it */
	const char *watched; /* digest of that one; NULL: none waits */
	uint32_t said_at;    /* its last heartbeat */
	uint16_t said;
	size_t n_failed;     /* tries to say it at a provider */
	uint32_t own_newest; /* change under its server ID that its daemon saw here */
	bool has_lost;       /* and saw gone */
	int actions_left;    /* of this pass, until it is killed; negative: as many as it likes */
	SimAdvice advice;
	bool is_reference;  /* its copy was never wiped, restored or of another cluster */
	bool had_entries;   /* since the machine is new */
	bool is_foreign;    /* it came with a database of its own */
	bool lacks_folder;  /* for the log of changes */
	bool was_judged;    /* a pass looked at it */
	bool is_well;       /* and nothing was to be done, or to be said */
	bool has_said;      /* that pass held something, or failed, and said so */
	bool is_unfinished; /* that pass was to change something still, or had to */
	size_t n_steps;     /* that slapd accepted */
	SimCopy backup;
	SimContext backup_context;
	bool has_backup;
	const char **removed; /* olcSyncrepl, by somebody who did not put it back yet */
	size_t n_removed;
} SimHost;

struct Sim {
	Pool *pool;
	SimShape shape;
	unsigned polled;
	unsigned consumers; /* bits of nodes, by the newest peers.json; hosts get it later */
	unsigned hubs;      /* those of them that others read */
	bool has_delta;     /* the same */
	bool has_beats;     /* nodes report on themselves */
	bool is_staged;     /* a new revision waits until node 1 did well with it */
	unsigned revision;  /* of the newest peers.json */
	unsigned revised;   /* SimMistake: what is wrong with that one everywhere */
	SimParsed *parsed;
	size_t n_parsed;
	const char **digests; /* of all files, by id */
	size_t n_digests;
	SimRights rights;
	SimCluster cluster;
	SimHost hosts[SIM_NODES];
	bool has_agent;
	bool opened_past;   /* a node let others read it beside a copy that looked unbegun */
	bool opened_unread; /* a node let clients write while a copy did not read from it */
	unsigned made_anew[SIM_NODES]; /* by reader: bits of nodes that it read, and that it was
					  made to read in another way since the last choice */
	bool is_loud;
	char breach[256]; /* of a rule, seen by a pass; "": none */
};

/* "20261122100000.000003Z#000000#001#000000" and "20261122100000Z"; in the pool. */
const char *sim_csn_text(Pool *pool, SimCsn csn);
const char *sim_time_text(Pool *pool, uint32_t time);
int64_t sim_seconds(uint32_t time);

/* A new machine with a stock slapd, an empty database and an empty state folder. */
void sim_host_make(Sim *sim, size_t at);

/* What cn=config says now takes effect; restarts: all consumers of the database were made anew. */
void sim_host_reload(SimHost *host, bool restarts);

/* What cn=config says of the database and of syncprov there; the latter may be missing: NULL. */
Entry *sim_host_database(const SimHost *host);
const Entry *sim_host_overlay(const SimHost *host);

/* What somebody does to cn=config by hand: removes the links and the flag, puts them back. */
void sim_host_unlink(SimHost *host);
void sim_host_keep_log(SimHost *host);
void sim_host_put_rules(SimHost *host, SimAccess rules);
void sim_host_revoke(SimHost *host);
void sim_host_relink(SimHost *host);

/* The same of a log of changes, and of the nodes that read it: first begun, then written, so that
 * it names each server once. */
void sim_hand_make_log(SimCluster *cluster, size_t node);
void sim_hand_read_log(SimCluster *cluster, size_t reader, size_t provider);

/* A pass of syncward as the daemon makes it, or a person's apply. */
typedef struct SimPass {
	int kill_after; /* so many reads, writes and files; negative: it is not killed */
	bool is_first_node;
	unsigned released; /* guards */
} SimPass;

void sim_pass(SimHost *host, const SimPass *options);

/* The account with which others read. */
const char *sim_reader(const Sim *sim);

/* By its peers.json it reads that node: the one in force, or the one on disk. */
bool sim_host_reads(const SimHost *host, size_t provider);
bool sim_disk_reads(const SimHost *host, size_t provider);

/* Every copy that may get changes of its own, and shall read from here, does. */
bool sim_is_read_by_all(const SimHost *host);

#endif
