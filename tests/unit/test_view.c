/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/entries/view.h"

static void entry_make(Pool *pool, Tree *tree, const char *dn, const char *const *names)
{
	Entry *entry = tree_add_entry(pool, tree, dn);

	for (; *names; names++)
		entry_add_attribute(pool, entry, *names, NULL);
}

#define ENTRY(tree, dn, ...) entry_make(pool, &(tree), dn, (const char *const[]){__VA_ARGS__, NULL})

static void who_sees_the_same_or_more_lacks_nothing(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Tree former = {0}, now = {0};

	(void)state;
	ENTRY(former, "dc=x", "dc", "objectClass");
	ENTRY(now, "dc=x", "OBJECTCLASS", "dc", "userPassword");
	ENTRY(now, "cn=a,dc=x", "cn");
	assert_null(view_lacks(pool, &former, &now));
}

static void what_is_missing_is_counted_by_attribute_and_hidden_entries_by_number(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Tree former = {0}, now = {0};
	const char *text;

	(void)state;
	ENTRY(former, "dc=x", "dc");
	ENTRY(former, "cn=a,dc=x", "cn", "userPassword", "mail");
	ENTRY(former, "cn=b,dc=x", "cn", "userPassword");
	ENTRY(former, "cn=c,dc=x", "cn");
	ENTRY(now, "dc=x", "dc");
	ENTRY(now, "cn=b,dc=x", "cn");
	ENTRY(now, "cn=a,dc=x", "cn");
	text = view_lacks(pool, &former, &now);
	assert_string_equal(text, "userPassword of 2 of 4 entries, mail of 1 of 4 entries, and 1 "
				  "of 4 entries altogether");
}

static void what_slapd_works_out_for_each_reader_does_not_count(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Tree former = {0}, now = {0};

	(void)state;
	ENTRY(former, "dc=x", "dc", "entryDN", "hasSubordinates", "contextCSN",
	      "subschemaSubentry");
	ENTRY(now, "dc=x", "dc");
	assert_null(view_lacks(pool, &former, &now));
}

/* Written, deleted and changed between two looks of the same identity. */
static void what_came_or_went_between_two_looks_is_not_in_both(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Tree before = {0}, after = {0}, seen = {0}, both;

	(void)state;
	ENTRY(before, "dc=x", "dc", "mail");
	ENTRY(before, "cn=gone,dc=x", "cn");
	ENTRY(before, "cn=hidden,dc=x", "cn");
	ENTRY(after, "dc=x", "dc", "seeAlso");
	ENTRY(after, "cn=hidden,dc=x", "cn");
	ENTRY(seen, "dc=x", "dc");
	both = view_common(pool, &before, &after);
	assert_string_equal(view_lacks(pool, &both, &seen), "1 of 2 entries altogether");
}

static void values_make(Pool *pool, Tree *tree, const char *dn, size_t n_values)
{
	Entry *entry = tree_add_entry(pool, tree, dn);

	for (size_t i = 0; i < n_values; i++)
		entry_add_value(pool, entry, "member", "", 0);
}

static void fewer_values_of_an_attribute_are_lacking_and_those_that_went_are_not(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Tree before = {0}, after = {0}, seen = {0}, both;

	(void)state;
	values_make(pool, &before, "cn=a,dc=x", 3);
	values_make(pool, &before, "cn=b,dc=x", 3);
	values_make(pool, &after, "cn=a,dc=x", 2);
	values_make(pool, &after, "cn=b,dc=x", 4);
	values_make(pool, &seen, "cn=a,dc=x", 2);
	values_make(pool, &seen, "cn=b,dc=x", 2);
	assert_string_equal(view_lacks(pool, &before, &seen), "values of member of 2 of 2 entries");
	both = view_common(pool, &before, &after);
	assert_string_equal(view_lacks(pool, &both, &seen), "values of member of 1 of 2 entries");
	assert_null(view_lacks(pool, &seen, &before));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_sees_the_same_or_more_lacks_nothing),
		cmocka_unit_test(
			what_is_missing_is_counted_by_attribute_and_hidden_entries_by_number),
		cmocka_unit_test(what_slapd_works_out_for_each_reader_does_not_count),
		cmocka_unit_test(what_came_or_went_between_two_looks_is_not_in_both),
		cmocka_unit_test(
			fewer_values_of_an_attribute_are_lacking_and_those_that_went_are_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
