/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/decide/openings.h"

#define SUFFIX "dc=example,dc=org"
#define DN     "olcDatabase={1}mdb,cn=config"

static Change opening(void)
{
	return (Change){.kind = CHANGE_READ_ONLY_OFF,
			.suffix = SUFFIX,
			.dn = DN,
			.attribute = "olcReadOnly",
			.old_value = "TRUE",
			.new_value = "FALSE"};
}

static void in_audit_only_what_the_fence_closed_and_nothing_holds_opens(void **state)
{
	AUTO(Pool) *pool = pool_new();
	FenceRecord record = {.suffix = SUFFIX, .is_closed = true};
	Known known = {.fence = {.items = &record, .n_items = 1}};
	Change changes[] = {{.kind = CHANGE_LIMITS, .suffix = SUFFIX, .dn = DN}, opening()};
	const Plan plan = {.changes = changes, .n_changes = 2};
	Plan open;

	(void)state;
	assert_true(plan_openings(pool, &plan, &known, &open));
	assert_int_equal(open.n_changes, 1);
	assert_int_equal(open.n_steps, 1);
	assert_string_equal(open.steps[0].dn, DN);
	assert_int_equal(open.steps[0].n_mods, 1);
	assert_string_equal(open.steps[0].mods[0].attribute, "olcReadOnly");
	assert_string_equal(open.steps[0].mods[0].values[0], "FALSE");
	changes[1].is_held = true;
	assert_false(plan_openings(pool, &plan, &known, &open));
	changes[1].is_held = false;
	record.is_closed = false; /* `syncward leave` closed it */
	assert_false(plan_openings(pool, &plan, &known, &open));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_audit_only_what_the_fence_closed_and_nothing_holds_opens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
