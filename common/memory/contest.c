/* SPDX-License-Identifier: Apache-2.0 */
#include "common/memory/contest.h"

#include <string.h>
#include <strings.h>

#include "common/base/timestamp.h"

#define FAST_SEC      600
#define HOUR_SEC      3600
#define DAY_SEC       86400
#define MAX_TIMES     3
#define MOVE_STEP_SEC 30 /* not every write of a writer is worth a file of ours */

/* --- memory --- */

Contest *contest_find(const ContestList *list, const char *dn, const char *attribute)
{
	for (size_t i = 0; i < list->n_items; i++)
		if (strcasecmp(list->items[i].dn, dn) == 0 &&
		    strcasecmp(list->items[i].attribute, attribute) == 0)
			return &list->items[i];
	return NULL;
}

ContestList contests_copy(Pool *pool, const ContestList *list, const char *sha256)
{
	ContestList copy = {.sha256 = pool_strdup(pool, sha256)};

	if (!list->sha256 || !sha256 || strcmp(list->sha256, sha256) != 0)
		return copy;
	for (size_t i = 0; i < list->n_items; i++) {
		Contest contest = list->items[i];

		contest.dn = pool_strdup(pool, contest.dn);
		contest.attribute = pool_strdup(pool, contest.attribute);
		contest.suffix = pool_strdup(pool, contest.suffix);
		contest.text = pool_strdup(pool, contest.text);
		contest.csn = pool_strdup(pool, contest.csn);
		contest.corrections = NULL;
		contest.n_corrections = 0;
		for (size_t k = 0; k < list->items[i].n_corrections; k++)
			POOL_PUSH(
				pool, contest.corrections, contest.n_corrections,
				{.at_sec = list->items[i].corrections[k].at_sec,
				 .value = pool_strdup(pool, list->items[i].corrections[k].value)});
		POOL_PUSH(pool, copy.items, copy.n_items, contest);
	}
	return copy;
}

bool contest_holds(const Contest *contest)
{
	return contest && contest->text && !contest->is_open;
}

/* --- counting --- */

static size_t count_since(const Contest *contest, int64_t since_sec)
{
	size_t n = 0;

	for (size_t i = 0; i < contest->n_corrections; i++)
		n += contest->corrections[i].at_sec >= since_sec;
	return n;
}

static size_t count_value(const Contest *contest, const char *value, int64_t since_sec)
{
	size_t n = 0;

	for (size_t i = 0; i < contest->n_corrections; i++)
		n += contest->corrections[i].at_sec >= since_sec &&
		     strcmp(contest->corrections[i].value, value) == 0;
	return n;
}

/* The mean time between the last n corrections. */
static int64_t rhythm_sec(const Contest *contest, size_t n)
{
	const Corrected *last = &contest->corrections[contest->n_corrections - 1];

	return n < 2 ? 0 : (last->at_sec - last[-(ptrdiff_t)(n - 1)].at_sec) / (int64_t)(n - 1);
}

static int64_t quiet_for(int64_t rhythm)
{
	const int64_t wanted_sec = 2 * rhythm;

	if (wanted_sec < CONTEST_QUIET_MIN_SEC)
		return CONTEST_QUIET_MIN_SEC;
	return wanted_sec < CONTEST_QUIET_MAX_SEC ? wanted_sec : CONTEST_QUIET_MAX_SEC;
}

static const char *rhythm_text(Pool *pool, int64_t rhythm)
{
	return rhythm < 1 ? "several times a second"
			  : pool_printf(pool, "about every %s", duration_print(pool, rhythm));
}

static void contest_begin(Pool *pool, Contest *contest, size_t n_times, int64_t now_sec)
{
	const Corrected *last = &contest->corrections[contest->n_corrections - 1];
	const int64_t rhythm = rhythm_sec(contest, n_times);
	const char *found = *last->value ? pool_printf(pool, "\"%s\"", last->value) : "nothing";

	contest->quiet_sec = quiet_for(rhythm);
	contest->moved_sec = now_sec;
	contest->is_open = false;
	contest->is_tried = false;
	contest->text = pool_printf(
		pool,
		"somebody keeps changing %s of %s: it was corrected %zu times, %s, and %s was "
		"found the last time; it is left as it is until the other has been quiet for %s, "
		"peers.json changes, or a person says",
		contest->attribute, contest->dn, n_times, rhythm_text(pool, rhythm), found,
		duration_print(pool, contest->quiet_sec));
}

/* What is too old, or in the future because the clock was set back, counts no more. */
static void forget_old(Pool *pool, Contest *contest, int64_t now_sec)
{
	Corrected *kept = NULL;
	size_t n_kept = 0, skip = 0;

	if (contest->n_corrections >= CONTEST_MEMORY)
		skip = contest->n_corrections - CONTEST_MEMORY + 1;
	for (size_t i = skip; i < contest->n_corrections; i++)
		if (contest->corrections[i].at_sec >= now_sec - DAY_SEC &&
		    contest->corrections[i].at_sec <= now_sec)
			POOL_PUSH(pool, kept, n_kept, contest->corrections[i]);
	contest->corrections = kept;
	contest->n_corrections = n_kept;
}

void contest_note(Pool *pool, ContestList *list, const Contest *what, const char *value,
		  int64_t now_sec, bool may_contest)
{
	Contest *contest = contest_find(list, what->dn, what->attribute);
	size_t n_fast, n_same;

	if (!contest) {
		POOL_PUSH(pool, list->items, list->n_items,
			  {.dn = pool_strdup(pool, what->dn),
			   .attribute = pool_strdup(pool, what->attribute),
			   .suffix = pool_strdup(pool, what->suffix)});
		contest = &list->items[list->n_items - 1];
	}
	forget_old(pool, contest, now_sec);
	POOL_PUSH(pool, contest->corrections, contest->n_corrections,
		  {.at_sec = now_sec, .value = pool_strdup(pool, value)});
	if (contest->text) {
		contest->is_open = false;
		contest->is_tried = true;
		contest->moved_sec = now_sec;
		return;
	}
	n_fast = count_since(contest, now_sec - FAST_SEC);
	n_same = count_value(contest, value, now_sec - DAY_SEC);
	if (may_contest && (n_fast >= MAX_TIMES || n_same >= MAX_TIMES))
		contest_begin(pool, contest, n_fast >= MAX_TIMES ? n_fast : contest->n_corrections,
			      now_sec);
}

/* --- looking --- */

static bool is_needed(const ContestLook *look, const Contest *contest)
{
	for (size_t i = 0; i < look->n_needed; i++)
		if (strcasecmp(look->needed[i].dn, contest->dn) == 0 &&
		    strcasecmp(look->needed[i].attribute, contest->attribute) == 0)
			return true;
	return false;
}

static bool is_ours(const ContestLook *look, const Contest *contest)
{
	for (size_t i = 0; i < look->n_written; i++)
		if (strcasecmp(look->written[i], contest->dn) == 0)
			return true;
	return false;
}

static const char *csn_now(const ContestLook *look, const Contest *contest)
{
	for (size_t i = 0; i < look->config->n_entries; i++)
		if (strcasecmp(look->config->entries[i].dn, contest->dn) == 0) {
			const char *csn = entry_first(&look->config->entries[i], "entryCSN");

			return csn ? csn : "";
		}
	return "";
}

/* Somebody else's write begins the quiet anew. */
static bool see_move(Pool *pool, Contest *contest, const ContestLook *look)
{
	const char *csn = csn_now(look, contest);
	const bool has_moved = !contest->csn || strcmp(contest->csn, csn) != 0;

	if (has_moved && is_ours(look, contest)) {
		contest->csn = pool_strdup(pool, csn);
		return true;
	}
	if (contest->moved_sec <= look->now_sec &&
	    (!has_moved || (contest->csn && look->now_sec < contest->moved_sec + MOVE_STEP_SEC)))
		return false;
	contest->csn = pool_strdup(pool, csn);
	contest->moved_sec = look->now_sec;
	return true;
}

static bool see_undone(Contest *contest, const ContestLook *look)
{
	if (!contest->is_tried || !is_needed(look, contest))
		return false;
	contest->is_tried = false;
	contest->moved_sec = look->now_sec;
	contest->quiet_sec *= 2;
	if (contest->quiet_sec > CONTEST_QUIET_MAX_SEC)
		contest->quiet_sec = CONTEST_QUIET_MAX_SEC;
	return true;
}

bool contests_look(Pool *pool, ContestList *list, const ContestLook *look, bool *ret_opened)
{
	size_t n_kept = 0;
	bool has_changed = false;

	for (size_t i = 0; i < list->n_items; i++) {
		Contest contest = list->items[i];

		if (contest.text) {
			bool was_quiet;

			has_changed |= see_undone(&contest, look);
			has_changed |= see_move(pool, &contest, look);
			was_quiet = look->now_sec - contest.moved_sec >= contest.quiet_sec;
			if (was_quiet && !is_needed(look, &contest)) {
				has_changed = true;
				continue;
			}
			if (was_quiet && !contest.is_open) {
				contest.is_open = true;
				*ret_opened = true;
				has_changed = true;
			}
		}
		list->items[n_kept++] = contest;
	}
	list->n_items = n_kept;
	return has_changed;
}

/* --- for people --- */

static const char *ordinal(size_t n)
{
	return n % 100 / 10 == 1 ? "th"
	       : n % 10 == 1     ? "st"
	       : n % 10 == 2     ? "nd"
	       : n % 10 == 3     ? "rd"
				 : "th";
}

const char *contest_rhythm(Pool *pool, const Contest *contest, int64_t now_sec)
{
	const bool is_hour = contest && count_since(contest, now_sec - HOUR_SEC) > 0;
	const size_t n =
		contest ? count_since(contest, now_sec - (is_hour ? HOUR_SEC : DAY_SEC)) : 0;
	int64_t rhythm;

	if (n == 0)
		return NULL;
	rhythm = (now_sec - contest->corrections[contest->n_corrections - n].at_sec) / (int64_t)n;
	return pool_printf(pool, "the %zu%s time in %s, %s", n + 1, ordinal(n + 1),
			   is_hour ? "an hour" : "a day",
			   rhythm_text(pool, rhythm < 0 ? 0 : rhythm));
}
