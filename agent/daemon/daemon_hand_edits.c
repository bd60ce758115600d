/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "agent/daemon/daemon_internal.h"
#include "common/base/remedies.h"
#include "common/tell/hand_edit.h"

#define KEY_START "hand-edit "

/* --- what was touched --- */

void daemon_edits_drain(DaemonPass *pass)
{
	Daemon *daemon = pass->daemon;

	(void)watch_drain_config(daemon->watch, daemon->touched_pool, &daemon->touched);
}

static FileList files_of(const TouchedFiles *touched)
{
	return (FileList){touched->items, touched->n_items};
}

/* These are left for the next look. */
static void touched_set(Daemon *daemon, const FileList *carried)
{
	Pool *pool = pool_new();
	TouchedFiles touched = {0};

	for (size_t i = 0; i < carried->n_items; i++)
		POOL_PUSH(pool, touched.items, touched.n_items,
			  pool_strdup(pool, carried->items[i]));
	daemon->touched = touched;
	pool_free(daemon->touched_pool);
	daemon->touched_pool = pool;
}

static void looked_set(Daemon *daemon, const Tree *config)
{
	Pool *pool = pool_new();

	daemon->looked = seen_all(pool, config);
	daemon->has_looked = true;
	pool_free(daemon->looked_pool);
	daemon->looked_pool = pool;
}

/* --- what lasts: until slapd writes the entry, or starts and reads the file --- */

static const char *edit_key(Pool *pool, const HandEdit *edit, const World *world)
{
	const char *started = world->live.start_time;

	return pool_printf(pool, KEY_START "%s %s %s", edit->file, edit->csn,
			   started ? started : "-");
}

static void edit_add(DaemonPass *pass, const HandEdit *edit, const World *world)
{
	const char *folder = pass->daemon->config_dir;

	condition_add(pass->found.pool, &pass->edits,
		      (Condition){
			      .key = edit_key(pass->found.pool, edit, world),
			      .begins = EVENT_HAND_EDIT,
			      .ends = EVENT_KIND_COUNT,
			      .text = pool_printf(
				      pass->found.pool,
				      "%s/%s was written by hand: slapd does not read it before "
				      "its next start, and adds its next change of that entry "
				      "to it. `%s` shows what it would load",
				      folder ? folder : "", edit->file,
				      remedy_text(REMEDY_CONFIG_ON_DISK)),
			      .kind = CONDITION_FINDING,
			      .code = "hand-edit",
		      });
}

/* The key ends in the entryCSN and in slapd's start time. */
static bool still_lasts(const DaemonPass *pass, const char *key)
{
	const World *world = &pass->found.report.last_world;
	const char *started = world->live.start_time ? world->live.start_time : "-";

	for (size_t i = 0; i < world->config.n_entries; i++) {
		const char *csn = entry_first(&world->config.entries[i], "entryCSN");
		const char *end = csn ? pool_printf(pass->found.pool, " %s %s", csn, started) : "";
		const size_t key_len = strlen(key), end_len = strlen(end);

		if (end_len > 0 && key_len > end_len && strcmp(key + key_len - end_len, end) == 0)
			return true;
	}
	return false;
}

void daemon_edits_look(DaemonPass *pass, const World *world)
{
	Daemon *daemon = pass->daemon;
	Pool *pool = pool_new();
	TouchedFiles meanwhile = {0};
	HandEditList edits = {0};
	FileList carried = {0};
	HandEditLook look = {
		.before = daemon->has_looked ? &daemon->looked : NULL,
		.config = &world->config,
		.touched = files_of(&daemon->touched),
	};

	/* Somebody wrote during the look, or behind it: it may not have seen that. */
	pass->must_look_again = watch_drain_config(daemon->watch, pool, &meanwhile);
	look.meanwhile = files_of(&meanwhile);
	hand_edits_find(pool, &look, &edits, &carried);
	for (size_t i = 0; i < edits.n_items; i++)
		edit_add(pass, &edits.items[i], world);
	touched_set(daemon, &carried);
	looked_set(daemon, &world->config);
	pool_free(pool);
}

void daemon_edits_carry(DaemonPass *pass)
{
	const ConditionList *told = pass->found.told;

	for (size_t i = 0; i < pass->edits.n_items; i++)
		condition_add(pass->found.pool, &pass->follow.lasting, pass->edits.items[i]);
	for (size_t i = 0; i < told->n_items; i++)
		if (strncmp(told->items[i].key, KEY_START, strlen(KEY_START)) == 0 &&
		    still_lasts(pass, told->items[i].key))
			condition_add(pass->found.pool, &pass->follow.lasting, told->items[i]);
}
