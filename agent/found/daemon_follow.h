/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DAEMON_FOLLOW_H
#define SYNCWARD_DAEMON_FOLLOW_H

#include "common/pass/wake.h"
#include "common/tell/condition.h"
#include "common/wanted/wanted.h"

/* A link whose peer is to be asked. */
typedef struct AskedLink {
	const WantedDatabase *database;
	const WantedConsumer *consumer;
} AskedLink;

/* What peers are to be asked after a pass. */
typedef struct Asks {
	AskedLink *links; /* at once */
	size_t n_links;
	bool is_hurried;  /* somebody waits for the next round of all links */
	uint64_t by_usec; /* and wants it no later than that */
} Asks;

/* What follows from one concern's look at a pass: nothing is told, asked or scheduled anywhere
 * else. Zero: nothing. Everything lives in the pool of the pass. */
typedef struct Follow {
	ConditionList lasting; /* what lasts, as this concern sees it */
	EventList events;      /* what happened once */
	Asks asks;
	WakeList wakes; /* when it wants to be asked again, and why */
} Follow;

/* Adds what follows from another look. What lasts keeps its order; of two conditions with one key
 * the first stays. */
void follow_add(Pool *pool, Follow *follow, Follow other);

/* All links are asked anew no later than that, if peers are asked at all. */
void asks_hurry(Asks *asks, uint64_t by_usec);

#endif
