/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_HEARTBEAT_LINK_H
#define SYNCWARD_HEARTBEAT_LINK_H

#include "agent/pass/site.h"
#include "agent/session/session_entry.h"
#include "common/health/heartbeat.h"

/*
 * The connection to this node's slapd as the account of heartbeats. It is kept: slapd's next start
 * ends it, so whatever is written over it is written to the slapd that was there when it was made.
 */
typedef struct HeartbeatLink {
	Pool *pool;
	PeerLink link;
	bool is_open;
	unsigned long n_opened; /* how often it was made: the number of this one */
	unsigned long n_rounds; /* of probes that had begun when it was made */
	uint64_t asked_usec;    /* when peers were last asked again because of it; 0: never */
	Pool *refused_pool;
	const char *refused_dn; /* which account was refused, with which password; NULL: none */
	const char *refused_password;
	char problem[512];  /* why it is not open; "": not tried yet */
	bool lacks_account; /* agent.json names none */
} HeartbeatLink;

typedef enum HeartbeatResult {
	HEARTBEAT_DONE,
	HEARTBEAT_NO_CONTAINER,
	HEARTBEAT_REFUSED,
	HEARTBEAT_LINK_GONE, /* what became of it is not known */
} HeartbeatResult;

void heartbeat_link_close(HeartbeatLink *link);
void heartbeat_link_free(HeartbeatLink *link);

/* Lets a bind that was refused be tried again: a person may have mended it. */
void heartbeat_link_forget(HeartbeatLink *link);

/* Opens it unless it is open. False: problem says why not. A bind that was refused is not repeated
 * with the same password, which might lock the account. */
bool heartbeat_link_open(HeartbeatLink *link, const Context *context, unsigned long n_rounds);

/* The entries below the container. Other results than the first: problem says why, and not all of
 * them may be there. Closed when slapd is gone. */
HeartbeatResult heartbeat_link_read(HeartbeatLink *link, Pool *pool, const char *container,
				    Tree *ret);

/* Writes the node's entry over any link; is_made_anew: what is there in its place is deleted first.
 */
LinkAnswer heartbeat_entry_write(PeerLink *link, const char *container, const Heartbeat *beat,
				 bool is_made_anew);

/* The same over this one. */
HeartbeatResult heartbeat_link_write(HeartbeatLink *link, const char *container,
				     const Heartbeat *beat, bool is_made_anew);

#endif
