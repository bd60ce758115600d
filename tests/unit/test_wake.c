/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/base/macros.h"
#include "common/pass/wake.h"

#define SECOND 1000000ULL
#define MSEC   1000ULL

/* A pass that takes no time. */
static void pass_at(WakeHistory *history, uint64_t at, bool is_from_outside, bool has_written)
{
	wake_passed(history, &(WakePass){.began_usec = at,
					 .ended_usec = at,
					 .is_from_outside = is_from_outside,
					 .has_written = has_written});
}

static void the_earliest_wish_decides_and_none_lies_in_the_past(void **state)
{
	WakeHistory history = {0};
	WakeList list = {0};

	(void)state;
	assert_true(wake_choose(&history, &list, 5 * SECOND) == UINT64_MAX);
	wake_add(&list, WAKE_SCHEDULE, 60 * SECOND);
	wake_add(&list, WAKE_LINK, 20 * SECOND);
	wake_add(&list, WAKE_LINK, 30 * SECOND);
	assert_int_equal(wake_choose(&history, &list, 5 * SECOND), 20 * SECOND);
	assert_int_equal(wake_choose(&history, &list, 25 * SECOND), 25 * SECOND);
}

static void of_two_who_wish_the_earlier_is_heard(void **state)
{
	WakeHistory history = {0};
	WakeList list = {0}, other = {0}, none = {0};

	(void)state;
	wake_add(&list, WAKE_LINK, 20 * SECOND);
	wake_add(&list, WAKE_SCHEDULE, 60 * SECOND);
	wake_add(&other, WAKE_LINK, 30 * SECOND);
	wake_add(&other, WAKE_PROBES, 10 * SECOND);
	wake_join(&list, &other);
	wake_join(&list, &none);
	assert_int_equal(wake_choose(&history, &list, 5 * SECOND), 10 * SECOND);
	assert_int_equal(list.items[WAKE_LINK].at_usec, 20 * SECOND);
	assert_int_equal(list.items[WAKE_SCHEDULE].at_usec, 60 * SECOND);
	assert_false(list.items[WAKE_PLACES].is_wished);
}

static void what_nothing_outside_caused_waits_longer_each_time(void **state)
{
	static const uint64_t waits[] = {100 * MSEC, 200 * MSEC, 400 * MSEC,
					 800 * MSEC, 800 * MSEC, 800 * MSEC};
	WakeHistory history = {0};
	uint64_t now = 100 * SECOND;

	(void)state;
	pass_at(&history, now, true, false);
	for (size_t i = 0; i < ARRAY_SIZE(waits); i++) {
		WakeList list = {0};

		wake_add(&list, WAKE_CONTEST, now - SECOND); /* long ago */
		assert_int_equal(wake_choose(&history, &list, now), now + waits[i]);
		now += waits[i];
		pass_at(&history, now, false, false);
	}
}

static void a_pass_after_a_long_wait_begins_anew(void **state)
{
	WakeHistory history = {0};
	WakeList list = {0};
	uint64_t now = 100 * SECOND;

	(void)state;
	for (int i = 0; i < 5; i++)
		pass_at(&history, now += 300 * MSEC, false, false);
	pass_at(&history, now += 60 * SECOND, false, false);
	wake_add(&list, WAKE_PROBES, now);
	assert_int_equal(wake_choose(&history, &list, now), now + 100 * MSEC);
}

static void what_happened_during_a_pass_is_looked_at_once(void **state)
{
	WakeHistory history = {0};
	WakeList list = {0};
	uint64_t now = 100 * SECOND;

	(void)state;
	for (int i = 0; i < 5; i++)
		pass_at(&history, now += 300 * MSEC, false, false);
	wake_add(&list, WAKE_SCHEDULE, now + 60 * SECOND);
	wake_add(&list, WAKE_NEWS, now);
	assert_int_equal(wake_choose(&history, &list, now), now);
	assert_int_equal(wake_earliest(&history, now), now);
}

static void no_pass_waits_where_something_is_corrected(void **state)
{
	WakeHistory history = {0};
	uint64_t now = 100 * SECOND;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(wake_earliest(&history, now), now);
		pass_at(&history, now, true, i % 5 == 4);
		now += 10 * MSEC;
	}
}

static uint64_t random_next(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return *seed >> 33;
}

/* Plays passes of which none finds anything to write, caused from outside every `storm` usec or by
 * wishes at random; returns the most in any ten seconds. */
static unsigned most_in_ten_seconds(uint64_t seed, uint64_t storm)
{
	uint64_t at[512] = {0}, now = 100 * SECOND;
	WakeHistory history = {0};
	unsigned most = 0;

	for (unsigned i = 0; i < ARRAY_SIZE(at); i++) {
		const uint64_t event = now + 1 + random_next(&seed) % (2 * storm);
		uint64_t wish;
		unsigned n = 1;
		WakeList list = {0};

		wake_add(&list, (WakeReason)(random_next(&seed) % WAKE_REASON_COUNT),
			 now + random_next(&seed) % (300 * MSEC) - 100 * MSEC);
		wish = wake_choose(&history, &list, now);
		now = event < wish ? wake_earliest(&history, event) : wish;
		pass_at(&history, now, event < wish, false);
		at[i] = now;
		while (n <= i && at[i - n] + 10 * SECOND > now)
			n++;
		most = n > most ? n : most;
	}
	return most;
}

static void no_more_than_twenty_passes_are_in_any_ten_seconds(void **state)
{
	static const uint64_t storms[] = {50, 10 * MSEC, 300 * MSEC, SECOND, 7 * SECOND};

	(void)state;
	for (uint64_t seed = 1; seed <= 200; seed++)
		for (size_t i = 0; i < ARRAY_SIZE(storms); i++)
			assert_in_range(most_in_ten_seconds(seed, storms[i]), 1, 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_earliest_wish_decides_and_none_lies_in_the_past),
		cmocka_unit_test(of_two_who_wish_the_earlier_is_heard),
		cmocka_unit_test(what_nothing_outside_caused_waits_longer_each_time),
		cmocka_unit_test(a_pass_after_a_long_wait_begins_anew),
		cmocka_unit_test(what_happened_during_a_pass_is_looked_at_once),
		cmocka_unit_test(no_pass_waits_where_something_is_corrected),
		cmocka_unit_test(no_more_than_twenty_passes_are_in_any_ten_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
