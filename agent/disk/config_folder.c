/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/disk/config_folder.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "agent/disk/config_bytes.h"
#include "common/slapd/config_file.h"

#define DATABASE_PREFIX "olcDatabase="
#define OVERLAY_PREFIX  "olcOverlay="
#define FILE_SUFFIX     ".ldif"

static int entry_read(Pool *pool, const char *path, Entry *ret, Error *err)
{
	size_t len = 0;
	const char *bytes = config_bytes_read(pool, path, &len);

	if (!bytes && errno == EINVAL)
		return error_set(err, ERROR_SYSTEM, 0, "%s is no file of slapd's configuration",
				 path);
	if (!bytes)
		return error_set(err, ERROR_SYSTEM, errno, "%s: %s", path, strerror(errno));
	if (!config_file_parse(pool, bytes, len, ret))
		return error_set(err, ERROR_SYSTEM, 0, "%s is no LDIF that slapd could read", path);
	return 0;
}

static bool is_entry(const char *name, const char *prefix)
{
	const size_t len = strlen(name), n_suffix = sizeof(FILE_SUFFIX) - 1;

	return strncmp(name, prefix, strlen(prefix)) == 0 && len > n_suffix &&
	       strcmp(name + len - n_suffix, FILE_SUFFIX) == 0;
}

/* A folder that is not there has none, where it need not be. */
static int entries_read(Pool *pool, const char *folder_path, const char *prefix, bool must_be,
			Tree *ret, Error *err)
{
	DIR *folder = opendir(folder_path);
	const struct dirent *item;
	Tree tree = {0};
	int result = 0;

	if (!folder && errno == ENOENT && !must_be) {
		*ret = tree;
		return 0;
	}
	if (!folder)
		return error_set(err, ERROR_SYSTEM, errno, "%s: %s", folder_path, strerror(errno));
	while (result == 0 && (item = readdir(folder))) {
		Entry entry;

		if (!is_entry(item->d_name, prefix))
			continue;
		result = entry_read(pool, pool_printf(pool, "%s/%s", folder_path, item->d_name),
				    &entry, err);
		if (result == 0)
			POOL_PUSH(pool, tree.entries, tree.n_entries, entry);
	}
	(void)closedir(folder);
	if (result == 0)
		*ret = tree;
	return result;
}

int config_folder_read(Pool *pool, const char *config_dir, Tree *ret, Error *err)
{
	return entries_read(pool, pool_printf(pool, "%s/cn=config", config_dir), DATABASE_PREFIX,
			    true, ret, err);
}

int config_folder_overlays(Pool *pool, const char *config_dir, const char *database_dn, Tree *ret,
			   Error *err)
{
	return entries_read(pool, pool_printf(pool, "%s/cn=config/%s", config_dir, database_dn),
			    OVERLAY_PREFIX, false, ret, err);
}

int config_folder_global(Pool *pool, const char *config_dir, Entry *ret, Error *err)
{
	return entry_read(pool, pool_printf(pool, "%s/cn=config.ldif", config_dir), ret, err);
}
