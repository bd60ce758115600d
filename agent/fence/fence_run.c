/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/fence/fence_run.h"

#include <string.h>

#include <systemd/sd-id128.h>

#include "agent/fence/fence_content.h"
#include "agent/fence/fence_gate.h"
#include "agent/fence/fence_links.h"
#include "agent/fence/fence_relay.h"
#include "agent/fence/fence_work.h"
#include "agent/files/lock.h"
#include "agent/system/clock.h"
#include "common/remedies/remedies.h"

/* A pass of the daemon without slapd is over by then; otherwise it goes on without the lock. */
#define LOCK_MSEC 10000

/* --- the state folder --- */

/* A copy that can be changed, with one for each database that was seen; of others nothing is known
 * any more. */
static void records_take(Fence *fence)
{
	const LastSeenAll *seen = &fence->known->seen;

	fence->records = fence->known->fence;
	fence->records.items = NULL;
	fence->records.n_items = 0;
	if (fence->records.looked_sec == 0)
		fence->records.looked_sec = clock_system.realtime_sec(NULL);
	for (size_t i = 0; i < seen->n_items; i++) {
		const char *suffix = seen->items[i].suffix;
		const FenceRecord *before = fence_record(&fence->known->fence, suffix);
		FenceRecord record = {.suffix = suffix, .text = ""};

		if (before)
			record = *before;
		POOL_PUSH(fence->pool, fence->records.items, fence->records.n_items, record);
	}
	/* What is closed, or may be, stays known, whatever became of the other file. */
	for (size_t i = 0; i < fence->known->fence.n_items; i++) {
		const FenceRecord *before = &fence->known->fence.items[i];

		if ((before->is_closed || before->is_closing || before->is_unclosed ||
		     before->is_apart || before->is_parting) &&
		    !fence_record(&fence->records, before->suffix))
			POOL_PUSH(fence->pool, fence->records.items, fence->records.n_items,
				  *before);
	}
}

static int gate_set(Fence *fence, const Entry *database, bool is_closed, Error *err)
{
	const char *dn = fence_site_dn(fence->pool, database);

	if (fence_gate_set(&fence->site.tool, dn, is_closed, err) < 0)
		return -1;
	fence_forget_entry(fence, dn);
	return 0;
}

/* --- judging --- */

static bool is_same_boot(const LastSeenAll *seen)
{
	char text[SD_ID128_STRING_MAX];
	sd_id128_t boot;

	return seen->boot && sd_id128_get_boot(&boot) >= 0 &&
	       strcmp(sd_id128_to_string(boot, text), seen->boot) == 0;
}

static FenceJudgement not_known(Fence *fence, const Error *err)
{
	return (FenceJudgement){.verdict = FENCE_NOT_KNOWN,
				.text = pool_strdup(fence->pool, err->text)};
}

/* What was before is in the record until it is judged, with what became of a run that was cut off.
 */
static FenceLook look_begin(const Fence *fence, const FenceRecord *record)
{
	return (FenceLook){
		.seen = last_seen(&fence->known->seen, record->suffix),
		.before = record,
		.node = fence->known->seen.node,
		.is_same_boot = is_same_boot(&fence->known->seen),
	};
}

static FenceJudgement judge(Fence *fence, const FenceRecord *record, const Entry *database,
			    FenceLook *look)
{
	Error err;

	*look = look_begin(fence, record);
	if (fence_site_file(&fence->site, database, &look->file, &err) < 0)
		return not_known(fence, &err);
	for (;;) {
		const FenceJudgement found = fence_judge(fence->pool, look);

		if (found.need == FENCE_NEEDS_NOTHING)
			return found;
		if (fence_content_read(fence->pool, &fence->site.tool, record->suffix,
				       found.need == FENCE_NEEDS_ENTRIES, look, &err) < 0)
			return not_known(fence, &err);
	}
}

/* --- closing and opening --- */

static bool is_read_only(const Entry *database)
{
	return entry_has_value(database, "olcReadOnly", "TRUE");
}

/* The intent is on disk before the database is closed: one that is closed and not on record would
 * never be opened, and one that is noted as closed and is open was opened since. */
static int close_database(Fence *fence, FenceRecord *record, const Entry *database, Error *err)
{
	record->is_closing = true;
	record->is_of_daemon = false;
	if (fence_records_write(fence, err) == 0 && gate_set(fence, database, true, err) == 0)
		record->is_closed = true;
	record->is_closing = false;
	return record->is_closed ? 0 : -1;
}

/* What became of a run that was cut off. */
static void closing_end(FenceRecord *record, const Entry *database)
{
	if (record->is_closing && is_read_only(database))
		record->is_closed = true;
	record->is_closing = false;
}

static void keep_out(Fence *fence, FenceRecord *record, const Entry *database)
{
	Pool *pool = fence->pool;
	Error err = {0};
	const bool is_closed_already = is_read_only(database);
	/* First of all: a client's write may come at once. */
	const bool is_closed_now =
		!is_closed_already && close_database(fence, record, database, &err) == 0;
	const char *links = fence_links_make_plain(fence, record, database);

	if (is_closed_already) {
		fence_result_add(fence, record,
				 pool_printf(pool,
					     "%s; clients cannot write to it already, by its "
					     "olcReadOnly%s",
					     record->text, links),
				 true);
		return;
	}
	if (is_closed_now) {
		const char *text = pool_printf(
			pool, "%s: %s; it is closed to clients until it has what its peers have%s",
			record->suffix, record->text, links);

		fence_tell(fence, EVENT_FENCE_CLOSED, record, database, text);
		fence_result_add(fence, record, text + strlen(record->suffix) + 2, true);
		return;
	}
	record->is_unclosed = true;
	fence_tell(
		fence, EVENT_FENCE_UNKNOWN, record, NULL,
		pool_printf(
			pool,
			"%s: %s, and it could not be closed to clients (OpenLDAP before 2.5 has "
			"no slapmodify): %s. A client's write here makes its peers lose entries: %s",
			record->suffix, record->text, err.text, remedy_text(REMEDY_FENCE_BY_HAND)));
	fence_result_add(
		fence, record,
		pool_printf(pool, "%s, and it could not be closed: %s", record->text, err.text),
		false);
}

/* The right one is back before the other one was filled. */
static void let_in(Fence *fence, FenceRecord *record, const Entry *database)
{
	Pool *pool = fence->pool;
	const char *text = record->text;
	const bool must_open = record->is_closed && is_read_only(database);
	Error err;

	if (must_open && gate_set(fence, database, false, &err) < 0) {
		fence_result_add(
			fence, record,
			pool_printf(pool, "%s, and it could not be opened: %s", text, err.text),
			true);
		return;
	}
	if (record->is_closed) {
		record->is_closed = false;
		fence_tell(fence, EVENT_FENCE_OPENED, record, must_open ? database : NULL,
			   pool_printf(pool, "%s: %s; it is open to clients %s", record->suffix,
				       text, must_open ? "again" : "already, by its olcReadOnly"));
	}
	fence_result_add(fence, record, text, is_read_only(database) && !must_open);
}

static void act(Fence *fence, FenceRecord *record, const Entry *database)
{
	if (fence_verdict_closes(record->verdict)) {
		keep_out(fence, record, database);
	} else if (record->verdict == FENCE_RIGHT) {
		let_in(fence, record, database);
	} else {
		if (record->verdict == FENCE_NOT_KNOWN)
			fence_tell(fence, EVENT_FENCE_UNKNOWN, record, NULL,
				   pool_printf(
					   fence->pool,
					   "%s: whether it is the database that was here cannot be "
					   "told, and it stays as it is: %s",
					   record->suffix, record->text));
		fence_result_add(fence, record, record->text, database && is_read_only(database));
	}
}

/* It may be gone, or be in another folder than this one. */
static void not_there(Fence *fence, FenceRecord *record)
{
	if (!last_seen(&fence->known->seen, record->suffix))
		return;
	record->verdict = FENCE_NOT_KNOWN;
	record->text = pool_printf(fence->pool, "%s has no such database, and slapd had it",
				   fence->site.tool.owner.config_dir);
	act(fence, record, NULL);
}

static void look_at(Fence *fence, FenceRecord *record)
{
	const Entry *database = fence_site_database(&fence->site, record->suffix);
	FenceJudgement found;
	FenceLook look;

	if (!database) {
		not_there(fence, record);
		return;
	}
	closing_end(record, database);
	found = judge(fence, record, database, &look);
	record->verdict = found.verdict;
	record->text = found.text;
	act(fence, record, database);
	if (!look.file.is_used)
		fence_take_apart(fence, record, database);
	record->is_after_stop = false;
	/* Even where that could not be found out: slapd goes on with this file. */
	if (!fence_verdict_closes(found.verdict) && look.file.is_there && !record->is_closed) {
		record->has_file = true;
		record->file = look.file;
	}
}

/* slapd has just ended: whatever is put in the place of its file later differs from this. */
static void note_file(Fence *fence, FenceRecord *record)
{
	const Entry *database = fence_site_database(&fence->site, record->suffix);
	FenceLook look = look_begin(fence, record);
	Error err;

	if (!database || record->is_closed || fence_verdict_closes(record->verdict) ||
	    fence_site_file(&fence->site, database, &look.file, &err) < 0 ||
	    fence_content_read(fence->pool, &fence->site.tool, record->suffix, false, &look, &err) <
		    0 ||
	    !fence_was_left_by_slapd(fence->pool, &look))
		return;
	record->has_file = true;
	record->file = look.file;
	record->is_after_stop = true;
}

/* Nothing was found to look at. slapd may start all the same, and the daemon reports it. */
static void note_unseen(Fence *fence, const Error *err)
{
	Error ignored;

	for (size_t i = 0; i < fence->records.n_items; i++) {
		FenceRecord *record = &fence->records.items[i];

		if (record->is_closed || record->is_closing || record->is_unclosed)
			continue;
		record->verdict = FENCE_NOT_KNOWN;
		record->text = pool_strdup(fence->pool, err->text);
	}
	if (!fence->options->is_after_stop)
		(void)fence_records_write(fence, &ignored);
}

/* --- one run --- */

static int fence_look(Fence *fence, Error *err)
{
	const LastSeenAll *seen = &fence->known->seen;

	records_take(fence);
	if (fence_slapd_runs(fence->pool, fence->context, seen->pid_file)) {
		fence->report->notice = "slapd runs, so nothing was judged; what the daemon sees "
					"from now on is compared before slapd starts again";
		return fence_records_write(fence, err);
	}
	/* There was a look, even where there is nothing to compare with. */
	if (!fence->options->is_after_stop)
		fence->records.looked_sec = clock_system.realtime_sec(NULL);
	if (seen->n_items == 0) {
		fence->report->notice = "nothing was noted yet to compare with; the daemon does "
					"that while slapd runs";
		return fence_records_write(fence, err);
	}
	if (fence_site_find(fence->pool, &fence->context->paths, fence->options, seen, &fence->site,
			    err) < 0) {
		note_unseen(fence, err);
		return -1;
	}
	for (size_t i = 0; i < fence->records.n_items; i++)
		if (fence->options->is_after_stop)
			note_file(fence, &fence->records.items[i]);
		else
			look_at(fence, &fence->records.items[i]);
	return fence_records_write(fence, err);
}

int fence_run(Pool *pool, const Context *context, const FenceOptions *options, FenceReport *ret,
	      Error *err)
{
	const int lock = lock_take(context->paths.run_dir, LOCK_MSEC, NULL);
	FenceReport report = {0};
	Fence fence = {.pool = pool,
		       .context = context,
		       .options = options,
		       .report = &report,
		       .has_lock = lock >= 0};
	StateRead state;
	int result;

	result = state_read(pool, context->paths.state_dir, lock >= 0, &state, err);
	if (result == 0) {
		fence.known = &state.known;
		fence.is_paused = pause_holds(&state.pause, clock_system.realtime_sec(NULL));
		result = fence_look(&fence, err);
	}
	lock_release(lock);
	*ret = report;
	return result;
}

int fence_exit_status(const FenceReport *report)
{
	bool is_closed = false;

	for (size_t i = 0; i < report->n_items; i++) {
		const FenceResult *item = &report->items[i];

		const bool must_close = item->is_relay || fence_verdict_closes(item->verdict);

		if (item->verdict == FENCE_NOT_KNOWN || (must_close && !item->is_closed))
			return 1;
		is_closed |= must_close;
	}
	return is_closed ? 3 : 0;
}
