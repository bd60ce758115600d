/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "agent/fd.h"
#include "agent/file.h"
#include "agent/file_write.h"
#include "agent/folder.h"
#include "agent/state.h"
#include "agent/state_files.h"
#include "common/json.h"

/* The string member of that name; NULL when it is absent or no string. */
static const char *member_string(const JsonNode *object, const char *key)
{
	const JsonNode *member = json_member(object, key);

	return member && member->type == JSON_STRING ? member->string : NULL;
}

static const JsonNode *member_array(const JsonNode *object, const char *key)
{
	const JsonNode *member = json_member(object, key);

	return member && member->type == JSON_ARRAY ? member : NULL;
}

/* 0 and the number, or -1 when the member is no whole number that fits. */
static int member_number(const JsonNode *object, const char *key, unsigned long *ret)
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

static int revision_load(Pool *pool, const JsonNode *root, Known *known)
{
	unsigned long revision;

	(void)pool;
	if (member_number(root, "revision", &revision) < 0 || !member_string(root, "sha256"))
		return -1;
	known->has_revision = true;
	known->revision = revision;
	known->sha256 = member_string(root, "sha256");
	return 0;
}

static int database_load(Pool *pool, const JsonNode *item, KnownDatabase *ret)
{
	const JsonNode *foreign = item->type == JSON_OBJECT ? member_array(item, "foreign") : NULL;
	KnownDatabase database = {0};

	if (!foreign)
		return -1;
	database.suffix = member_string(item, "suffix");
	database.suspect = member_string(item, "suspect");
	database.is_joining = json_member(item, "joining") != NULL;
	for (size_t i = 0; i < foreign->n_children; i++) {
		if (foreign->children[i].type != JSON_STRING)
			return -1;
		POOL_PUSH(pool, database.foreign, database.n_foreign, foreign->children[i].string);
	}
	*ret = database;
	return database.suffix ? 0 : -1;
}

static int databases_load(Pool *pool, const JsonNode *root, Known *known)
{
	const JsonNode *list = member_array(root, "databases");
	KnownDatabase *databases = NULL, database;
	size_t n_databases = 0;

	for (size_t i = 0; list && i < list->n_children; i++) {
		if (database_load(pool, &list->children[i], &database) < 0)
			return -1;
		POOL_PUSH(pool, databases, n_databases, database);
	}
	known->databases = databases;
	known->n_databases = n_databases;
	return list ? 0 : -1;
}

static int unsaved_load(Pool *pool, const JsonNode *root, Known *known)
{
	const JsonNode *list = member_array(root, "entries");
	UnsavedEntry *unsaved = NULL;
	size_t n_unsaved = 0;

	for (size_t i = 0; list && i < list->n_children; i++) {
		const JsonNode *item = &list->children[i];
		const char *dn = item->type == JSON_OBJECT ? member_string(item, "dn") : NULL;

		if (!dn)
			return -1;
		POOL_PUSH(pool, unsaved, n_unsaved,
			  {.dn = dn,
			   .attribute = member_string(item, "attribute"),
			   .slapd_started = member_string(item, "slapd_started")});
	}
	known->unsaved = unsaved;
	known->n_unsaved = n_unsaved;
	return list ? 0 : -1;
}

static int refusals_load(Pool *pool, const JsonNode *root, Known *known)
{
	const JsonNode *list = member_array(root, "binds");
	ProbeRefusals refusals = {0};

	for (size_t i = 0; list && i < list->n_children; i++) {
		const JsonNode *item = &list->children[i];
		ProbeBind bind = {0};

		if (item->type != JSON_OBJECT)
			return -1;
		bind.provider = member_string(item, "provider");
		bind.binddn = member_string(item, "binddn");
		bind.secret = member_string(item, "secret");
		if (!bind.provider || !bind.binddn || !bind.secret)
			return -1;
		POOL_PUSH(pool, refusals.items, refusals.n_items, bind);
	}
	known->refusals = refusals;
	return list ? 0 : -1;
}

static int restarted_load(Pool *pool, const JsonNode *root, Known *known)
{
	(void)pool;
	known->restarted_consumers = member_string(root, "slapd_started");
	return known->restarted_consumers ? 0 : -1;
}

static int left_load(Pool *pool, const JsonNode *root, Known *known)
{
	const JsonNode *list = member_array(root, "databases");
	LeftDatabase *left = NULL;
	size_t n_left = 0;

	for (size_t i = 0; list && i < list->n_children; i++) {
		const JsonNode *item = &list->children[i];
		const char *suffix =
			item->type == JSON_OBJECT ? member_string(item, "suffix") : NULL;

		if (!suffix)
			return -1;
		POOL_PUSH(pool, left, n_left,
			  {.suffix = suffix, .was_closed = json_member(item, "closed") != NULL});
	}
	if (!list || !member_string(root, "time"))
		return -1;
	known->left = left;
	known->n_left = n_left;
	known->left_time = member_string(root, "time");
	known->is_rejoining = json_member(root, "rejoining") != NULL;
	return 0;
}

static const struct {
	const char *name;
	int (*load)(Pool *pool, const JsonNode *root, Known *known);
} state_files[] = {
	{STATE_REVISION, revision_load}, {STATE_DATABASES, databases_load},
	{STATE_UNSAVED, unsaved_load},   {STATE_RESTARTED, restarted_load},
	{STATE_REFUSALS, refusals_load}, {STATE_LEFT, left_load},
};

/* One reading of the state folder. */
typedef struct Reader {
	Pool *pool;
	const char *state_dir;
	int folder_fd;
	bool may_write;
	StateRead *read;
} Reader;

/* Keeps a file that we cannot use under another name, and says so. */
static void put_aside(const Reader *reader, const char *name, const char *suffix, const char *why)
{
	StateRead *read = reader->read;
	const char *aside = NULL;
	struct stat status;

	for (unsigned n = 1; !aside; n++) {
		const char *candidate = pool_printf(reader->pool, "%s.%s-%u", name, suffix, n);

		if (fstatat(reader->folder_fd, candidate, &status, AT_SYMLINK_NOFOLLOW) < 0)
			aside = candidate;
	}
	if (reader->may_write && renameat(reader->folder_fd, name, reader->folder_fd, aside) == 0)
		POOL_PUSH(reader->pool, read->notices, read->n_notices,
			  pool_printf(reader->pool, "%s/%s %s: it is kept as %s and not used",
				      reader->state_dir, name, why, aside));
	else
		POOL_PUSH(reader->pool, read->notices, read->n_notices,
			  pool_printf(reader->pool, "%s/%s %s: it is not used", reader->state_dir,
				      name, why));
}

/* 1 read, 0 there is none, -1 failed. */
static int content_read(const Reader *reader, const char *name, FileContent *ret, Error *err)
{
	const FileCheck check = {.max_bytes = JSON_MAX_BYTES};
	const char *path = pool_printf(reader->pool, "%s/%s", reader->state_dir, name);

	if (faccessat(reader->folder_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT)
		return 0;
	return file_read_checked(reader->pool, path, &check, ret, err) < 0 ? -1 : 1;
}

static int state_file_read(const Reader *reader, size_t which, Error *err)
{
	const char *name = state_files[which].name;
	unsigned long version = 0;
	const JsonNode *root;
	FileContent content;
	const int found = content_read(reader, name, &content, err);

	if (found <= 0)
		return found;
	if (json_parse(reader->pool, name, content.bytes, content.len, &root, NULL) < 0 ||
	    root->type != JSON_OBJECT || member_number(root, "schema_version", &version) < 0 ||
	    version == 0)
		put_aside(reader, name, "damaged", "is damaged");
	else if (version > STATE_SCHEMA_VERSION)
		put_aside(reader, name, "newer", "was written by a newer syncward");
	else if (state_files[which].load(reader->pool, root, &reader->read->known) < 0)
		put_aside(reader, name, "damaged", "is damaged");
	return 0;
}

static int intent_read(const Reader *reader, Error *err)
{
	FileContent content;
	const int found = content_read(reader, STATE_INTENT, &content, err);

	if (found == 1)
		reader->read->intent = content.bytes;
	return found < 0 ? -1 : 0;
}

int state_read(Pool *pool, const char *state_dir, bool may_write, StateRead *ret, Error *err)
{
	Error open_err = {0};
	AUTO_FD folder = folder_open_existing(state_dir, &open_err);
	StateRead read = {0};
	const Reader reader = {
		.pool = pool,
		.state_dir = state_dir,
		.folder_fd = folder,
		.may_write = may_write,
		.read = &read,
	};

	if (folder < 0 && open_err.code == ENOENT) {
		*ret = read;
		return 0;
	}
	if (folder < 0)
		return error_set(err, open_err.class, open_err.code, "%s", open_err.text);
	if (may_write)
		file_remove_temporaries(folder);
	for (size_t i = 0; i < ARRAY_SIZE(state_files); i++)
		if (state_file_read(&reader, i, err) < 0)
			return -1;
	if (intent_read(&reader, err) < 0)
		return -1;
	*ret = read;
	return 0;
}
