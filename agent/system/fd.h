/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYNCWARD_FD_H
#define SYNCWARD_FD_H

#include <unistd.h>

static inline void fd_cleanup(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

/* A file descriptor that is closed when the variable leaves its scope. */
#define AUTO_FD __attribute__((cleanup(fd_cleanup))) int

#endif
