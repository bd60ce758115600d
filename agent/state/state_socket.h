/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_STATE_SOCKET_H
#define SYNCWARD_STATE_SOCKET_H

#include <stdbool.h>

#include "common/base/error.h"
#include "common/base/pool.h"

/* At which socket slapd answered, where nobody named it (socket.json). */
typedef struct StateSocket {
	const char *uri; /* in the pool; NULL: not known */
	bool is_first;   /* proven: this node never had an answer of slapd, at no socket */
} StateSocket;

/* What cannot be read is not known, and proves nothing. */
StateSocket state_read_socket(Pool *pool, const char *state_dir);

/* Durable before it returns. */
int state_write_socket(const char *state_dir, const char *uri, Error *err);

#endif
