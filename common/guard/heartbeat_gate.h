/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_HEARTBEAT_GATE_H
#define SYNCWARD_HEARTBEAT_GATE_H

#include "common/copy/copy.h"
#include "common/copy/copy_relation.h"
#include "common/live/live_config.h"
#include "common/memory/memory.h"
#include "common/plan/plan.h"

/*
 * May this node write its heartbeat? One local write to a database that was restored from an older
 * backup makes healthy peers delete what the backup lacks: that write must never be ours. So it
 * waits for what proves that the copy is the one that peers know, in this run of slapd. What was
 * not seen is no proof.
 */
typedef enum HeartbeatGate {
	HEARTBEAT_NOT_KNOWN, /* first: what the copy here holds was not seen */
	HEARTBEAT_ALONE,     /* a consumer that reads no provider, or nobody to compare it with */
	HEARTBEAT_HEALING,   /* slapd may have another server ID */
	HEARTBEAT_FENCED,    /* the fence closed the database, or set out to */
	HEARTBEAT_HELD,      /* by what indicates another copy, or another node */
	HEARTBEAT_JOINING,   /* it is not complete, or was never in step */
	HEARTBEAT_SUSPECT,   /* G10, remembered */
	HEARTBEAT_CLOSED,    /* to clients, or no multi-provider with an overlay */
	HEARTBEAT_SERVER_ID, /* slapd has another one than it must */
	HEARTBEAT_UNSTAMPED, /* slapd gives changes no entryCSN */
	HEARTBEAT_OTHER,     /* a peer holds another database */
	HEARTBEAT_OLDER,     /* a peer has newer changes of this node than this node */
	HEARTBEAT_LOST,      /* this node had newer changes of its own than it has */
	HEARTBEAT_UNSENT,    /* entries that this node wrote are newer than its contextCSN */
	HEARTBEAT_UNREAD,    /* it would be this node's first change, and not all read from here */
	HEARTBEAT_UNPROVEN,  /* no peer was seen since slapd started whose copy is the same */
	HEARTBEAT_UNASKED,   /* its consumers were not asked yet since slapd started */
	/* What a consumer sees at the provider where it would write. */
	HEARTBEAT_THERE_HIDDEN, /* the account is not shown what the provider has */
	HEARTBEAT_THERE_OTHER,  /* others have another database */
	HEARTBEAT_THERE_OLDER,  /* others have newer changes of the provider than itself */
	HEARTBEAT_THERE_UNSENT, /* the provider perhaps never sent what was written there */
	HEARTBEAT_THERE_UNREAD, /* the provider made no change yet: this is for its own heartbeat */
	HEARTBEAT_THERE_UNPROVEN, /* no other peer was seen whose copy is the same */
	HEARTBEAT_MAY_WRITE,
	HEARTBEAT_GATE_COUNT
} HeartbeatGate;

/* When a peer was asked, and what that is compared with. */
typedef struct HeartbeatAsked {
	unsigned long round;    /* in which it was asked; 0: in none */
	unsigned long n_rounds; /* that had begun when the connection to slapd was made */
	int64_t at_sec;         /* when it answered, since 1970 */
	int64_t now_sec;
	unsigned every_sec; /* peers are asked as often as that */
} HeartbeatAsked;

/*
 * True when the answer counts: it was asked for when the connection was there already, for slapd
 * may have been given another database before; and not long ago by the clock of the day, for a
 * machine that is set back while it runs keeps connections and answers, and not the time.
 */
bool heartbeat_answer_counts(const HeartbeatAsked *asked);

/* What is known when a node is about to write. */
typedef struct HeartbeatLook {
	const WantedDatabase *wanted;
	const Peer *self;
	const Plan *plan; /* what was left of it */
	const Live *live;
	const Known *known;
	const Content *here; /* read after it, over a connection that slapd's next start ends; with
				its coverage */
	/* Answers that count (heartbeat_answer_counts()); CONTENT_UNKNOWN: there is none. */
	const Content *peers;
	size_t n_peers;
	/* The same of consumers, one for each; CONTENT_UNKNOWN: it is still to be asked. None: all
	 * were asked when this was last written, over the same connection. */
	const Content *heirs;
	size_t n_heirs;
	const char *missing; /* own changes known to be lost (DatabaseHealth); NULL: none */
} HeartbeatLook;

/* Which consumer has newer changes of this node, or another database, and what that means; NULL:
 * none shows that. In the pool. */
const char *heartbeat_describe_heir(Pool *pool, const HeartbeatLook *look);

/* Of a consumer: whether it may look at a provider, with heartbeat_gate_there(). */
HeartbeatGate heartbeat_gate(const HeartbeatLook *look);

/*
 * What a consumer knows that is about to write at a provider. The provider may be what was restored
 * from an older backup, so its copy is compared with others, as its own syncward would do; the copy
 * here proves nothing, for it may have been read from there.
 */
typedef struct HeartbeatThere {
	unsigned sid;         /* under which the provider writes */
	const Content *there; /* read over the connection that the write takes; with its coverage */
	const Content *here;
	const Content *others; /* other peers' copies, read after that */
	size_t n_others;
} HeartbeatThere;

HeartbeatGate heartbeat_gate_there(const HeartbeatThere *look);

/* Why nothing is written, for people: "this node is joining"; NULL: it may. */
const char *heartbeat_gate_text(HeartbeatGate gate);

#endif
