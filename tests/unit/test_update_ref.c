/* SPDX-License-Identifier: Apache-2.0 */
/* olcUpdateRef: whom a consumer refers its clients to, and that slapd starts again. */
#include "tests/unit/plan_scene.h"

#include "common/draft/guard_restart.h"
#include "common/leaving/leaving.h"
#include "common/plan/plan_changes.h"
#include "common/remember/memory_after.h"

#define NODE(id, host, more) "{\"id\": " #id ", \"uri\": \"ldap://" host "\"" more "}"
#define FILE_OF(one, others)                                                                       \
	"{\"format\": 1, \"peers\": [" one ", " others "], \"databases\": [{\"suffix\": \"" SUFFIX \
	"\", \"syncrepl\": {\"binddn\": \"cn=r," SUFFIX "\", \"credentials\": \"x\"}}]}"
#define CONSUMER ", \"role\": \"consumer\""
#define REFERS   CONSUMER ", \"update_ref\": true"
#define OTHERS   NODE(2, "peer2", "") ", " NODE(3, "peer3", "")
#define HUB      NODE(4, "peer4", CONSUMER ", \"hub\": true")

static void ref_add(Scene *scene, const char *uri)
{
	value_add(scene, scene->database, "olcUpdateRef", uri);
}

/* In step but for its referral, of which it remembers nothing. */
static void consumer_make(Scene *scene, const char *text)
{
	scene->text = text;
	value_add(scene, scene->database, "olcDbIndex", "entryUUID eq");
	consumer_add(scene, 0, "peer2", 2, "timeout=3");
	consumer_add(scene, 1, "peer3", 3, "timeout=3");
	scene->known_database.is_consumer = true;
	scene->known_database.is_complete = true;
}

static const Change *referral(Scene *scene)
{
	scene->plan = (Plan){0};
	(void)plan_steps(scene);
	return change_first(&scene->plan, NULL, CHANGE_BIT(CHANGE_UPDATE_REF));
}

static bool writes_referral(const Plan *plan)
{
	for (size_t i = 0; i < plan->order.n_steps; i++)
		for (size_t k = 0; k < plan->order.steps[i].n_mods; k++)
			if (strcmp(plan->order.steps[i].mods[k].attribute, "olcUpdateRef") == 0)
				return true;
	return false;
}

static const KnownDatabase *remembered(Scene *scene)
{
	memory_in_step(scene->pool, &scene->input, &scene->plan, &scene->known);
	return known_database(&scene->known, SUFFIX);
}

static void it_names_the_providers_that_are_read(void **state)
{
	Scene *scene = *state;
	const Change *change;

	consumer_make(scene, FILE_OF(NODE(1, "one", REFERS), OTHERS));
	change = referral(scene);
	assert_string_equal(change->new_value, "ldap://peer2 ldap://peer3");
	assert_false(change->is_held);
	assert_int_equal(scene->plan.order.n_sessions_dropped, 0);
	ref_add(scene, "ldap://PEER3:389/");
	ref_add(scene, "ldap://peer2");
	assert_null(referral(scene));
}

static void hubs_are_named_where_no_provider_is_read(void **state)
{
	Scene *scene = *state;

	consumer_make(scene,
		      FILE_OF(NODE(1, "one", REFERS ", \"reads\": [2, 4]"), OTHERS ", " HUB));
	assert_string_equal(referral(scene)->new_value, "ldap://peer2");
	scene->text = FILE_OF(NODE(1, "one", REFERS ", \"reads\": [4]"), OTHERS ", " HUB);
	assert_string_equal(referral(scene)->new_value, "ldap://peer4");
}

static void a_foreign_one_is_replaced_by_release(void **state)
{
	Scene *scene = *state;

	consumer_make(scene, FILE_OF(NODE(1, "one", REFERS), OTHERS));
	ref_add(scene, "ldap://master");
	assert_true(referral(scene)->is_held);
	assert_int_equal(scene->plan.changes[0].hold.guard, GUARD_REMOVAL);
	assert_int_equal(scene->plan.order.n_steps, 0);
	assert_false(remembered(scene)->refers_updates);
	scene->options.consent.released = GUARD_BIT(GUARD_REMOVAL);
	assert_false(referral(scene)->is_held);
	scene->options.consent.released = 0;
	scene->known_database.refers_updates = true;
	scene->known.databases = &scene->known_database;
	assert_false(referral(scene)->is_held);
}

static void one_of_a_peer_is_nobodys_wish(void **state)
{
	Scene *scene = *state;

	consumer_make(scene, FILE_OF(NODE(1, "one", REFERS), OTHERS));
	ref_add(scene, "ldap://peer3");
	assert_false(referral(scene)->is_held);
}

static void what_syncward_wrote_goes_when_it_is_not_asked_for(void **state)
{
	Scene *scene = *state;

	consumer_make(scene, FILE_OF(NODE(1, "one", CONSUMER), OTHERS));
	ref_add(scene, "ldap://peer2");
	assert_null(referral(scene));
	scene->known_database.refers_updates = true;
	assert_null(referral(scene)->new_value);
	assert_true(remembered(scene)->refers_updates);
}

static void what_is_in_force_is_remembered(void **state)
{
	Scene *scene = *state;

	consumer_make(scene, FILE_OF(NODE(1, "one", REFERS), OTHERS));
	ref_add(scene, "ldap://peer2");
	ref_add(scene, "ldap://peer3");
	assert_null(referral(scene));
	assert_true(remembered(scene)->refers_updates);
	scene->text = FILE_OF(NODE(1, "one", CONSUMER), OTHERS);
	scene->database->n_attributes--;
	assert_null(referral(scene));
	assert_false(remembered(scene)->refers_updates);
}

/* slapd takes it of a database that reads somebody. */
static void it_waits_with_the_first_link(void **state)
{
	Scene *scene = *state;

	scene->text = FILE_OF(NODE(1, "one", REFERS), OTHERS);
	scene->content.here = (Content){.state = CONTENT_READ};
	assert_false(referral(scene)->is_held);
	assert_true(writes_referral(&scene->plan));
	scene->content.peers = NULL;
	scene->content.n_peers = 0;
	assert_true(referral(scene)->is_held);
	assert_false(writes_referral(&scene->plan));
}

/* Without the link slapd would not start again. */
static void it_goes_and_stays_with_the_last_link(void **state)
{
	Scene *scene = *state;

	scene->n_peers = 1;
	provider_make(scene, "2");
	ref_add(scene, "ldap://master");
	assert_true(referral(scene)->is_held);
	assert_int_equal(scene->plan.order.n_steps, 0);
	scene->options.consent.released = GUARD_BIT(GUARD_REMOVAL);
	assert_false(referral(scene)->is_held);
	assert_int_equal(scene->plan.order.n_steps, 1);
}

static void without_a_link_slapd_does_not_start(void **state)
{
	Scene *scene = *state;
	const LiveDatabase *live;

	scene->n_peers = 1;
	ref_add(scene, "ldap://master");
	assert_non_null(referral(scene));
	assert_true(finds(scene, "restart-unsafe", SEVERITY_CRITICAL));
	assert_int_equal(live_find_database(&scene->live, SUFFIX, &live), 1);
	assert_string_equal(restart_refused(live), "olcUpdateRef");
	value_add(scene, scene->database, "olcUpdateDN", "cn=slurpd");
	(void)referral(scene);
	assert_false(finds(scene, "restart-unsafe", SEVERITY_CRITICAL));
}

static void who_leaves_takes_it_along(void **state)
{
	Scene *scene = *state;
	Plan plan = {0};
	Leaving leaving;

	provider_make(scene, "23");
	ref_add(scene, "ldap://master");
	scene_read(scene);
	leaving = leave_find(scene->pool, scene->input.desired, &scene->known, &scene->live);
	leave_end(scene->pool, &leaving, &scene->input.desired->policy, &plan);
	assert_true(writes_referral(&plan));
	scene->policy = "{\"keep\": [\"ldap://peer2\"]}";
	scene_read(scene);
	plan = (Plan){0};
	leave_end(scene->pool, &leaving, &scene->input.desired->policy, &plan);
	assert_false(writes_referral(&plan));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(it_names_the_providers_that_are_read),
		SCENE_TEST(hubs_are_named_where_no_provider_is_read),
		SCENE_TEST(a_foreign_one_is_replaced_by_release),
		SCENE_TEST(one_of_a_peer_is_nobodys_wish),
		SCENE_TEST(what_syncward_wrote_goes_when_it_is_not_asked_for),
		SCENE_TEST(what_is_in_force_is_remembered),
		SCENE_TEST(it_waits_with_the_first_link),
		SCENE_TEST(it_goes_and_stays_with_the_last_link),
		SCENE_TEST(without_a_link_slapd_does_not_start),
		SCENE_TEST(who_leaves_takes_it_along),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
