/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/input/peers_file.h"

#include <string.h>

#include "common/json/json_scan.h"
#include "common/remedies/remedies.h"

/* What the program writes down must not let anybody try passwords: one in the file is masked. */
static void digests_make(Pool *pool, const FileContent *content, PeersFile *file)
{
	const char *masked;

	if (!file->desired->has_literal_secret) {
		sha256_hex(content->bytes, content->len, file->sha256);
		return;
	}
	masked = desired_masked(pool, content->bytes, content->len);
	sha256_hex(masked, strlen(masked), file->sha256);
	masked = desired_print_former(pool, file->desired);
	sha256_hex(masked, strlen(masked), file->former_sha256);
}

typedef int DesiredParse(Pool *pool, const char *name, const char *bytes, size_t len,
			 const Desired **ret, Error *err);

static int content_parse(Pool *pool, const char *path, const FileContent *content,
			 DesiredParse *parse, PeersFile *ret, Error *err)
{
	PeersFile file = {
		.content = *content,
		.identity = content->identity,
		.is_private = content->is_private,
	};

	if (parse(pool, path, content->bytes, content->len, &file.desired, err) < 0)
		return -1;
	if (file.desired->has_literal_secret && !content->is_private)
		return error_set(err, ERROR_INPUT, 0,
				 "%s: holds a password, so nobody but root may read it: `%s`, or "
				 "write the password into a file of its own and %s",
				 path, remedy_fill(pool, REMEDY_FILE_MODE, "0600", path),
				 remedy_fill(pool, REMEDY_CREDENTIALS_FILE,
					     "/etc/syncward/secrets/replicator"));
	digests_make(pool, content, &file);
	*ret = file;
	return 0;
}

static int file_read(Pool *pool, const char *path, DesiredParse *parse, PeersFile *ret, Error *err)
{
	const FileCheck check = {
		.max_bytes = JSON_MAX_BYTES,
		.missing_hint = pool_printf(pool, "`%s` and `%s` say how to print a first one",
					    remedy_fill(pool, REMEDY_HELP, "init"),
					    remedy_fill(pool, REMEDY_HELP, "adopt")),
	};
	FileContent content;

	if (file_read_checked(pool, path, &check, &content, err) < 0)
		return -1;
	return content_parse(pool, path, &content, parse, ret, err);
}

int peers_file_read(Pool *pool, const char *path, PeersFile *ret, Error *err)
{
	return file_read(pool, path, desired_parse, ret, err);
}

int peers_file_parse_kept(Pool *pool, const char *path, const FileContent *content, PeersFile *ret,
			  Error *err)
{
	return content_parse(pool, path, content, desired_parse_kept, ret, err);
}
