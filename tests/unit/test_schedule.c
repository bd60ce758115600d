/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/base/macros.h"
#include "common/pass/schedule.h"

#define SECOND 1000000ULL

/* How long the schedule waits after a pass that ended so. */
static uint64_t wait_after(Schedule *schedule, PassOutcome outcome, uint64_t *now)
{
	const uint64_t next = schedule_passed(schedule, outcome, *now), wait = next - *now;

	*now = next;
	return wait;
}

static void settled_passes_keep_the_interval_with_a_jitter_of_a_tenth(void **state)
{
	uint64_t now = 0, sum = 0, shortest = UINT64_MAX, longest = 0;
	Schedule schedule;

	(void)state;
	schedule_start(&schedule, 60, 7);
	for (int i = 0; i < 1440; i++) {
		const uint64_t wait = wait_after(&schedule, PASS_SETTLED, &now);

		shortest = wait < shortest ? wait : shortest;
		longest = wait > longest ? wait : longest;
		sum += wait;
	}
	assert_in_range(shortest, 54 * SECOND, 55 * SECOND);
	assert_in_range(longest, 65 * SECOND, 66 * SECOND);
	assert_in_range(sum / 1440, 59 * SECOND, 61 * SECOND);
}

static void nodes_do_not_move_in_step(void **state)
{
	Schedule one, other;

	(void)state;
	schedule_start(&one, 60, 1);
	schedule_start(&other, 60, 2);
	assert_int_not_equal(schedule_passed(&one, PASS_SETTLED, 0),
			     schedule_passed(&other, PASS_SETTLED, 0));
}

static void failures_wait_longer_and_longer(void **state)
{
	static const struct {
		PassOutcome outcome;
		uint64_t first, second, longest;
	} rows[] = {
		{PASS_SOON, SECOND / 4, SECOND / 2, 2 * SECOND},
		{PASS_AWAY, SECOND / 20, SECOND / 10, 15 * SECOND},
		{PASS_UNSEEN, SECOND / 20, SECOND / 10, SECOND},
		{PASS_DENIED, 5 * SECOND, 10 * SECOND, 66 * SECOND},
		{PASS_BUSY, SECOND / 4, SECOND / 2, 2 * SECOND},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t now = 0, wait = 0;
		Schedule schedule;

		schedule_start(&schedule, 60, 3);
		assert_int_equal(wait_after(&schedule, rows[i].outcome, &now), rows[i].first);
		assert_int_equal(wait_after(&schedule, rows[i].outcome, &now), rows[i].second);
		for (int n = 0; n < 40; n++)
			wait = wait_after(&schedule, rows[i].outcome, &now);
		assert_true(wait <= rows[i].longest);
		assert_true(rows[i].outcome == PASS_DENIED || wait == rows[i].longest);
	}
}

static void another_outcome_or_encouragement_begins_anew(void **state)
{
	uint64_t now = 0;
	Schedule schedule;

	(void)state;
	schedule_start(&schedule, 60, 3);
	for (int i = 0; i < 5; i++)
		(void)wait_after(&schedule, PASS_AWAY, &now);
	schedule_encourage(&schedule);
	assert_int_equal(wait_after(&schedule, PASS_AWAY, &now), SECOND / 20);
	(void)wait_after(&schedule, PASS_AWAY, &now);
	assert_int_equal(wait_after(&schedule, PASS_BUSY, &now), SECOND / 4);
	assert_int_equal(wait_after(&schedule, PASS_AWAY, &now), SECOND / 20);
}

static void a_refused_plan_waits_twice_as_long_each_time(void **state)
{
	uint64_t now = 0, expected = 10 * SECOND;
	Schedule schedule;

	(void)state;
	schedule_start(&schedule, 60, 3);
	for (int i = 0; i < 12; i++) {
		schedule_refused(&schedule, "plan", now);
		assert_true(schedule_passed(&schedule, PASS_REFUSED, now) <= now + expected);
		assert_false(schedule_may_write(&schedule, "plan", now + expected - 1));
		assert_true(schedule_may_write(&schedule, "plan", now + expected));
		now += expected;
		expected = expected * 2 < 3600 * SECOND ? expected * 2 : 3600 * SECOND;
	}
}

static void a_failure_without_a_refused_plan_waits_for_the_interval(void **state)
{
	uint64_t now = 1000 * SECOND;
	Schedule schedule;

	(void)state;
	schedule_start(&schedule, 60, 3);
	assert_in_range(wait_after(&schedule, PASS_REFUSED, &now), 54 * SECOND, 66 * SECOND);
}

static void another_plan_need_not_wait(void **state)
{
	Schedule schedule;

	(void)state;
	schedule_start(&schedule, 60, 3);
	schedule_refused(&schedule, "plan", 0);
	assert_true(schedule_may_write(&schedule, "another", 1));
	assert_false(schedule_may_write(&schedule, "plan", 1));
	schedule_reset(&schedule);
	assert_true(schedule_may_write(&schedule, "plan", 1));
}

/* Not for ever: a peer may be away for days. */
static void restarted_consumers_are_looked_at_three_times_at_most(void **state)
{
	static const uint64_t waits[] = {SECOND, 2 * SECOND, 4 * SECOND};
	uint64_t now = 1000 * SECOND;
	Schedule schedule;

	(void)state;
	schedule_start(&schedule, 60, 3);
	for (size_t i = 0; i < ARRAY_SIZE(waits); i++) {
		const uint64_t next = schedule_follow(&schedule, i == 0, false, now);

		assert_int_equal(next, now + waits[i]);
		now = next;
	}
	assert_int_equal(schedule_follow(&schedule, false, false, now), 0);
}

static void a_pass_in_between_moves_no_look_at_restarted_consumers(void **state)
{
	Schedule schedule;

	(void)state;
	schedule_start(&schedule, 60, 3);
	assert_int_equal(schedule_follow(&schedule, true, false, 0), SECOND);
	assert_int_equal(schedule_follow(&schedule, false, false, SECOND / 2), SECOND);
	assert_int_equal(schedule_follow(&schedule, false, true, SECOND / 2), 0); /* they are up */
}

static void what_is_ill_is_looked_at_every_5_and_then_every_7_s(void **state)
{
	static const uint64_t waits[] = {5, 5, 5, 5, 7, 7, 7, 7};
	uint64_t now = 1000 * SECOND;
	Schedule schedule;

	(void)state;
	schedule_start(&schedule, 60, 3);
	for (size_t i = 0; i < ARRAY_SIZE(waits); i++) {
		assert_int_equal(schedule_ill(&schedule, 2, now), now + waits[i] * SECOND);
		now += SECOND; /* a pass for another reason is a look as well, and does not count */
		assert_int_equal(schedule_ill(&schedule, 2, now), now + waits[i] * SECOND);
		now += waits[i] * SECOND;
	}
	assert_int_equal(schedule_ill(&schedule, 1, now),
			 now + 5 * SECOND); /* it is not the same */
	assert_int_equal(schedule_ill(&schedule, 0, now), 0);
	assert_int_equal(schedule_ill(&schedule, 0, now + 90 * SECOND), 0);
	schedule_start(&schedule, 5, 3);
	assert_int_equal(schedule_ill(&schedule, 2, now), 0); /* the interval is soon enough */
}

static void nodes_take_their_turn_by_rank(void **state)
{
	(void)state;
	assert_int_equal(schedule_splay_usec(0), 0);
	assert_int_equal(schedule_splay_usec(4), SECOND);
	assert_int_equal(schedule_splay_usec(998), 30 * SECOND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settled_passes_keep_the_interval_with_a_jitter_of_a_tenth),
		cmocka_unit_test(nodes_do_not_move_in_step),
		cmocka_unit_test(failures_wait_longer_and_longer),
		cmocka_unit_test(another_outcome_or_encouragement_begins_anew),
		cmocka_unit_test(a_refused_plan_waits_twice_as_long_each_time),
		cmocka_unit_test(a_failure_without_a_refused_plan_waits_for_the_interval),
		cmocka_unit_test(another_plan_need_not_wait),
		cmocka_unit_test(restarted_consumers_are_looked_at_three_times_at_most),
		cmocka_unit_test(a_pass_in_between_moves_no_look_at_restarted_consumers),
		cmocka_unit_test(what_is_ill_is_looked_at_every_5_and_then_every_7_s),
		cmocka_unit_test(nodes_take_their_turn_by_rank),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
