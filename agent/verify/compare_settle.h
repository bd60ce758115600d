/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_COMPARE_SETTLE_H
#define SYNCWARD_COMPARE_SETTLE_H

#include "agent/session/session_lookup.h"
#include "common/entries/comparison.h"

/* Both copies, open for looking again. */
typedef struct SettleQuestion {
	PeerLink *here;
	PeerLink *there;
	const char *suffix;
	unsigned lag_sec;
	void (*waiting)(void *data, size_t n_differences); /* NULL: not watched */
	void *data;
} SettleQuestion;

/*
 * Looks at the entries that differ until nothing can be on its way any more: both servers show the
 * same contextCSN before and after the look, or the difference has lasted for the lag. Takes away
 * what is equal by then; the rest gets the names of its entries. When a server stops answering the
 * peer's reading says so and nothing is known.
 */
void differences_settle(const SettleQuestion *question, Comparison *comparison);

#endif
