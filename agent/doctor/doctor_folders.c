/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/disk/disk_witness.h"
#include "agent/disk/file_try.h"
#include "agent/disk/mdb_file.h"
#include "agent/doctor/doctor_look.h"
#include "agent/files/owner.h"
#include "common/live/live_log.h"
#include "common/remedies/remedies.h"
#include "common/slapd/config_file.h"

const char *doctor_config_dir(const Doctor *doctor)
{
	if (doctor->has_context && doctor->context.paths.config_dir)
		return doctor->context.paths.config_dir;
	if (doctor->offline.has_files)
		return doctor->offline.files.owner.config_dir;
	return doctor->seen.has_world ? world_config_dir(doctor->pool, &doctor->seen.world) : NULL;
}

/* --- the databases that have a folder --- */

/* False when they could not be read. */
static bool databases_read(const Doctor *doctor, Tree *ret)
{
	static const char *const attributes[] = {"objectClass", "olcSuffix", "olcDbDirectory",
						 "olcDbMaxSize", NULL};
	const DirectoryQuery query = {.base = "cn=config",
				      .scope = DIRECTORY_ONE,
				      .filter = "(olcDbDirectory=*)",
				      .attributes = attributes};

	if (doctor->offline.has_files) {
		*ret = doctor->offline.files.databases;
		return !doctor->offline.files.problem;
	}
	return doctor->directory &&
	       directory_read(doctor->directory, &query, doctor->pool, ret, NULL) == 0;
}

static const char *folder_of(const Entry *database)
{
	const char *folder = entry_first(database, "olcDbDirectory");

	return folder && folder[0] == '/' ? folder : NULL;
}

/* --- what slapd may do there --- */

/* What it writes and reads: without one of them it does not start, or cannot keep a change. */
static FileTry *tries_make(const Doctor *doctor, const char *config_dir, const Tree *databases,
			   size_t *ret_n)
{
	Pool *pool = doctor->pool;
	const Tree *config = &doctor->seen.world.config;
	FileTry *tries = NULL;
	struct stat status;
	size_t n = 0;

	POOL_PUSH(pool, tries, n, {.path = config_dir, .mode = R_OK | W_OK | X_OK});
	for (size_t i = 0; doctor->seen.has_world && i < config->n_entries; i++) {
		const char *path = pool_printf(pool, "%s/%s", config_dir,
					       config_file_of(pool, config->entries[i].dn));

		if (stat(path, &status) == 0) /* one that is missing is reported by disk-copy */
			POOL_PUSH(pool, tries, n, {.path = path, .mode = R_OK});
	}
	for (size_t i = 0; i < databases->n_entries; i++) {
		const char *folder = folder_of(&databases->entries[i]);
		const char *data = pool_printf(pool, "%s/data.mdb", folder ? folder : "");

		if (folder)
			POOL_PUSH(pool, tries, n, {.path = folder, .mode = R_OK | W_OK | X_OK});
		if (folder && stat(data, &status) == 0)
			POOL_PUSH(pool, tries, n, {.path = data, .mode = R_OK | W_OK});
	}
	*ret_n = n;
	return tries;
}

static bool tries_do(const Doctor *doctor, const char *config_dir, FileTry *tries, size_t n_tries)
{
	SlapdUser user;

	if (doctor->seen.has_world &&
	    slapd_user_find(doctor->pool, entry_first(doctor->seen.world.live.global, "olcPidFile"),
			    &user))
		return file_try_as_user(&user, tries, n_tries);
	return file_try_as_owner(config_dir, tries, n_tries);
}

/* A running slapd has its files open; while it is stopped, nothing else says that they are
 * damaged. */
static void file_look(const Doctor *doctor, const Entry *database, FolderFaults *faults)
{
	const char *folder = folder_of(database);
	DatabaseFile file;
	Error err;
	int result;

	if (!folder || !entry_has_value(database, "objectClass", "olcMdbConfig") ||
	    owner_become(&doctor->offline.files.owner, NULL) < 0)
		return;
	result = mdb_file_look(folder, &file, &err);
	owner_return();
	if (result < 0)
		POOL_PUSH(doctor->pool, faults->texts, faults->n_texts,
			  pool_strdup(doctor->pool, err.text));
}

FolderFaults doctor_folder_faults(Doctor *doctor)
{
	const char *config_dir = doctor_config_dir(doctor);
	FolderFaults faults = {0};
	Tree databases = {0};
	FileTry *tries;
	size_t n_tries;

	if (!config_dir || !databases_read(doctor, &databases))
		return faults;
	tries = tries_make(doctor, config_dir, &databases, &n_tries);
	faults.were_tried = tries_do(doctor, config_dir, tries, n_tries);
	for (size_t i = 0; faults.were_tried && i < n_tries; i++)
		if (tries[i].error == ENOENT)
			POOL_PUSH(doctor->pool, faults.texts, faults.n_texts,
				  pool_printf(doctor->pool, "%s is not there", tries[i].path));
		else if (tries[i].error != 0)
			POOL_PUSH(doctor->pool, faults.texts, faults.n_texts,
				  pool_printf(doctor->pool, "slapd's user may not %s %s: %s",
					      tries[i].mode & W_OK ? "write to" : "read",
					      tries[i].path, strerror(tries[i].error)));
	for (size_t i = 0;
	     doctor->offline.has_files && faults.n_texts == 0 && i < databases.n_entries; i++)
		file_look(doctor, &databases.entries[i], &faults);
	return faults;
}

/* --- room --- */

static void room_check(Doctor *doctor, const char *folder)
{
	Error err;

	if (folder && config_dir_has_space(folder, &err) < 0)
		doctor_find(doctor->pool, &doctor->report, DOCTOR_DISK, DOCTOR_ERROR, "%s",
			    err.text);
}

/* --- the maps of back-mdb --- */

static void map_tell(Doctor *doctor, const Entry *database, const MapUse *use)
{
	const char *suffix = entry_first(database, "olcSuffix");
	const LiveDatabase *live;
	const bool is_log = live_find_database(&doctor->seen.world.live, suffix, &live) == 1 &&
			    live_logged(&doctor->seen.world.live, live);
	const MapState state = is_log ? map_use_judge_log(use) : map_use_judge(use);

	if (state == MAP_HAS_ROOM)
		return;
	doctor_find(doctor->pool, &doctor->report, DOCTOR_DISK,
		    state == MAP_IS_FULL ? DOCTOR_ERROR : DOCTOR_WARNING,
		    "%s: %u %% of olcDbMaxSize is in use%s: when it is full slapd %s", suffix,
		    map_use_percent(use),
		    map_use_judge(use) == MAP_HAS_ROOM
			    ? ", and the rest was once, which a search that goes on may keep"
			    : "",
		    is_log ? "leaves changes out of this log, and does not report that"
			   : "refuses every write, and what peers send is missing here");
	doctor_remedy(&doctor->report,
		      map_remedy(doctor->pool, database,
				 live_release(&doctor->seen.world.live, NULL) == LIVE_RELEASE_2_5));
}

static bool maps_check(Doctor *doctor, const Tree *databases)
{
	bool all = true;

	for (size_t i = 0; i < databases->n_entries; i++) {
		const Entry *database = &databases->entries[i];
		const char *suffix = entry_first(database, "olcSuffix");
		const MapUse *use =
			suffix ? live_map_use(&doctor->seen.world.live.sizes, suffix) : NULL;

		if (use)
			map_tell(doctor, database, use);
		all = all && (use || !entry_has_value(database, "objectClass", "olcMdbConfig"));
	}
	return all;
}

/* --- the check --- */

static void rights_check(Doctor *doctor)
{
	const FolderFaults faults = doctor_folder_faults(doctor);

	for (size_t i = 0; i < faults.n_texts; i++)
		doctor_find(doctor->pool, &doctor->report, DOCTOR_DISK, DOCTOR_ERROR, "%s",
			    faults.texts[i]);
	if (!faults.were_tried)
		doctor_skip(
			doctor, DOCTOR_DISK,
			"what slapd's user may do in its folders could not be tried; run this as "
			"root");
}

void doctor_disk(Doctor *doctor)
{
	Tree databases = {0};
	struct stat status;

	if (!doctor->offline.has_files && !doctor_has_world(doctor, DOCTOR_DISK))
		return;
	if (!doctor_config_dir(doctor)) {
		doctor_skip(doctor, DOCTOR_DISK,
			    pool_printf(doctor->pool,
					"nothing says where slapd keeps cn=config (%s)",
					remedy_text(REMEDY_CONFIG_DIR)));
		return;
	}
	room_check(doctor, doctor_config_dir(doctor));
	if (stat(doctor->context.paths.state_dir, &status) == 0)
		room_check(doctor, doctor->context.paths.state_dir);
	rights_check(doctor);
	if (!databases_read(doctor, &databases)) {
		doctor_skip(doctor, DOCTOR_DISK, "where the databases are could not be read");
		return;
	}
	for (size_t i = 0; i < databases.n_entries; i++)
		room_check(doctor, folder_of(&databases.entries[i]));
	if (doctor->offline.has_files)
		doctor_skip(doctor, DOCTOR_DISK,
			    "how full the databases are is not known while slapd does not answer");
	else if (maps_check(doctor, &databases))
		doctor_saw(&doctor->report, DOCTOR_DISK);
	else
		doctor_skip(doctor, DOCTOR_DISK,
			    "cn=monitor does not show how full the databases are");
}
