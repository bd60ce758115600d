/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/state/state_document.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/files/file_write.h"
#include "agent/files/folder.h"
#include "agent/state/state_names.h"
#include "agent/system/fd.h"
#include "common/json/json_scan.h"

/* --- members --- */

const char *member_string(const JsonNode *object, const char *key)
{
	const JsonNode *member = json_member(object, key);

	return member && member->type == JSON_STRING ? member->string : NULL;
}

const JsonNode *member_array(const JsonNode *object, const char *key)
{
	const JsonNode *member = json_member(object, key);

	return member && member->type == JSON_ARRAY ? member : NULL;
}

int member_number(const JsonNode *object, const char *key, unsigned long *ret)
{
	const JsonNode *member = json_member(object, key);
	unsigned long number;
	char *end;

	if (!member || member->type != JSON_NUMBER || member->number[0] == '-')
		return -1;
	errno = 0;
	number = strtoul(member->number, &end, 10);
	if (errno || *end)
		return -1;
	*ret = number;
	return 0;
}

/* --- reading --- */

int state_folder_open(Pool *pool, const char *state_dir, bool may_write, StateFolder *ret,
		      Error *err)
{
	Error open_err = {0};
	const int fd = folder_open_existing(state_dir, &open_err);

	if (fd < 0 && open_err.code != ENOENT)
		return error_set(err, open_err.class, open_err.code, "%s", open_err.text);
	*ret = (StateFolder){
		.pool = pool, .state_dir = state_dir, .fd = fd, .may_write = may_write};
	return 0;
}

void state_folder_close(StateFolder *folder)
{
	if (folder->fd >= 0)
		(void)close(folder->fd);
	folder->fd = -1;
}

/* Keeps a file that we cannot use under another name, and says so. */
static void put_aside(StateFolder *folder, const char *name, const char *suffix, const char *why)
{
	const char *aside = NULL;
	struct stat status;

	for (unsigned n = 1; !aside; n++) {
		const char *candidate = pool_printf(folder->pool, "%s.%s-%u", name, suffix, n);

		if (fstatat(folder->fd, candidate, &status, AT_SYMLINK_NOFOLLOW) < 0)
			aside = candidate;
	}
	if (folder->may_write && renameat(folder->fd, name, folder->fd, aside) == 0)
		POOL_PUSH(folder->pool, folder->notices, folder->n_notices,
			  pool_printf(folder->pool, "%s/%s %s: it is kept as %s and not used",
				      folder->state_dir, name, why, aside));
	else
		POOL_PUSH(folder->pool, folder->notices, folder->n_notices,
			  pool_printf(folder->pool, "%s/%s %s: it is not used", folder->state_dir,
				      name, why));
}

int state_content_read(const StateFolder *folder, const char *name, FileContent *ret, Error *err)
{
	const FileCheck check = {.max_bytes = JSON_OURS_MAX_BYTES};
	const char *path = pool_printf(folder->pool, "%s/%s", folder->state_dir, name);

	if (faccessat(folder->fd, name, F_OK, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT)
		return 0;
	return file_read_checked(folder->pool, path, &check, ret, err) < 0 ? -1 : 1;
}

static void newer_take(StateFolder *folder, const StateFile *file, const JsonNode *root,
		       void *target)
{
	put_aside(folder, file->name, "newer", "was written by a newer syncward");
	if (file->is_plain)
		(void)file->load(folder->pool, root, target);
}

int state_document_read(StateFolder *folder, const StateFile *file, void *target, Error *err)
{
	unsigned long version = 0;
	const JsonNode *root;
	FileContent content;
	const int found = state_content_read(folder, file->name, &content, err);

	if (found <= 0)
		return found;
	if (file->is_loose && content.len == 0)
		return 0;
	if (json_parse_ours(folder->pool, file->name, content.bytes, content.len, &root, NULL) <
		    0 ||
	    root->type != JSON_OBJECT || member_number(root, "schema_version", &version) < 0 ||
	    version == 0)
		put_aside(folder, file->name, "damaged", "is damaged");
	else if (version > STATE_SCHEMA_VERSION)
		newer_take(folder, file, root, target);
	else if (file->load(folder->pool, root, target) < 0)
		put_aside(folder, file->name, "damaged", "is damaged");
	return 0;
}

/* --- writing --- */

struct json_object *state_document_new(void)
{
	struct json_object *document = json_object_new_object();

	json_object_object_add(document, "schema_version",
			       json_object_new_int(STATE_SCHEMA_VERSION));
	return document;
}

struct json_object *state_text(const char *text)
{
	return text ? json_object_new_string(text) : NULL;
}

typedef int FileWriter(const FileTarget *target, const char *bytes, size_t len, Error *err);

static int document_put(const char *state_dir, const char *name, struct json_object *document,
			FileWriter *writer, Error *err)
{
	AUTO_FD folder = folder_open(state_dir, 0700, err);
	const FileTarget target = {
		.folder_fd = folder,
		.folder_path = state_dir,
		.name = name,
		.mode = 0600,
	};
	const char *text = json_object_to_json_string_ext(
		document, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE);
	const int result = folder < 0 ? -1 : writer(&target, text, strlen(text), err);

	json_object_put(document);
	return result;
}

int state_document_write(const char *state_dir, const char *name, struct json_object *document,
			 Error *err)
{
	return document_put(state_dir, name, document, file_write_atomic, err);
}

int state_document_replace(const char *state_dir, const char *name, struct json_object *document,
			   Error *err)
{
	return document_put(state_dir, name, document, file_replace, err);
}

int state_document_remove(const char *state_dir, const char *name,
			  int (*remove)(const FileTarget *target, Error *err), Error *err)
{
	Error open_err = {0};
	AUTO_FD folder = folder_open_existing(state_dir, &open_err);

	if (folder < 0)
		return open_err.code == ENOENT
			       ? 0
			       : error_set(err, open_err.class, open_err.code, "%s", open_err.text);
	return remove(&(FileTarget){.folder_fd = folder, .folder_path = state_dir, .name = name},
		      err);
}
