/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a first refresh is over, and what proves it. */
#include "tests/unit/joining_scene.h"

static void a_node_that_has_everything_may_go_on(void **state)
{
	assert_int_equal(judge(*state), -1);
}

/* Nothing that somebody does by hand completes what is remembered as incomplete. */
static void a_flag_that_somebody_set_ends_no_first_refresh(void **state)
{
	Scene *scene = *state;
	const Hold *hold;

	scene->peer_csns[0] = NEW;
	scene->live.is_multi_provider = true;
	assert_int_equal(judge(scene), -1);
	scene->known_database.is_joining = true;
	scene->known.databases = &scene->known_database;
	scene->known.n_databases = 1;
	assert_int_equal(judge(scene), GUARD_JOINING);
	hold = joining_judge(&scene->diff, &scene->database, &scene->live);
	assert_non_null(strstr(hold->text, "somebody set the multi-provider flag"));
	assert_int_equal(scene->plan.copies.n_complete, 0);
	scene->here_csns[0] = NEW;
	assert_int_equal(judge(scene), -1);
	assert_int_equal(scene->plan.copies.n_complete, 1);
}

static void an_incomplete_refresh_waits(void **state)
{
	Scene *scene = *state;

	scene->peer_csns[0] = NEW;
	assert_int_equal(judge(scene), GUARD_JOINING);
}

static void a_refresh_without_any_csn_here_waits(void **state)
{
	Scene *scene = *state;

	scene->database_facts.here.n_context_csns = 0;
	assert_int_equal(judge(scene), GUARD_JOINING);
}

static void an_empty_database_waits(void **state)
{
	Scene *scene = *state;

	scene->database_facts.here = (Content){.state = CONTENT_READ};
	assert_int_equal(judge(scene), GUARD_JOINING);
}

static void what_was_not_asked_yet_is_needed_and_waits(void **state)
{
	Scene *scene = *state;

	scene->database_facts.here = (Content){0};
	assert_int_equal(judge(scene), GUARD_JOINING);
	assert_int_equal(scene->plan.unknown.n_contents, 1);
	assert_true(scene->plan.unknown.contents[0].peers);
}

/* Also without consumers and without memory: somebody may have taken both away. */
static void data_that_lacks_what_a_peer_shows_waits_without_consumers_too(void **state)
{
	Scene *scene = *state;

	scene->live.n_consumers = 0;
	assert_int_equal(judge(scene), -1);
	scene->peer_csns[0] = NEW;
	assert_int_equal(judge(scene), GUARD_JOINING);
}

static void a_peer_without_context_csn_proves_nothing(void **state)
{
	Scene *scene = *state;

	scene->peer.n_context_csns = 0;
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->input.options.consent.released = GUARD_BIT(GUARD_JOINING);
	assert_int_equal(judge(scene), -1);
}

static void what_a_reachable_peer_has_cannot_be_released(void **state)
{
	Scene *scene = *state;

	scene->peer_csns[0] = NEW;
	scene->input.options.consent.released = GUARD_BIT(GUARD_JOINING);
	assert_int_equal(judge(scene), GUARD_JOINING);
}

static void an_established_database_waits_for_no_silent_peer(void **state)
{
	Scene *scene = *state;

	scene->live.n_consumers = 0;
	scene->here_csns[0] = OWN;
	scene->peer.n_context_csns = 0;
	assert_int_equal(judge(scene), -1);
}

/* Opened at once an old copy brings back, everywhere, what was deleted since it was made. */
static void a_copy_of_what_others_wrote_waits_for_one_of_them(void **state)
{
	Scene *scene = *state;

	scene->live.n_consumers = 0;
	scene->peer = (Content){.peer_id = 1, .state = CONTENT_UNREACHABLE, .problem = "refused"};
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->peer.nobody_listens = true;
	scene->database_facts.here.n_context_csns = 0;
	assert_int_equal(judge(scene), -1);
	scene->database_facts.here.entry.csn = NEW;
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->peer.state = CONTENT_DENIED; /* as an empty one says, too */
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->input.options.consent.released = GUARD_BIT(GUARD_JOINING);
	assert_int_equal(judge(scene), -1);
}

/* A restored node and the first one of a cluster look the same when nobody can be asked. */
static void own_data_waits_for_peers_that_may_have_more(void **state)
{
	Scene *scene = *state;
	const Hold *hold;

	scene->live.n_consumers = 0;
	scene->peer = (Content){.peer_id = 1, .state = CONTENT_UNREACHABLE, .problem = "no route"};
	scene->here_csns[0] = "20261122101500.000001Z#000000#000#000000";
	hold = joining_judge(&scene->diff, &scene->database, &scene->live);
	assert_int_equal(hold->guard, GUARD_JOINING);
	assert_non_null(strstr(hold->text, "ldap://one: no route"));
	scene->database_facts.here.n_context_csns = 0; /* loaded without */
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->peer.nobody_listens = true;
	assert_int_equal(judge(scene), -1);
	scene->peer.nobody_listens = false;
	scene->peer.state = CONTENT_DENIED; /* an empty one says so, too */
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->peer.is_unbegun = true;
	assert_int_equal(judge(scene), -1);
	scene->live.root_dn = scene->consumer.syncrepl.value[SYNCREPL_BINDDN] = "cn=root,o=x";
	assert_int_equal(judge(scene), GUARD_JOINING); /* an empty one would not refuse it */
	scene->live.root_dn = NULL;
	scene->peer.is_unbegun = false;
	scene->peer.state = CONTENT_UNREACHABLE;
	scene->input.options.consent.is_first_node = true; /* said of an empty node */
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->input.options = (PlanOptions){.consent.released = GUARD_BIT(GUARD_JOINING)};
	assert_int_equal(judge(scene), -1);
}

#define MANY 40

/* Many peers that do not answer. */
static void many_make(Scene *scene)
{
	static Peer peers[MANY + 2];
	static Content copies[MANY];

	peers[0] = scene->peers[0];
	peers[1] = scene->peers[1];
	for (unsigned i = 0; i < MANY; i++) {
		peers[i + 2] =
			(Peer){.id = i + 3, .uri = pool_printf(scene->pool, "ldap://p%u", i + 3)};
		copies[i] = (Content){
			.peer_id = i + 3, .state = CONTENT_UNREACHABLE, .problem = "silent"};
	}
	scene->desired = (Desired){.peers = peers, .n_peers = MANY + 2};
	scene->database_facts.peers = copies;
	scene->database_facts.n_peers = MANY;
}

static const char *text_of(Scene *scene)
{
	assert_int_equal(judge(scene), GUARD_JOINING); /* and no message is too long */
	return joining_judge(&scene->diff, &scene->database, &scene->live)->text;
}

static void of_many_that_may_have_more_the_first_are_named(void **state)
{
	Scene *scene = *state;

	many_make(scene);
	scene->live.n_consumers = 0;
	scene->here_csns[0] = "20261122101500.000001Z#000000#000#000000";
	assert_non_null(strstr(text_of(scene), "ldap://p4: silent; and 38 more."));
}

static void of_many_that_prove_nothing_the_first_are_named(void **state)
{
	Scene *scene = *state;

	many_make(scene);
	assert_non_null(strstr(text_of(scene), "ldap://p4: silent; and 38 more;"));
}

static void of_many_changes_that_are_missing_the_first_are_named(void **state)
{
	Scene *scene = *state;
	SeenChange seen[MANY];

	for (unsigned i = 0; i < MANY; i++)
		seen[i] = (SeenChange){pool_printf(scene->pool,
						   "20261122101500.000001Z#000000#%03x#000000",
						   i + 3),
				       i + 3};
	many_make(scene);
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
	scene->known_database.is_joining = true;
	scene->known_database.seen = (SeenChanges){seen, MANY};
	assert_non_null(strstr(text_of(scene), "at ldap://p3), and 39 more; until"));
}

/* At a restart while nobody can be reached. */
static void who_was_complete_waits_for_nobody(void **state)
{
	Scene *scene = *state;

	scene->live.n_consumers = 0;
	scene->peer = (Content){.peer_id = 1, .state = CONTENT_UNREACHABLE, .problem = "no route"};
	scene->here_csns[0] = OWN;
	scene->known_database.is_complete = true;
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
	assert_int_equal(judge(scene), -1);
	scene->known = (Known){0};
	scene->live.is_multi_provider = true;
	assert_int_equal(judge(scene), -1);
}

static void without_a_peer_only_a_database_that_was_in_step_goes_on(void **state)
{
	Scene *scene = *state;

	scene->peer = (Content){.peer_id = 1, .state = CONTENT_UNREACHABLE, .problem = "refused"};
	assert_int_equal(judge(scene), GUARD_JOINING);
	/* 0.1.0 remembered that too easily. */
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->known_database.is_complete = true;
	assert_int_equal(judge(scene), -1);
}

/* It has what this node has, and nobody knows what the one that both read got since. */
static void a_peer_that_is_no_provider_yet_proves_nothing(void **state)
{
	Scene *scene = *state;
	Links *links = links_make(scene);
	const Hold *hold;

	scene->database_facts.here = content(0, scene->here_csns, 1);
	links->peers[1] = (Content){.peer_id = 3, .state = CONTENT_UNREACHABLE, .problem = "x"};
	assert_int_equal(judge(scene), -1);
	links->peers[0].server_id = 0;
	assert_int_equal(judge(scene), GUARD_JOINING);
	hold = joining_judge(&scene->diff, &scene->database, &scene->live);
	assert_non_null(strstr(hold->text, "ldap://one has no syncprov overlay, or no server ID"));
}

/* All came from one dump, or the only provider is gone for good: they must not wait for each other.
 */
static void those_who_all_join_open_when_everybody_told_what_it_has(void **state)
{
	Scene *scene = *state;
	Links *links = links_make(scene);

	scene->database_facts.here = content(0, scene->here_csns, 1);
	links->peers[0].server_id = links->peers[1].server_id = 0;
	assert_int_equal(judge(scene), -1);
	scene->peer_csns[0] = NEW; /* there is more */
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->peer_csns[0] = OLD;
	links->peers[1].n_context_csns = 0; /* nobody knows what it has */
	assert_int_equal(judge(scene), GUARD_JOINING);
	links->peers[1] = (Content){.peer_id = 3, .state = CONTENT_READ}; /* or it hides that */
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->live.root_dn = links->consumers[1].syncrepl.value[SYNCREPL_BINDDN] = "cn=root,o=x";
	assert_int_equal(judge(scene), -1); /* not from the rootdn */
	links->peers[1].state = CONTENT_UNREACHABLE;
	assert_int_equal(judge(scene), GUARD_JOINING);
	links->peers[1].state = CONTENT_READ;
	links->peers[1].server_id = 3; /* a provider that lost all */
	assert_int_equal(judge(scene), GUARD_JOINING);
}

/* What was seen while this one joined, and nobody has any more. */
static void those_who_all_join_wait_for_what_was_seen(void **state)
{
	static SeenChange change = {.csn = NEW, .peer_id = 1};
	Scene *scene = *state;

	scene->peer.server_id = 0;
	scene->known_database.is_joining = true;
	scene->known_database.seen = (SeenChanges){.items = &change, .n_items = 1};
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->known_database.seen.n_items = 0;
	assert_int_equal(judge(scene), -1);
}

static void a_node_without_peers_joins_nothing(void **state)
{
	Scene *scene = *state;

	scene->database.n_consumers = 0;
	scene->database_facts.here = (Content){.state = CONTENT_READ};
	assert_int_equal(judge(scene), -1);
}

/* G1 and G5 hold the flag themselves; only a database that is joining waits for both. */
static void what_waits_for_the_server_id_does_not_wait_for_a_refresh(void **state)
{
	Scene *scene = *state;
	Change change = {.kind = CHANGE_SERVER_ID, .is_held = true};

	scene->peer_csns[0] = NEW;
	scene->plan = (Plan){.changes = &change, .n_changes = 1};
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->diff.server_id_is_wrong = true;
	assert_int_equal(judge(scene), -1);
	change.is_held = false;
	assert_int_equal(judge(scene), GUARD_JOINING);
	change.is_held = true;
	scene->known_database.is_joining = true;
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
	assert_int_equal(judge(scene), GUARD_JOINING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(a_node_that_has_everything_may_go_on),
		SCENE_TEST(a_flag_that_somebody_set_ends_no_first_refresh),
		SCENE_TEST(an_incomplete_refresh_waits),
		SCENE_TEST(a_refresh_without_any_csn_here_waits),
		SCENE_TEST(an_empty_database_waits),
		SCENE_TEST(what_was_not_asked_yet_is_needed_and_waits),
		SCENE_TEST(data_that_lacks_what_a_peer_shows_waits_without_consumers_too),
		SCENE_TEST(a_peer_without_context_csn_proves_nothing),
		SCENE_TEST(what_a_reachable_peer_has_cannot_be_released),
		SCENE_TEST(an_established_database_waits_for_no_silent_peer),
		SCENE_TEST(a_copy_of_what_others_wrote_waits_for_one_of_them),
		SCENE_TEST(own_data_waits_for_peers_that_may_have_more),
		SCENE_TEST(of_many_that_may_have_more_the_first_are_named),
		SCENE_TEST(of_many_that_prove_nothing_the_first_are_named),
		SCENE_TEST(of_many_changes_that_are_missing_the_first_are_named),
		SCENE_TEST(who_was_complete_waits_for_nobody),
		SCENE_TEST(without_a_peer_only_a_database_that_was_in_step_goes_on),
		SCENE_TEST(a_peer_that_is_no_provider_yet_proves_nothing),
		SCENE_TEST(those_who_all_join_open_when_everybody_told_what_it_has),
		SCENE_TEST(those_who_all_join_wait_for_what_was_seen),
		SCENE_TEST(a_node_without_peers_joins_nothing),
		SCENE_TEST(what_waits_for_the_server_id_does_not_wait_for_a_refresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
