/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SIM_HISTORY_H
#define SYNCWARD_SIM_HISTORY_H

#include <stdio.h>

#include "tests/sim/sim_host.h"
#include "tests/sim/sim_rules.h"
#include "tests/sim/sim_shape.h"

/*
 * A history is a list of choices; the same list gives the same history. What does not apply when
 * its turn comes (a change at a server that is down) does nothing, so that any choice can be left
 * out.
 */

#define SIM_CHOICES 160

typedef enum SimVerb {
	SIM_WRITE,    /* NODE NAME: a client adds or modifies */
	SIM_DELETE,   /* NODE NAME */
	SIM_PASS,     /* NODE */
	SIM_KILLED,   /* NODE ACTIONS: a pass that is killed after so many of them */
	SIM_FIRST,    /* NODE: apply --first-node, by somebody who reaches all others */
	SIM_CONNECT,  /* READER PROVIDER */
	SIM_DELIVER,  /* READER PROVIDER MESSAGES */
	SIM_FLOW,     /* everything connects, everything arrives */
	SIM_ROUND,    /* a pass at every node */
	SIM_CUT,      /* NODE NODE */
	SIM_MEND,     /* NODE NODE */
	SIM_STOP,     /* NODE */
	SIM_CRASH,    /* NODE: kill -9 */
	SIM_START,    /* NODE */
	SIM_WIPE,     /* NODE: somebody empties the database's folder */
	SIM_REPLACE,  /* NODE: a new machine of that name */
	SIM_FOREIGN,  /* NODE: the same, with a database of that suffix made there */
	SIM_BACKUP,   /* NODE */
	SIM_RESTORE,  /* NODE: the database as it was at the backup */
	SIM_UNLINK,   /* NODE: somebody removes olcSyncrepl */
	SIM_OBEY,     /* NODE: what the last pass printed is done literally */
	SIM_SEED,     /* NODE: the first entries of an empty database, by hand */
	SIM_FORGET,   /* NODE: somebody removes syncward's state folder */
	SIM_TYPED,    /* NODE: a typo in its peers.json, in the name of each peer */
	SIM_FILTER,   /* NODE: a filter in its peers.json */
	SIM_CORRECT,  /* NODE: its peers.json as it shall be */
	SIM_LATE,     /* NODE SECONDS: its clock is behind */
	SIM_KEEP_LOG, /* NODE: a session log, as guides say */
	SIM_SET_ACL,  /* NODE SimAccess: olcAccess, in the place of what was there */
	SIM_REVOKE,   /* NODE: olcAccess without what names the replication account */
	SIM_REVISE, /* SimMistake NODES: a new revision of peers.json; bits of those that get it */
	SIM_ROLE,   /* NODE NODES: peers.json makes a provider of a consumer, or one of it; bits of
		       those that get it now */
	SIM_RELAY,  /* NODE NODES: the same, a hub of a consumer, or none any more */
	SIM_MODIFY, /* NODE NAME: a client that does not know of the last change */
	SIM_MAKE_LOG, /* NODE: somebody makes a log of changes, where nobody runs syncward */
	SIM_READ_LOG, /* READER PROVIDER: and has it read */
	SIM_DELTA,    /* NODES: peers.json has links read logs of changes, or no more; bits of those
			 that  get it now */
	SIM_FOLDER,   /* NODE: the folder for its log is not there, or is made */
	SIM_PURGE,    /* NODE: of its log of changes only what is new stays */
	SIM_HIDE_LOG, /* NODE: its log of changes is hidden from nodes, or no more */
	SIM_MUTE,     /* NODE: its slapd refuses all comparisons, or no more */
	SIM_PASSWORD, /* NODE: it has the other password from now on, right or wrong */
	SIM_REPASS,   /* NODE: a client gives the account in the database the other password */
	SIM_ACCOUNT,  /* NODE: where the account is elsewhere, somebody does so at this machine */
	SIM_WAIT,     /* SECONDS */
	SIM_VERB_COUNT
} SimVerb;

typedef struct SimChoice {
	SimVerb verb;
	unsigned of[3];
} SimChoice;

typedef enum SimStart {
	SIM_STOCK,  /* node 1 has the data, the others nothing */
	SIM_FORMED, /* a cluster in step, by syncward */
	SIM_HAND,   /* the same, connected by somebody; entries were there before the server ID */
	SIM_OLD,    /* the same, and contextCSN does not know of them (fact 26) */
	SIM_FRESH,  /* as formed, and none of its servers has written anything yet */
	SIM_EMPTY,  /* as formed, from nothing: all was written under a server ID */
	SIM_START_COUNT
} SimStart;

typedef struct SimHistory {
	size_t n_nodes;
	SimShape shape;
	unsigned polled;    /* bits of nodes, which others read at intervals */
	unsigned consumers; /* bits of nodes, as the history begins */
	unsigned hubs;      /* bits of nodes: hubs, while they are consumers */
	SimRights rights;
	bool has_beats; /* heartbeats */
	bool is_staged; /* and roll-outs */
	SimStart start;
	SimChoice choices[SIM_CHOICES];
	size_t n_choices;
} SimHistory;

/* What went wrong, if anything did; text says what and where. */
typedef enum SimFault {
	SIM_NO_FAULT,
	SIM_LOST,   /* the newest acknowledged version of an entry, at a copy that had it */
	SIM_BACK,   /* an entry that was deleted there */
	SIM_SILENT, /* copies differ after quiet, and nothing says so */
	SIM_BREACH, /* a plan passes a guard */
	SIM_FAULT_COUNT
} SimFault;

typedef struct SimVerdict {
	SimFault fault;
	char text[256];
	unsigned excuses; /* bits of SimExcuse (sim_excuse.h): what hid a loss or a difference */
} SimVerdict;

/* What histories led to since the program began: a run that finds nothing must have looked. */
#define SIM_EXCUSES 13

typedef struct SimTally {
	unsigned long passes;
	unsigned long changes;     /* of clients, acknowledged */
	unsigned long steps;       /* of syncward */
	unsigned long opened;      /* nodes that clients may write to, by a step of syncward */
	unsigned long hubs;        /* consumers that others may read, by one */
	unsigned long logs;        /* links that read logs of changes from then on */
	unsigned long beats;       /* heartbeats */
	unsigned long beats_there; /* of them those of consumers, at providers */
	unsigned long rolled_out;  /* revisions that waited at a node, and are in force there */
	unsigned long excused[SIM_EXCUSES]; /* histories, by SimExcuse */
	unsigned long alone;                /* histories that were played without syncward, too */
} SimTally;

extern SimTally sim_tally;

SimHistory sim_history_random(uint64_t seed);

/* Links read logs of changes before anything else happens; returns how many choices that takes. */
size_t sim_history_read_logs(SimHistory *history);

/* Puts more into it of what that rule concerns. */
void sim_history_lean(SimHistory *history, uint64_t seed, SimRule rule);

/* "write 1 3". */
void sim_choice_print(const SimChoice *choice, FILE *file);

/* A client's. */
bool sim_choice_is_change(const SimChoice *choice);

/* As text, a choice a line; -1 for one that cannot be read. */
void sim_history_print(const SimHistory *history, FILE *file);
int sim_history_read(FILE *file, SimHistory *ret);

/* Plays it with syncward, and, where that loses something, without. */
SimVerdict sim_history_judge(const SimHistory *history, bool is_loud);

/* Plays it without syncward and prints which changes were acknowledged, with the time of their CSN,
 * and what each copy holds in the end: to be compared with real servers. */
void sim_history_tell_alone(const SimHistory *history, FILE *file);

/* Leaves out choices as long as the fault stays. */
void sim_history_shrink(SimHistory *history, SimFault fault);

#endif
