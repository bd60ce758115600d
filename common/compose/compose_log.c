/* SPDX-License-Identifier: Apache-2.0 */
#include "common/compose/compose_log.h"

#include <string.h>

#include "common/access/limits.h"
#include "common/base/buf.h"
#include "common/delta/log_changes.h"
#include "common/live/live_log.h"
#include "common/slapd/dn.h"
#include "common/syncrepl/syncrepl_log.h"

/* slapd's own 10 MiB are full after some ten thousand changes, and a change for which there is no
 * room is missing in the log. It is address space, not room on the disk. */
#define LOG_MAX_SIZE "68719476736"

/* The log of one database that is to be made. */
typedef struct LogSteps {
	const Compose *compose;
	const DatabasePlan *database;
	const Delta *delta;
	const WantedLog *readers;
} LogSteps;

static const WantedLog *log_of(const WantedDatabase *wanted)
{
	static const WantedLog nobody;

	for (size_t i = 0; i < wanted->n_logs; i++)
		if (dn_equal(wanted->logs[i].base, wanted->desired->delta->logbase))
			return &wanted->logs[i];
	return &nobody;
}

static bool is_root_dn(const LogSteps *log, const char *dn)
{
	const char *root_dn = log->database->live->root_dn;

	return root_dn && dn_equal(root_dn, dn);
}

/* An account that can read the log sees all that is written, passwords included: so only those that
 * read the database for their node may. Without olcAccess everybody might. */
static const char *access_print(const LogSteps *log)
{
	Buf text = BUF_IN(log->compose->diff->pool);

	buf_puts(&text, "to *");
	for (size_t i = 0; i < log->readers->n_readers; i++)
		if (!is_root_dn(log, log->readers->readers[i]))
			buf_printf(&text, " by dn.exact=\"%s\" read", log->readers->readers[i]);
	buf_puts(&text, " by * none");
	return buf_text(&text);
}

static void limits_add(const LogSteps *log, Step *step)
{
	Pool *pool = log->compose->diff->pool;
	Mod *mod = NULL;

	for (size_t i = 0; i < log->readers->n_readers; i++) {
		const char *reader = log->readers->readers[i];

		if (is_root_dn(log, reader))
			continue;
		if (!mod)
			mod = mod_add(pool, step, MOD_ADD, "olcLimits");
		mod_value(pool, mod, limits_print(pool, reader));
	}
}

static void database_mods(const LogSteps *log, Step *step)
{
	static const char *const indices[] = {
		"entryCSN eq", "objectClass eq", "reqDN eq",
		"reqEnd eq",   "reqResult eq",   "reqStart eq",
	};
	Pool *pool = log->compose->diff->pool;
	Mod *mod;

	mod_one(pool, step, MOD_ADD, "objectClass", "olcDatabaseConfig");
	mod_value(pool, &step->mods[0], "olcMdbConfig");
	mod_one(pool, step, MOD_ADD, "olcDatabase",
		pool_printf(pool, "{%.*s}mdb",
			    (int)strcspn(step->dn + strlen("olcDatabase={"), "}"),
			    step->dn + strlen("olcDatabase={")));
	mod_one(pool, step, MOD_ADD, "olcDbDirectory", log->delta->directory);
	mod_one(pool, step, MOD_ADD, "olcSuffix", log->delta->logbase);
	/* The overlay writes as that. Without a password nobody binds as it here; whoever binds as
	 * it at its own database may read all that the log has. */
	mod_one(pool, step, MOD_ADD, "olcRootDN", log->database->live->root_dn);
	mod_one(pool, step, MOD_ADD, "olcDbMaxSize", LOG_MAX_SIZE);
	mod = mod_add(pool, step, MOD_ADD, "olcDbIndex");
	for (size_t i = 0; i < ARRAY_SIZE(indices); i++)
		mod_value(pool, mod, indices[i]);
	mod_one(pool, step, MOD_ADD, "olcAccess", access_print(log));
	limits_add(log, step);
	if (log->database->wanted->log_stand != LOG_LACKING)
		mod_one(pool, step, MOD_ADD, LOG_WORD_ATTRIBUTE,
			log->database->wanted->log_stand == LOG_IN_ORDER ? LOG_WORD : LOG_CLOSED);
	mod_one(pool, step, MOD_ADD, "olcReadOnly", "TRUE");
}

static void syncprov_mods(const LogSteps *log, Step *step)
{
	Pool *pool = log->compose->diff->pool;

	mod_one(pool, step, MOD_ADD, "objectClass", "olcOverlayConfig");
	mod_value(pool, &step->mods[0], "olcSyncProvConfig");
	mod_one(pool, step, MOD_ADD, "olcOverlay", "syncprov");
	mod_one(pool, step, MOD_ADD, "olcSpNoPresent", "TRUE");
	mod_one(pool, step, MOD_ADD, "olcSpReloadHint", "TRUE");
}

static bool counts_entries(const LogSteps *log)
{
	return log->compose->diff->in->live->sizes.n_counted > 0;
}

/* Without operations it writes nothing. */
static void begin_mods(const LogSteps *log, Step *step)
{
	Pool *pool = log->compose->diff->pool;

	mod_one(pool, step, MOD_ADD, "objectClass", "olcOverlayConfig");
	mod_value(pool, &step->mods[0], "olcAccessLogConfig");
	mod_one(pool, step, MOD_ADD, "olcOverlay", "accesslog");
	mod_one(pool, step, MOD_ADD, "olcAccessLogDB", log->delta->logbase);
}

static void operations_mods(const LogSteps *log, Step *step)
{
	mod_one(log->compose->diff->pool, step, MOD_ADD, "olcAccessLogOps", "writes");
}

static void overlay_mods(const LogSteps *log, Step *step)
{
	Pool *pool = log->compose->diff->pool;

	begin_mods(log, step);
	if (!counts_entries(log))
		operations_mods(log, step);
	mod_one(pool, step, MOD_ADD, "olcAccessLogSuccess", "TRUE");
	mod_one(pool, step, MOD_ADD, "olcAccessLogPurge", log->delta->purge);
}

/* The next one of the database's log: the log's own entries are none of the database's. */
static const Change *next_of(const LogSteps *log, unsigned kinds, size_t *at)
{
	const Change *change;

	while ((change = change_next_told(log->compose->plan, log->database->suffix, at)))
		if (!change->is_held && CHANGE_BIT(change->kind) & kinds)
			return change;
	return NULL;
}

static void piece_push(const LogSteps *log, ChangeKind kind,
		       void (*fill)(const LogSteps *log, Step *step))
{
	size_t at = 0;
	const Change *change = next_of(log, CHANGE_BIT(kind), &at);
	Step step = {.kind = STEP_ADD_ENTRY, .suffix = log->database->suffix};

	if (!change)
		return;
	step.dn = change->dn;
	fill(log, &step);
	step_push(log->compose, step);
}

static void count_push(const LogSteps *log)
{
	step_push(log->compose, (Step){.kind = STEP_COUNT,
				       .dn = log->delta->logbase,
				       .suffix = log->database->suffix});
}

/*
 * slapd 2.5.13 forgets with what it began a log: where there was data it notes each server once
 * more at its next change, and refuses that log to every consumer that lacks something. The overlay
 * that finds a log begun does not. So one without operations begins it, and goes. If it is deleted
 * before slapd has begun the log, slapd crashes (2.5.13, 2.6.10), so nothing is begun this way
 * where slapd does not count entries.
 */
static void begin_push(const LogSteps *log)
{
	const Live *live = log->compose->diff->in->live;
	const char *suffix = log->database->suffix, *base = log->delta->logbase;
	const Entry *begins = live_log_overlay(live, log->database->live, base);
	const bool is_begun = live_entries_counted(&live->sizes, base) != NULL;
	size_t at = 0;
	const Change *change = next_of(log, CHANGE_BIT(CHANGE_LOG_OVERLAY), &at);

	if (!change || !counts_entries(log) || (is_begun && !begins))
		return;
	if (!begins)
		piece_push(log, CHANGE_LOG_OVERLAY, begin_mods);
	if (!is_begun)
		count_push(log);
	step_push(log->compose,
		  (Step){.kind = STEP_DELETE_ENTRY, .dn = change->dn, .suffix = suffix});
}

/*
 * slapd reads with what a log begins in a task of its own, after it has answered that the overlay
 * is there, and notes the server of each change that it writes before once more. A look lets slapd
 * start that task, and for a modify of cn=config slapd waits until it is over. What a kill leaves
 * without operations gets them in a later plan, as a setting.
 */
static void writer_push(const LogSteps *log)
{
	size_t at = 0;
	const Change *change = next_of(log, CHANGE_BIT(CHANGE_LOG_OVERLAY), &at);
	Step step = {.kind = STEP_MODIFY, .suffix = log->database->suffix};

	piece_push(log, CHANGE_LOG_OVERLAY, overlay_mods);
	if (!change || !counts_entries(log))
		return;
	count_push(log);
	step.dn = change->dn;
	operations_mods(log, &step);
	step_push(log->compose, step);
}

static bool is_word(const Change *change)
{
	return strcmp(change->attribute, LOG_WORD_ATTRIBUTE) == 0 ||
	       strcmp(change->attribute, "olcAccess") == 0;
}

static bool says_word(const Change *change)
{
	return change->new_value && strcmp(change->new_value, LOG_WORD) == 0;
}

static void settings_push(const LogSteps *log, ChangeKind kind)
{
	Pool *pool = log->compose->diff->pool;
	const Change *change;

	for (size_t at = 0; (change = next_of(log, CHANGE_BIT(kind), &at));) {
		Step step = {
			.kind = STEP_MODIFY, .dn = change->dn, .suffix = log->database->suffix};

		if (is_word(change))
			continue;

		if (change->new_value)
			mod_one(pool, &step, change->old_value ? MOD_REPLACE : MOD_ADD,
				change->attribute, change->new_value);
		else
			(void)mod_add(pool, &step, MOD_DELETE, change->attribute);
		step_push(log->compose, step);
	}
}

static void stop_push(const LogSteps *log)
{
	size_t at = 0;
	const Change *change = next_of(log, CHANGE_BIT(CHANGE_LOG_STOP), &at);

	if (change)
		step_push(log->compose, (Step){.kind = STEP_DELETE_ENTRY,
					       .dn = change->dn,
					       .suffix = log->database->suffix});
}

/* Of attributes that a person may have given more values, and in this order: before a log is opened
 * it must show everything again. */
void compose_log_word(const Compose *compose, const DatabasePlan *database)
{
	const LogSteps log = {.compose = compose, .database = database};
	const Change *change;

	for (size_t at = 0; (change = next_of(&log, CHANGE_BIT(CHANGE_LOG_SETTING), &at));) {
		Step step = {.kind = STEP_MODIFY,
			     .dn = change->dn,
			     .suffix = database->suffix,
			     .is_optional = says_word(change)};

		if (!is_word(change))
			continue;
		if (change->old_value)
			mod_one(compose->diff->pool, &step, MOD_DELETE, change->attribute,
				change->old_value);
		if (change->new_value)
			mod_one(compose->diff->pool, &step, MOD_ADD, change->attribute,
				change->new_value);
		step_push(compose, step);
	}
}

void compose_log(const Compose *compose, const DatabasePlan *database)
{
	LogSteps log = {.compose = compose, .database = database};

	log.delta = database->wanted->desired->delta;
	if (!log.delta || !database->live)
		return;
	log.readers = log_of(database->wanted);
	stop_push(&log);
	piece_push(&log, CHANGE_LOG_DATABASE, database_mods);
	piece_push(&log, CHANGE_LOG_SYNCPROV, syncprov_mods);
	begin_push(&log);
	writer_push(&log);
	settings_push(&log, CHANGE_LOG_SETTING);
	settings_push(&log, CHANGE_LOG_OPEN);
}
