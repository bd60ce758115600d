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
	assert_int_equal(open.order.n_steps, 1);
	assert_string_equal(open.order.steps[0].dn, DN);
	assert_int_equal(open.order.steps[0].n_mods, 1);
	assert_string_equal(open.order.steps[0].mods[0].attribute, "olcReadOnly");
	assert_string_equal(open.order.steps[0].mods[0].values[0], "FALSE");
	changes[1].is_held = true;
	assert_false(plan_openings(pool, &plan, &known, &open));
	changes[1].is_held = false;
	record.is_closed = false; /* `syncward leave` closed it */
	assert_false(plan_openings(pool, &plan, &known, &open));
}

/* The file may have said "enforce" when the fence took it. */
static void in_audit_a_relay_gets_back_what_the_fence_took(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Known known = {0};
	const char *flags[] = {"TRUE"};
	Mod mods[] = {{.attribute = "olcSyncrepl"},
		      {.attribute = "olcMultiProvider", .values = flags, .n_values = 1}};
	Change changes[] = {{.kind = CHANGE_OVERLAY,
			     .suffix = SUFFIX,
			     .dn = "olcOverlay=syncprov," DN,
			     .attribute = "olcOverlay",
			     .is_put_back = true},
			    {.kind = CHANGE_MULTI_PROVIDER_ON,
			     .suffix = SUFFIX,
			     .dn = DN,
			     .attribute = "olcMultiProvider",
			     .is_put_back = true}};
	Step steps[] = {{.kind = STEP_MODIFY, .dn = DN, .mods = mods, .n_mods = 2},
			{.kind = STEP_ADD_ENTRY, .dn = "olcOverlay=syncprov," DN}};
	const Plan plan = {
		.changes = changes, .n_changes = 2, .order.steps = steps, .order.n_steps = 2};
	Plan open;

	(void)state;
	assert_true(plan_openings(pool, &plan, &known, &open));
	assert_int_equal(open.order.n_steps, 2);
	assert_int_equal(open.order.steps[0].kind, STEP_ADD_ENTRY);
	assert_int_equal(open.order.steps[1].n_mods, 1);
	assert_string_equal(open.order.steps[1].mods[0].attribute, "olcMultiProvider");
	assert_string_equal(open.order.steps[1].mods[0].values[0], "TRUE");
	changes[0].is_put_back = changes[1].is_put_back = false;
	assert_false(plan_openings(pool, &plan, &known, &open));
}

/* Without the limits that the same step writes. */
static void in_audit_a_relay_that_was_shut_is_opened(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Known known = {0};
	const char *old[] = {"{0}shut", "{1}theirs"}, *new[] = {"wanted", "theirs"};
	Mod mods[] = {{MOD_DELETE, "olcLimits", old, 2}, {MOD_REPLACE, "olcLimits", new, 2}};
	Change changes[] = {
		{.kind = CHANGE_READERS_ON, .suffix = SUFFIX, .dn = DN, .attribute = "olcLimits"},
		{.kind = CHANGE_READERS_ON, .suffix = SUFFIX, .dn = DN, .attribute = "olcLimits"},
		{.kind = CHANGE_LIMITS,
		 .suffix = SUFFIX,
		 .dn = DN,
		 .attribute = "olcLimits",
		 .new_value = "wanted"}};
	Step steps[] = {{.kind = STEP_MODIFY, .dn = DN, .mods = mods, .n_mods = 2}};
	const Plan plan = {
		.changes = changes, .n_changes = 3, .order.steps = steps, .order.n_steps = 1};
	Plan open;

	(void)state;
	assert_true(plan_openings(pool, &plan, &known, &open));
	assert_int_equal(open.n_changes, 2);
	assert_int_equal(open.order.n_steps, 1);
	assert_int_equal(open.order.steps[0].mods[0].n_values, 2);
	assert_int_equal(open.order.steps[0].mods[1].n_values, 1);
	assert_string_equal(open.order.steps[0].mods[1].values[0], "theirs");
	changes[0].is_held = changes[1].is_held = true;
	assert_false(plan_openings(pool, &plan, &known, &open));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_audit_only_what_the_fence_closed_and_nothing_holds_opens),
		cmocka_unit_test(in_audit_a_relay_gets_back_what_the_fence_took),
		cmocka_unit_test(in_audit_a_relay_that_was_shut_is_opened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
