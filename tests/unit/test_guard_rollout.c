/* SPDX-License-Identifier: Apache-2.0 */
/* What a roll-out holds of a plan, and what is remembered behind it. */
#include "common/remember/memory_after.h"
#include "tests/unit/plan_scene.h"

/* Revision 8 of peers 1 to 3, which node 2 tries first; 7 is in force. One peer is not read yet. */
static void stage(Scene *scene)
{
	provider_make(scene, "2");
	scene->policy = "{\"rollout\": {\"first\": [2], \"soak\": \"10m\"}}";
	scene->more = ", \"heartbeat\": {\"container\": \"ou=h," SUFFIX "\", \"interval\": 60}";
	scene->text = pool_printf(scene->pool, "{\"revision\": 8, %s", peers_json(scene) + 1);
	scene->known.latest.has_revision = true;
	scene->known.latest.revision = 7;
	scene->known.latest.sha256 = "old";
	scene->options.sha256 = "new";
}

static void nothing_of_a_revision_that_waits_is_sent_or_remembered(void **state)
{
	Scene *scene = *state;

	stage(scene);
	scene->options.rollout = "it waits";
	assert_string_equal(plan_steps(scene), "");
	assert_true(holds(scene, GUARD_ROLLOUT));
	memory_in_step(scene->pool, &scene->input, &scene->plan, &scene->known);
	assert_int_equal(scene->known.latest.revision, 7);
	assert_string_equal(scene->known.latest.sha256, "old");
}

static void beside_it_the_revision_in_force_is_kept_up(void **state)
{
	Scene *scene = *state;

	stage(scene);
	scene->known.latest.revision = 8;
	scene->known.latest.sha256 = "new";
	scene->options.rollout = "it waits";
	scene->options.goes_on = true;
	assert_string_not_equal(plan_steps(scene), "");
	assert_true(holds(scene, GUARD_ROLLOUT));
	memory_in_step(scene->pool, &scene->input, &scene->plan, &scene->known);
	assert_string_equal(scene->known.latest.sha256, "new");
	assert_true(scene->known.latest.is_staged);
}

static void what_a_person_lets_pass_stays_let_pass(void **state)
{
	Scene *scene = *state;

	stage(scene);
	scene->options.rollout = "it waits";
	memory_rollout(&scene->options, &scene->known.latest);
	assert_null(scene->known.latest.rollout.passed);
	scene->options.consent.released = GUARD_BIT(GUARD_ROLLOUT);
	assert_string_not_equal(plan_steps(scene), "");
	assert_false(holds(scene, GUARD_ROLLOUT));
	memory_rollout(&scene->options, &scene->known.latest);
	assert_string_equal(scene->known.latest.rollout.passed, "new");
}

static void a_peer_stays_until_the_revision_without_it_is_everywhere(void **state)
{
	Scene *scene = *state;

	stage(scene);
	consumer_add(scene, 1, "peer3", 3, "timeout=3");
	consumer_add(scene, 2, "peer4", 4, "timeout=3");
	assert_string_equal(plan_steps(scene), "");
	assert_true(holds(scene, GUARD_ROLLOUT));
	assert_false(scene->plan.held.is_revision_held);
	scene->known.latest.rollout.everywhere = "new";
	(void)plan_steps(scene);
	assert_false(holds(scene, GUARD_ROLLOUT));
	scene->known.latest.rollout.everywhere = "old";
	(void)plan_steps(scene);
	assert_true(holds(scene, GUARD_ROLLOUT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(nothing_of_a_revision_that_waits_is_sent_or_remembered),
		SCENE_TEST(beside_it_the_revision_in_force_is_kept_up),
		SCENE_TEST(what_a_person_lets_pass_stays_let_pass),
		SCENE_TEST(a_peer_stays_until_the_revision_without_it_is_everywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
