/* SPDX-License-Identifier: Apache-2.0 */
/* Which peers a node reads while it joins, and which one first. */
#include "tests/unit/joining_scene.h"

static void hold_links(Scene *scene, Links *links)
{
	joining_hold_links(&scene->diff, &scene->database, &scene->live, links->of_live);
}

static void an_empty_node_reads_one_peer_first(void **state)
{
	Scene *scene = *state;
	Links *links = links_make(scene);

	hold_links(scene, links);
	assert_false(links->changes[0].is_held);
	assert_true(links->changes[1].is_held);
}

/* slapd reads a provider that peers.json does not name. */
static void other_source_make(Scene *scene)
{
	static Value value = {.bytes = SUFFIX, .len = sizeof(SUFFIX) - 1};
	static const Attribute suffixes = {.name = "olcSuffix", .values = &value, .n_values = 1};

	scene->live.suffixes = &suffixes;
	scene->live_consumer = (LiveConsumer){.parses = true, .rid = 9, .provider = "ldap://four"};
	scene->live_consumer.syncrepl.value[SYNCREPL_PROVIDER] = "ldap://four";
	scene->live_consumer.syncrepl.value[SYNCREPL_RETRY] = "5 5 60 +";
	scene->live.n_consumers = 1;
}

static void an_empty_node_reads_no_peer_beside_a_provider_that_stays(void **state)
{
	Scene *scene = *state;
	Links *links = links_make(scene);

	other_source_make(scene);
	hold_links(scene, links);
	assert_true(links->changes[0].is_held && links->changes[1].is_held);
	assert_non_null(strstr(links->changes[0].hold.text, "still reads ldap://four"));
	assert_string_equal(links->changes[0].hold.release, "syncward apply --release joining");
	scene->input.options.consent.released = GUARD_BIT(GUARD_JOINING);
	links->changes[0].is_held = false;
	hold_links(scene, links);
	assert_false(links->changes[0].is_held);
}

/* It may have been written a moment ago. */
static void a_provider_without_a_connection_for_long_keeps_no_peer_away(void **state)
{
	Scene *scene = *state;
	Links *links = links_make(scene);

	other_source_make(scene);
	scene->server.runs.is_known = true;
	scene->facts.now_sec = 1000;
	hold_links(scene, links);
	assert_true(links->changes[0].is_held);
	assert_int_equal(scene->plan.copies.n_source_gone, 1);
	scene->known_database.source_gone_sec = 940; /* and a second for its connection */
	scene->known_database.is_joining = true;
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
	links->changes[0].is_held = links->changes[1].is_held = false;
	hold_links(scene, links);
	assert_true(links->changes[0].is_held);
	scene->known_database.source_gone_sec = 939;
	links->changes[0].is_held = links->changes[1].is_held = false;
	hold_links(scene, links);
	assert_false(links->changes[0].is_held);
	assert_true(links->changes[1].is_held);
}

/* What is held with a removal is held elsewhere. */
static void a_provider_that_is_removed_keeps_no_peer_away(void **state)
{
	Scene *scene = *state;
	Links *links = links_make(scene);

	other_source_make(scene);
	links->changes[1].kind = CHANGE_CONSUMER_REMOVE;
	links->changes[1].consumer.live = &scene->live_consumer;
	hold_links(scene, links);
	assert_false(links->changes[0].is_held);
}

/* Its refresh is through; what a peer would send anew is waited for still. */
static void what_came_from_a_provider_that_stays_lets_the_first_peer_follow(void **state)
{
	Scene *scene = *state;
	Links *links = links_make(scene);
	const char *older[] = {"20261122101400.000000Z#000000#001#000000"};

	other_source_make(scene);
	scene->database_facts.here = content(0, older, 1);
	hold_links(scene, links);
	assert_false(links->changes[0].is_held);
	scene->peer_csns[1] = "20261122101500.000000Z#000000#003#000000";
	links->peers[0].n_context_csns = 2;
	scene->diff.n_joining = 0;
	hold_links(scene, links);
	assert_true(links->changes[0].is_held);
	assert_non_null(strstr(links->changes[0].hold.text, "has changes of server ID 3"));
}

static void behind_a_flag_that_somebody_set_it_still_reads_one_peer_first(void **state)
{
	Scene *scene = *state;
	Links *links = links_make(scene);

	scene->live.is_multi_provider = true;
	scene->known_database.is_joining = true;
	scene->known.databases = &scene->known_database;
	scene->known.n_databases = 1;
	hold_links(scene, links);
	assert_false(links->changes[0].is_held);
	assert_true(links->changes[1].is_held);
}

static void a_peer_in_its_own_refresh_is_not_read_first(void **state)
{
	Scene *scene = *state;
	Links *links = links_make(scene);

	links->peers[0].n_context_csns = 0;
	hold_links(scene, links);
	assert_true(links->changes[0].is_held);
	assert_false(links->changes[1].is_held);
}

static void nobody_is_read_before_somebody_is_complete(void **state)
{
	Scene *scene = *state;
	Links *links = links_make(scene);

	links->peers[0].n_context_csns = links->peers[1].n_context_csns = 0;
	hold_links(scene, links);
	assert_true(links->changes[0].is_held && links->changes[1].is_held);
}

static void the_others_are_read_when_everything_of_the_first_is_here(void **state)
{
	Scene *scene = *state;
	Links *links = links_make(scene);
	const char *more[] = {NEW};

	scene->live.n_consumers = 1;
	links->of_live[0] = &links->consumers[0];
	links->changes[0].kind = CHANGE_CHECKPOINT;
	links->peers[1].context_csns = more;
	scene->database_facts.here = content(0, scene->here_csns, 1);
	scene->database_facts.extra.n_entries = 1;
	hold_links(scene, links);
	assert_true(links->changes[1].is_held);
	scene->database_facts.extra.n_entries = 0;
	links->changes[1].is_held = false;
	scene->diff.n_joining = 0;
	hold_links(scene, links);
	assert_false(links->changes[1].is_held);
	links->peers[0].context_csns = more;
	hold_links(scene, links);
	assert_true(links->changes[1].is_held);
}

static void a_second_peer_that_has_more_is_waited_for(void **state)
{
	Scene *scene = *state;
	Links *links = links_make(scene);
	const char *more[] = {NEW};

	scene->database_facts.here = content(0, scene->here_csns, 1);
	assert_int_equal(judge(scene), -1);
	links->peers[1].context_csns = more;
	assert_int_equal(judge(scene), GUARD_JOINING);
}

static void no_link_is_made_to_a_stranger(void **state)
{
	Scene *scene = *state;
	Links *links = links_make(scene);

	scene->live.is_multi_provider = true;
	scene->database_facts.here = content(0, scene->here_csns, 1);
	links->peers[1].entry.uuid = "00000000-0000-0000-0000-000000000002";
	hold_links(scene, links);
	assert_false(links->changes[0].is_held);
	assert_true(links->changes[1].is_held);
	assert_int_equal(links->changes[1].hold.guard, GUARD_CONTENT);
	assert_string_equal(links->changes[1].hold.peer, "ldap://three");
	assert_null(strstr(links->changes[1].hold.text, "empty it"));
	assert_non_null(strstr(links->changes[1].hold.release, "database of peer 3, ldap://three"));
}

static void a_link_that_was_there_comes_back_unasked(void **state)
{
	unsigned linked[] = {1, 3};
	Scene *scene = *state;
	Links *links = links_make(scene);

	scene->live.is_multi_provider = true;
	scene->database_facts.here = (Content){0};
	scene->known_database.linked.items = linked;
	scene->known_database.linked.n_items = 1;
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
	hold_links(scene, links);
	assert_int_equal(scene->plan.unknown.n_contents, 1);
	assert_true(links->changes[1].is_held);
	links = links_make(scene);
	scene->database_facts.here = (Content){0};
	scene->known_database.linked.n_items = 2;
	hold_links(scene, links);
	assert_int_equal(scene->plan.unknown.n_contents, 0);
	assert_false(links->changes[0].is_held || links->changes[1].is_held);
}

/* Where slapd does not tell whether it is connected, one failed look is not enough to begin anew.
 */
static void another_is_read_when_the_first_is_gone_for_long(void **state)
{
	Scene *scene = *state;
	Links *links = links_make(scene);

	scene->live.n_consumers = 1;
	scene->live_consumer.syncrepl.value[SYNCREPL_PROVIDER] = "ldap://one";
	links->of_live[0] = &links->consumers[0];
	scene->plan.n_changes = 1;
	links->changes[0] = links->changes[1];
	links->peers[0] = (Content){.peer_id = 1, .state = CONTENT_UNREACHABLE, .problem = "x"};
	scene->facts.now_sec = 1000;
	hold_links(scene, links);
	assert_true(links->changes[0].is_held);
	assert_int_equal(scene->plan.copies.n_source_gone, 1);
	scene->known_database.source_gone_sec = 945;
	scene->known_database.is_joining = true;
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
	links->changes[0].is_held = false;
	hold_links(scene, links);
	assert_true(links->changes[0].is_held);
	scene->facts.now_sec = 1010;
	links->changes[0].is_held = false;
	hold_links(scene, links);
	assert_false(links->changes[0].is_held);
	assert_int_equal(links->changes[0].kind, CHANGE_CONSUMER_EDIT);
}

/* Who joins as well cannot be read: it takes no provider's place, and gives its own to one. */
static void who_joins_as_well_is_no_source(void **state)
{
	Scene *scene = *state;
	Links *links = links_make(scene);

	scene->live.n_consumers = 1;
	scene->live_consumer.syncrepl.value[SYNCREPL_PROVIDER] = "ldap://one";
	links->of_live[0] = &links->consumers[0];
	scene->plan.n_changes = 1;
	links->changes[0] = links->changes[1];
	links->peers[0] = (Content){.peer_id = 1, .state = CONTENT_UNREACHABLE, .problem = "x"};
	links->peers[1].server_id = 0;
	scene->facts.now_sec = 1000;
	scene->known_database.source_gone_sec = 1;
	scene->known_database.is_joining = true;
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
	hold_links(scene, links);
	assert_true(links->changes[0].is_held);
	assert_int_equal(scene->plan.copies.n_source_gone, 0);
	links->peers[0] = content(1, scene->peer_csns, 1);
	links->peers[0].server_id = 0;
	links->peers[1].server_id = 3;
	scene->peer_csns[0] = NEW;
	links->changes[0].is_held = false;
	hold_links(scene, links);
	assert_int_equal(links->changes[0].kind, CHANGE_CONSUMER_EDIT);
	assert_non_null(strstr(links->changes[0].why, "ldap://one, which it reads first, is no"));
}

/* Of two that join the one that has more cannot be read: a person may end that, but not what a
 * provider has. */
static void what_only_one_that_joins_has_may_be_released(void **state)
{
	Scene *scene = *state;
	const Hold *hold;

	scene->peer_csns[0] = NEW;
	scene->peer.server_id = 0;
	hold = joining_judge(&scene->diff, &scene->database, &scene->live);
	assert_int_equal(hold->guard, GUARD_JOINING);
	assert_non_null(strstr(hold->text,
			       "ldap://one has changes that are not here, and nobody can "
			       "read it until it is a provider"));
	assert_string_equal(hold->release, "syncward apply --release joining");
	scene->input.options.consent.released = GUARD_BIT(GUARD_JOINING);
	assert_int_equal(judge(scene), -1);
	scene->peer.server_id = 1;
	assert_int_equal(judge(scene), GUARD_JOINING);
}

static void who_knows_most_server_ids_is_read_first(void **state)
{
	Scene *scene = *state;
	Links *links = links_make(scene);
	const char *more[] = {OLD, OWN};

	links->peers[1].context_csns = more;
	links->peers[1].n_context_csns = 2;
	hold_links(scene, links);
	assert_true(links->changes[0].is_held);
	assert_false(links->changes[1].is_held);
}

/* slapd sends everything to whom a server ID is missing. */
static void a_peer_with_an_unknown_server_id_is_read_when_it_is_known(void **state)
{
	Scene *scene = *state;
	Links *links = links_make(scene);
	const char *more[] = {OLD, OWN};

	scene->live.n_consumers = 1;
	links->of_live[0] = &links->consumers[0];
	links->changes[0].kind = CHANGE_CHECKPOINT;
	links->peers[1].context_csns = more;
	links->peers[1].n_context_csns = 2;
	scene->known_database.is_joining = true;
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
	scene->database_facts.here = content(0, scene->here_csns, 1);
	hold_links(scene, links);
	assert_true(links->changes[1].is_held);
	assert_string_equal(links->changes[1].hold.peer, "ldap://three");
	links->changes[1].is_held = false;
	scene->input.options.consent.released = GUARD_BIT(GUARD_JOINING);
	hold_links(scene, links);
	assert_false(links->changes[1].is_held);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(an_empty_node_reads_one_peer_first),
		SCENE_TEST(an_empty_node_reads_no_peer_beside_a_provider_that_stays),
		SCENE_TEST(a_provider_without_a_connection_for_long_keeps_no_peer_away),
		SCENE_TEST(a_provider_that_is_removed_keeps_no_peer_away),
		SCENE_TEST(what_came_from_a_provider_that_stays_lets_the_first_peer_follow),
		SCENE_TEST(behind_a_flag_that_somebody_set_it_still_reads_one_peer_first),
		SCENE_TEST(a_peer_in_its_own_refresh_is_not_read_first),
		SCENE_TEST(nobody_is_read_before_somebody_is_complete),
		SCENE_TEST(the_others_are_read_when_everything_of_the_first_is_here),
		SCENE_TEST(a_second_peer_that_has_more_is_waited_for),
		SCENE_TEST(no_link_is_made_to_a_stranger),
		SCENE_TEST(a_link_that_was_there_comes_back_unasked),
		SCENE_TEST(another_is_read_when_the_first_is_gone_for_long),
		SCENE_TEST(who_joins_as_well_is_no_source),
		SCENE_TEST(what_only_one_that_joins_has_may_be_released),
		SCENE_TEST(who_knows_most_server_ids_is_read_first),
		SCENE_TEST(a_peer_with_an_unknown_server_id_is_read_when_it_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
