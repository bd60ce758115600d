/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/copy/fence.h"

#define SUFFIX          "dc=example,dc=org"
#define OWN             "20261128120000.000000Z#000000#002#000000" /* 1795867200 */
#define OWN_SEC         1795867200
#define OWN_OLD         "20261128110000.000000Z#000000#002#000000"
#define THEIRS          "20261128115900.000000Z#000000#001#000000"
#define IS_RIGHT(found) assert_int_equal((found).verdict, FENCE_RIGHT)

static const char *seen_csns[] = {THEIRS, OWN};
static const LastSeen seen = {.suffix = SUFFIX, .csns = seen_csns, .n_csns = 2};

/* The file that was here, and as much of it again. */
static FenceRecord before_grown(void)
{
	return (FenceRecord){
		.suffix = SUFFIX,
		.verdict = FENCE_RIGHT,
		.has_file = true,
		.file = {.is_there = true, .inode = 11, .birth_nsec = 22, .txnid = 1000},
	};
}

static FenceLook look_grown(const FenceRecord *before)
{
	return (FenceLook){
		.seen = &seen,
		.before = before,
		.node = 2,
		.is_same_boot = true,
		.file = {.is_there = true,
			 .inode = 11,
			 .birth_nsec = 22,
			 .txnid = 1200,
			 .written_sec = OWN_SEC},
	};
}

/* What the suffix entry holds, and what the entries do (NULL: they were not read). */
static void holds(FenceLook *look, const char *const *csns, size_t n_csns,
		  const char *const *entries, size_t n_entries)
{
	look->has_content = true;
	look->has_suffix = true;
	look->csns = csns;
	look->n_csns = n_csns;
	look->has_entries = entries != NULL;
	look->entry_csns = entries;
	look->n_entry_csns = n_entries;
}

static void the_same_file_grown_is_right_whatever_contextcsn_a_crash_left(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const FenceRecord before = before_grown();
	FenceLook look = look_grown(&before);
	FenceJudgement found = fence_judge(pool, &look);

	(void)state;
	assert_int_equal(found.need, FENCE_NEEDS_NOTHING);
	IS_RIGHT(found);
	holds(&look, NULL, 0, NULL, 0);
	IS_RIGHT(fence_judge(pool, &look));
}

static void another_file_is_compared_with_what_was_seen(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const char *const old[] = {THEIRS, OWN_OLD}, *const all[] = {OWN, THEIRS};
	const FenceRecord before = before_grown();
	FenceLook look = look_grown(&before);

	(void)state;
	look.file.birth_nsec++; /* the number of an inode is given again */
	assert_int_equal(fence_judge(pool, &look).need, FENCE_NEEDS_CONTENT);
	holds(&look, all, 2, NULL, 0);
	IS_RIGHT(fence_judge(pool, &look));
	holds(&look, old, 2, NULL, 0);
	assert_int_equal(fence_judge(pool, &look).need, FENCE_NEEDS_ENTRIES);
	holds(&look, old, 2, all, 2); /* a dump of a running server */
	IS_RIGHT(fence_judge(pool, &look));
	holds(&look, old, 2, old, 2);
	assert_int_equal(fence_judge(pool, &look).verdict, FENCE_OLDER);
	assert_true(fence_verdict_closes(FENCE_OLDER));
}

static void a_file_that_went_back_is_compared(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const FenceRecord before = before_grown();
	FenceLook look = look_grown(&before);

	(void)state;
	look.file.txnid = 999;
	assert_int_equal(fence_judge(pool, &look).need, FENCE_NEEDS_CONTENT);
}

static void a_snapshot_shows_by_when_it_was_written(void **state)
{
	AUTO(Pool) *pool = pool_new();
	FenceRecord before = before_grown();
	FenceLook look = look_grown(&before);

	(void)state;
	look.file.written_sec = OWN_SEC - 61;
	assert_int_equal(fence_judge(pool, &look).need, FENCE_NEEDS_CONTENT);
	look.is_same_boot = false; /* a power cut may lose the time, and nothing else */
	IS_RIGHT(fence_judge(pool, &look));
	look.is_same_boot = true;
	before.is_after_stop = true; /* nothing was written since, and all of it is there */
	IS_RIGHT(fence_judge(pool, &look));
}

static void nothing_where_something_was_is_absent(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const FenceRecord before = before_grown();
	FenceLook look = look_grown(&before);

	(void)state;
	look.file = (DatabaseFile){0};
	assert_int_equal(fence_judge(pool, &look).verdict, FENCE_ABSENT);
	look = look_grown(NULL);
	look.has_content = true;
	assert_int_equal(fence_judge(pool, &look).verdict, FENCE_ABSENT);
	assert_true(fence_verdict_closes(FENCE_ABSENT));
}

static void no_evidence_closes_nothing(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const char *const old[] = {THEIRS, OWN_OLD};
	const LastSeen nothing = {.suffix = SUFFIX};
	FenceRecord before = before_grown();
	FenceLook look = look_grown(NULL);

	(void)state;
	holds(&look, old, 2, old, 2); /* a crash may have lost a delete */
	assert_int_equal(fence_judge(pool, &look).verdict, FENCE_NOT_KNOWN);
	before.has_file = false;
	look.before = &before;
	assert_int_equal(fence_judge(pool, &look).verdict, FENCE_NOT_KNOWN);
	look.file.is_used = true; /* slapd runs, whatever its process id file says */
	look.file.inode++;
	assert_int_equal(fence_judge(pool, &look).verdict, FENCE_NOT_KNOWN);
	look.file = (DatabaseFile){0};
	look.seen = NULL;
	assert_int_equal(fence_judge(pool, &look).verdict, FENCE_FIRST);
	look.seen = &nothing; /* an empty set is no measure */
	assert_int_equal(fence_judge(pool, &look).verdict, FENCE_FIRST);
	for (FenceVerdict verdict = 0; verdict < FENCE_VERDICT_COUNT; verdict++)
		assert_int_equal(fence_verdict_closes(verdict),
				 verdict == FENCE_OLDER || verdict == FENCE_ABSENT);
}

static void new_entries_in_a_closed_database_prove_no_complete_refresh(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const char *const old[] = {THEIRS, OWN_OLD}, *const all[] = {OWN, THEIRS};
	FenceRecord before = before_grown();
	FenceLook look = look_grown(&before);

	(void)state;
	before.is_closed = true;
	look.file.inode++;
	holds(&look, old, 2, all, 2);
	look.has_entries = false;
	assert_int_equal(fence_judge(pool, &look).verdict, FENCE_OLDER);
	holds(&look, all, 2, NULL, 0);
	IS_RIGHT(fence_judge(pool, &look));
}

static void a_closed_database_is_not_opened_by_its_own_file(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const char *const old[] = {THEIRS, OWN_OLD}, *const all[] = {OWN, THEIRS};
	FenceRecord before = before_grown();
	FenceLook look = look_grown(&before);

	(void)state;
	before.is_closed = true;
	before.verdict = FENCE_OLDER;
	assert_int_equal(fence_judge(pool, &look).need, FENCE_NEEDS_CONTENT);
	holds(&look, old, 2, all, 2); /* half filled */
	look.has_entries = false;
	assert_int_equal(fence_judge(pool, &look).need, FENCE_NEEDS_NOTHING);
	assert_int_equal(fence_judge(pool, &look).verdict, FENCE_OLDER);
	holds(&look, all, 2, NULL, 0); /* its volume is mounted again */
	IS_RIGHT(fence_judge(pool, &look));
}

static void only_what_slapd_left_is_noted_behind_a_stop(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const char *const old[] = {THEIRS, OWN_OLD}, *const all[] = {OWN, THEIRS};
	const FenceRecord before = before_grown();
	FenceLook look = look_grown(&before);

	(void)state;
	holds(&look, all, 2, NULL, 0);
	assert_true(fence_was_left_by_slapd(pool, &look));
	holds(&look, old, 2, NULL, 0); /* it crashed, or somebody was quick with a backup */
	assert_false(fence_was_left_by_slapd(pool, &look));
	holds(&look, all, 2, NULL, 0);
	look.file.inode++;
	assert_false(fence_was_left_by_slapd(pool, &look));
	look = look_grown(&before);
	assert_false(fence_was_left_by_slapd(pool, &look));
}

static void verdicts_are_found_by_name(void **state)
{
	(void)state;
	for (FenceVerdict verdict = 0; verdict < FENCE_VERDICT_COUNT; verdict++)
		assert_int_equal(fence_verdict_named(fence_verdict_name(verdict)), verdict);
	assert_int_equal(fence_verdict_named("fine"), FENCE_NOT_KNOWN);
	assert_int_equal(fence_verdict_named(NULL), FENCE_NOT_KNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_file_grown_is_right_whatever_contextcsn_a_crash_left),
		cmocka_unit_test(another_file_is_compared_with_what_was_seen),
		cmocka_unit_test(a_file_that_went_back_is_compared),
		cmocka_unit_test(a_snapshot_shows_by_when_it_was_written),
		cmocka_unit_test(nothing_where_something_was_is_absent),
		cmocka_unit_test(no_evidence_closes_nothing),
		cmocka_unit_test(new_entries_in_a_closed_database_prove_no_complete_refresh),
		cmocka_unit_test(a_closed_database_is_not_opened_by_its_own_file),
		cmocka_unit_test(only_what_slapd_left_is_noted_behind_a_stop),
		cmocka_unit_test(verdicts_are_found_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
