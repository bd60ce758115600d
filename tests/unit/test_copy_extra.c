/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/copy/copy_extra.h"

#define SEEN  "20261122101500.000000Z#000000#001#000000"
#define LATER "20261122101501.000000Z#000000#001#000000"
#define OTHER "20261122101400.000000Z#000000#002#000000"

static const char *csns[] = {SEEN};
static const Content peer = {.peer_id = 1, .context_csns = csns, .n_context_csns = 1};

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
	assert_true(copy_extra_was_known(&seen, &peer));
	assert_false(copy_extra_was_known(&later, &peer));
	assert_false(copy_extra_was_known(&other, &peer));
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
	assert_int_equal(copy_extra_find(&here, &peer, found, 1), 2);
	assert_memory_equal(found[0].uuid, here.marks[1].uuid, ENTRY_UUID_SIZE);
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
		cmocka_unit_test(only_what_was_not_seen_there_is_too_much),
		cmocka_unit_test(what_was_found_lasts_as_long_as_it_cost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
