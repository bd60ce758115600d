/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/guard/guard_contested.h"

#define DN "olcDatabase={1}mdb,cn=config"

static Change change_of(ChangeKind kind, const char *attribute, const char *found)
{
	return (Change){.kind = kind,
			.dn = DN,
			.suffix = "dc=x",
			.attribute = attribute,
			.old_value = found};
}

static Step step_of(Pool *pool, const char *one, const char *other)
{
	Step step = {.kind = STEP_MODIFY, .dn = DN};

	POOL_PUSH(pool, step.mods, step.n_mods, {.kind = MOD_REPLACE, .attribute = one});
	if (other)
		POOL_PUSH(pool, step.mods, step.n_mods, {.kind = MOD_REPLACE, .attribute = other});
	return step;
}

/* Consumers held while the flag is set would leave a slapd that does not start again. */
static void consumers_and_the_flag_are_one(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Change changes[] = {change_of(CHANGE_CONSUMER_ADD, "olcSyncrepl", NULL),
			    change_of(CHANGE_MULTI_PROVIDER_ON, "olcMultiProvider", NULL)};
	const Attribution attributions[] = {{.cause = CAUSE_DRIFT}, {.cause = CAUSE_DRIFT}};
	const Plan plan = {.changes = changes, .n_changes = 2};
	const Step step = step_of(pool, "olcSyncrepl", "olcMultiProvider");
	ContestList list = {.sha256 = "a"};

	(void)state;
	for (int i = 0; i < 3; i++)
		contests_note_step(pool, &list, &plan, attributions, &step, 1000 + i, true);
	assert_int_equal(list.n_items, 1);
	assert_int_equal(list.items[0].n_corrections, 3);
	assert_true(contest_holds(contest_of_change(&list, &changes[0])));
	assert_true(contest_holds(contest_of_change(&list, &changes[1])));
}

static void only_what_somebody_else_changed_counts(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Change changes[] = {change_of(CHANGE_LIMITS, "olcLimits", "theirs"),
			    change_of(CHANGE_INDEX, "olcDbIndex", NULL),
			    change_of(CHANGE_CONSUMERS_RESTART, "olcSyncrepl", NULL),
			    change_of(CHANGE_SAVE, "olcLimits", NULL)};
	const Attribution attributions[] = {
		{.cause = CAUSE_DRIFT}, {0}, {.cause = CAUSE_DRIFT}, {.cause = CAUSE_DRIFT}};
	const Plan plan = {.changes = changes, .n_changes = 4};
	const Step limits = step_of(pool, "olcLimits", NULL),
		   index = step_of(pool, "olcDbIndex", NULL),
		   consumers = step_of(pool, "olcSyncrepl", NULL);
	ContestList list = {.sha256 = "a"};

	(void)state;
	contests_note_step(pool, &list, &plan, attributions, &index, 1000, true);
	contests_note_step(pool, &list, &plan, attributions, &consumers, 1000, true);
	assert_int_equal(list.n_items, 0);
	contests_note_step(pool, &list, &plan, attributions, &limits, 1000, true);
	assert_int_equal(list.n_items, 1);
	assert_int_equal(list.items[0].n_corrections, 1);
	assert_string_equal(list.items[0].corrections[0].value, "theirs");
}

static void what_was_found_is_masked(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Change changes[] = {change_of(CHANGE_CONSUMER_EDIT, "olcSyncrepl",
				      "{0}rid=001 provider=ldap://b searchbase=\"dc=x\" "
				      "bindmethod=simple binddn=\"cn=r\" credentials=canary")};
	const Attribution attributions[] = {{.cause = CAUSE_DRIFT}};
	const Plan plan = {.changes = changes, .n_changes = 1};
	const Step step = step_of(pool, "olcSyncrepl", NULL);
	ContestList list = {.sha256 = "a"};

	(void)state;
	for (int i = 0; i < 3; i++)
		contests_note_step(pool, &list, &plan, attributions, &step, 1000, true);
	assert_null(strstr(list.items[0].corrections[0].value, "canary"));
	assert_null(strstr(list.items[0].text, "canary"));
	assert_non_null(strstr(list.items[0].text, "ldap://b"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(consumers_and_the_flag_are_one),
		cmocka_unit_test(only_what_somebody_else_changed_counts),
		cmocka_unit_test(what_was_found_is_masked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
