/* SPDX-License-Identifier: Apache-2.0 */
/* Who heals a database, and what speaks against it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/macros.h"
#include "common/draft/healing.h"

#define SUFFIX "dc=x"

static Peer peers[] = {{.id = 3, .uri = "ldap://three"},
		       {.id = 2, .uri = "ldap://two"},
		       {.id = 5, .uri = "ldap://five"}};

/* Node 3, 2 or 5 of those three. */
typedef struct Scene {
	Pool *pool;
	DesiredDatabase desired;
	WantedConsumer consumers[2];
	WantedDatabase database;
	Wanted wanted;
	HealHolds holds;
} Scene;

static Scene scene_of(Pool *pool, size_t self)
{
	Scene scene = {
		.pool = pool, .desired = {.suffix = SUFFIX}, .wanted = {.self = &peers[self]}};
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(peers); i++)
		if (i != self)
			scene.consumers[n++].peer = &peers[i];
	return scene;
}

static void scene_link(Scene *scene)
{
	scene->database = (WantedDatabase){
		.desired = &scene->desired, .consumers = scene->consumers, .n_consumers = 2};
}

static const char *codes(const Scene *scene)
{
	const char *text = "";

	for (size_t i = 0; i < scene->holds.n_items; i++)
		text = pool_printf(scene->pool, "%s%s%s", text, *text ? " " : "",
				   scene->holds.items[i].code);
	return text;
}

static void only_the_lowest_id_heals_server_id_0(void **state)
{
	AUTO(Pool) *pool = pool_new();
	unsigned zero = 0;
	const SidList old = {&zero, 1};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(peers); i++) {
		Scene scene = scene_of(pool, i);

		scene_link(&scene);
		assert_int_equal(healing_peer(&scene.wanted, &scene.database)->id, 2);
		healing_judge_sids(pool, &scene.wanted, &scene.database, &old, &scene.holds);
		assert_string_equal(codes(&scene), peers[i].id == 2 ? "" : "turn");
	}
}

static void of_other_server_ids_each_node_has_its_own(void **state)
{
	AUTO(Pool) *pool = pool_new();
	unsigned sids[] = {3, 5, 9};
	const SidList old = {sids, 3};
	Scene scene = scene_of(pool, 0);

	(void)state;
	scene_link(&scene);
	healing_judge_sids(pool, &scene.wanted, &scene.database, &old, &scene.holds);
	assert_string_equal(codes(&scene), "other-id other-id");
	assert_non_null(strstr(scene.holds.items[0].text, "ldap://five"));
	assert_non_null(strstr(scene.holds.items[1].text, "no peer's"));
}

static void an_entry_from_the_future_holds(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Scene scene = scene_of(pool, 0);

	(void)state;
	healing_judge_clock(pool, "19700101000100.500000Z#000000#000#000000", 60, &scene.holds);
	assert_string_equal(codes(&scene), "");
	healing_judge_clock(pool, "19700101000101.000000Z#000000#000#000000", 60, &scene.holds);
	assert_string_equal(codes(&scene), "clock");
}

static const char *judge(Scene *scene, const Plan *plan)
{
	scene->holds = (HealHolds){0};
	healing_judge_plan(scene->pool, plan, SUFFIX, &scene->holds);
	return codes(scene);
}

static void what_is_held_or_to_be_written_holds_where_it_concerns_the_database(void **state)
{
	static const char *const suffixes[] = {NULL, SUFFIX, "dc=y"};
	AUTO(Pool) *pool = pool_new();
	Scene scene = scene_of(pool, 0);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
		Hold hold = {
			.guard = GUARD_LINK, .suffix = suffixes[i], .text = "a", .release = "b"};
		Change change = {.kind = CHANGE_INDEX, .suffix = suffixes[i]};
		const char *expected = i == 2 ? "" : "pending";

		assert_string_equal(judge(&scene, &(Plan){.held.holds = &hold, .held.n_holds = 1}),
				    expected);
		assert_string_equal(judge(&scene, &(Plan){.changes = &change, .n_changes = 1}),
				    expected);
	}
}

static void critical_findings_hold_but_for_the_one_that_is_healed(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Scene scene = scene_of(pool, 0);
	Finding finding = {.severity = SEVERITY_CRITICAL,
			   .code = "session-log",
			   .suffix = SUFFIX,
			   .text = "a"};
	const Plan plan = {.findings = &finding, .n_findings = 1};

	(void)state;
	assert_string_equal(judge(&scene, &plan), "pending");
	finding.code = "old-entries";
	assert_string_equal(judge(&scene, &plan), "");
	finding.code = "session-log";
	finding.severity = SEVERITY_WARNING;
	assert_string_equal(judge(&scene, &plan), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_lowest_id_heals_server_id_0),
		cmocka_unit_test(of_other_server_ids_each_node_has_its_own),
		cmocka_unit_test(an_entry_from_the_future_holds),
		cmocka_unit_test(
			what_is_held_or_to_be_written_holds_where_it_concerns_the_database),
		cmocka_unit_test(critical_findings_hold_but_for_the_one_that_is_healed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
