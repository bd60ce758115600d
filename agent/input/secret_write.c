/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/input/secret_write.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "agent/files/file.h"
#include "agent/files/file_write.h"
#include "common/base/pool.h"

static int secret_compare(const char *path, const char *text, Error *err)
{
	AUTO(Pool) *scratch = pool_new();
	const FileCheck check = {.max_bytes = 65536, .is_secret = true};
	FileContent content;
	size_t len;

	if (file_read_checked(scratch, path, &check, &content, err) < 0)
		return -1;
	len = content.len;
	if (len > 0 && content.bytes[len - 1] == '\n')
		len--;
	if (len == strlen(text) && memcmp(content.bytes, text, len) == 0)
		return 0;
	return error_set(err, ERROR_INPUT, 0,
			 "%s exists and holds another password: name another folder", path);
}

int secret_write(int folder_fd, const char *folder_path, const char *name, const char *text,
		 Error *err)
{
	AUTO(Pool) *scratch = pool_new();
	const FileTarget target = {
		.folder_fd = folder_fd, .folder_path = folder_path, .name = name, .mode = 0600};
	struct stat status;

	if (fstatat(folder_fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0)
		return secret_compare(pool_printf(scratch, "%s/%s", folder_path, name), text, err);
	return file_write_atomic(&target, text, strlen(text), err);
}
