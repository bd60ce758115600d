/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_DAEMON_PUT_BACK_H
#define SYNCWARD_DAEMON_PUT_BACK_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/pool.h"
#include "common/syncrepl/syncrepl.h"

typedef enum FormerState {
	FORMER_WRITING, /* what takes its place is about to be written */
	FORMER_WAITING, /* it was written, and must connect in its time */
	FORMER_ASKED,   /* it did not, and the peer is asked why */
	FORMER_BACK,    /* the former link is wanted again */
} FormerState;

/* A link that worked until the daemon wrote another in its place. In memory only: it has a
 * password.
 */
typedef struct FormerLink {
	struct FormerLink *next;
	Pool *pool;
	const char *suffix;
	unsigned peer_id;
	const char *uri;
	const char *identity; /* of what took its place */
	const char *why;
	Syncrepl syncrepl;
	FormerState state;
	bool is_settled; /* slapd has it again */
	unsigned wait_sec;
	uint64_t until_usec;
	int64_t asked_sec;
	const char *text; /* why it is back */
} FormerLink;

#endif
