/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <json-c/json.h>
#include <string.h>
#include <sys/statvfs.h>

#include "agent/files/file_write.h"
#include "agent/files/folder.h"
#include "agent/state/state.h"
#include "agent/state/state_document.h"
#include "agent/state/state_names.h"
#include "agent/system/fd.h"
#include "common/base/timestamp.h"
#include "common/remedies/remedies.h"

/* Room for the largest file of ours in a small cluster. */
#define MIN_FREE_KIB 64

int state_check_writable(const char *state_dir, Error *err)
{
	struct statvfs status;
	unsigned long long free_kib;

	if (statvfs(state_dir, &status) < 0)
		return 0; /* it will be made, or reading it has reported why not */
	free_kib = (unsigned long long)status.f_bavail * status.f_frsize / 1024;
	if (status.f_flag & ST_RDONLY)
		return error_set(err, ERROR_SYSTEM, EROFS,
				 "%s: cannot be written: the file system is read-only: %s",
				 state_dir, remedy_text(REMEDY_DISK_SOUND));
	if (free_kib < MIN_FREE_KIB)
		return error_set(err, ERROR_SYSTEM, ENOSPC,
				 "%s: cannot be written: %llu KiB are free, wanted %d: %s",
				 state_dir, free_kib, MIN_FREE_KIB, remedy_text(REMEDY_MAKE_ROOM));
	return 0;
}

int state_write_revision(const char *state_dir, const KnownRevision *latest, Error *err)
{
	struct json_object *document = state_document_new();

	json_object_object_add(document, "revision",
			       json_object_new_int64((int64_t)latest->revision));
	json_object_object_add(document, "sha256", json_object_new_string(latest->sha256));
	if (latest->is_staged)
		json_object_object_add(document, "staged", json_object_new_boolean(1));
	return state_document_write(state_dir, STATE_REVISION, document, err);
}

static struct json_object *ids_new(const PeerIds *ids)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < ids->n_items; i++)
		json_object_array_add(list, json_object_new_int64(ids->items[i]));
	return list;
}

static struct json_object *seen_new(const SeenChanges *seen)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < seen->n_items; i++) {
		struct json_object *item = json_object_new_object();

		json_object_object_add(item, "peer", json_object_new_int64(seen->items[i].peer_id));
		json_object_object_add(item, "csn", json_object_new_string(seen->items[i].csn));
		json_object_array_add(list, item);
	}
	return list;
}

static struct json_object *database_new(const KnownDatabase *database)
{
	struct json_object *object = json_object_new_object();
	struct json_object *foreign = json_object_new_array();

	for (size_t i = 0; i < database->n_foreign; i++)
		json_object_array_add(foreign, json_object_new_string(database->foreign[i]));
	json_object_object_add(object, "suffix", json_object_new_string(database->suffix));
	json_object_object_add(object, "foreign", foreign);
	if (database->is_consumer)
		json_object_object_add(object, "consumer", json_object_new_boolean(1));
	if (database->is_rising)
		json_object_object_add(object, "rising", json_object_new_boolean(1));
	if (database->refers_updates)
		json_object_object_add(object, "update_ref", json_object_new_boolean(1));
	if (database->is_joining)
		json_object_object_add(object, "joining", json_object_new_boolean(1));
	if (database->seen.n_items > 0)
		json_object_object_add(object, "seen", seen_new(&database->seen));
	if (database->met.n_items > 0)
		json_object_object_add(object, "met", ids_new(&database->met));
	if (database->source_gone_sec > 0) {
		char since[TIMESTAMP_SIZE];

		json_object_object_add(
			object, "source_gone",
			state_text(timestamp_print(database->source_gone_sec, since)));
	}
	if (database->is_complete)
		json_object_object_add(object, "complete", json_object_new_boolean(1));
	if (database->filled)
		json_object_object_add(object, "filled", json_object_new_string(database->filled));
	if (database->was_partial)
		json_object_object_add(object, "partial", json_object_new_boolean(1));
	if (database->linked.n_items > 0)
		json_object_object_add(object, "linked", ids_new(&database->linked));
	if (database->suspect)
		json_object_object_add(object, "suspect",
				       json_object_new_string(database->suspect));
	return object;
}

int state_write_databases(const char *state_dir, const KnownDatabase *databases, size_t n_databases,
			  Error *err)
{
	struct json_object *document = state_document_new(), *list = json_object_new_array();

	for (size_t i = 0; i < n_databases; i++)
		json_object_array_add(list, database_new(&databases[i]));
	json_object_object_add(document, "databases", list);
	return state_document_write(state_dir, STATE_DATABASES, document, err);
}

int state_write_unsaved(const char *state_dir, const UnsavedEntry *unsaved, size_t n_unsaved,
			Error *err)
{
	struct json_object *document = state_document_new(), *list = json_object_new_array();

	for (size_t i = 0; i < n_unsaved; i++) {
		struct json_object *entry = json_object_new_object();

		json_object_object_add(entry, "dn", json_object_new_string(unsaved[i].dn));
		json_object_object_add(entry, "attribute", state_text(unsaved[i].attribute));
		json_object_object_add(entry, "slapd_started",
				       state_text(unsaved[i].slapd_started));
		json_object_array_add(list, entry);
	}
	json_object_object_add(document, "entries", list);
	return state_document_write(state_dir, STATE_UNSAVED, document, err);
}

int state_write_refusals(const char *state_dir, const ProbeRefusals *refusals, Error *err)
{
	struct json_object *document = state_document_new(), *list = json_object_new_array();

	for (size_t i = 0; i < refusals->n_items; i++) {
		const ProbeBind *refused = &refusals->items[i];
		struct json_object *bind = json_object_new_object();

		json_object_object_add(bind, "provider", json_object_new_string(refused->provider));
		json_object_object_add(bind, "binddn", json_object_new_string(refused->binddn));
		json_object_object_add(bind, "secret", json_object_new_string(refused->secret));
		if (refused->is_alone)
			json_object_object_add(bind, "alone", json_object_new_boolean(true));
		json_object_array_add(list, bind);
	}
	json_object_object_add(document, "binds", list);
	return state_document_write(state_dir, STATE_REFUSALS, document, err);
}

int state_write_machine(const char *state_dir, const char *machine, unsigned node, Error *err)
{
	struct json_object *document = state_document_new();

	json_object_object_add(document, "machine", json_object_new_string(machine));
	json_object_object_add(document, "node", json_object_new_int64(node));
	return state_document_write(state_dir, STATE_MACHINE, document, err);
}

int state_write_indexed(const char *state_dir, int64_t sec, Error *err)
{
	struct json_object *document = state_document_new();
	char time[TIMESTAMP_SIZE];

	json_object_object_add(document, "time", state_text(timestamp_print(sec, time)));
	return state_document_write(state_dir, STATE_INDEXED, document, err);
}

int state_write_restarted(const char *state_dir, const char *slapd_started, Error *err)
{
	struct json_object *document = state_document_new();

	json_object_object_add(document, "slapd_started", json_object_new_string(slapd_started));
	return state_document_write(state_dir, STATE_RESTARTED, document, err);
}

int state_write_left(const char *state_dir, const KnownLeave *leave, Error *err)
{
	struct json_object *document, *list;

	if (leave->n_databases == 0)
		return state_document_remove(state_dir, STATE_LEFT, file_remove_synced, err);
	document = state_document_new();
	list = json_object_new_array();
	for (size_t i = 0; i < leave->n_databases; i++) {
		struct json_object *database = json_object_new_object();

		json_object_object_add(database, "suffix",
				       json_object_new_string(leave->databases[i].suffix));
		if (leave->databases[i].was_closed)
			json_object_object_add(database, "closed", json_object_new_boolean(1));
		json_object_array_add(list, database);
	}
	json_object_object_add(document, "time", json_object_new_string(leave->time));
	if (leave->is_rejoining)
		json_object_object_add(document, "rejoining", json_object_new_boolean(1));
	json_object_object_add(document, "databases", list);
	return state_document_write(state_dir, STATE_LEFT, document, err);
}

int state_write_pause(const char *state_dir, const Pause *pause, Error *err)
{
	struct json_object *document = state_document_new();
	char text[TIMESTAMP_SIZE];

	json_object_object_add(document, "reason", state_text(pause->reason));
	json_object_object_add(document, "by", state_text(pause->by));
	json_object_object_add(document, "since",
			       state_text(timestamp_print(pause->since_sec, text)));
	json_object_object_add(document, "until",
			       state_text(timestamp_print(pause->until_sec, text)));
	return state_document_write(state_dir, STATE_PAUSE, document, err);
}

/* The spare file would take it also on a full disk, where nothing else could be remembered. */
static int intent_has_room(const FileTarget *target, Error *err)
{
	struct statvfs status;

	if (fstatvfs(target->folder_fd, &status) < 0 || status.f_bavail > 0)
		return 0;
	return error_set(err, ERROR_SYSTEM, ENOSPC, "%s/%s: cannot be written: %s",
			 target->folder_path, target->name, strerror(ENOSPC));
}

int state_write_intent(const char *state_dir, const char *json, Error *err)
{
	AUTO_FD folder = folder_open(state_dir, 0700, err);
	const FileTarget target = {
		.folder_fd = folder,
		.folder_path = state_dir,
		.name = STATE_INTENT,
		.mode = 0600,
	};

	if (folder < 0 || intent_has_room(&target, err) < 0)
		return -1;
	return file_write_spare(&target, STATE_INTENT_SPARE, json, strlen(json), err);
}

static int intent_put_aside(const FileTarget *target, Error *err)
{
	return file_make_spare(target, STATE_INTENT_SPARE, err);
}

/* One that comes back after a power cut is reported once more, which does no harm. */
int state_remove_intent(const char *state_dir, Error *err)
{
	return state_document_remove(state_dir, STATE_INTENT, intent_put_aside, err);
}

int state_write_last_good(const char *state_dir, const char *bytes, size_t len, Error *err)
{
	AUTO_FD folder = folder_open(state_dir, 0700, err);
	const FileTarget target = {
		.folder_fd = folder,
		.folder_path = state_dir,
		.name = STATE_LAST_GOOD,
		.mode = 0600,
	};

	return folder < 0 ? -1 : file_write_atomic(&target, bytes, len, err);
}

int state_remove_last_good(const char *state_dir, Error *err)
{
	return state_document_remove(state_dir, STATE_LAST_GOOD, file_remove_synced, err);
}
