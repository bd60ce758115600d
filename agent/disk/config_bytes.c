/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/disk/config_bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/system/fd.h"

#define FILE_MAX_BYTES (8 << 20) /* a thousand olcSyncrepl values take 250 kB */

const char *config_bytes_read(Pool *pool, const char *path, size_t *ret_len)
{
	AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat status;
	size_t len = 0;
	ssize_t n = 1;
	char *bytes;

	if (fd < 0 || fstat(fd, &status) < 0)
		return NULL;
	if (!S_ISREG(status.st_mode) || status.st_size > FILE_MAX_BYTES) {
		errno = EINVAL;
		return NULL;
	}
	bytes = pool_alloc(pool, (size_t)status.st_size + 1);
	while (len < (size_t)status.st_size &&
	       (n = read(fd, bytes + len, (size_t)status.st_size - len)) > 0)
		len += (size_t)n;
	*ret_len = len;
	return n < 0 ? NULL : bytes;
}
