/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SIM_PLAY_H
#define SYNCWARD_SIM_PLAY_H

#include "tests/sim/sim_deeds.h"
#include "tests/sim/sim_history.h"

/* The last acknowledged change of an entry, and which copies have had it. */
typedef struct SimRecord {
	SimCsn csn;
	uint16_t uuid; /* another entry of that name is not the one that was deleted */
	bool is_deleted;
	bool is_acknowledged; /* in this history */
	SimCsn newest;        /* of all acknowledged changes under that name */
	bool is_contested;    /* it is older than one of them */
	bool is_tolerated;    /* by a clock that differs from no other by more than G11 lets pass */
	bool is_slapds;  /* syncward was there, and what became of it is slapd's own: a loss, */
	bool may_differ; /* and that one copy has it and another does not */
	bool is_held[SIM_NODES];
	bool was_whole[SIM_NODES]; /* with its passwords, whichever version */
} SimRecord;

/* A history that is being played. */
typedef struct SimPlay {
	Sim sim;
	SimRecord ledger[SIM_NAMES];
	SimFault lost[SIM_NAMES]; /* by name: what became of it */
	size_t lost_at[SIM_NAMES];
	unsigned excuses;             /* bits of SimExcuse that hid a loss or a difference */
	bool is_refused[SIM_CHOICES]; /* a client's change, with syncward */
	SimDeeds deeds[SIM_CHOICES];  /* of syncward, by choice */
} SimPlay;

/* sim.pool must be set. The cluster as the history begins. */
void sim_play_begin(SimPlay *play, const SimHistory *history, bool has_agent);

/* All other nodes answer, as far as its peers.json names them. */
bool sim_reaches_all(const Sim *sim, size_t at);

/* syncward makes passes there. Whoever brings a database of his own sees to it that the others run,
 * and that it is not the only one of a provider: where none is, a node with data is taken for the
 * first one. */
bool sim_is_tended(const Sim *sim, size_t at);

void sim_play_choice(SimPlay *play, const SimChoice *choice);

/* Networks work, servers run, everything arrives, and syncward has its time. */
void sim_play_quiet(SimPlay *play);

/* "node 1: 0@812 3@790 knows 101 812 0 0 0": names with the times of their CSNs, contextCSN by
 * server ID. */
void sim_copies_tell(const SimCluster *cluster, bool tells_context, FILE *file);

void sim_play_end(SimPlay *play);

/* Sees whether a copy lost what it had. */
void sim_play_look(SimPlay *play);

#endif
