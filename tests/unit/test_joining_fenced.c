/* SPDX-License-Identifier: Apache-2.0 */
/* What the fence closed, and what opens it. */
#include "tests/unit/joining_scene.h"

static void a_provider_that_the_fence_closed_waits_for_what_its_peers_have(void **state)
{
	Scene *scene = *state;

	scene->peer_csns[0] = NEW;
	scene->live.is_multi_provider = true;
	assert_int_equal(judge(scene), -1);
	fence(scene);
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->here_csns[0] = NEW;
	assert_int_equal(judge(scene), -1);
}

static void nobody_s_word_opens_what_the_fence_closed(void **state)
{
	Scene *scene = *state;

	fence(scene);
	scene->known_database = (KnownDatabase){.suffix = SUFFIX, .is_complete = true};
	scene->known.databases = &scene->known_database;
	scene->known.n_databases = 1;
	scene->peer.state = CONTENT_UNREACHABLE;
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->input.options.consent.released = GUARD_BIT(GUARD_JOINING);
	assert_int_equal(judge(scene), -1);
}

static void changes_of_its_own_that_only_peers_have_come_back_to_a_fenced_one(void **state)
{
	Scene *scene = *state;

	fence(scene);
	scene->peer_csns[1] = OWN;
	scene->peer = content(1, scene->peer_csns, 2);
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->here_csns[1] = OWN;
	scene->database_facts.here.n_context_csns = 2;
	assert_int_equal(judge(scene), -1);
}

/* It was away before, and what it wrote then only the peer has that is down now. */
static void own_changes_seen_here_are_waited_for_while_a_peer_is_away(void **state)
{
	static const char *noted[] = {OLD, OWN};
	static LastSeen seen = {.suffix = SUFFIX, .csns = noted, .n_csns = 2};
	Scene *scene = *state;
	Links *links = links_make(scene);
	const Hold *hold;

	fence(scene);
	scene->database_facts.here = content(0, scene->here_csns, 1);
	scene->known.seen = (LastSeenAll){.node = 2, .items = &seen, .n_items = 1};
	assert_int_equal(judge(scene), -1); /* every peer was asked, and none has them */
	links->peers[1] = (Content){.peer_id = 3, .state = CONTENT_UNREACHABLE, .problem = "x"};
	scene->diff.n_joining = 0;
	hold = joining_judge(&scene->diff, &scene->database, &scene->live);
	assert_int_equal(hold->guard, GUARD_JOINING);
	assert_non_null(strstr(hold->text, "2 (until 2026-11-22T10:15:00Z, here before)"));
	links->peers[1] = content(3, NULL, 0); /* in a refresh of its own */
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->here_csns[1] = OWN;
	scene->database_facts.here.n_context_csns = 2;
	assert_int_equal(judge(scene), -1);
	scene->database_facts.here.n_context_csns = 1;
	scene->input.options.consent.released = GUARD_BIT(GUARD_JOINING);
	assert_int_equal(judge(scene), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(a_provider_that_the_fence_closed_waits_for_what_its_peers_have),
		SCENE_TEST(nobody_s_word_opens_what_the_fence_closed),
		SCENE_TEST(changes_of_its_own_that_only_peers_have_come_back_to_a_fenced_one),
		SCENE_TEST(own_changes_seen_here_are_waited_for_while_a_peer_is_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
