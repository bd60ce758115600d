/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/entries/contents.h"

/* Pairs of a name and a value. */
static Entry entry_make(Pool *pool, const char *const (*values)[2], size_t n)
{
	Entry entry = {.dn = "cn=x"};

	for (size_t i = 0; i < n; i++)
		entry_add_value(pool, &entry, values[i][0], values[i][1], strlen(values[i][1]));
	return entry;
}

#define ENTRY(pool, ...)                                        \
	entry_make(pool, (const char *const[][2]){__VA_ARGS__}, \
		   sizeof((const char *const[][2]){__VA_ARGS__}) / sizeof(const char *[2]))

static EntryMark digest(const Entry *entry)
{
	ContentsDigest sum = {0};
	EntryMark mark = {.is_seen = 0};

	for (size_t i = 0; i < entry->n_attributes; i++)
		for (size_t k = 0; k < entry->attributes[i].n_values; k++)
			contents_digest_add(&sum, entry->attributes[i].name,
					    entry->attributes[i].values[k].bytes,
					    entry->attributes[i].values[k].len);
	contents_digest_store(&sum, &mark);
	return mark;
}

/* names: "cn sn", in this order; "" when nothing differs. */
static void check(const Entry *one, const Entry *other, const char *names)
{
	AUTO(Pool) *pool = pool_new();
	const EntryMark mark = digest(one), other_mark = digest(other);
	const AttributeNames found = contents_differ(pool, one, other, true);
	const char *text = "";

	for (size_t i = 0; i < found.n_items; i++)
		text = pool_printf(pool, "%s%s%s", text, i > 0 ? " " : "", found.items[i]);
	assert_string_equal(text, names);
	assert_int_equal(entry_mark_compare_csn(&mark, &other_mark) == 0, !*names);
}

static void the_order_of_attributes_and_values_does_not_matter(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Entry one = ENTRY(pool, {"cn", "a"}, {"cn", "b"}, {"sn", "c"});
	const Entry other = ENTRY(pool, {"SN", "c"}, {"cn", "b"}, {"CN", "a"});

	(void)state;
	check(&one, &other, "");
}

static void each_attribute_with_other_values_is_named(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Entry one = ENTRY(pool, {"cn", "a"}, {"sn", "c"}, {"userPassword", "x"});
	const Entry other = ENTRY(pool, {"cn", "a"}, {"cn", "b"}, {"sn", "C"}, {"mail", "m"});

	(void)state;
	check(&one, &other, "cn sn userPassword mail");
}

static void what_here_lacks_counts_only_for_who_sees_all(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Entry more = ENTRY(pool, {"cn", "a"}, {"userPassword", "x"});
	const Entry less = ENTRY(pool, {"cn", "a"});

	(void)state;
	assert_int_equal(contents_differ(pool, &less, &more, true).n_items, 1);
	assert_int_equal(contents_differ(pool, &less, &more, false).n_items, 0);
	assert_int_equal(contents_differ(pool, &more, &less, false).n_items, 1);
}

static void a_value_under_another_name_is_another_one(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Entry one = ENTRY(pool, {"cn", "a"}, {"sn", "b"});
	const Entry other = ENTRY(pool, {"cn", "b"}, {"sn", "a"});

	(void)state;
	check(&one, &other, "cn sn");
}

static void a_value_that_is_there_twice_is_not_nothing(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Entry one = ENTRY(pool, {"cn", "a"}, {"description", "b"}, {"description", "b"});
	const Entry other = ENTRY(pool, {"cn", "a"});

	(void)state;
	check(&one, &other, "description");
}

static void what_a_server_notes_for_itself_does_not_count(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Entry one = ENTRY(pool, {"cn", "a"}, {"pwdFailureTime", "1"}, {"contextCSN", "2"},
				{"hasSubordinates", "TRUE"}, {"authtimestamp", "3"});
	const Entry other = ENTRY(pool, {"cn", "a"}, {"pwdLastSuccess", "4"}, {"entryDN", "cn=y"});

	(void)state;
	check(&one, &other, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_order_of_attributes_and_values_does_not_matter),
		cmocka_unit_test(each_attribute_with_other_values_is_named),
		cmocka_unit_test(what_here_lacks_counts_only_for_who_sees_all),
		cmocka_unit_test(a_value_under_another_name_is_another_one),
		cmocka_unit_test(a_value_that_is_there_twice_is_not_nothing),
		cmocka_unit_test(what_a_server_notes_for_itself_does_not_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
