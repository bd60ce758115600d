/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/fence/fence_site.h"

#include "agent/disk/config_folder.h"
#include "agent/disk/mdb_file.h"
#include "agent/files/owner.h"
#include "agent/slapd/slapd_place.h"
#include "agent/slapd/slapd_process.h"
#include "agent/system/wait.h"
#include "common/remedies/remedies.h"
#include "common/slapd/dn.h"

/* How long a slapd that hangs may take to show that it is there. */
#define ANSWER_MSEC 2000

bool fence_slapd_runs(Pool *pool, const Context *context, const char *pid_file)
{
	Context asked = *context;
	AUTO(Directory) *directory = NULL;
	Error err = {0};

	if (pid_file && slapd_arguments_find(pool, pid_file, NULL).n_urls > 0)
		return true;
	asked.socket.timeout_msec = ANSWER_MSEC;
	return context_connect(&asked, &directory, &err) == 0 || err.class != ERROR_UNREACHABLE;
}

int fence_site_read(Pool *pool, FenceSite *site, Error *err)
{
	int result;

	if (owner_become(&site->tool.owner, err) < 0)
		return -1;
	result = config_folder_read(pool, site->tool.owner.config_dir, &site->databases, err);
	owner_return();
	return result;
}

int fence_site_find(Pool *pool, const SitePaths *paths, const FenceOptions *options,
		    const LastSeenAll *seen, FenceSite *ret, Error *err)
{
	const SlapdPlace place = slapd_place_stopped(pool, paths->config_dir, seen);
	const char *config_dir = place.config_dir;
	FenceSite site = {
		.tool = {
			.program = options->program ? options->program : place.program,
			.deadline_msec = monotonic_msec() + (int64_t)options->timeout_sec * 1000,
		}};
	int result;

	if (!config_dir)
		return error_set(err, ERROR_SYSTEM, 0,
				 "where slapd keeps cn=config is not known: %s",
				 remedy_text(REMEDY_CONFIG_DIR));
	if (!site.tool.program)
		return error_set(err, ERROR_SYSTEM, 0,
				 "where slapd is installed is not known, or others than root could "
				 "change what is there: name it with --slapd");
	if (owner_find(pool, config_dir, &site.tool.owner) < 0)
		return owner_error(config_dir, err);
	result = fence_site_read(pool, &site, err);
	*ret = site;
	return result;
}

const Entry *fence_site_database(const FenceSite *site, const char *suffix)
{
	for (size_t i = 0; i < site->databases.n_entries; i++) {
		const Entry *entry = &site->databases.entries[i];
		const Attribute *suffixes = entry_attribute(entry, "olcSuffix");

		for (size_t k = 0; suffixes && k < suffixes->n_values; k++)
			if (dn_equal(suffixes->values[k].bytes, suffix))
				return entry;
	}
	return NULL;
}

const char *fence_site_dn(Pool *pool, const Entry *database)
{
	return pool_printf(pool, "%s,cn=config", database->dn);
}

int fence_site_file(const FenceSite *site, const Entry *database, DatabaseFile *ret, Error *err)
{
	const char *folder = entry_first(database, "olcDbDirectory");
	int result;

	if (!entry_has_value(database, "objectClass", "olcMdbConfig"))
		return error_set(err, ERROR_SYSTEM, 0, "it is not kept by back-mdb");
	if (!folder || folder[0] != '/')
		return error_set(err, ERROR_SYSTEM, 0, "its olcDbDirectory is no whole path");
	if (owner_become(&site->tool.owner, err) < 0)
		return -1;
	result = mdb_file_look(folder, ret, err);
	owner_return();
	return result;
}
