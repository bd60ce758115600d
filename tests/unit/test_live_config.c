/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/live/live_config.h"

#define FRONTEND "olcDatabase={-1}frontend,cn=config"

static void entry_put(Pool *pool, Tree *tree, const char *dn, const char *class_name)
{
	Entry *entry = tree_add_entry(pool, tree, dn);

	entry_add_value(pool, entry, "objectClass", class_name, strlen(class_name));
}

/* A report keeps the view, and the pass that read the tree is over. */
static void the_view_outlives_what_it_was_read_from(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Machine machine = {0};
	Tree tree = {0};
	Live live = {0};
	Error err;

	(void)state;
	entry_put(pool, &tree, "cn=config", "olcGlobal");
	entry_put(pool, &tree, FRONTEND, "olcFrontendConfig");
	entry_add_value(pool, &tree.entries[1], "olcDatabase", "{-1}frontend", 12);
	assert_int_equal(live_take_config(pool, &tree, &machine, &live, &err), 0);
	tree = (Tree){0};
	assert_int_equal(live.config->n_entries, 2);
	assert_non_null(live_frontend(&live));
	assert_string_equal(live_frontend(&live)->dn, FRONTEND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_view_outlives_what_it_was_read_from),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
