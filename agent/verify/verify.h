/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_VERIFY_H
#define SYNCWARD_VERIFY_H

#include "agent/input/inputs.h"
#include "agent/ldap/directory.h"
#include "agent/look/look.h"
#include "agent/session/session.h"
#include "common/copy/lag.h"
#include "common/link/password_gate.h"

typedef enum VerifyState {
	VERIFY_IN_STEP,
	VERIFY_BEHIND,      /* it lacks changes that another one had */
	VERIFY_EMPTY,       /* no suffix entry, or one that is hidden from us */
	VERIFY_OTHER,       /* its suffix entry is not the one that is here */
	VERIFY_OTHER_NODE,  /* it runs under the server ID of another peer, or of this node */
	VERIFY_UNREACHABLE, /* no answer, or the link cannot be tested */
	VERIFY_REFUSED,     /* it answered, and refused the bind or the search */
	VERIFY_STATE_COUNT
} VerifyState;

/* One of the servers that hold a database; the first one is this node. */
typedef struct VerifiedServer {
	const Peer *peer;
	bool is_self;
	Syncrepl syncrepl; /* how this node reads it; not of this node itself */
	const char *secret;
	PeerLink link;
	bool is_open;
	bool is_reached;
	int64_t retry_msec; /* when one that is not reached is tried again */
	bool was_read;
	Content content;
	const Peer *answers_as; /* whose server ID it runs under; NULL: its own, or not told */
	VerifyState state;
	Lag lag;
} VerifiedServer;

/* Why the same contextCSN everywhere does not show that all is well. */
typedef struct VerifyDoubt {
	const char *text;     /* a sentence */
	bool forbids_writing; /* what is written here could make peers lose entries */
} VerifyDoubt;

typedef struct VerifiedDatabase {
	const WantedDatabase *wanted;
	VerifiedServer *servers;
	size_t n_servers;
	Newest newest;
	const char *ahead;   /* why the same contextCSN everywhere is no proof; NULL: it is one */
	VerifyDoubt *doubts; /* more of that, given by whoever asked for the verifying */
	size_t n_doubts;
} VerifiedDatabase;

typedef struct Verify {
	Pool *pool;
	Directory *directory;
	const Desired *desired;
	const World *world;
	int64_t end_msec;
	ProbeRefusals refusals;
	VerifiedDatabase *databases;
	size_t n_databases;
	int64_t waited_msec;
} Verify;

/*
 * Reads the contextCSN of every database of this node here and at its peers, over the links' own
 * binds, until every server has what any of them had when it was first read, or until the time is
 * over. Servers that do not answer are waited for together. A refused bind is not tried again.
 * Never fails: the states show the result. The connections stay open until verify_close();
 * everything lives in the pool.
 */
void verify_run(Pool *pool, Directory *directory, const Wanted *wanted, const World *world,
		unsigned timeout_sec, Verify *ret);

void verify_close(Verify *verify);

/* True when every server of every database is in step. */
bool verify_is_good(const Verify *verify);

/* "in-step", "behind", ...: as JSON names it. */
const char *verify_state_name(VerifyState state);

/* What is the matter with the server, for people; "in step" when nothing is. */
const char *verify_describe(Pool *pool, const VerifiedServer *server);

#endif
