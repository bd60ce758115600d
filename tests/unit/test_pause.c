/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/base/timestamp.h"
#include "common/memory/pause.h"

#define NOW 1790000000

static void a_pause_holds_until_its_time(void **state)
{
	Pause pause;
	Error err;

	(void)state;
	assert_int_equal(pause_make("why", "2h", NOW, &pause, &err), 0);
	assert_true(pause_holds(&pause, NOW));
	assert_true(pause_holds(&pause, NOW + 7199));
	assert_false(pause_holds(&pause, NOW + 7200));
	/* A clock that is set back a little does not end it, and one set back far does. */
	assert_true(pause_holds(&pause, NOW - 60));
	assert_false(pause_holds(&pause, NOW - PAUSE_MAX_SEC));
	assert_false(pause_holds(&(Pause){0}, NOW));
}

static void durations_have_units(void **state)
{
	static const struct {
		const char *text;
		int64_t sec;
	} cases[] = {
		{"90", 90},   {"90s", 90},    {"30m", 1800},
		{"2h", 7200}, {"7d", 604800}, {"1h30m", 5400},
		{"0", 0},     {"", -1},       {"h", -1},
		{"2w", -1},   {"-1", -1},     {" 1", -1},
		{"1.5h", -1}, {"1h ", -1},    {"99999999999999999999", -1},
		{NULL, -1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(duration_parse(cases[i].text), cases[i].sec);
}

static void a_time_in_the_past_has_several_forms(void **state)
{
	const int64_t day = 1790000000 - 1790000000 % 86400;

	(void)state;
	assert_int_equal(timestamp_parse_since("2h", NOW), NOW - 7200);
	assert_int_equal(timestamp_parse_since("2026-09-21", NOW), day);
	assert_int_equal(timestamp_parse_since("2026-09-21 10:00", NOW), day + 36000);
	assert_int_equal(timestamp_parse_since("2026-09-21 10:00:01", NOW), day + 36001);
	assert_int_equal(timestamp_parse_since("2026-09-21T10:00:01Z", NOW), day + 36001);
	assert_int_equal(timestamp_parse_since("2026-09-31 10", NOW), -1);
	assert_int_equal(timestamp_parse_since("yesterday", NOW), -1);
	assert_int_equal(timestamp_parse_since("2026-13-21", NOW), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pause_holds_until_its_time),
		cmocka_unit_test(durations_have_units),
		cmocka_unit_test(a_time_in_the_past_has_several_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
