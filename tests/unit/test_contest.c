/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/memory/contest.h"

#define DN     "olcDatabase={1}mdb,cn=config"
#define START  1790000000LL
#define MINUTE 60
#define HOUR   3600
#define DAY    86400

/* An agent that looks whenever something happened, and every minute; and somebody else. */
typedef struct Fight {
	Pool *pool;
	ContestList list;
	int64_t now_sec;
	unsigned n_csn;       /* counts writes to the entry */
	bool is_foreign;      /* the entry holds the other's value */
	unsigned n_corrected; /* by us */
	unsigned n_begun;     /* times that it became contested */
	unsigned n_over;
} Fight;

static Fight fight_new(Pool *pool)
{
	return (Fight){.pool = pool, .list = {.sha256 = "a"}, .now_sec = START};
}

static Contest *contest(Fight *fight)
{
	return contest_find(&fight->list, DN, "olcLimits");
}

static bool is_contested(Fight *fight)
{
	return contest(fight) && contest(fight)->text;
}

static Tree config_of(const Fight *fight)
{
	Tree config = {0};
	const char *csn = pool_printf(fight->pool, "%u", fight->n_csn);
	Entry *entry = tree_add_entry(fight->pool, &config, DN);

	entry_add_value(fight->pool, entry, "entryCSN", csn, strlen(csn));
	return config;
}

/* One pass of the agent, as the daemon makes it. */
static void pass(Fight *fight)
{
	static const ContestName name = {DN, "olcLimits"};
	static const Contest what = {.dn = DN, .attribute = "olcLimits"};
	static const char *written[] = {DN};
	const bool was_contested = is_contested(fight);
	const bool corrects = fight->is_foreign && !contest_holds(contest(fight));
	bool is_opened = false;
	Tree config;

	if (corrects) {
		fight->n_corrected++;
		fight->n_csn++;
		fight->is_foreign = false;
		contest_note(fight->pool, &fight->list, &what, "theirs", fight->now_sec, true);
	}
	config = config_of(fight);
	contests_look(fight->pool, &fight->list,
		      &(ContestLook){.config = &config,
				     .needed = &name,
				     .n_needed = fight->is_foreign,
				     .written = written,
				     .n_written = corrects,
				     .now_sec = fight->now_sec},
		      &is_opened);
	fight->n_begun += is_contested(fight) && !was_contested;
	fight->n_over += !is_contested(fight) && was_contested;
	if (is_opened)
		pass(fight);
}

/* Somebody who writes whatever is there, or only where it is not his already. */
static void play(Fight *fight, int64_t seconds, int64_t every_sec, bool writes_always)
{
	const int64_t end_sec = fight->now_sec + seconds;
	int64_t next_sec = every_sec > 0 ? fight->now_sec : end_sec;

	for (; fight->now_sec < end_sec; fight->now_sec++) {
		if (fight->now_sec >= next_sec && next_sec < end_sec) {
			next_sec += every_sec;
			fight->n_csn += writes_always || !fight->is_foreign;
			fight->is_foreign = true;
			pass(fight);
		} else if (fight->now_sec % MINUTE == 0) {
			pass(fight);
		}
	}
}

static void a_writer_of_every_second_is_given_way_after_three_times(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Fight fight = fight_new(pool);

	(void)state;
	play(&fight, 2, 1, true);
	assert_false(is_contested(&fight));
	play(&fight, HOUR, 1, true);
	assert_int_equal(fight.n_corrected, 3);
	assert_int_equal(fight.n_begun, 1);
	assert_non_null(strstr(contest(&fight)->text, "corrected 3 times, about every 1 s"));
	assert_non_null(strstr(contest(&fight)->text, "\"theirs\""));
}

static void it_is_over_when_the_other_stops(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Fight fight = fight_new(pool);

	(void)state;
	play(&fight, HOUR, 1, true);
	play(&fight, CONTEST_QUIET_MIN_SEC - 2 * MINUTE, 0, true);
	assert_int_equal(fight.n_corrected, 3);
	play(&fight, 4 * MINUTE, 0, true);
	assert_int_equal(fight.n_corrected, 4);
	assert_true(is_contested(&fight));
	play(&fight, CONTEST_QUIET_MIN_SEC, 0, true);
	assert_false(is_contested(&fight));
	assert_int_equal(fight.n_over, 1);
	assert_false(fight.is_foreign);
	assert_null(contest(&fight));
}

static void a_writer_of_every_half_hour_is_given_way_after_three_times(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Fight always = fight_new(pool);

	(void)state;
	play(&always, 7 * DAY, 30 * MINUTE, true);
	assert_int_equal(always.n_corrected, 3);
	assert_int_equal(always.n_begun, 1);
	assert_int_equal(always.n_over, 0);
	assert_non_null(strstr(contest(&always)->text, "about every 30 min"));
}

static void a_writer_that_writes_only_what_differs_is_tried_less_and_less(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Fight fight = fight_new(pool);
	unsigned n_in_a_week;

	(void)state;
	play(&fight, 7 * DAY, 30 * MINUTE, false);
	n_in_a_week = fight.n_corrected;
	assert_in_range(n_in_a_week, 5, 14);
	assert_int_equal(fight.n_begun, 1);
	assert_int_equal(fight.n_over, 0);
	/* Once a day at most in the end. */
	play(&fight, 7 * DAY, 30 * MINUTE, false);
	assert_in_range(fight.n_corrected - n_in_a_week, 1, 7);
	play(&fight, 3 * DAY, 0, false);
	assert_false(is_contested(&fight));
	assert_int_equal(fight.n_begun, 1);
}

static void three_different_values_in_a_day_are_no_contest(void **state)
{
	static const Contest what = {.dn = DN, .attribute = "olcLimits"};
	AUTO(Pool) *pool = pool_new();
	ContestList list = {.sha256 = "a"};

	(void)state;
	for (int i = 0; i < 6; i++)
		contest_note(pool, &list, &what,
			     i % 2    ? "one"
			     : i == 2 ? "two"
				      : "three",
			     START + i * (int64_t)HOUR, true);
	assert_non_null(list.items[0].text); /* "one" came back three times */
	list = (ContestList){.sha256 = "a"};
	for (int i = 0; i < 6; i++)
		contest_note(pool, &list, &what, pool_printf(pool, "%d", i / 2),
			     START + i * (int64_t)HOUR, true);
	assert_null(list.items[0].text);
	/* Three within ten minutes are one, whatever the values; a day later nothing counts. */
	for (int i = 0; i < 2; i++)
		contest_note(pool, &list, &what, pool_printf(pool, "new %d", i),
			     START + 5 * (int64_t)HOUR + 300 * (i + 1), true);
	assert_non_null(list.items[0].text);
}

static void a_day_later_nothing_counts(void **state)
{
	static const Contest what = {.dn = DN, .attribute = "olcLimits"};
	AUTO(Pool) *pool = pool_new();
	ContestList list = {.sha256 = "a"};

	(void)state;
	for (int i = 0; i < 20; i++)
		contest_note(pool, &list, &what, "same", START + i * (int64_t)13 * HOUR, true);
	assert_null(list.items[0].text);
	contest_note(pool, &list, &what, "same", list.items[0].corrections[1].at_sec + 1, false);
	assert_null(list.items[0].text); /* told to count only */
}

static void another_peers_json_ends_all(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Fight fight = fight_new(pool);
	ContestList same, other;

	(void)state;
	play(&fight, MINUTE, 1, true);
	assert_true(is_contested(&fight));
	same = contests_copy(pool, &fight.list, "a");
	other = contests_copy(pool, &fight.list, "b");
	assert_int_equal(same.n_items, 1);
	assert_string_equal(same.items[0].text, fight.list.items[0].text);
	assert_int_equal(same.items[0].n_corrections, 3);
	assert_int_equal(other.n_items, 0);
	assert_string_equal(other.sha256, "b");
}

static void a_clock_that_is_set_back_does_not_wait_for_ever(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Fight fight = fight_new(pool);

	(void)state;
	play(&fight, MINUTE, 1, true);
	assert_true(is_contested(&fight));
	fight.now_sec -= 365LL * DAY;
	play(&fight, CONTEST_QUIET_MIN_SEC + 2 * MINUTE, 0, true);
	assert_int_equal(fight.n_corrected, 4);
	play(&fight, CONTEST_QUIET_MIN_SEC + 2 * MINUTE, 0, true);
	assert_false(is_contested(&fight));
}

static void the_rhythm_is_told(void **state)
{
	static const Contest what = {.dn = DN, .attribute = "olcLimits"};
	AUTO(Pool) *pool = pool_new();
	ContestList list = {.sha256 = "a"};

	(void)state;
	assert_null(contest_rhythm(pool, NULL, START));
	for (int i = 0; i < 3; i++)
		contest_note(pool, &list, &what, "", START + i * 900LL, false);
	assert_string_equal(contest_rhythm(pool, &list.items[0], START + 2700),
			    "the 4th time in an hour, about every 15 min");
	assert_string_equal(contest_rhythm(pool, &list.items[0], START + 3 * HOUR),
			    "the 4th time in a day, about every 60 min");
	assert_null(contest_rhythm(pool, &list.items[0], START + 2 * DAY));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_writer_of_every_second_is_given_way_after_three_times),
		cmocka_unit_test(it_is_over_when_the_other_stops),
		cmocka_unit_test(a_writer_of_every_half_hour_is_given_way_after_three_times),
		cmocka_unit_test(a_writer_that_writes_only_what_differs_is_tried_less_and_less),
		cmocka_unit_test(three_different_values_in_a_day_are_no_contest),
		cmocka_unit_test(a_day_later_nothing_counts),
		cmocka_unit_test(another_peers_json_ends_all),
		cmocka_unit_test(a_clock_that_is_set_back_does_not_wait_for_ever),
		cmocka_unit_test(the_rhythm_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
