/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/entries/entry_set.h"

#define UUID  "8a1b2c3d-43f0-1041-9ed3-896165d17446"
#define OTHER "8a1b2c3e-43f0-1041-9ed3-896165d17446"
#define CSN   "20261128190642.123456Z#00abcd#00b#000007"

static EntryMark mark_of(const char *uuid, const char *csn)
{
	EntryMark mark;

	assert_true(entry_mark_read(uuid, csn, &mark));
	return mark;
}

static void a_mark_keeps_uuid_and_csn_to_the_last_digit(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const EntryMark mark = mark_of(UUID, CSN);

	(void)state;
	assert_int_equal(sizeof(mark), 32);
	assert_string_equal(entry_mark_uuid(pool, &mark), UUID);
	assert_string_equal(entry_mark_csn(pool, &mark), CSN);
	assert_int_equal(entry_mark_sec(&mark), 1795892802);
}

static void csns_order_as_slapd_orders_their_texts(void **state)
{
	static const char *const rising[] = {
		"20261128190641.999999Z#ffffff#fff#ffffff",
		"20261128190642.000000Z#000000#000#000000",
		"20261128190642.000000Z#000000#000#000001",
		"20261128190642.000000Z#000000#001#000000",
		"20261128190642.000000Z#000000#fff#000000",
		"20261128190642.000000Z#000001#000#000000",
		"20261128190642.000000Z#00000f#000#000000",
		"20261128190642.000000Z#000010#000#000000",
		"20261128190642.000000Z#ffffff#000#000000",
		"20261128190642.000001Z#000000#000#000000",
		"20261128190643.000000Z#000000#000#000000",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rising); i++)
		for (size_t k = 0; k < ARRAY_SIZE(rising); k++) {
			const EntryMark one = mark_of(UUID, rising[i]);
			const EntryMark other = mark_of(UUID, rising[k]);
			const int order = entry_mark_compare_csn(&one, &other);

			assert_int_equal(order < 0 ? -1 : order > 0, i < k ? -1 : i > k);
		}
}

static void csns_of_slapd_2_3_are_read(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const EntryMark mark = mark_of(UUID, "20061128190642Z#000001#00#000002");

	(void)state;
	assert_string_equal(entry_mark_csn(pool, &mark),
			    "20061128190642.000000Z#000001#000#000002");
}

static void what_is_no_uuid_or_no_csn_is_no_mark(void **state)
{
	static const char *const uuids[] = {"", "8a1b2c3d43f010419ed3896165d17446", UUID "0",
					    "8a1b2c3d-43f0-1041-9ed3-896165d1744g"};
	static const char *const csns[] = {"",
					   "20261128190642.123456Z",
					   "20261128190642.123456Z#000000#001",
					   "20261128190642.123456Z#000000#1001#000000",
					   "20261128190642.123456Z#000000#001#000000x",
					   "20261128190642.123456Z#1000000#001#000000",
					   "20261128190642.1234567890123456Z#000000#001#000000",
					   "2026#000000#001#000000"};
	EntryMark mark = {.is_seen = 7};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(uuids); i++)
		assert_false(entry_mark_read(uuids[i], CSN, &mark));
	for (size_t i = 0; i < ARRAY_SIZE(csns); i++)
		assert_false(entry_mark_read(UUID, csns[i], &mark));
	assert_false(entry_mark_read(NULL, CSN, &mark));
	assert_false(entry_mark_read(UUID, NULL, &mark));
	assert_int_equal(mark.is_seen, 7);
}

/* A generator of its own: each run of the test is the same. */
static uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static EntryMark random_mark(uint32_t *random)
{
	EntryMark mark = {.is_seen = 0};

	for (size_t i = 0; i < ENTRY_UUID_SIZE; i++)
		mark.uuid[i] = (uint8_t)next_random(random);
	return mark;
}

static void every_entry_of_a_sorted_set_is_found_and_no_other(void **state)
{
	AUTO(Pool) *pool = pool_new();

	(void)state;
	for (size_t n = 0; n < 300; n += n < 10 ? 1 : 97) {
		EntrySet set = {.pool = pool_child(pool)};
		uint32_t random = 1 + (uint32_t)n;
		EntryMark other;

		if (n % 2 == 0)
			entry_set_reserve(&set, n / 2);
		for (size_t i = 0; i < n; i++) {
			const EntryMark mark = random_mark(&random);

			entry_set_add(&set, &mark);
		}
		entry_set_sort(&set);
		assert_int_equal(set.n_marks, n);
		for (size_t i = 0; i < n; i++)
			assert_ptr_equal(entry_set_find(&set, set.marks[i].uuid), &set.marks[i]);
		for (size_t i = 1; i < n; i++)
			assert_true(memcmp(set.marks[i - 1].uuid, set.marks[i].uuid,
					   ENTRY_UUID_SIZE) < 0);
		other = random_mark(&random);
		assert_null(entry_set_find(&set, other.uuid));
	}
}

static void a_set_that_was_emptied_takes_others(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const EntryMark one = mark_of(UUID, CSN), other = mark_of(OTHER, CSN);
	EntrySet set = {.pool = pool};

	(void)state;
	entry_set_add(&set, &one);
	entry_set_clear(&set);
	entry_set_add(&set, &other);
	entry_set_sort(&set);
	assert_null(entry_set_find(&set, one.uuid));
	assert_non_null(entry_set_find(&set, other.uuid));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mark_keeps_uuid_and_csn_to_the_last_digit),
		cmocka_unit_test(csns_order_as_slapd_orders_their_texts),
		cmocka_unit_test(csns_of_slapd_2_3_are_read),
		cmocka_unit_test(what_is_no_uuid_or_no_csn_is_no_mark),
		cmocka_unit_test(every_entry_of_a_sorted_set_is_found_and_no_other),
		cmocka_unit_test(a_set_that_was_emptied_takes_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
