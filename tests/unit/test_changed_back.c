/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/plan/changed_back.h"
#include "common/plan/tree_after.h"

#define DATABASE "olcDatabase={1}mdb,cn=config"

static Pool *pool;

static Tree tree_of(const char *limits, const char *csn, bool has_overlay)
{
	Tree tree = {0};
	Entry *entry = tree_add_entry(pool, &tree, DATABASE);

	entry_add_value(pool, entry, "entryCSN", csn, strlen(csn));
	if (limits)
		entry_add_value(pool, entry, "olcLimits", limits, strlen(limits));
	if (has_overlay) {
		entry = tree_add_entry(pool, &tree, "olcOverlay={0}syncprov," DATABASE);
		entry_add_value(pool, entry, "olcOverlay", "{0}syncprov", 11);
	}
	return tree;
}

static Plan plan_of(StepKind kind, const char *dn, const char *attribute, const char *value)
{
	const char **values = pool_alloc(pool, sizeof(*values));
	Mod *mod = pool_alloc(pool, sizeof(*mod));
	Step *step = pool_alloc(pool, sizeof(*step));

	values[0] = value;
	*mod = (Mod){.kind = MOD_ADD, .attribute = attribute, .values = values, .n_values = 1};
	*step = (Step){.kind = kind, .dn = dn, .mods = mod, .n_mods = 1};
	return (Plan){.order.steps = step, .order.n_steps = 1};
}

static void what_is_again_as_it_was_was_changed_back(void **state)
{
	const Tree before = tree_of(NULL, "1", false), again = tree_of(NULL, "3", false);
	const Tree written = tree_of("{0}all", "2", false), other = tree_of("{0}any", "3", false);
	const Plan plan = plan_of(STEP_MODIFY, DATABASE, "olcLimits", "all");
	const ChangedEntry changed = changed_entry(pool, &before, &plan.order);

	(void)state;
	assert_true(is_changed_back(&changed, &again));
	assert_false(is_changed_back(&changed, &written));
	assert_false(is_changed_back(&changed, &other));
}

/* Consumers that are started anew by their own values: it is slapd that does not start them. */
static void what_would_not_be_another_one_was_not_changed_back(void **state)
{
	const Tree before = tree_of("{0}all", "1", false), again = tree_of("{0}all", "2", false);
	Plan plan = plan_of(STEP_MODIFY, DATABASE, "olcLimits", "all");
	ChangedEntry changed;

	(void)state;
	plan.order.steps[0].mods[0].kind = MOD_REPLACE;
	changed = changed_entry(pool, &before, &plan.order);
	assert_false(is_changed_back(&changed, &again));
	plan.order.n_steps = 0;
	changed = changed_entry(pool, &before, &plan.order);
	assert_false(is_changed_back(&changed, &again));
}

/* slapd numbers its name: it is looked for beside its siblings. */
static void an_entry_that_is_gone_again_was_taken_away(void **state)
{
	const Tree before = tree_of(NULL, "1", false), again = tree_of(NULL, "2", false);
	const Tree written = tree_of(NULL, "2", true);
	const Plan plan =
		plan_of(STEP_ADD_ENTRY, "olcOverlay=syncprov," DATABASE, "olcOverlay", "syncprov");
	const ChangedEntry changed = changed_entry(pool, &before, &plan.order);

	(void)state;
	assert_true(is_changed_back(&changed, &again));
	assert_false(is_changed_back(&changed, &written));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_again_as_it_was_was_changed_back),
		cmocka_unit_test(what_would_not_be_another_one_was_not_changed_back),
		cmocka_unit_test(an_entry_that_is_gone_again_was_taken_away),
	};
	int result;

	pool = pool_new();
	result = cmocka_run_group_tests(tests, NULL, NULL);
	pool_free(pool);
	return result;
}
