/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/tree.h"

static void add_text(Pool *pool, Entry *entry, const char *name, const char *text)
{
	entry_add_value(pool, entry, name, text, strlen(text));
}

static void values_stay_in_the_order_added(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Tree tree = {0};
	Entry *entry = tree_add_entry(pool, &tree, "cn=config");

	(void)state;
	for (int i = 0; i < 20; i++)
		add_text(pool, entry, "olcSyncrepl", pool_printf(pool, "{%d}x", i));
	assert_int_equal(entry->n_attributes, 1);
	assert_int_equal(entry_attribute(entry, "olcSyncrepl")->n_values, 20);
	assert_string_equal(entry_attribute(entry, "olcSyncrepl")->values[19].bytes, "{19}x");
	assert_string_equal(entry_first(entry, "olcSyncrepl"), "{0}x");
}

static void attribute_names_ignore_letter_case(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Tree tree = {0};
	Entry *entry = tree_add_entry(pool, &tree, "cn=config");

	(void)state;
	add_text(pool, entry, "olcServerID", "1");
	add_text(pool, entry, "OLCSERVERID", "2");
	assert_int_equal(entry->n_attributes, 1);
	assert_int_equal(entry_attribute(entry, "olcserverid")->n_values, 2);
}

static void absent_attributes_are_null(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Tree tree = {0};
	Entry *entry = tree_add_entry(pool, &tree, "cn=config");

	(void)state;
	add_text(pool, entry, "olcServerID", "1");
	assert_null(entry_attribute(entry, "olcServerI"));
	assert_null(entry_first(entry, "olcServerIDs"));
	assert_false(entry_has_value(entry, "cn", "1"));
}

static void has_value_compares_whole_values_in_any_case(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Tree tree = {0};
	Entry *entry = tree_add_entry(pool, &tree, "olcDatabase={2}mdb,cn=config");

	(void)state;
	add_text(pool, entry, "objectClass", "olcDatabaseConfig");
	add_text(pool, entry, "objectClass", "olcMdbConfig");
	assert_true(entry_has_value(entry, "OBJECTCLASS", "olcmdbconfig"));
	assert_false(entry_has_value(entry, "objectClass", "olcMdb"));
}

static void values_may_hold_nul(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Tree tree = {0};
	Entry *entry = tree_add_entry(pool, &tree, "cn=Consumer 001");

	(void)state;
	entry_add_value(pool, entry, "olmSRConnection", "\0\0x", 3);
	assert_int_equal(entry_attribute(entry, "olmSRConnection")->values[0].len, 3);
	assert_memory_equal(entry_attribute(entry, "olmSRConnection")->values[0].bytes, "\0\0x", 4);
}

static void entries_keep_the_order_read_and_their_values(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Tree tree = {0};

	(void)state;
	for (int i = 0; i < 100; i++)
		add_text(pool, tree_add_entry(pool, &tree, pool_printf(pool, "cn=%d", i)), "cn",
			 pool_printf(pool, "%d", i));
	assert_int_equal(tree.n_entries, 100);
	assert_string_equal(tree.entries[0].dn, "cn=0");
	assert_string_equal(entry_first(&tree.entries[0], "cn"), "0");
	assert_string_equal(entry_first(&tree.entries[99], "cn"), "99");
}

static void ordered_text_takes_off_only_a_number_in_braces(void **state)
{
	static const char *const cases[][2] = {
		{"{0}text", "text"},
		{"{12}{3}x", "{3}x"},
		{"{-1}frontend", "{-1}frontend"},
		{"text{0}", "text{0}"},
		{"{1", "{1"},
		{"{x}y", "{x}y"},
		{"", ""},
		{"{7}", ""},
		{" {0}x", " {0}x"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_string_equal(ordered_text(cases[i][0]), cases[i][1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_stay_in_the_order_added),
		cmocka_unit_test(attribute_names_ignore_letter_case),
		cmocka_unit_test(absent_attributes_are_null),
		cmocka_unit_test(has_value_compares_whole_values_in_any_case),
		cmocka_unit_test(values_may_hold_nul),
		cmocka_unit_test(entries_keep_the_order_read_and_their_values),
		cmocka_unit_test(ordered_text_takes_off_only_a_number_in_braces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
