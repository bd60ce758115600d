/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/entries/copy_extra.h"

#define SEEN  "20261122101500.000000Z#000000#001#000000"
#define LATER "20261122101501.000000Z#000000#001#000000"
#define OTHER "20261122101400.000000Z#000000#002#000000"

static const char *csns[] = {SEEN};
static const Content peer = {.peer_id = 1, .context_csns = csns, .n_context_csns = 1};
static const ExtraSides sides = {.peer = &peer, .our_id = 3};

static EntryMark mark(const char *uuid, const char *csn)
{
	EntryMark ret = {0};

	assert_true(entry_mark_read(uuid, csn, &ret));
	return ret;
}

static void what_the_peer_never_had_is_not_too_much(void **state)
{
	const char *uuid = "00000000-0000-0000-0000-000000000001";
	const EntryMark seen = mark(uuid, SEEN), later = mark(uuid, LATER),
			other = mark(uuid, OTHER);

	(void)state;
	assert_int_equal(copy_extra_judge(&seen, &sides), EXTRA_DELETED);
	assert_int_equal(copy_extra_judge(&later, &sides), EXTRA_NEWER);
	assert_int_equal(copy_extra_judge(&other, &sides), EXTRA_DOUBTFUL);
}

/* As those of before 0.2.0: slapd never deletes them. */
static void what_no_context_csn_tells_of_is_not_known(void **state)
{
	static const char *old[] = {"20261122101500.000000Z#000000#000#000000"},
			  *second[] = {OTHER};
	const Content there = {.context_csns = second, .n_context_csns = 1};
	const EntryMark one = mark("00000000-0000-0000-0000-000000000001", old[0]),
			two = mark("00000000-0000-0000-0000-000000000002", OTHER);
	ExtraSides with = sides;

	(void)state;
	assert_int_equal(copy_extra_judge(&one, &with), EXTRA_DOUBTFUL);
	/* Another provider's, which the compared one lacks yet, or this node's own. */
	with.others = &there;
	with.n_others = 1;
	assert_int_equal(copy_extra_judge(&two, &with), EXTRA_NEWER);
	assert_int_equal(copy_extra_judge(&one, &with), EXTRA_DOUBTFUL);
	with.n_others = 0;
	assert_int_equal(copy_extra_judge(&two, &with), EXTRA_DOUBTFUL);
	with.our_id = 2;
	assert_int_equal(copy_extra_judge(&two, &with), EXTRA_NEWER);
}

static void only_what_was_not_seen_there_is_too_much(void **state)
{
	AUTO(Pool) *pool = pool_new();
	EntrySet here = {.pool = pool};
	EntryMark found[1];

	(void)state;
	for (int i = 0; i < 4; i++) {
		EntryMark one = mark(pool_printf(pool, "00000000-0000-0000-0000-00000000000%d", i),
				     i == 3 ? LATER : SEEN);

		one.is_seen = i == 0;
		entry_set_add(&here, &one);
	}
	assert_int_equal(copy_extra_find(&here, &sides, EXTRA_DELETED, found, 1), 2);
	assert_memory_equal(found[0].uuid, here.marks[1].uuid, ENTRY_UUID_SIZE);
}

static void what_context_csn_covers_should_be_here(void **state)
{
	const char *uuid = "00000000-0000-0000-0000-000000000001";
	const EntryMark seen = mark(uuid, SEEN), later = mark(uuid, LATER),
			other = mark(uuid, OTHER);

	(void)state;
	assert_true(copy_extra_is_missing(&seen, &peer));
	assert_false(copy_extra_is_missing(&later, &peer));
	assert_false(copy_extra_is_missing(&other, &peer));
}

/* It takes a twentieth of the time at most; what took none is tried again at once. */
static void what_was_found_lasts_as_long_as_it_cost(void **state)
{
	CopyExtra found = {.was_asked = true, .took_msec = 100};

	(void)state;
	assert_true(copy_extra_lasts(&found, 29999));
	assert_false(copy_extra_lasts(&found, 30000));
	found.took_msec = 60000;
	assert_true(copy_extra_lasts(&found, 1199999));
	assert_false(copy_extra_lasts(&found, 1200000));
	found.problem = "it ended";
	assert_true(copy_extra_lasts(&found, 1199999));
	found.took_msec = 0;
	assert_false(copy_extra_lasts(&found, 0));
	assert_false(copy_extra_lasts(&(CopyExtra){0}, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_peer_never_had_is_not_too_much),
		cmocka_unit_test(what_no_context_csn_tells_of_is_not_known),
		cmocka_unit_test(only_what_was_not_seen_there_is_too_much),
		cmocka_unit_test(what_context_csn_covers_should_be_here),
		cmocka_unit_test(what_was_found_lasts_as_long_as_it_cost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
