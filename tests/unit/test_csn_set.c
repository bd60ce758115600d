/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/base/macros.h"
#include "common/copy/csn_set.h"

#define EARLY "20261122101500.000001Z#000000#001#000000"
#define LATE  "20261122101501.000000Z#000000#001#000000"
#define OTHER "20261122101459.000000Z#000000#00b#000000"

static void server_id_is_read_as_hex(void **state)
{
	(void)state;
	assert_int_equal(csn_sid(EARLY), 1);
	assert_int_equal(csn_sid(OTHER), 11);
	assert_int_equal(csn_sid("20261122101459.000000Z#000000#fff#000000"), 0xfff);
}

static void what_is_no_csn_has_no_server_id(void **state)
{
	(void)state;
	assert_int_equal(csn_sid(""), -1);
	assert_int_equal(csn_sid("20261122101459.000000Z"), -1);
	assert_int_equal(csn_sid("20261122101459.000000Z#000000##000000"), -1);
	assert_int_equal(csn_sid("20261122101459.000000Z#000000#1000#000000"), -1);
}

static void server_id_of_a_cookie_is_read_as_hex(void **state)
{
	(void)state;
	assert_int_equal(csn_cookie_sid("rid=000,sid=00a,csn=" EARLY), 10);
	assert_int_equal(csn_cookie_sid("sid=fff"), 0xfff);
	assert_int_equal(csn_cookie_sid("rid=000,csn=" EARLY), -1);
	assert_int_equal(csn_cookie_sid("rid=000,csn=x,xsid=003"), -1);
	assert_int_equal(csn_cookie_sid("rid=000,sid=,csn=" EARLY), -1);
	assert_int_equal(csn_cookie_sid("rid=000,sid=1000"), -1);
	assert_int_equal(csn_cookie_sid("rid=000,sid=-1"), -1);
	assert_int_equal(csn_cookie_sid(","), -1);
	assert_int_equal(csn_cookie_sid(""), -1);
}

static void a_cookie_tells_whose_changes_are_known(void **state)
{
	(void)state;
	assert_true(csn_cookie_has("rid=000,sid=00a,csn=" EARLY ";" OTHER, 1));
	assert_true(csn_cookie_has("rid=000,csn=" EARLY ";" OTHER ",delcsn=" LATE, 11));
	assert_false(csn_cookie_has("rid=000,csn=" EARLY ";" OTHER, 10));
	assert_false(csn_cookie_has("rid=000,csn=" EARLY ",delcsn=" EARLY ";" OTHER, 11));
	assert_false(csn_cookie_has("rid=001,sid=001", 1));
	assert_false(csn_cookie_has("rid=001,sid=001,csn=", 1));
	assert_false(csn_cookie_has("", 0));
}

static void newest_is_of_one_server_id_only(void **state)
{
	static const char *const csns[] = {EARLY, OTHER, LATE};

	(void)state;
	assert_string_equal(csn_newest(csns, ARRAY_SIZE(csns), 1), LATE);
	assert_string_equal(csn_newest(csns, ARRAY_SIZE(csns), 11), OTHER);
	assert_null(csn_newest(csns, ARRAY_SIZE(csns), 2));
}

static void nothing_is_missing_when_every_server_id_is_as_new(void **state)
{
	static const char *const ours[] = {LATE, OTHER};
	static const char *const theirs[] = {EARLY, OTHER};

	(void)state;
	assert_true(csn_covers(ours, 2, theirs, 2));
	assert_true(csn_covers(ours, 2, ours, 2));
	assert_true(csn_covers(ours, 2, NULL, 0));
}

static void an_older_or_absent_server_id_is_missing(void **state)
{
	static const char *const ours[] = {EARLY};
	static const char *const newer[] = {LATE};
	static const char *const other[] = {EARLY, OTHER};

	(void)state;
	assert_false(csn_covers(ours, 1, newer, 1));
	assert_false(csn_covers(ours, 1, other, 2));
	assert_false(csn_covers(NULL, 0, ours, 1));
}

static void a_change_is_ahead_of_who_saw_only_older_ones_of_its_server(void **state)
{
	static const char *const early[] = {EARLY, OTHER};
	static const char *const late[] = {EARLY, LATE};
	static const char *const other[] = {OTHER};

	(void)state;
	assert_true(csn_is_ahead(LATE, early, 2));
	assert_false(csn_is_ahead(LATE, late, 2));
	assert_false(csn_is_ahead(LATE, other, 1));
	assert_false(csn_is_ahead("", early, 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(server_id_is_read_as_hex),
		cmocka_unit_test(what_is_no_csn_has_no_server_id),
		cmocka_unit_test(server_id_of_a_cookie_is_read_as_hex),
		cmocka_unit_test(a_cookie_tells_whose_changes_are_known),
		cmocka_unit_test(newest_is_of_one_server_id_only),
		cmocka_unit_test(nothing_is_missing_when_every_server_id_is_as_new),
		cmocka_unit_test(an_older_or_absent_server_id_is_missing),
		cmocka_unit_test(a_change_is_ahead_of_who_saw_only_older_ones_of_its_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
