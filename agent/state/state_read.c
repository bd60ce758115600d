/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/files/file_write.h"
#include "agent/state/state.h"
#include "agent/state/state_age.h"
#include "agent/state/state_contest.h"
#include "agent/state/state_document.h"
#include "agent/state/state_fence.h"
#include "agent/state/state_heal.h"
#include "agent/state/state_hiding.h"
#include "agent/state/state_link.h"
#include "agent/state/state_names.h"
#include "agent/state/state_rollout.h"
#include "common/base/timestamp.h"

static int revision_load(Pool *pool, const JsonNode *root, void *target)
{
	Known *known = target;
	unsigned long revision;

	(void)pool;
	if (member_number(root, "revision", &revision) < 0 || !member_string(root, "sha256"))
		return -1;
	known->latest.has_revision = true;
	known->latest.revision = revision;
	known->latest.sha256 = member_string(root, "sha256");
	known->latest.is_staged = json_member(root, "staged") != NULL;
	return 0;
}

static int ids_load(Pool *pool, const JsonNode *item, const char *name, PeerIds *ret)
{
	const JsonNode *list = member_array(item, name);

	for (size_t i = 0; list && i < list->n_children; i++) {
		const JsonNode *id = &list->children[i];

		if (id->type != JSON_NUMBER)
			return -1;
		POOL_PUSH(pool, ret->items, ret->n_items, (unsigned)strtoul(id->number, NULL, 10));
	}
	return 0;
}

static int seen_load(Pool *pool, const JsonNode *item, SeenChanges *ret)
{
	const JsonNode *list = member_array(item, "seen");

	for (size_t i = 0; list && i < list->n_children; i++) {
		const JsonNode *change = &list->children[i];
		unsigned long peer_id;

		if (change->type != JSON_OBJECT || member_number(change, "peer", &peer_id) < 0 ||
		    !member_string(change, "csn"))
			return -1;
		POOL_PUSH(pool, ret->items, ret->n_items,
			  {.csn = member_string(change, "csn"), .peer_id = (unsigned)peer_id});
	}
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
	database.filled = member_string(item, "filled");
	database.is_consumer = json_member(item, "consumer") != NULL;
	database.is_rising = json_member(item, "rising") != NULL;
	database.refers_updates = json_member(item, "update_ref") != NULL;
	database.is_joining = json_member(item, "joining") != NULL;
	database.is_complete = json_member(item, "complete") != NULL;
	database.was_partial = json_member(item, "partial") != NULL;
	database.source_gone_sec = timestamp_parse(member_string(item, "source_gone"));
	if (database.source_gone_sec < 0)
		database.source_gone_sec = 0;
	if (ids_load(pool, item, "linked", &database.linked) < 0 ||
	    ids_load(pool, item, "met", &database.met) < 0 ||
	    seen_load(pool, item, &database.seen) < 0)
		return -1;
	for (size_t i = 0; i < foreign->n_children; i++) {
		if (foreign->children[i].type != JSON_STRING)
			return -1;
		POOL_PUSH(pool, database.foreign, database.n_foreign, foreign->children[i].string);
	}
	*ret = database;
	return database.suffix ? 0 : -1;
}

static int databases_load(Pool *pool, const JsonNode *root, void *target)
{
	Known *known = target;
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

static int unsaved_load(Pool *pool, const JsonNode *root, void *target)
{
	Known *known = target;
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
	known->server.unsaved = unsaved;
	known->server.n_unsaved = n_unsaved;
	return list ? 0 : -1;
}

static int refusals_load(Pool *pool, const JsonNode *root, void *target)
{
	Known *known = target;
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
		bind.is_alone = json_member(item, "alone") != NULL;
		if (!bind.provider || !bind.binddn || !bind.secret)
			return -1;
		POOL_PUSH(pool, refusals.items, refusals.n_items, bind);
	}
	known->peers.refusals = refusals;
	return list ? 0 : -1;
}

static int machine_load(Pool *pool, const JsonNode *root, void *target)
{
	Known *known = target;
	unsigned long node;

	(void)pool;
	if (!member_string(root, "machine") || member_number(root, "node", &node) < 0)
		return -1;
	known->self.machine = member_string(root, "machine");
	known->self.node = (unsigned)node;
	return 0;
}

static int indexed_load(Pool *pool, const JsonNode *root, void *target)
{
	Known *known = target;
	const int64_t sec = timestamp_parse(member_string(root, "time"));

	(void)pool;
	known->server.indexed_sec = sec > 0 ? sec : 0;
	return sec > 0 ? 0 : -1;
}

static int restarted_load(Pool *pool, const JsonNode *root, void *target)
{
	Known *known = target;
	(void)pool;
	known->server.restarted_consumers = member_string(root, "slapd_started");
	return known->server.restarted_consumers ? 0 : -1;
}

static int left_load(Pool *pool, const JsonNode *root, void *target)
{
	Known *known = target;
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
	known->leave.databases = left;
	known->leave.n_databases = n_left;
	known->leave.time = member_string(root, "time");
	known->leave.is_rejoining = json_member(root, "rejoining") != NULL;
	return 0;
}

static const StateFile state_files[] = {
	/* Lest an older peers.json come back with an older syncward. */
	{.name = STATE_REVISION, .load = revision_load, .is_plain = true},
	{.name = STATE_DATABASES, .load = databases_load},
	{.name = STATE_UNSAVED, .load = unsaved_load},
	{.name = STATE_INDEXED, .load = indexed_load},
	{.name = STATE_RESTARTED, .load = restarted_load},
	{.name = STATE_REFUSALS, .load = refusals_load},
	{.name = STATE_LEFT, .load = left_load},
	{.name = STATE_HEAL, .load = heal_load},
	{.name = STATE_MACHINE, .load = machine_load},
	{.name = STATE_CONSUMERS, .load = ages_load, .is_loose = true},
	{.name = STATE_LINKS, .load = links_load, .is_loose = true},
	{.name = STATE_HIDING, .load = hiding_load},
	{.name = STATE_CONTESTS, .load = contests_load, .is_loose = true},
	{.name = STATE_FENCE, .load = fence_load},
	{.name = STATE_LAST_SEEN, .load = last_seen_load},
	{.name = STATE_ROLLOUT, .load = rollout_load},
};

static int pause_load(Pool *pool, const JsonNode *root, void *target)
{
	Pause *pause = target;

	(void)pool;
	*pause = (Pause){
		.reason = member_string(root, "reason"),
		.by = member_string(root, "by"),
		.since_sec = timestamp_parse(member_string(root, "since")),
		.until_sec = timestamp_parse(member_string(root, "until")),
	};
	if (pause->reason && pause->by && pause->since_sec >= 0 && pause->until_sec >= 0)
		return 0;
	*pause = (Pause){0};
	return -1;
}

static const StateFile pause_file = {.name = STATE_PAUSE, .load = pause_load};

/* A revision whose file had to be put aside is written again, for the next pass. */
static void revision_keep(const StateFolder *folder, const KnownRevision *latest)
{
	if (folder->may_write && latest->has_revision &&
	    faccessat(folder->fd, STATE_REVISION, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		(void)state_write_revision(folder->state_dir, latest, NULL);
}

/* Without the line ends that fill its block. */
static const char *intent_text(const FileContent *intent)
{
	size_t len = intent->len;

	while (len > 0 && intent->bytes[len - 1] == '\n')
		len--;
	intent->bytes[len] = '\0';
	return intent->bytes;
}

static int files_read(StateFolder *folder, StateRead *read, Error *err)
{
	FileContent intent;
	int found;

	if (folder->may_write)
		file_remove_temporaries(folder->fd);
	for (size_t i = 0; i < ARRAY_SIZE(state_files); i++)
		if (state_document_read(folder, &state_files[i], &read->known, err) < 0)
			return -1;
	if (state_document_read(folder, &pause_file, &read->pause, err) < 0)
		return -1;
	revision_keep(folder, &read->known.latest);
	found = state_content_read(folder, STATE_INTENT, &intent, err);
	if (found == 1)
		read->intent = intent_text(&intent);
	return found < 0 ? -1 : 0;
}

int state_read(Pool *pool, const char *state_dir, bool may_write, StateRead *ret, Error *err)
{
	StateRead read = {0};
	StateFolder folder;
	int result;

	if (state_folder_open(pool, state_dir, may_write, &folder, err) < 0)
		return -1;
	result = folder.fd < 0 ? 0 : files_read(&folder, &read, err);
	state_folder_close(&folder);
	read.notices = folder.notices;
	read.n_notices = folder.n_notices;
	if (result == 0)
		*ret = read;
	return result;
}
