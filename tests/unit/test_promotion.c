/* SPDX-License-Identifier: Apache-2.0 */
/* A consumer that peers.json makes a provider: by a person's word, and as one that joins. */
#include "tests/unit/plan_scene.h"

#include "common/plan/plan_changes.h"
#include "common/remember/memory_after.h"

#define CONSUMER                                                                                           \
	"{\"format\": 1, \"peers\": [{\"id\": 1, \"uri\": \"ldap://one\", \"role\": \"consumer\"}, "       \
	"{\"id\": 2, \"uri\": \"ldap://peer2\"}, {\"id\": 3, \"uri\": \"ldap://peer3\"}], \"databases\": " \
	"[{\"suffix\": \"" SUFFIX "\", \"syncrepl\": {\"binddn\": \"cn=r," SUFFIX                          \
	"\", \"credentials\": \"x\"}}]}"

/* A consumer in step, and the file has it as a provider. */
static void risen_make(Scene *scene)
{
	value_add(scene, scene->database, "olcDbIndex", "entryCSN,entryUUID eq");
	value_add(scene, scene->database, "olcLimits",
		  "{0}dn.exact=\"cn=r," SUFFIX "\" size=unlimited time=unlimited");
	consumer_add(scene, 0, "peer2", 2, "timeout=3");
	consumer_add(scene, 1, "peer3", 3, "timeout=3");
	scene->known_database.is_consumer = true;
	scene->known_database.is_complete = true;
	scene->content.readers.was_asked = true;
}

static void plan_again(Scene *scene)
{
	scene->plan = (Plan){0};
	(void)plan_steps(scene);
}

static void released_plan(Scene *scene)
{
	scene->options.consent.released = GUARD_BIT(GUARD_ROLE);
	plan_again(scene);
	scene->options.consent.released = 0;
}

static const Change *change_of(const Scene *scene, ChangeKind kind)
{
	return change_first(&scene->plan, NULL, CHANGE_BIT(kind));
}

static bool is_held_by(const Scene *scene, ChangeKind kind, Guard guard)
{
	const Change *change = change_of(scene, kind);

	return change && change->is_held && change->hold.guard == guard;
}

static const KnownDatabase *remembered(Scene *scene)
{
	memory_in_step(scene->pool, &scene->input, &scene->plan, &scene->known);
	return known_database(&scene->known, SUFFIX);
}

static void nothing_is_written_before_a_person_says_so(void **state)
{
	Scene *scene = *state;

	risen_make(scene);
	plan_again(scene);
	assert_true(holds(scene, GUARD_ROLE));
	assert_int_equal(scene->plan.order.n_steps, 0);
	assert_false(remembered(scene)->is_rising);
}

/* The peers do not read it yet: its first change would have them read everything anew. */
static void it_is_no_provider_that_lost_its_flag(void **state)
{
	Scene *scene = *state;

	risen_make(scene);
	released_plan(scene);
	assert_false(holds(scene, GUARD_ROLE));
	assert_false(change_of(scene, CHANGE_OVERLAY)->is_held);
	assert_true(is_held_by(scene, CHANGE_MULTI_PROVIDER_ON, GUARD_JOINING));
}

static void that_it_was_complete_as_a_consumer_proves_nothing(void **state)
{
	static const Content away = {
		.peer_id = 2, .state = CONTENT_UNREACHABLE, .problem = "ldap://peer2: away"};
	Content *peer;
	Scene *scene = *state;

	risen_make(scene);
	peer = pool_alloc(scene->pool, sizeof(*peer));
	*peer = away;
	scene->content.peers = peer;
	released_plan(scene);
	assert_true(is_held_by(scene, CHANGE_OVERLAY, GUARD_JOINING));
	assert_true(is_held_by(scene, CHANGE_MULTI_PROVIDER_ON, GUARD_JOINING));
}

static void what_it_lacks_keeps_it_closed(void **state)
{
	Scene *scene = *state;

	risen_make(scene);
	scene->content.extra.n_missing = 1;
	released_plan(scene);
	assert_true(is_held_by(scene, CHANGE_OVERLAY, GUARD_JOINING));
	scene->text = CONSUMER;
	scene->known_database.is_complete = false;
	plan_again(scene);
	assert_false(holds(scene, GUARD_JOINING));
}

static void what_was_let_go_ahead_goes_on(void **state)
{
	Scene *scene = *state;

	risen_make(scene);
	released_plan(scene);
	assert_true(remembered(scene)->is_rising);
	assert_true(remembered(scene)->is_consumer);
	plan_again(scene);
	assert_false(holds(scene, GUARD_ROLE));
	/* It is remembered before anything is written, too. */
	scene->known.databases = &scene->known_database;
	memory_held(scene->pool, &scene->plan, &scene->facts, &scene->known);
	assert_true(known_database(&scene->known, SUFFIX)->is_rising);
}

/* Something else keeps the flag: the rules of joining hold until it is there. */
static void it_rises_until_it_has_the_flag(void **state)
{
	Scene *scene = *state;

	risen_make(scene);
	scene->known_database.is_rising = true;
	value_add(scene, scene->global, "olcServerID", "1");
	plan_again(scene);
	for (size_t i = 0; i < scene->plan.held.n_holds; i++)
		scene->plan.held.holds[i].guard = GUARD_READERS;
	assert_true(remembered(scene)->is_consumer);
	value_add(scene, scene->database, "olcMultiProvider", "TRUE");
	plan_again(scene);
	for (size_t i = 0; i < scene->plan.held.n_holds; i++)
		scene->plan.held.holds[i].guard = GUARD_READERS;
	assert_false(remembered(scene)->is_consumer);
	assert_false(remembered(scene)->is_rising);
}

static void it_refers_clients_until_it_has_the_flag(void **state)
{
	Scene *scene = *state;

	risen_make(scene);
	scene->known_database.refers_updates = true;
	value_add(scene, scene->database, "olcUpdateRef", "ldap://peer2");
	released_plan(scene);
	assert_true(is_held_by(scene, CHANGE_UPDATE_REF, GUARD_JOINING));
	assert_true(remembered(scene)->refers_updates);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(nothing_is_written_before_a_person_says_so),
		SCENE_TEST(it_is_no_provider_that_lost_its_flag),
		SCENE_TEST(that_it_was_complete_as_a_consumer_proves_nothing),
		SCENE_TEST(what_it_lacks_keeps_it_closed),
		SCENE_TEST(what_was_let_go_ahead_goes_on),
		SCENE_TEST(it_rises_until_it_has_the_flag),
		SCENE_TEST(it_refers_clients_until_it_has_the_flag),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
