/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/tell/corrections.h"
#include "common/tell/told_plan.h"

#define DN "olcDatabase={1}mdb,cn=config"

static Change limits_change(const char *subject)
{
	return (Change){
		.kind = CHANGE_LIMITS,
		.suffix = "dc=x",
		.dn = DN,
		.attribute = "olcLimits",
		.subject = subject,
		.old_value = "old limits",
		.new_value = "new limits",
		.why = "why",
	};
}

static Change flag_change(void)
{
	return (Change){
		.kind = CHANGE_MULTI_PROVIDER_ON,
		.suffix = "dc=x",
		.dn = DN,
		.attribute = "olcMultiProvider",
		.subject = "multi-provider",
		.new_value = "TRUE",
		.why = "why",
	};
}

static Step step_of(Pool *pool, const char *attribute)
{
	Step step = {.kind = STEP_MODIFY, .dn = DN, .suffix = "dc=x"};

	POOL_PUSH(pool, step.mods, step.n_mods, {.kind = MOD_ADD, .attribute = attribute});
	return step;
}

static void a_write_is_told_with_its_own_changes_only(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Change changes[] = {limits_change("cn=a"), flag_change(), limits_change("cn=held")};
	const Attribution attributions[] = {
		{.cause = CAUSE_DRIFT, .actor = "cn=mallory", .actor_time = "20261122000000Z"},
		{.cause = CAUSE_DESIRED_CHANGED},
		{0}};
	const Plan plan = {.changes = changes, .n_changes = ARRAY_SIZE(changes)};
	Step limits = step_of(pool, "olcLimits"), flag = step_of(pool, "olcMultiProvider");
	Event event;

	(void)state;
	changes[2].is_held = true;
	event = event_of_step(pool, &plan, attributions, &limits, EVENT_CORRECTION_INTENDED);
	assert_int_equal(event.cause, CAUSE_DRIFT);
	assert_string_equal(event.actor, "cn=mallory");
	assert_string_equal(event.attribute, "olcLimits");
	assert_string_equal(event.old_value, "old limits");
	assert_string_equal(event.new_value, "new limits");
	assert_non_null(strstr(event.text, "cn=a"));
	assert_null(strstr(event.text, "multi-provider"));
	assert_null(strstr(event.text, "cn=held"));
	event = event_of_step(pool, &plan, attributions, &flag, EVENT_CORRECTION_INTENDED);
	assert_int_equal(event.cause, CAUSE_DESIRED_CHANGED);
	assert_null(event.actor);
	assert_null(event.old_value);
	assert_string_equal(event.new_value, "TRUE");
}

static void a_write_of_many_changes_names_eight_and_counts_the_rest(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Plan plan = {0};
	Step step = step_of(pool, "olcLimits");
	Attribution attributions[20] = {0};
	Event event;
	size_t n_lines = 1;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(attributions); i++)
		plan_add_change(pool, &plan, limits_change(pool_printf(pool, "cn=%zu", i)));
	event = event_of_step(pool, &plan, attributions, &step, EVENT_CORRECTION_APPLIED);
	assert_non_null(strstr(event.text, "cn=7 "));
	assert_null(strstr(event.text, "cn=8 "));
	assert_non_null(strstr(event.text, "; and 12 more"));
	assert_ptr_equal(strchr(event.text, '['), strrchr(event.text, '[')); /* one reason of all */
	for (const char *at = event.new_value; *at; at++)
		n_lines += *at == '\n';
	assert_int_equal(n_lines, 8);
}

static void a_write_of_several_attributes_names_each(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Change changes[] = {limits_change("cn=a"), flag_change()};
	const Attribution attributions[] = {{.cause = CAUSE_RELEASE}, {.cause = CAUSE_RELEASE}};
	const Plan plan = {.changes = changes, .n_changes = ARRAY_SIZE(changes)};
	Step step = step_of(pool, "olcLimits");
	Event event;

	(void)state;
	POOL_PUSH(pool, step.mods, step.n_mods, {.kind = MOD_ADD, .attribute = "olcLimits"});
	POOL_PUSH(pool, step.mods, step.n_mods, {.kind = MOD_ADD, .attribute = "olcMultiProvider"});
	event = event_of_step(pool, &plan, attributions, &step, EVENT_CORRECTION_APPLIED);
	assert_string_equal(event.attribute, "olcLimits\nolcMultiProvider");
	assert_string_equal(event.old_value, "olcLimits: old limits");
	assert_string_equal(event.new_value, "olcLimits: new limits\nolcMultiProvider: TRUE");
	assert_int_equal(event.cause, CAUSE_RELEASE);
}

/* The key of the one condition that such a finding makes. */
static const char *finding_key(Pool *pool, const char *key, const char *text)
{
	Plan plan = {0};
	ConditionList conditions = {0};

	plan_add_finding(pool, &plan, SEVERITY_WARNING, "code", "dc=x", "%s", text);
	plan.findings[0].key = key;
	conditions_of_plan(pool, &plan, &conditions);
	assert_int_equal(conditions.n_items, 1);
	return conditions.items[0].key;
}

static void a_finding_with_a_key_is_the_same_one_whatever_its_text(void **state)
{
	AUTO(Pool) *pool = pool_new();

	(void)state;
	assert_string_not_equal(finding_key(pool, NULL, "one"), finding_key(pool, NULL, "two"));
	assert_string_equal(finding_key(pool, "", "one"), finding_key(pool, "", "two"));
}

/* How what was told as held before ends, by a hold that there is now. */
static EventKind end_told(EventKind ends, bool is_listed, Guard guard, const char *suffix)
{
	AUTO(Pool) *pool = pool_new();
	DatabasePlan databases[] = {{.suffix = "dc=x"}};
	Plan plan = {.databases = databases, .n_databases = ARRAY_SIZE(databases)};
	const Condition condition = {.ends = ends, .suffix = "dc=x"};

	plan.held.is_revision_held = guard == GUARD_ROLLOUT;
	if (guard != GUARD_COUNT)
		plan_add_hold(
			pool, &plan,
			(Hold){.guard = guard, .suffix = suffix, .text = "w", .release = "r"});
	return condition_end(&plan, &condition, is_listed);
}

static void a_hold_that_gives_way_to_another_has_not_come_to_its_good_end(void **state)
{
	(void)state;
	assert_int_equal(end_told(EVENT_JOINED, true, GUARD_COUNT, NULL), EVENT_JOINED);
	assert_int_equal(end_told(EVENT_JOINED, true, GUARD_LINK, "dc=x"), EVENT_JOINED);
	assert_int_equal(end_told(EVENT_JOINED, true, GUARD_CONTENT, "dc=y"), EVENT_JOINED);
	assert_int_equal(end_told(EVENT_JOINED, true, GUARD_JOINING, "dc=x"), EVENT_KIND_COUNT);
	assert_int_equal(end_told(EVENT_JOINED, true, GUARD_CONTENT, "dc=x"), EVENT_RELEASED);
	assert_int_equal(end_told(EVENT_JOINED, true, GUARD_NOT_LISTED, NULL), EVENT_RELEASED);
	assert_int_equal(end_told(EVENT_JOINED, true, GUARD_ROLLOUT, NULL), EVENT_RELEASED);
	assert_int_equal(end_told(EVENT_JOINED, false, GUARD_COUNT, NULL), EVENT_RELEASED);
	assert_int_equal(end_told(EVENT_RESTART_SAFE, true, GUARD_COUNT, NULL), EVENT_RESTART_SAFE);
	assert_int_equal(end_told(EVENT_RESTART_SAFE, true, GUARD_RESTART, NULL), EVENT_RELEASED);
	assert_int_equal(end_told(EVENT_RESTART_SAFE, true, GUARD_RESTART, "dc=x"), EVENT_RELEASED);
	assert_int_equal(end_told(EVENT_RESUMED, false, GUARD_RESTART, NULL), EVENT_RESUMED);
}

/* How many corrections are told as failed. */
static size_t n_failed(ErrorClass class, const Step *stopped_at)
{
	AUTO(Pool) *pool = pool_new();
	Change change = limits_change("cn=a");
	const Attribution attribution = {0};
	const Plan plan = {.changes = &change, .n_changes = 1};
	const Applied applied = {.stopped_at = stopped_at};
	const Error err = {.class = class, .text = "why"};

	return corrections_done(pool, &plan, &attribution, &applied, &err).n_items;
}

static void what_was_not_sent_did_not_fail(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Step step = step_of(pool, "olcLimits");

	(void)state;
	assert_int_equal(n_failed(ERROR_CONFLICT, NULL), 0); /* it builds an index now */
	assert_int_equal(n_failed(ERROR_CONFLICT, &step), 1);
	assert_int_equal(n_failed(ERROR_BUSY, &step), 0); /* no time was left */
	assert_int_equal(n_failed(ERROR_REFUSED, &step), 1);
	assert_int_equal(n_failed(ERROR_UNREACHABLE, NULL), 1);
}

/* What becomes of the entry of a step that ended so: 'o' ours, '?' not known, '-' not written. */
static char written_after(ErrorClass class, bool is_done)
{
	AUTO(Pool) *pool = pool_new();
	const Step step = step_of(pool, "olcLimits"), *done = &step;
	const Plan plan = {0};
	const Applied applied = {.done = &done,
				 .n_done = is_done,
				 .refused = &done,
				 .n_refused = 1,
				 .stopped_at = is_done ? NULL : &step};
	const Error err = {.class = class, .text = "why"};
	WrittenEntries written = {0};

	corrections_written(pool, &plan, NULL, &applied, is_done ? NULL : &err, &written);
	if (written.n_items == 0)
		return '-';
	assert_string_equal(written.items[0].dn, step.dn);
	return written.items[0].is_unknown ? '?' : 'o';
}

static void what_slapd_refused_is_not_our_write(void **state)
{
	(void)state;
	assert_int_equal(written_after(ERROR_NONE, true), 'o');
	assert_int_equal(written_after(ERROR_REFUSED, false), '-');
	assert_int_equal(written_after(ERROR_DENIED, false), '-');
	assert_int_equal(written_after(ERROR_CONFLICT, false), '-');
	assert_int_equal(written_after(ERROR_UNREACHABLE, false), '?');
	assert_int_equal(written_after(ERROR_STOPPED, false), '?');
	assert_int_equal(written_after(ERROR_BUSY, false), '?');    /* the answer came too late */
	assert_int_equal(written_after(ERROR_UNSAVED, false), '?'); /* in slapd's memory */
}

static void a_write_over_somebody_else_s_says_so(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Change changes[] = {limits_change("cn=a"), flag_change()};
	Attribution attributions[] = {{.cause = CAUSE_DESIRED_CHANGED}, {.cause = CAUSE_DRIFT}};
	const Plan plan = {.changes = changes, .n_changes = 2};
	const Step step = step_of(pool, "olcLimits"), *done = &step;
	const Applied applied = {.done = &done, .n_done = 1};
	WrittenEntries written = {0};

	(void)state;
	corrections_written(pool, &plan, attributions, &applied, NULL, &written);
	assert_false(written.items[0].was_in_step);
	attributions[1].cause = CAUSE_PUT_BACK;
	corrections_written(pool, &plan, attributions, &applied, NULL, &written);
	assert_true(written.items[1].was_in_step);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_write_is_told_with_its_own_changes_only),
		cmocka_unit_test(a_write_of_several_attributes_names_each),
		cmocka_unit_test(what_slapd_refused_is_not_our_write),
		cmocka_unit_test(a_write_over_somebody_else_s_says_so),
		cmocka_unit_test(a_hold_that_gives_way_to_another_has_not_come_to_its_good_end),
		cmocka_unit_test(what_was_not_sent_did_not_fail),
		cmocka_unit_test(a_write_of_many_changes_names_eight_and_counts_the_rest),
		cmocka_unit_test(a_finding_with_a_key_is_the_same_one_whatever_its_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
