/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/copy/copy_relation.h"

#define OLD   "20261122101500.000000Z#000000#002#000000"
#define OTHER "20261122101500.000000Z#000000#003#000000"
#define NEW   "20261122101501.000000Z#000000#002#000000"

static Content content(const char *uuid, const char **csn)
{
	return (Content){.state = CONTENT_READ,
			 .entry.exists = true,
			 .entry.uuid = uuid,
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

static void another_suffix_entry_is_suspect_whatever_its_csns_say(void **state)
{
	const char *old = OLD, *new = NEW;
	const Content here = content("a", &new), there = content("b", &old),
		      hidden = content("b", NULL), unseen = content(NULL, &old);

	(void)state;
	assert_int_equal(content_suspicion(&here, &there, 2), SUSPICION_OTHER);
	/* It does not know our server ID, or hides what it knows: another database all the same. */
	assert_int_equal(content_suspicion(&here, &there, 3), SUSPICION_OTHER);
	assert_int_equal(content_suspicion(&here, &hidden, 2), SUSPICION_OTHER);
	assert_int_equal(content_suspicion(&here, &unseen, 2), SUSPICION_NONE);
}

static void identity_is_unknown_until_both_were_seen(void **state)
{
	(void)state;
	assert_int_equal(copy_identity("a", "A"), COPY_IS_SAME);
	assert_int_equal(copy_identity("a", "b"), COPY_IS_OTHER);
	assert_int_equal(copy_identity("a", NULL), COPY_IDENTITY_UNKNOWN);
	assert_int_equal(copy_identity(NULL, NULL), COPY_IDENTITY_UNKNOWN);
}

static void order_is_told_by_what_each_lacks(void **state)
{
	const char *old = OLD, *new = NEW, *apart[] = {OLD, OTHER};
	const Content older = content("a", &old), newer = content("a", &new);
	Content both = content("a", apart);

	(void)state;
	both.n_context_csns = 2;
	assert_int_equal(copy_relation(&older, &older).order, COPY_IS_EQUAL);
	assert_int_equal(copy_relation(&older, &newer).order, COPY_IS_BEHIND);
	assert_int_equal(copy_relation(&newer, &older).order, COPY_IS_AHEAD);
	assert_int_equal(copy_relation(&newer, &both).order, COPY_IS_APART);
}

static void an_empty_or_unread_set_proves_nothing(void **state)
{
	const char *old = OLD;
	const Content here = content("a", &old), silent = content("a", NULL);
	Content unread = content("a", &old);

	(void)state;
	unread.state = CONTENT_UNREACHABLE;
	assert_false(copy_covers(&here, &silent));
	assert_false(copy_covers(&silent, &here));
	assert_false(copy_covers(&here, &unread));
	assert_true(copy_covers(&here, &here));
	assert_int_equal(copy_relation(&here, &silent).identity, COPY_IS_SAME);
	assert_int_equal(copy_relation(&here, &silent).order, COPY_ORDER_UNKNOWN);
	assert_int_equal(copy_relation(&here, &unread).identity, COPY_IDENTITY_UNKNOWN);
}

static void two_databases_have_no_order(void **state)
{
	const char *old = OLD, *new = NEW;
	const Content here = content("a", &old), other = content("b", &new);

	(void)state;
	assert_int_equal(copy_relation(&here, &other).order, COPY_ORDER_UNKNOWN);
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
	there.entry.exists = false;
	assert_int_equal(content_suspicion(&here, &there, 2), SUSPICION_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_database_is_not_suspect),
		cmocka_unit_test(newer_changes_of_our_own_elsewhere_are_suspect),
		cmocka_unit_test(another_suffix_entry_is_suspect_whatever_its_csns_say),
		cmocka_unit_test(identity_is_unknown_until_both_were_seen),
		cmocka_unit_test(order_is_told_by_what_each_lacks),
		cmocka_unit_test(an_empty_or_unread_set_proves_nothing),
		cmocka_unit_test(two_databases_have_no_order),
		cmocka_unit_test(a_peer_that_was_not_read_says_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
