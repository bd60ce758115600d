/* SPDX-License-Identifier: Apache-2.0 */
/* Whose the copy here is: G10, strangers, what was loaded by hand, the first node. */
#include "tests/unit/joining_scene.h"

static void two_copies_seeded_by_hand_want_a_person(void **state)
{
	Scene *scene = *state;

	scene->live.n_consumers = 0;
	scene->peer.n_context_csns = scene->database_facts.here.n_context_csns = 0;
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->input.options.consent.is_first_node = true;
	assert_int_equal(judge(scene), -1);
}

/* What a peer that was loaded from here shows came from here. Behind a link the overlay would make
 * no contextCSN. */
static void an_original_that_was_compared_reads_nothing_first(void **state)
{
	Scene *scene = *state;

	scene->live.n_consumers = 0;
	scene->database_facts.here.n_context_csns = 0;
	scene->peer_csns[0] = OWN;
	scene->peer.server_id = 0;
	assert_int_equal(judge(scene), GUARD_CONTENT);
	scene->input.options.consent.released = GUARD_BIT(GUARD_CONTENT);
	scene->plan.copies.n_complete = 0;
	assert_int_equal(judge(scene), -1);
	assert_int_equal(scene->plan.copies.n_complete, 1);
	/* What the peer wrote itself never was here. */
	scene->peer_csns[0] = OLD;
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->peer_csns[0] = OWN;
	scene->peer.server_id = 1;
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->peer.server_id = 0;
	scene->live.n_consumers = 1;
	assert_int_equal(judge(scene), GUARD_JOINING);
}

static void another_suffix_entry_is_g10_also_when_it_shows_no_csn(void **state)
{
	Scene *scene = *state;

	scene->peer.entry.uuid = "00000000-0000-0000-0000-000000000002";
	scene->peer.n_context_csns = 0;
	assert_int_equal(judge(scene), GUARD_CONTENT);
}

#define STRANGER "00000000-0000-0000-0000-000000000002"

/* A provider that lacked nothing of its peer, which now holds another database. */
static void stranger_make(Scene *scene)
{
	static const Entry overlay;

	scene->live.syncprov = &overlay;
	scene->known_database.is_complete = true;
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
	scene->peer.entry.uuid = STRANGER;
}

static const Hold *judged(Scene *scene)
{
	assert_int_equal(judge(scene), GUARD_CONTENT);
	return joining_judge(&scene->diff, &scene->database, &scene->live);
}

/* The original of before any overlay may have more than its copy; a copy that was put in the place
 * of what had a contextCSN is no original. */
static void what_had_a_context_csn_is_no_original(void **state)
{
	static const char *csns[] = {OWN};
	Scene *scene = *state;
	LastSeen noted = {.suffix = SUFFIX, .csns = csns, .n_csns = 1};

	scene->live.n_consumers = 0;
	scene->peer_csns[0] = OWN;
	scene->database_facts.here.n_context_csns = 0;
	assert_non_null(strstr(judged(scene)->text, "perhaps newer ones: see `syncward compare`"));
	scene->known.seen = (LastSeenAll){.items = &noted, .n_items = 1};
	assert_non_null(strstr(judged(scene)->text, "not the cluster's database"));
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
	assert_non_null(strstr(judged(scene)->text, "perhaps newer ones"));
	scene->known_database.filled = "20261122200000Z digest /a folder";
	assert_non_null(strstr(judged(scene)->text, "not the cluster's database"));
}

static void a_node_that_had_everything_is_not_told_to_empty_itself(void **state)
{
	Scene *scene = *state;

	stranger_make(scene);
	assert_null(strstr(judged(scene)->text, "empty it"));
	assert_non_null(strstr(judged(scene)->release, "database of peer 1, ldap://one"));
	assert_null(strstr(judged(scene)->release, "--release"));
	/* Also when it was remembered, as long as the stranger is there. */
	scene->known_database.suspect = "as found before";
	assert_non_null(strstr(judged(scene)->release, "database of peer 1, ldap://one"));
	scene->peer.state = CONTENT_UNREACHABLE;
	assert_string_equal(judged(scene)->text, "as found before");
	assert_non_null(strstr(judged(scene)->release, "--release G10"));
}

static void a_node_that_never_had_everything_may_be_the_stranger(void **state)
{
	Scene *scene = *state;

	stranger_make(scene);
	scene->known_database.is_complete = false;
	assert_non_null(strstr(judged(scene)->text, "empty it"));
	/* That loses what only this node has. */
	assert_non_null(strstr(judged(scene)->text, "Save what only it has (`syncward compare`)"));
	stranger_make(scene);
	scene->known_database.is_joining = true;
	assert_non_null(strstr(judged(scene)->text, "empty it"));
}

static void a_node_to_which_all_peers_are_strangers_may_be_the_one(void **state)
{
	Scene *scene = *state;
	Content peers[2];

	stranger_make(scene);
	peers[0] = peers[1] = scene->peer;
	peers[1].peer_id = 3;
	scene->database_facts.peers = peers;
	scene->database_facts.n_peers = 2;
	assert_non_null(strstr(judged(scene)->text, "empty it"));
}

/* It was read from peer 1, which has the same therefore; peer 3 has another one. */
static void a_new_copy_is_no_witness_for_the_peer_that_it_came_from(void **state)
{
	static const Entry overlay;
	Scene *scene = *state;
	Content peers[3];

	peers[0] = peers[1] = peers[2] = scene->peer;
	peers[1].peer_id = 3;
	peers[1].entry.uuid = STRANGER;
	scene->database_facts.peers = peers;
	scene->database_facts.n_peers = 2;
	assert_non_null(strstr(judged(scene)->text, "If that is the cluster's, empty the "
						    "database of peer 1, ldap://one"));
	assert_non_null(strstr(judged(scene)->release, "database of peer 3, ldap://three"));
	assert_true(judged(scene)->says_nothing);
	scene->known_database.is_joining = true;
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
	scene->live.syncprov = &overlay;
	assert_non_null(strstr(judged(scene)->text, "copy of ldap://one's"));
	/* More have what is here, or it is no new one. */
	scene->database_facts.n_peers = 3;
	assert_int_equal(judge(scene), -1);
	scene->database_facts.n_peers = 2;
	scene->known_database = (KnownDatabase){.suffix = SUFFIX, .is_complete = true};
	assert_int_equal(judge(scene), -1);
	scene->known_database.is_joining = true;
	scene->peers[1].role = PEER_CONSUMER;
	assert_int_equal(judge(scene), -1);
}

static void a_hidden_entry_uuid_is_not_the_same(void **state)
{
	Scene *scene = *state;

	scene->peer.entry.uuid = NULL;
	assert_int_equal(judge(scene), GUARD_CONTENT);
}

static void a_provider_that_is_met_is_taken_as_it_is_but_not_what_an_old_memory_says(void **state)
{
	Scene *scene = *state;
	const WantedConsumer *of_live[] = {&scene->consumer};

	scene->live.is_multi_provider = true;
	joining_hold_links(&scene->diff, &scene->database, &scene->live, of_live);
	assert_int_equal(scene->plan.copies.n_complete, 1);
	scene->plan.copies.n_complete = 0;
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
	joining_hold_links(&scene->diff, &scene->database, &scene->live, of_live);
	assert_int_equal(scene->plan.copies.n_complete, 0);
}

/* --- --first-node --- */

static int judge_first_node(Scene *scene)
{
	scene->database_facts.here = (Content){.state = CONTENT_READ};
	scene->input.options.consent.is_first_node = true;
	return judge(scene);
}

static void the_first_node_is_believed_where_nobody_listens(void **state)
{
	Scene *scene = *state;

	scene->peer = (Content){
		.peer_id = 1, .state = CONTENT_UNREACHABLE, .nobody_listens = true, .problem = "x"};
	assert_int_equal(judge_first_node(scene), -1);
}

static void the_first_node_is_not_believed_beside_a_peer_that_cannot_be_seen(void **state)
{
	static const unsigned looked[] = {1};
	Scene *scene = *state;

	scene->peer = (Content){.peer_id = 1, .state = CONTENT_DENIED, .problem = "49"};
	assert_int_equal(judge_first_node(scene), GUARD_JOINING);
	assert_non_null(scene->diff.not_first);
	assert_string_equal(scene->diff.not_first->release,
			    "syncward apply --first-node --empty 1");
	scene->input.options.consent.empty_ids = looked;
	scene->input.options.consent.n_empty_ids = 1;
	assert_int_equal(judge_first_node(scene), -1);
}

static void data_at_a_peer_is_never_overridden(void **state)
{
	static const unsigned looked[] = {1};
	Scene *scene = *state;

	scene->input.options.consent.empty_ids = looked;
	scene->input.options.consent.n_empty_ids = 1;
	assert_int_equal(judge_first_node(scene), GUARD_JOINING);
}

static void newer_changes_of_our_own_id_elsewhere_are_g10(void **state)
{
	Scene *scene = *state;

	scene->peer_csns[1] = OWN;
	scene->peer.n_context_csns = 2;
	assert_int_equal(judge(scene), GUARD_CONTENT);
}

static void a_refresh_from_empty_is_behind_and_no_g10(void **state)
{
	Scene *scene = *state;

	scene->peer_csns[1] = OWN;
	scene->peer.n_context_csns = 2;
	scene->known_database.is_joining = true;
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
	assert_int_equal(judge(scene), GUARD_JOINING);
}

static void our_own_id_on_another_suffix_entry_is_g10(void **state)
{
	Scene *scene = *state;

	scene->here_csns[1] = scene->peer_csns[1] = OWN;
	scene->database_facts.here.n_context_csns = scene->peer.n_context_csns = 2;
	assert_int_equal(judge(scene), -1);
	scene->peer.entry.uuid = "00000000-0000-0000-0000-000000000002";
	assert_int_equal(judge(scene), GUARD_CONTENT);
}

static void g10_stays_until_it_is_released(void **state)
{
	Scene *scene = *state;

	scene->known_database.suspect = "as found before";
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
	assert_int_equal(judge(scene), GUARD_CONTENT);
	scene->input.options.consent.released = GUARD_BIT(GUARD_CONTENT);
	assert_int_equal(judge(scene), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(two_copies_seeded_by_hand_want_a_person),
		SCENE_TEST(an_original_that_was_compared_reads_nothing_first),
		SCENE_TEST(another_suffix_entry_is_g10_also_when_it_shows_no_csn),
		SCENE_TEST(what_had_a_context_csn_is_no_original),
		SCENE_TEST(a_node_that_had_everything_is_not_told_to_empty_itself),
		SCENE_TEST(a_node_that_never_had_everything_may_be_the_stranger),
		SCENE_TEST(a_node_to_which_all_peers_are_strangers_may_be_the_one),
		SCENE_TEST(a_new_copy_is_no_witness_for_the_peer_that_it_came_from),
		SCENE_TEST(a_hidden_entry_uuid_is_not_the_same),
		SCENE_TEST(
			a_provider_that_is_met_is_taken_as_it_is_but_not_what_an_old_memory_says),
		SCENE_TEST(the_first_node_is_believed_where_nobody_listens),
		SCENE_TEST(the_first_node_is_not_believed_beside_a_peer_that_cannot_be_seen),
		SCENE_TEST(data_at_a_peer_is_never_overridden),
		SCENE_TEST(newer_changes_of_our_own_id_elsewhere_are_g10),
		SCENE_TEST(a_refresh_from_empty_is_behind_and_no_g10),
		SCENE_TEST(our_own_id_on_another_suffix_entry_is_g10),
		SCENE_TEST(g10_stays_until_it_is_released),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
