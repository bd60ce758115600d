/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_SIM_EXCUSE_H
#define SYNCWARD_SIM_EXCUSE_H

#include "tests/sim/sim_play.h"

/*
 * Why a loss is not held against syncward. Each is a hole in what is judged: it is counted, and can
 * be taken out, so that what it hides is seen.
 */
typedef enum SimExcuse {
	EXCUSE_NONE,
	EXCUSE_UNSENT,    /* a killed slapd never sent it, or only an emptied log has it */
	EXCUSE_OUTRUN,    /* a session log that somebody keeps outran it (fact 25) */
	EXCUSE_SKIPPED,   /* a relay that no pass saw cut off did not give it to a new reader */
	EXCUSE_ANEW,      /* who reads all anew brings back what its sender had not deleted yet */
	EXCUSE_FORGOTTEN, /* the last change before a slapd was killed */
	EXCUSE_OVERTAKEN, /* a deletion met an entry that came without a CSN */
	EXCUSE_EARLY,     /* a client deleted what came by a refresh that had not ended */
	EXCUSE_PASSED,    /* a log told the version too late */
	EXCUSE_KEPT,      /* the same of a deletion, or of one that a cookie overtook */
	EXCUSE_PAST,      /* all losses where a node let others read it beside an unbegun copy */
	EXCUSE_ALONE,     /* slapd alone does the same in this history */
	EXCUSE_BUSY,      /* a plan goes on as long as changes are on their way at each look */
	EXCUSE_COUNT
} SimExcuse;

_Static_assert((int)EXCUSE_COUNT == SIM_EXCUSES, "the tally has one of each");

extern const char *const sim_excuse_names[];

/* From now on that one excuses nothing; EXCUSE_NONE: all do. */
void sim_excuse_take_out(SimExcuse excuse);
bool sim_excuse_holds(SimExcuse excuse);

/* Bits of those that hold for a loss of the entry's newest change, and for that one copy has it and
 * another does not. */
unsigned sim_excuses_of_loss(const SimCluster *cluster, unsigned name, const SimRecord *record);
unsigned sim_excuses_of_difference(const SimCluster *cluster, unsigned name,
				   const SimRecord *record);

#endif
