/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/tell/hand_edit.h"

#define DN         "olcDatabase={1}mdb,cn=config"
#define FILE_OF_DN "cn=config/olcDatabase={1}mdb.ldif"

static Tree config_with(Pool *pool, const char *csn)
{
	Tree config = {0};

	entry_add_value(pool, tree_add_entry(pool, &config, DN), "entryCSN", csn, strlen(csn));
	entry_add_value(pool, tree_add_entry(pool, &config, "cn=config"), "entryCSN", "0", 1);
	return config;
}

static FileList one_file(Pool *pool, const char *file)
{
	FileList list = {0};

	if (file)
		POOL_PUSH(pool, list.items, list.n_items, file);
	return list;
}

/* What is found of a look at which the entryCSN was "2"; before it was csn. */
static size_t found(const char *csn, const char *touched, const char *meanwhile, size_t *n_carried)
{
	AUTO(Pool) *pool = pool_new();
	const Tree old = config_with(pool, csn ? csn : ""), config = config_with(pool, "2");
	const Seen before = seen_all(pool, &old);
	const HandEditLook look = {
		.before = csn ? &before : NULL,
		.config = &config,
		.touched = one_file(pool, touched),
		.meanwhile = one_file(pool, meanwhile),
	};
	HandEditList edits = {0};
	FileList carried = {0};

	hand_edits_find(pool, &look, &edits, &carried);
	*n_carried = carried.n_items;
	return edits.n_items;
}

static void a_file_touched_while_its_entry_stayed_was_edited_by_hand(void **state)
{
	size_t n_carried;

	(void)state;
	assert_int_equal(found("2", FILE_OF_DN, NULL, &n_carried), 1);
	assert_int_equal(n_carried, 0);
}

static void slapd_explains_its_own_writes(void **state)
{
	size_t n_carried;

	(void)state;
	assert_int_equal(found("1", FILE_OF_DN, NULL, &n_carried), 0);
	assert_int_equal(found("1", FILE_OF_DN, FILE_OF_DN, &n_carried), 0);
	assert_int_equal(n_carried, 0);
	assert_int_equal(found("1", NULL, FILE_OF_DN, &n_carried), 0);
	assert_int_equal(n_carried, 0);
}

static void what_came_during_the_look_is_judged_by_the_next(void **state)
{
	size_t n_carried;

	(void)state;
	assert_int_equal(found("2", NULL, FILE_OF_DN, &n_carried), 0);
	assert_int_equal(n_carried, 1);
	assert_int_equal(found("2", FILE_OF_DN, FILE_OF_DN, &n_carried), 0);
	assert_int_equal(n_carried, 1);
}

static void what_cannot_be_known_is_not_told(void **state)
{
	size_t n_carried;

	(void)state;
	assert_int_equal(found(NULL, FILE_OF_DN, NULL, &n_carried), 0); /* no look before */
	assert_int_equal(found("2", "cn=config/cn=schema.ldif", NULL, &n_carried), 0);
	assert_int_equal(found("2", "cn=config/olcDatabase={2}mdb.ldif", NULL, &n_carried), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_touched_while_its_entry_stayed_was_edited_by_hand),
		cmocka_unit_test(slapd_explains_its_own_writes),
		cmocka_unit_test(what_came_during_the_look_is_judged_by_the_next),
		cmocka_unit_test(what_cannot_be_known_is_not_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
