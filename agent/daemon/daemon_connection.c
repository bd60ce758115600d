/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/daemon/daemon_connection.h"

#include <poll.h>

/* No answer is expected on it, so anything to read is its end. slapd closes connections that were
 * idle for olcIdleTimeout, which does not mean that slapd is gone. */
static bool is_at_its_end(DirectoryState state, int fd)
{
	struct pollfd polled = {.fd = fd, .events = POLLIN};

	return state == DIRECTORY_READY && poll(&polled, 1, 0) > 0;
}

int daemon_connection_make(Directory **directory, Context *context, bool has_answer, Error *err)
{
	int fd = -1;
	DirectoryState state = *directory ? directory_state(*directory, &fd) : DIRECTORY_BROKEN;

	if (state == DIRECTORY_BROKEN || is_at_its_end(state, fd)) {
		directory_close(*directory);
		*directory = NULL;
		if (context_connect(context, directory, err) < 0)
			return -1;
		state = directory_state(*directory, &fd);
	}
	if (state == DIRECTORY_WAITING && !has_answer)
		return error_set(
			err, ERROR_UNREACHABLE, 0,
			"slapd has not answered a request yet; it stays open, and no other "
			"is sent");
	(*directory)->timeout_msec = context->socket.timeout_msec;
	(*directory)->budget = context->budget;
	return 0;
}
