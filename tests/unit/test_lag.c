/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/copy/lag.h"

#define ONE_EARLY "20261122101500.000000Z#000000#001#000000"
#define ONE_LATE  "20261122101503.250000Z#000000#001#000000"
#define ELEVEN    "20261122101459.000000Z#000000#00b#000000"

static void a_csn_has_milliseconds(void **state)
{
	(void)state;
	assert_int_equal(csn_msec(ONE_LATE) - csn_msec(ONE_EARLY), 3250);
	assert_int_equal(csn_msec("19700101000001.000000Z#000000#001#000000"), 1000);
	assert_int_equal(csn_msec("19700101000001Z#000000#001#000000"), 1000);
	assert_int_equal(csn_msec("20261122101459.000000Z"), -1);
	assert_int_equal(csn_msec(""), -1);
}

static void who_has_the_newest_of_each_server_id_is_in_step(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const char *const here[] = {ONE_LATE, ELEVEN}, *const there[] = {ELEVEN, ONE_EARLY};
	Newest newest = {0};
	Lag lag;

	(void)state;
	newest_add(pool, &newest, there, 2);
	newest_add(pool, &newest, here, 2);
	assert_int_equal(newest.n_csns, 2);
	assert_int_equal(lag_measure(pool, &newest, there, 2).n_behind, 1);
	lag = lag_measure(pool, &newest, here, 2);
	assert_int_equal(lag.n_behind, 0);
	assert_string_equal(lag_describe(pool, &lag), "");
}

static void who_lacks_is_told_by_server_id(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const char *const here[] = {ONE_LATE, ELEVEN}, *const there[] = {ONE_EARLY};
	Newest newest = {0};
	Lag lag;

	(void)state;
	newest_add(pool, &newest, here, 2);
	lag = lag_measure(pool, &newest, there, 1);
	assert_int_equal(lag.n_behind, 2);
	assert_int_equal(lag.behind[0].sid, 1);
	assert_int_equal(lag.behind[0].lag_msec, 3250);
	assert_string_equal(lag.behind[0].newest, ONE_LATE);
	assert_string_equal(lag.behind[0].have, ONE_EARLY);
	assert_int_equal(lag.behind[1].sid, 11);
	assert_null(lag.behind[1].have);
	assert_string_equal(lag_describe(pool, &lag),
			    "changes of server ID 1 (hex 001) after 2026-11-22 "
			    "10:15:00Z, all of server ID 11 (hex 00b)");
}

static void a_newer_server_is_not_behind(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const char *const first[] = {ONE_EARLY, "rubbish"}, *const later[] = {ONE_LATE};
	Newest newest = {0};

	(void)state;
	newest_add(pool, &newest, first, 2);
	assert_int_equal(newest.n_csns, 1);
	assert_int_equal(lag_measure(pool, &newest, later, 1).n_behind, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_csn_has_milliseconds),
		cmocka_unit_test(who_has_the_newest_of_each_server_id_is_in_step),
		cmocka_unit_test(who_lacks_is_told_by_server_id),
		cmocka_unit_test(a_newer_server_is_not_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
