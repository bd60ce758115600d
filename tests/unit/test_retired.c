/* SPDX-License-Identifier: Apache-2.0 */
/* "retired": server IDs that nobody is given again, and nobody wonders about. */
#include "tests/unit/plan_scene.h"

#include "common/guard/free_id.h"
#include "common/health/copy_health.h"

#define FILE_OF(id, retired)                                                                  \
	"{\"format\": 1, \"peers\": [{\"id\": " id ", \"uri\": \"ldap://one\"}, {\"id\": 2, " \
	"\"uri\": \"ldap://peer2\"}], \"retired\": [" retired                                 \
	"], \"databases\": [{\"suffix\": \"" SUFFIX                                           \
	"\", \"syncrepl\": {\"binddn\": \"cn=r," SUFFIX "\", \"credentials\": \"x\"}}]}"
#define OF_3 "20261122101500.000000Z#000000#003#000000"

static const char *free_one(Scene *scene)
{
	const Diff diff = {.pool = scene->pool, .in = &scene->input};

	return free_id_print(&diff);
}

static void no_new_peer_is_given_it(void **state)
{
	Scene *scene = *state;

	scene->text = FILE_OF("1", "{\"id\": 3}");
	scene_read(scene);
	assert_string_equal(free_one(scene), "4");
	scene->text = FILE_OF("1", "");
	scene_read(scene);
	assert_string_equal(free_one(scene), "3");
}

static const char *told(const Scene *scene)
{
	for (size_t i = 0; i < scene->plan.held.n_holds; i++)
		if (scene->plan.held.holds[i].guard == GUARD_SERVER_ID)
			return scene->plan.held.holds[i].text;
	return "";
}

/* It wrote under it so far: to keep it is no way out. */
static void who_had_it_is_not_told_to_keep_it(void **state)
{
	static const char *csns[] = {CSN, OF_3};
	Scene *scene = *state;

	scene->text = FILE_OF("1", "");
	provider_make(scene, "2");
	scene->global->n_attributes = 1;
	value_add(scene, scene->global, "olcServerID", "3");
	scene->content.here.context_csns = csns;
	scene->content.here.n_context_csns = 2;
	(void)plan_steps(scene);
	assert_non_null(strstr(told(scene), "\"id\": 3"));
	scene->text = FILE_OF("1", "{\"id\": 3}");
	scene->plan = (Plan){0};
	(void)plan_steps(scene);
	assert_non_null(strstr(told(scene), "would change from 3"));
	assert_null(strstr(told(scene), "\"id\": 3"));
}

static void changes_under_it_are_known_as_listed(void **state)
{
	static const unsigned ids[] = {1, 2}, retired[] = {3};
	static const char *csns[] = {CSN, OF_3};
	const Content here = {.state = CONTENT_READ,
			      .entry.exists = true,
			      .entry.uuid = "uuid",
			      .context_csns = csns,
			      .n_context_csns = 2};
	const HealthLook look = {.suffix = SUFFIX,
				 .our_id = 1,
				 .here = &here,
				 .ids = ids,
				 .n_ids = 2,
				 .retired = retired,
				 .n_retired = 1};
	Scene *scene = *state;
	const DatabaseHealth health = health_look(scene->pool, NULL, &look);

	assert_int_equal(health.n_sids, 2);
	for (size_t i = 0; i < health.n_sids; i++) {
		assert_int_equal(health.sids[i].is_retired, health.sids[i].sid == 3);
		assert_int_equal(health.sids[i].is_listed, health.sids[i].sid == 3);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(no_new_peer_is_given_it),
		SCENE_TEST(who_had_it_is_not_told_to_keep_it),
		SCENE_TEST(changes_under_it_are_known_as_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
