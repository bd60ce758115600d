/* SPDX-License-Identifier: Apache-2.0 */
/* When what a relay may have lost was looked into. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/base/macros.h"
#include "common/health/relay_looked.h"

#define SUFFIX "dc=x"
#define SINCE  100

static const unsigned peer_ids[] = {2, 3};
static CompareRecord records[3];

static bool is_looked_into(size_t n_records)
{
	const CompareRecords compared = {.items = records, .n_items = n_records};

	return relay_is_looked_into(&compared, SUFFIX, peer_ids, ARRAY_SIZE(peer_ids), SINCE);
}

static int records_make(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(records); i++)
		records[i] = (CompareRecord){.suffix = SUFFIX,
					     .peer_id = i + 2,
					     .compared_sec = SINCE + 1,
					     .verdict = COMPARISON_EQUAL};
	return 0;
}

static void equal_copies_of_all_that_are_read_are_enough(void **state)
{
	(void)state;
	assert_true(is_looked_into(3));
	assert_true(is_looked_into(2));
	assert_false(is_looked_into(1));
	assert_false(is_looked_into(0));
}

static void what_was_compared_before_or_not_to_the_end_shows_nothing(void **state)
{
	(void)state;
	records[1].compared_sec = SINCE;
	assert_false(is_looked_into(3));
	records[1].compared_sec = SINCE + 1;
	records[1].verdict = COMPARISON_NOT_KNOWN;
	assert_true(is_looked_into(3));
	records[1].verdict = COMPARISON_NOT_COMPARABLE;
	assert_false(is_looked_into(3));
	records[1].verdict = COMPARISON_EQUAL;
	records[1].suffix = "dc=y";
	assert_false(is_looked_into(3));
}

static void one_that_differs_keeps_it_whoever_reads_it(void **state)
{
	(void)state;
	records[2].verdict = COMPARISON_DIFFERENT;
	assert_false(is_looked_into(3));
	records[2].suffix = "dc=y";
	assert_true(is_looked_into(3));
	records[2].suffix = SUFFIX;
	records[2].verdict = COMPARISON_NOT_COMPARABLE;
	assert_true(is_looked_into(3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(equal_copies_of_all_that_are_read_are_enough, records_make),
		cmocka_unit_test_setup(what_was_compared_before_or_not_to_the_end_shows_nothing,
				       records_make),
		cmocka_unit_test_setup(one_that_differs_keeps_it_whoever_reads_it, records_make),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
