/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/entries/compare_record.h"
#include "common/entries/comparison.h"
#include "common/report/compare_report.h"

/* What a copy shows whose server counts as many. */
#define SHOWN(n) \
	((CopyReading){.is_read = true, .identity = "'cn=x'", .n_entries = (n), .n_counted = (n)})

/* An entry with that number, last changed at that second. */
static EntryMark entry(uint8_t number, uint8_t second)
{
	EntryMark mark = {.is_seen = 0};

	mark.uuid[0] = number;
	mark.csn[4] = second;
	return mark;
}

typedef struct Scene {
	Pool *pool;
	EntrySet here;
	CopyReading here_reading;
	Comparison comparison;
} Scene;

static Scene *scene_make(Pool *pool, const EntryMark *here, size_t n_here)
{
	Scene *scene = pool_alloc(pool, sizeof(*scene));

	*scene = (Scene){.pool = pool,
			 .here = {.pool = pool},
			 .here_reading = SHOWN(n_here),
			 .comparison = {.pool = pool}};
	for (size_t i = 0; i < n_here; i++)
		entry_set_add(&scene->here, &here[i]);
	entry_set_sort(&scene->here);
	return scene;
}

static void peer_shows(Scene *scene, const EntryMark *there, size_t n_there)
{
	for (size_t i = 0; i < n_there; i++)
		comparison_take(&scene->comparison, &scene->here, &there[i]);
	scene->comparison.there = SHOWN(n_there);
	comparison_end(&scene->comparison, &scene->here);
}

static ComparisonVerdict verdict(const Scene *scene)
{
	return comparison_verdict(&scene->comparison, &scene->here_reading);
}

static void the_same_entries_in_another_order_are_equal(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const EntryMark here[] = {entry(3, 1), entry(1, 2), entry(2, 3)};
	const EntryMark there[] = {entry(1, 2), entry(2, 3), entry(3, 1)};
	Scene *scene = scene_make(pool, here, 3);

	(void)state;
	peer_shows(scene, there, 3);
	assert_int_equal(scene->comparison.n_differences, 0);
	assert_int_equal(verdict(scene), COMPARISON_EQUAL);
}

static void each_kind_of_difference_is_told(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const EntryMark here[] = {entry(1, 1), entry(2, 2), entry(3, 2), entry(4, 1)};
	const EntryMark there[] = {entry(1, 1), entry(5, 1), entry(3, 1), entry(4, 2)};
	Scene *scene = scene_make(pool, here, 4);

	(void)state;
	peer_shows(scene, there, 4);
	assert_int_equal(scene->comparison.n_differences, 4);
	for (DifferenceKind kind = 0; kind < DIFFERENCE_KIND_COUNT; kind++)
		assert_int_equal(comparison_count(&scene->comparison, kind),
				 kind != DIFFERENCE_OTHER_CONTENTS);
	for (size_t i = 0; i < 4; i++) {
		static const uint8_t numbers[] = {2, 5, 3, 4};
		const Difference *difference = &scene->comparison.differences[i];

		assert_int_equal(difference->here.uuid[0], numbers[difference->kind]);
		assert_int_equal(difference->there.uuid[0], numbers[difference->kind]);
	}
	assert_int_equal(verdict(scene), COMPARISON_DIFFERENT);
}

static void the_next_peer_begins_with_a_set_of_which_nothing_was_seen(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const EntryMark here[] = {entry(1, 1), entry(2, 1)};
	Scene *scene = scene_make(pool, here, 2);

	(void)state;
	peer_shows(scene, here, 2);
	peer_shows(scene, here, 1);
	assert_int_equal(comparison_count(&scene->comparison, DIFFERENCE_MISSING_THERE), 1);
}

static void a_copy_that_was_not_read_to_its_end_proves_nothing(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const EntryMark here[] = {entry(1, 1), entry(2, 1)}, other = entry(3, 1);
	Scene *scene = scene_make(pool, here, 2);

	(void)state;
	comparison_take(&scene->comparison, &scene->here, &other);
	comparison_end(&scene->comparison, &scene->here);
	assert_int_equal(scene->comparison.n_differences, 0);
	assert_int_equal(verdict(scene), COMPARISON_NOT_COMPARABLE);
}

/* Entries that are not shown may be hidden; what is older is older. */
static void what_is_missing_where_something_is_hidden_is_no_difference(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const EntryMark here[] = {entry(1, 1), entry(2, 1)}, older = entry(1, 0);
	Scene *scene = scene_make(pool, here, 2);

	(void)state;
	peer_shows(scene, here, 1);
	scene->comparison.there.n_counted = 2;
	assert_int_equal(verdict(scene), COMPARISON_NOT_COMPARABLE);
	comparison_forget(&scene->comparison);
	peer_shows(scene, &older, 1);
	scene->comparison.there.n_counted = 2;
	assert_int_equal(verdict(scene), COMPARISON_DIFFERENT);
}

static void what_is_missing_here_where_something_is_hidden_is_no_difference(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const EntryMark there[] = {entry(1, 1), entry(2, 1)};
	Scene *scene = scene_make(pool, there, 1);

	(void)state;
	peer_shows(scene, there, 2);
	assert_int_equal(verdict(scene), COMPARISON_DIFFERENT);
	scene->here_reading.n_counted = 2;
	assert_int_equal(verdict(scene), COMPARISON_NOT_COMPARABLE);
}

static void beyond_the_most_they_are_counted(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Scene *scene = scene_make(pool, NULL, 0);

	(void)state;
	for (uint32_t i = 0; i < DIFFERENCES_MAX + 5; i++) {
		EntryMark mark = entry(0, 1);

		memcpy(mark.uuid, &i, sizeof(i));
		comparison_take(&scene->comparison, &scene->here, &mark);
	}
	assert_int_equal(scene->comparison.n_differences, DIFFERENCES_MAX);
	assert_int_equal(comparison_count(&scene->comparison, DIFFERENCE_MISSING_HERE),
			 DIFFERENCES_MAX + 5);
}

/* --- what a reading is worth --- */

static void nothing_is_known_of_what_was_not_read(void **state)
{
	const CopyReading none = {0};

	(void)state;
	assert_int_equal(copy_reading_sight(&none), COPY_SIGHT_UNKNOWN);
}

static void as_many_as_the_server_counts_are_all(void **state)
{
	CopyReading reading = SHOWN(7);

	(void)state;
	assert_int_equal(copy_reading_sight(&reading), COPY_SIGHT_WHOLE);
	reading.n_entries = 6;
	assert_int_equal(copy_reading_sight(&reading), COPY_SIGHT_LESS);
	reading.n_subentries = 1;
	assert_int_equal(copy_reading_sight(&reading), COPY_SIGHT_WHOLE);
}

static void a_count_that_moved_or_that_is_not_told_proves_nothing(void **state)
{
	CopyReading reading = SHOWN(7);

	(void)state;
	reading.count_moved = true;
	assert_int_equal(copy_reading_sight(&reading), COPY_SIGHT_UNKNOWN);
	reading = SHOWN(7);
	reading.n_counted = 6;
	assert_int_equal(copy_reading_sight(&reading), COPY_SIGHT_UNKNOWN);
	reading.n_counted = 0;
	assert_int_equal(copy_reading_sight(&reading), COPY_SIGHT_UNKNOWN);
	reading.may_all = true;
	assert_int_equal(copy_reading_sight(&reading), COPY_SIGHT_WHOLE);
}

/* A server where entries come and go all the time, and one that hides a part of them besides. */
static void what_was_there_all_the_time_was_shown_or_not(void **state)
{
	CopyReading reading = SHOWN(7);

	(void)state;
	assert_true(copy_reading_showed_lasting(&reading));
	reading.count_moved = true;
	reading.n_counted = 8;
	reading.n_counted_least = 7;
	assert_true(copy_reading_showed_lasting(&reading));
	reading.n_entries = 6;
	assert_false(copy_reading_showed_lasting(&reading));
	reading.n_unmarked = 1;
	assert_false(copy_reading_showed_lasting(&reading));
	reading.n_unmarked = 0;
	reading.n_subentries = 1;
	assert_true(copy_reading_showed_lasting(&reading));
	reading.is_read = false;
	assert_false(copy_reading_showed_lasting(&reading));
}

/* Somebody hides an entry, and another one came and went while the second look was taken. */
static void a_look_that_shows_all_proves_nothing_behind_one_that_showed_less(void **state)
{
	AUTO(Pool) *pool = pool_new();
	CopyReading reading = SHOWN(7);

	(void)state;
	reading.was_less = true;
	reading.identity = "us";
	assert_int_equal(copy_reading_sight(&reading), COPY_SIGHT_UNKNOWN);
	assert_false(copy_reading_showed_lasting(&reading));
	assert_non_null(strstr(copy_reading_describe(pool, &reading), "may be tried again"));
	reading.count_moved = true;
	assert_false(copy_reading_showed_lasting(&reading));
	reading.may_all = true;
	assert_int_equal(copy_reading_sight(&reading), COPY_SIGHT_WHOLE);
}

static void an_entry_without_entryuuid_is_less_than_all(void **state)
{
	CopyReading reading = SHOWN(7);

	(void)state;
	reading.n_unmarked = 1;
	reading.n_counted = 8;
	reading.may_all = true;
	assert_int_equal(copy_reading_sight(&reading), COPY_SIGHT_LESS);
}

/* --- all together --- */

static void one_that_differs_is_told_whatever_else_is_not_known(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const EntryMark here[] = {entry(1, 1)}, older = entry(1, 0);
	Scene *equal = scene_make(pool, here, 1), *other = scene_make(pool, here, 1);
	Comparison peers[3];
	ComparedDatabase database = {.here = SHOWN(1), .peers = peers};

	(void)state;
	peer_shows(equal, here, 1);
	peer_shows(other, &older, 1);
	peers[0] = equal->comparison;
	assert_int_equal(comparison_verdict_all(&database, 0), COMPARISON_NOT_COMPARABLE);
	assert_int_equal(comparison_verdict_all(&database, 1), COMPARISON_NOT_COMPARABLE);
	database.n_peers = 1;
	assert_int_equal(comparison_verdict_all(&database, 1), COMPARISON_EQUAL);
	peers[1] = (Comparison){.pool = pool};
	database.n_peers = 2;
	assert_int_equal(comparison_verdict_all(&database, 1), COMPARISON_NOT_COMPARABLE);
	peers[2] = other->comparison;
	database.n_peers = 3;
	assert_int_equal(comparison_verdict_all(&database, 1), COMPARISON_DIFFERENT);
}

static void what_nobody_looked_at_again_is_told_only_beside_what_lasts(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Comparison gone = {.pool = pool, .there = SHOWN(2), .n_more[DIFFERENCE_OLDER_THERE] = 3};
	Comparison lasts = gone;
	const CopyReading here = SHOWN(2);
	const EntryMark mark = entry(1, 2);

	(void)state;
	comparison_add_contents(&lasts, &mark, "cn=1", &(AttributeNames){0});
	comparison_settled(&gone);
	comparison_settled(&lasts);
	assert_int_equal(comparison_verdict(&gone, &here), COMPARISON_NOT_COMPARABLE);
	assert_int_equal(comparison_count(&gone, DIFFERENCE_OLDER_THERE), 0);
	assert_non_null(strstr(gone.there.problem, "3 were not"));
	assert_int_equal(comparison_verdict(&lasts, &here), COMPARISON_DIFFERENT);
	assert_int_equal(comparison_count(&lasts, DIFFERENCE_OLDER_THERE), 3);
}

/* --- what is kept of them --- */

/* What is kept when that look follows. */
static CompareRecords joined(Pool *pool, const CompareRecords *before, const Scene *scene,
			     int64_t now_sec)
{
	Comparison comparison = scene->comparison;
	const ComparedDatabase database = {
		.suffix = "dc=x", .here = scene->here_reading, .peers = &comparison, .n_peers = 1};

	comparison.peer_id = 2;
	return compare_records_join(pool, before, &database, 1, now_sec);
}

static Scene *looked(Pool *pool, const EntryMark *there, size_t n_there)
{
	const EntryMark here[] = {entry(1, 2), entry(2, 2)};
	Scene *scene = scene_make(pool, here, 2);

	peer_shows(scene, there, n_there);
	return scene;
}

static const EntryMark same[] = {{.uuid = {1}, .csn = {[4] = 2}}, {.uuid = {2}, .csn = {[4] = 2}}};

/* One is missing there, and the contents of the other one differ. */
static CompareRecords two_differ(Pool *pool)
{
	const CompareRecords none = {0};
	const AttributeNames names = {0};
	Scene *scene = looked(pool, same, 1);
	CompareRecords records;

	scene->comparison.asks_contents = true;
	comparison_add_contents(&scene->comparison, &same[0], "cn=1", &names);
	records = joined(pool, &none, scene, 100);
	assert_int_equal(records.items[0].verdict, COMPARISON_DIFFERENT);
	assert_int_equal(records.items[0].counts[DIFFERENCE_MISSING_THERE], 1);
	assert_int_equal(records.items[0].counts[DIFFERENCE_OTHER_CONTENTS], 1);
	return records;
}

static void a_peer_that_is_away_takes_nothing_back(void **state)
{
	AUTO(Pool) *pool = pool_new();
	CompareRecords records = two_differ(pool);
	Scene *away = looked(pool, same, 2);

	(void)state;
	away->comparison.there = (CopyReading){.problem = "it is away"};
	records = joined(pool, &records, away, 200);
	assert_int_equal(records.n_items, 1);
	assert_int_equal(records.items[0].verdict, COMPARISON_DIFFERENT);
	assert_int_equal(compare_record_total(&records.items[0]), 2);
	assert_int_equal(records.items[0].compared_sec, 100);
}

/* What differed may be among what is hidden now. */
static void a_copy_that_hides_something_takes_nothing_back(void **state)
{
	AUTO(Pool) *pool = pool_new();
	CompareRecords records = two_differ(pool);
	Scene *hides = looked(pool, same, 2);

	(void)state;
	hides->comparison.asks_contents = true;
	hides->comparison.there.n_counted = 3;
	records = joined(pool, &records, hides, 200);
	assert_int_equal(records.items[0].verdict, COMPARISON_DIFFERENT);
	assert_int_equal(compare_record_total(&records.items[0]), 2);
}

static void other_contents_are_taken_back_only_by_a_look_at_contents(void **state)
{
	AUTO(Pool) *pool = pool_new();
	CompareRecords records = two_differ(pool);
	Scene *scene = looked(pool, same, 2);

	(void)state;
	records = joined(pool, &records, scene, 200);
	assert_int_equal(records.items[0].verdict, COMPARISON_DIFFERENT);
	assert_int_equal(records.items[0].counts[DIFFERENCE_MISSING_THERE], 0);
	assert_int_equal(records.items[0].counts[DIFFERENCE_OTHER_CONTENTS], 1);
	assert_int_equal(records.items[0].compared_sec, 200);
	scene->comparison.asks_contents = true;
	records = joined(pool, &records, scene, 300);
	assert_int_equal(records.items[0].verdict, COMPARISON_NOT_KNOWN);
	assert_int_equal(compare_record_total(&records.items[0]), 0);
}

static void contents_that_were_not_compared_are_never_well(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Scene *scene = looked(pool, same, 2);
	CompareRecords records = two_differ(pool);

	(void)state;
	scene->comparison.asks_contents = true;
	scene->comparison.contents_problem = "one is too large";
	assert_int_equal(comparison_verdict(&scene->comparison, &scene->here_reading),
			 COMPARISON_NOT_COMPARABLE);
	/* What they were found to have stays, and versions were looked at. */
	records = joined(pool, &records, scene, 200);
	assert_int_equal(records.items[0].counts[DIFFERENCE_MISSING_THERE], 0);
	assert_int_equal(records.items[0].counts[DIFFERENCE_OTHER_CONTENTS], 1);
	assert_int_equal(records.items[0].verdict, COMPARISON_DIFFERENT);
	scene = looked(pool, same, 1);
	scene->comparison.asks_contents = true;
	scene->comparison.contents_problem = "one is too large";
	assert_int_equal(comparison_verdict(&scene->comparison, &scene->here_reading),
			 COMPARISON_DIFFERENT);
}

static void what_was_missing_is_taken_back_only_where_it_would_be_seen(void **state)
{
	AUTO(Pool) *pool = pool_new();
	CompareRecords records = two_differ(pool);
	Scene *scene = looked(pool, same, 2);

	(void)state;
	scene->comparison.asks_contents = true;
	scene->comparison.there.n_counted = 0;
	records = joined(pool, &records, scene, 200);
	assert_int_equal(records.items[0].counts[DIFFERENCE_MISSING_THERE], 1);
	assert_int_equal(records.items[0].counts[DIFFERENCE_OTHER_CONTENTS], 0);
	assert_int_equal(records.items[0].verdict, COMPARISON_DIFFERENT);
}

static void what_is_not_proven_is_not_kept(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const CompareRecords none = {0};
	Scene *scene = looked(pool, same, 1);
	CompareRecords records;

	(void)state;
	scene->comparison.there.n_counted = 0;
	records = joined(pool, &none, scene, 100);
	assert_int_equal(records.items[0].verdict, COMPARISON_NOT_COMPARABLE);
	assert_int_equal(compare_record_total(&records.items[0]), 0);
}

/* --- for people --- */

static const char *told(Pool *pool, const Scene *scene, bool sees_itself_whole)
{
	Comparison comparison = scene->comparison;
	const ComparedDatabase database = {
		.suffix = "dc=x", .here = scene->here_reading, .peers = &comparison, .n_peers = 1};
	ComparedDatabase seen = database;

	comparison.uri = "ldap://x";
	comparison.there.n_counted = 0;
	if (!sees_itself_whole)
		seen.here.n_counted = 0;
	return compare_report_text(
		pool, &(CompareReport){.databases = &seen, .n_databases = 1, .has_names = true});
}

static void only_who_sees_its_own_copy_whole_can_prove_it_together_with_the_other(void **state)
{
	static const char both[] = "or when compare finds nothing at that node, either;\n";
	AUTO(Pool) *pool = pool_new();
	const Scene *scene = looked(pool, same, 2);

	(void)state;
	assert_non_null(strstr(told(pool, scene, true), both));
	assert_non_null(strstr(told(pool, scene, false), "Nothing differs in what is shown."));
	assert_null(strstr(told(pool, scene, false), both));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_entries_in_another_order_are_equal),
		cmocka_unit_test(each_kind_of_difference_is_told),
		cmocka_unit_test(the_next_peer_begins_with_a_set_of_which_nothing_was_seen),
		cmocka_unit_test(a_copy_that_was_not_read_to_its_end_proves_nothing),
		cmocka_unit_test(what_is_missing_where_something_is_hidden_is_no_difference),
		cmocka_unit_test(what_is_missing_here_where_something_is_hidden_is_no_difference),
		cmocka_unit_test(beyond_the_most_they_are_counted),
		cmocka_unit_test(nothing_is_known_of_what_was_not_read),
		cmocka_unit_test(as_many_as_the_server_counts_are_all),
		cmocka_unit_test(a_count_that_moved_or_that_is_not_told_proves_nothing),
		cmocka_unit_test(a_look_that_shows_all_proves_nothing_behind_one_that_showed_less),
		cmocka_unit_test(what_was_there_all_the_time_was_shown_or_not),
		cmocka_unit_test(an_entry_without_entryuuid_is_less_than_all),
		cmocka_unit_test(one_that_differs_is_told_whatever_else_is_not_known),
		cmocka_unit_test(what_nobody_looked_at_again_is_told_only_beside_what_lasts),
		cmocka_unit_test(a_peer_that_is_away_takes_nothing_back),
		cmocka_unit_test(a_copy_that_hides_something_takes_nothing_back),
		cmocka_unit_test(other_contents_are_taken_back_only_by_a_look_at_contents),
		cmocka_unit_test(contents_that_were_not_compared_are_never_well),
		cmocka_unit_test(what_was_missing_is_taken_back_only_where_it_would_be_seen),
		cmocka_unit_test(what_is_not_proven_is_not_kept),
		cmocka_unit_test(
			only_who_sees_its_own_copy_whole_can_prove_it_together_with_the_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
