/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/edits/daemon_hand_edits.h"

#include <string.h>
#include <sys/stat.h>

#include "common/base/timestamp.h"
#include "common/remedies/remedies.h"
#include "common/tell/hand_edit.h"

#define KEY_START "hand-edit "

DaemonHandEdits daemon_hand_edits_new(void)
{
	return (DaemonHandEdits){.touched_pool = pool_new(), .looked_pool = pool_new()};
}

void daemon_hand_edits_free(DaemonHandEdits *edits)
{
	pool_free(edits->touched_pool);
	pool_free(edits->looked_pool);
}

/* --- what was touched --- */

bool daemon_hand_edits_drain(DaemonHandEdits *edits, Watch *watch)
{
	return watch_drain_config(watch, edits->touched_pool, &edits->touched);
}

DiskWitness *daemon_hand_edits_witness(DaemonHandEdits *edits, Watch *watch, const char *config_dir)
{
	return watch_witness(watch, config_dir, edits->touched_pool, &edits->touched);
}

static FileList files_of(const TouchedFiles *touched)
{
	return (FileList){touched->items, touched->n_items};
}

/* These are left for the next look. */
static void touched_set(DaemonHandEdits *edits, const FileList *carried)
{
	Pool *pool = pool_new();
	TouchedFiles touched = {0};

	for (size_t i = 0; i < carried->n_items; i++)
		POOL_PUSH(pool, touched.items, touched.n_items,
			  pool_strdup(pool, carried->items[i]));
	edits->touched = touched;
	pool_free(edits->touched_pool);
	edits->touched_pool = pool;
}

static int64_t started_sec(const World *world)
{
	const char *started = world->live.start_time;

	return started ? timestamp_of_generalized(started) : -1;
}

static void looked_set(DaemonHandEdits *edits, const World *world)
{
	Pool *pool = pool_new();

	edits->looked = seen_all(pool, &world->config);
	edits->has_looked = true;
	edits->started_sec = started_sec(world);
	pool_free(edits->looked_pool);
	edits->looked_pool = pool;
}

/* --- what lasts: until slapd writes the entry, or starts and reads the file --- */

static const char *edit_key(Pool *pool, const HandEdit *edit, const World *world)
{
	const char *started = world->live.start_time;

	return pool_printf(pool, KEY_START "%s %s %s", edit->file, edit->csn,
			   started ? started : "-");
}

static Condition edit_condition(Pool *pool, const HandEdit *edit, const World *world,
				const char *folder)
{
	return (Condition){
		.key = edit_key(pool, edit, world),
		.begins = EVENT_HAND_EDIT,
		.ends = EVENT_KIND_COUNT,
		.text = pool_printf(pool,
				    "%s/%s was written by hand: slapd does not read it before "
				    "its next start, and adds its next change of that entry "
				    "to it. `%s` shows what it would load",
				    folder ? folder : "", edit->file,
				    remedy_text(REMEDY_CONFIG_ON_DISK)),
		.kind = CONDITION_FINDING,
		.code = "hand-edit",
		.dn = edit->dn,
	};
}

/* The key ends in the entryCSN and in slapd's start time. */
static bool still_lasts(const Found *found, const char *key)
{
	const World *world = &found->report.last.world;
	const char *started = world->live.start_time ? world->live.start_time : "-";

	for (size_t i = 0; i < world->config.n_entries; i++) {
		const char *csn = entry_first(&world->config.entries[i], "entryCSN");
		const char *end = csn ? pool_printf(found->pool, " %s %s", csn, started) : "";
		const size_t key_len = strlen(key), end_len = strlen(end);

		if (end_len > 0 && key_len > end_len && strcmp(key + key_len - end_len, end) == 0)
			return true;
	}
	return false;
}

/* True where slapd started since the look before, and the file was in place then: slapd.d was
 * loaded anew, as by slapadd. By the time of the change, not of the content: a copy may keep that.
 */
static bool was_read_at_start(const DaemonHandEdits *edits, const EditsLook *look, const char *file)
{
	AUTO(Pool) *pool = pool_new();
	const int64_t started = started_sec(look->world);
	struct stat found;

	return edits->started_sec >= 0 && started > edits->started_sec && look->folder &&
	       stat(pool_printf(pool, "%s/%s", look->folder, file), &found) == 0 &&
	       found.st_ctim.tv_sec <= started;
}

void daemon_hand_edits_look(DaemonHandEdits *edits, const Found *found, const EditsLook *look,
			    FoundEdits *ret)
{
	AUTO(Pool) *pool = pool_new();
	TouchedFiles meanwhile = {0};
	HandEditList items = {0};
	FileList carried = {0};
	HandEditLook what = {
		.before = edits->has_looked ? &edits->looked : NULL,
		.config = &look->world->config,
		.touched = files_of(&edits->touched),
	};

	/* Somebody wrote during the look, or after it: it may not have seen that. */
	ret->must_look_again = watch_drain_config(look->watch, pool, &meanwhile);
	what.meanwhile = files_of(&meanwhile);
	hand_edits_find(pool, &what, &items, &carried);
	for (size_t i = 0; i < items.n_items; i++)
		if (!was_read_at_start(edits, look, items.items[i].file))
			condition_add(found->pool, &ret->lasting,
				      edit_condition(found->pool, &items.items[i], look->world,
						     look->folder));
	touched_set(edits, &carried);
	looked_set(edits, look->world);
}

Follow daemon_hand_edits_follow(const Found *found, const FoundEdits *edits)
{
	const ConditionList *told = found->before.told;
	Follow follow = {0};

	for (size_t i = 0; i < edits->lasting.n_items; i++)
		condition_add(found->pool, &follow.lasting, edits->lasting.items[i]);
	for (size_t i = 0; i < told->n_items; i++)
		if (strncmp(told->items[i].key, KEY_START, strlen(KEY_START)) == 0 &&
		    still_lasts(found, told->items[i].key))
			condition_add(found->pool, &follow.lasting, told->items[i]);
	if (edits->must_look_again)
		wake_add(&follow.wakes, WAKE_NEWS, found_now_usec(found));
	return follow;
}
