/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_ORDER_CONTEXT_CSN_H
#define SYNCWARD_ORDER_CONTEXT_CSN_H

#include "common/draft/diff.h"

/*
 * Overlays first, then the server ID. An entry carries the server ID under which it was written; a
 * peer that was away deletes it in a refresh only when the provider's contextCSN has that server
 * ID. syncprov makes contextCSN for the server ID of the moment, when it is added, and in memory:
 * a server ID that is written before, or a slapd that is killed before its first checkpoint, leaves
 * entries that no refresh ever deletes.
 *
 * How it gets to disk: an overlay that is deleted writes it, from 2.5 on, and where nobody can be
 * reading through it yet. Otherwise the next change of the database does, when the checkpoint is
 * due after every one; only its clients may make that change.
 */
typedef struct Order {
	Diff *diff;
	const DatabasePlan *database;
	const WantedDatabase *wanted;
	const LiveDatabase *live;
	const Content *here;
	const char *suffix;
	bool is_untended;      /* syncward writes nothing to it (common/draft/untended.h) */
	const Change *overlay; /* that is to be added; NULL: it is there, or nobody adds it */
	bool is_written;       /* 2.5 and later: contextCSN is to be written down in this pass */
} Order;

/* Why the server ID must wait for contextCSN of this database, whose overlay is there or comes now;
 * NULL: it need not, or is_written says that this pass writes it. */
const Hold *order_judge_csns(Order *order);

/* True where there is a contextCSN of others only, which the consumers wrote to disk. */
bool order_was_read_from_peers(const Order *order);

/* True when contextCSN is on disk already, or needs no writing. */
bool order_is_settled(const Order *order);

/* The command with which the server ID goes on when the wait is over. */
const char *order_apply_again(const Order *order);

/* Holds the checkpoint of peers.json back while the server ID waits, for whichever database: on 2.4
 * the one that is there tells that contextCSN is on disk. */
void order_keep_checkpoint(const Order *order, const Hold *hold);

const Hold *order_hold_new(const Order *order, const char *text, const char *release);

#endif
