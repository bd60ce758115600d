/* SPDX-License-Identifier: Apache-2.0 */
#include "common/copy/fence.h"

#include <string.h>

#include "common/base/text.h"
#include "common/copy/csn_set.h"
#include "common/copy/lag.h"
#include "common/slapd/dn.h"

/* A file is written when a change is committed. Clocks and caches are allowed that much. */
#define WRITTEN_TOLERANCE_SEC 60

static const char *const names[] = {
	[FENCE_NOT_KNOWN] = "not known", [FENCE_FIRST] = "first",   [FENCE_RIGHT] = "right",
	[FENCE_OLDER] = "older",         [FENCE_ABSENT] = "absent",
};
_Static_assert(sizeof(names) / sizeof(*names) == FENCE_VERDICT_COUNT, "name every verdict");

const char *fence_verdict_name(FenceVerdict verdict)
{
	return names[verdict];
}

FenceVerdict fence_verdict_named(const char *name)
{
	for (FenceVerdict verdict = 0; name && verdict < FENCE_VERDICT_COUNT; verdict++)
		if (strcmp(names[verdict], name) == 0)
			return verdict;
	return FENCE_NOT_KNOWN;
}

bool fence_verdict_closes(FenceVerdict verdict)
{
	return verdict == FENCE_OLDER || verdict == FENCE_ABSENT;
}

/* --- what is remembered --- */

FenceRecord *fence_record(const FenceRecords *records, const char *suffix)
{
	for (size_t i = 0; i < records->n_items; i++)
		if (dn_equal(records->items[i].suffix, suffix))
			return &records->items[i];
	return NULL;
}

bool fence_is_closed(const FenceRecords *records, const char *suffix)
{
	const FenceRecord *record = fence_record(records, suffix);

	return record && record->is_closed;
}

bool fence_could_not_tell(const FenceRecord *record)
{
	return record->verdict == FENCE_NOT_KNOWN && record->text && *record->text;
}

bool fence_doubts_end(FenceRecords *records)
{
	bool has_ended = false;

	for (size_t i = 0; i < records->n_items; i++) {
		FenceRecord *record = &records->items[i];

		has_ended = has_ended || record->is_unclosed || fence_could_not_tell(record);
		record->is_unclosed = false;
		if (fence_could_not_tell(record))
			record->verdict = FENCE_FIRST;
	}
	return has_ended;
}

const LastSeen *last_seen(const LastSeenAll *seen, const char *suffix)
{
	for (size_t i = 0; i < seen->n_items; i++)
		if (dn_equal(seen->items[i].suffix, suffix))
			return &seen->items[i];
	return NULL;
}

static bool item_equal(const LastSeen *one, const LastSeen *other)
{
	if (one->n_csns != other->n_csns || one->is_relay != other->is_relay ||
	    one->file.inode != other->file.inode ||
	    one->file.birth_nsec != other->file.birth_nsec ||
	    strcmp(one->suffix, other->suffix) != 0 || !text_equal(one->start, other->start))
		return false;
	for (size_t i = 0; i < one->n_csns; i++)
		if (strcmp(one->csns[i], other->csns[i]) != 0)
			return false;
	return true;
}

bool last_seen_equal(const LastSeenAll *one, const LastSeenAll *other)
{
	if (one->node != other->node || one->n_items != other->n_items ||
	    !text_equal(one->config_dir, other->config_dir) ||
	    !text_equal(one->program, other->program) ||
	    !text_equal(one->pid_file, other->pid_file) || !text_equal(one->boot, other->boot))
		return false;
	for (size_t i = 0; i < one->n_items; i++)
		if (!item_equal(&one->items[i], &other->items[i]))
			return false;
	return true;
}

static bool file_equal(const DatabaseFile *one, const DatabaseFile *other)
{
	return one->is_there == other->is_there && one->inode == other->inode &&
	       one->birth_nsec == other->birth_nsec && one->txnid == other->txnid;
}

static bool record_equal(const FenceRecord *one, const FenceRecord *other)
{
	return strcmp(one->suffix, other->suffix) == 0 && one->verdict == other->verdict &&
	       text_equal(one->text, other->text) && one->is_closed == other->is_closed &&
	       one->is_closing == other->is_closing && one->is_plaining == other->is_plaining &&
	       one->is_unclosed == other->is_unclosed && one->is_of_daemon == other->is_of_daemon &&
	       one->has_file == other->has_file && one->is_after_stop == other->is_after_stop &&
	       one->is_apart == other->is_apart && one->is_parting == other->is_parting &&
	       (!one->has_file || file_equal(&one->file, &other->file));
}

bool fence_records_equal(const FenceRecords *one, const FenceRecords *other)
{
	if (one->looked_sec != other->looked_sec || one->n_items != other->n_items)
		return false;
	for (size_t i = 0; i < one->n_items; i++)
		if (!record_equal(&one->items[i], &other->items[i]))
			return false;
	return true;
}

/* --- judging --- */

static FenceJudgement verdict_of(FenceVerdict verdict, const char *text)
{
	return (FenceJudgement){.verdict = verdict, .text = text};
}

/* An inode number alone may be given to another file; where the file system keeps the time of its
 * making, both together identify it for good. Device numbers change from boot to boot. */
static bool is_same_file(const FenceLook *look)
{
	const DatabaseFile *before = &look->before->file;

	return look->before->has_file && look->file.is_there && before->inode == look->file.inode &&
	       before->birth_nsec == look->file.birth_nsec && before->txnid <= look->file.txnid;
}

/*
 * A snapshot of the volume brings back the same file as it was: newer than at slapd's start before,
 * older than what slapd wrote until it stopped. Its own change that was seen later than the file
 * was written cannot be in it. A power cut may lose that time, and a clean stop is known better.
 */
static bool was_put_back(const FenceLook *look)
{
	const char *own = csn_newest(look->seen->csns, look->seen->n_csns, look->node);

	return look->is_same_boot && !look->before->is_after_stop && own &&
	       look->file.written_sec + WRITTEN_TOLERANCE_SEC < csn_msec(own) / 1000;
}

/* The newest of each server ID that contextCSN or an entry has. */
static bool holds_all(Pool *pool, const FenceLook *look)
{
	Newest newest = {0};

	newest_add(pool, &newest, look->csns, look->n_csns);
	if (look->has_entries)
		newest_add(pool, &newest, look->entry_csns, look->n_entry_csns);
	return csn_covers(newest.csns, newest.n_csns, look->seen->csns, look->seen->n_csns);
}

static const char *missing_describe(Pool *pool, const FenceLook *look)
{
	Newest seen = {0}, here = {0};
	Lag lag;

	newest_add(pool, &seen, look->seen->csns, look->seen->n_csns);
	newest_add(pool, &here, look->csns, look->n_csns);
	newest_add(pool, &here, look->entry_csns, look->n_entry_csns);
	lag = lag_measure(pool, &seen, here.csns, here.n_csns);
	return lag_describe(pool, &lag);
}

/* A half-filled database has new entries while others are missing: only contextCSN, which slapd
 * writes at the end of a refresh, shows that. */
static bool entries_tell(const FenceLook *look)
{
	return !look->before || !look->before->is_closed;
}

static FenceJudgement judge_older(Pool *pool, const FenceLook *look)
{
	const char *missing = missing_describe(pool, look);

	if (look->before && look->before->is_closed)
		return verdict_of(FENCE_OLDER,
				  pool_printf(pool, "it still lacks %s, which was here", missing));
	/* A crash loses contextCSN, and a change that was a delete is in no entry: without
	 * knowledge about the file, that cannot be told from a backup. */
	if (!look->before || !look->before->has_file)
		return verdict_of(FENCE_NOT_KNOWN,
				  pool_printf(pool,
					      "it lacks %s, which was here; whether a crash lost "
					      "that or it is an older copy cannot be told, as its "
					      "file was not seen before",
					      missing));
	return verdict_of(FENCE_OLDER, pool_printf(pool,
						   "it lacks %s, which was here, and its file is "
						   "not as it was left",
						   missing));
}

static FenceJudgement judge_content(Pool *pool, const FenceLook *look)
{
	if (!look->has_content)
		return (FenceJudgement){.need = FENCE_NEEDS_CONTENT};
	if (!look->has_suffix)
		return verdict_of(FENCE_ABSENT, "it holds no entry, and it held a provider's");
	if (holds_all(pool, look))
		return verdict_of(FENCE_RIGHT, "it has every change that was seen here");
	if (entries_tell(look) && !look->has_entries)
		return (FenceJudgement){.need = FENCE_NEEDS_ENTRIES};
	return judge_older(pool, look);
}

FenceJudgement fence_judge(Pool *pool, const FenceLook *look)
{
	if (!look->seen || look->seen->n_csns == 0)
		return verdict_of(FENCE_FIRST, "the daemon has not noted yet what it holds");
	if (look->file.is_used)
		return verdict_of(FENCE_NOT_KNOWN, "a process has it open: does slapd run?");
	if (!look->file.is_there)
		return verdict_of(FENCE_ABSENT, "its file is not there, and it held a provider's");
	/* A backup that was copied into the same file grows while it is filled, too: of a database
	 * that is closed only the content shows it. */
	if (look->before && !look->before->is_closed && is_same_file(look) && !was_put_back(look))
		return verdict_of(FENCE_RIGHT, "its file is the one that was here, grown");
	return judge_content(pool, look);
}

/* slapd that is stopped writes contextCSN down; one that crashed, and a backup, lack it. */
bool fence_was_left_by_slapd(Pool *pool, const FenceLook *look)
{
	if (!look->seen || look->seen->n_csns == 0 || !look->file.is_there || look->file.is_used ||
	    !look->has_suffix)
		return false;
	if (look->before && look->before->has_file && !is_same_file(look))
		return false;
	return !look->has_entries && holds_all(pool, look);
}
