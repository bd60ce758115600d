/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/copy/copy_relation.h"

#define OLD "20261122101500.000000Z#000000#002#000000"
#define NEW "20261122101501.000000Z#000000#002#000000"

static Content content(const char *uuid, const char **csn)
{
	return (Content){.state = CONTENT_READ,
			 .has_suffix = true,
			 .entry_uuid = uuid,
			 .context_csns = csn,
			 .n_context_csns = csn ? 1 : 0};
}

static void the_same_database_is_not_suspect(void **state)
{
	const char *old = OLD, *new = NEW;
	const Content here = content("a", &new), same = content("A", &new),
		      late = content("a", &old);

	(void)state;
	assert_int_equal(content_suspicion(&here, &same, 2), SUSPICION_NONE);
	assert_int_equal(content_suspicion(&here, &late, 2), SUSPICION_NONE);
}

static void newer_changes_of_our_own_elsewhere_are_suspect(void **state)
{
	const char *old = OLD, *new = NEW;
	const Content here = content("a", &old), none = content("a", NULL),
		      there = content("a", &new);

	(void)state;
	assert_int_equal(content_suspicion(&here, &there, 2), SUSPICION_OLDER);
	assert_int_equal(content_suspicion(&none, &there, 2), SUSPICION_OLDER);
	assert_int_equal(content_suspicion(&here, &there, 3), SUSPICION_NONE);
}

static void another_suffix_entry_that_knows_us_is_suspect(void **state)
{
	const char *old = OLD, *new = NEW;
	const Content here = content("a", &new), there = content("b", &old),
		      strange = content("b", NULL);

	(void)state;
	assert_int_equal(content_suspicion(&here, &there, 2), SUSPICION_OTHER);
	assert_int_equal(content_suspicion(&here, &strange, 2), SUSPICION_NONE);
}

static void a_peer_that_was_not_read_says_nothing(void **state)
{
	const char *old = OLD, *new = NEW;
	const Content here = content("a", &old);
	Content there = content("b", &new);

	(void)state;
	there.state = CONTENT_UNREACHABLE;
	assert_int_equal(content_suspicion(&here, &there, 2), SUSPICION_NONE);
	there.state = CONTENT_READ;
	there.has_suffix = false;
	assert_int_equal(content_suspicion(&here, &there, 2), SUSPICION_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_database_is_not_suspect),
		cmocka_unit_test(newer_changes_of_our_own_elsewhere_are_suspect),
		cmocka_unit_test(another_suffix_entry_that_knows_us_is_suspect),
		cmocka_unit_test(a_peer_that_was_not_read_says_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
