/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/base/timestamp.h"

static void a_time_is_printed_and_read_again(void **state)
{
	char text[TIMESTAMP_SIZE];

	(void)state;
	assert_string_equal(timestamp_print(0, text), "1970-01-01T00:00:00Z");
	assert_string_equal(timestamp_print(1782900000, text), "2026-07-01T10:00:00Z");
	assert_int_equal(timestamp_parse(text), 1782900000);
	assert_int_equal(timestamp_parse("2024-02-29T23:59:59Z"), 1709251199);
	assert_null(timestamp_print(-1, text));
	assert_null(timestamp_print(INT64_MAX, text));
}

static void what_is_no_time_is_none(void **state)
{
	static const char *const texts[] = {
		"",
		"2026-07-01",
		"2026-07-01T10:00:00",
		"2026-07-01T10:00:00+",
		"2026-07-01 10:00:00Z",
		"2026-13-01T10:00:00Z",
		"2026-07-00T10:00:00Z",
		"2026-07-01T24:00:00Z",
		"2026-07-01T1x:00:00Z",
		"0000-01-01T00:00:00Z",
		"2026-07-01T10:00:00ZZ",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		assert_int_equal(timestamp_parse(texts[i]), -1);
	assert_int_equal(timestamp_parse(NULL), -1);
}

static void slapds_times_are_read_and_its_year_zero_is_never(void **state)
{
	(void)state;
	assert_int_equal(timestamp_of_generalized("20260701100000Z"), 1782900000);
	assert_int_equal(timestamp_of_generalized("20260701100000.123456Z"), 1782900000);
	assert_int_equal(timestamp_of_generalized("00000101000000Z"), -1);
	assert_int_equal(timestamp_of_generalized("20260701100000"), -1);
	assert_int_equal(timestamp_of_generalized("20260701100000+0200"), -1);
	assert_int_equal(timestamp_of_generalized("2026"), -1);
	assert_int_equal(timestamp_of_generalized(NULL), -1);
}

static void a_duration_has_at_most_two_units(void **state)
{
	AUTO(Pool) *pool = pool_new();

	(void)state;
	assert_string_equal(duration_print(pool, -5), "0 s");
	assert_string_equal(duration_print(pool, 119), "119 s");
	assert_string_equal(duration_print(pool, 120), "2 min");
	assert_string_equal(duration_print(pool, 7200), "2 h 0 min");
	assert_string_equal(duration_print(pool, 172799), "47 h 59 min");
	assert_string_equal(duration_print(pool, 183600), "2 d 3 h");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_time_is_printed_and_read_again),
		cmocka_unit_test(what_is_no_time_is_none),
		cmocka_unit_test(slapds_times_are_read_and_its_year_zero_is_never),
		cmocka_unit_test(a_duration_has_at_most_two_units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
