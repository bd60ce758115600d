/* SPDX-License-Identifier: Apache-2.0 */
/* A node that does not read everybody: what is written, and whom it asks. */
#include "tests/unit/plan_scene.h"

#include "common/plan/plan_changes.h"
#include "common/remember/memory_after.h"

#define BEHIND                                      \
	"], \"databases\": [{\"suffix\": \"" SUFFIX \
	"\", \"syncrepl\": {\"binddn\": \"cn=r," SUFFIX "\", \"credentials\": \"x\"}}]"
#define ONE(more)      "{\"id\": 1, \"uri\": \"ldap://one\"" more "}"
#define PEER(id, more) ", {\"id\": " #id ", \"uri\": \"ldap://peer" #id "\"" more "}"
#define SITE(name)     ", \"site\": \"" name "\""
#define READS(list)    ", \"reads\": [" list "]"

/* Node 1 reads peer 2 of its site; the gateways are others. */
#define BESIDE_GATEWAYS                                                                           \
	"{\"format\": 1, \"peers\": [" ONE(SITE("b") READS("2")) PEER(2, SITE("b") READS("1, 3")) \
		PEER(3, SITE("a") READS("2")) BEHIND "}"

static const char *told_by(const Scene *scene, Guard guard)
{
	for (size_t i = 0; i < scene->plan.held.n_holds; i++)
		if (scene->plan.held.holds[i].guard == guard)
			return scene->plan.held.holds[i].text;
	return "";
}

static void only_whom_it_reads_is_written(void **state)
{
	Scene *scene = *state;

	scene->text = BESIDE_GATEWAYS;
	scene_read(scene);
	assert_int_equal(scene->wanted.databases[0].n_consumers, 1);
	assert_int_equal(scene->wanted.databases[0].consumers[0].peer->id, 2);
	assert_int_equal(scene->wanted.databases[0].n_others, 1);
	assert_int_equal(scene->wanted.databases[0].consumers[1].peer->id, 3);
	provider_make(scene, "2");
	assert_string_equal(plan_steps(scene), "");
	assert_int_equal(scene->plan.held.n_holds, 0);
}

static void a_gateway_reads_its_site_and_the_other_gateways(void **state)
{
	Scene *scene = *state;

	scene->text = "{\"format\": 1, \"topology\": {\"gateways\": 1}, \"peers\": [" ONE(SITE("a"))
		PEER(2, SITE("a")) PEER(3, SITE("b")) PEER(4, SITE("b")) BEHIND "}";
	provider_make(scene, "23");
	assert_string_equal(plan_steps(scene), "");
	assert_int_equal(scene->plan.held.n_holds, 0);
}

/* Whether somebody else reads peer 3 cannot be seen from here. */
static void the_last_link_to_another_part_goes_only_by_release(void **state)
{
	Scene *scene = *state;

	scene->text = BESIDE_GATEWAYS;
	provider_make(scene, "23");
	assert_string_equal(plan_steps(scene), "");
	assert_true(holds(scene, GUARD_REMOVAL));
	scene->plan = (Plan){0};
	scene->options.consent.released = GUARD_BIT(GUARD_REMOVAL);
	assert_string_not_equal(plan_steps(scene), "");
	assert_false(holds(scene, GUARD_REMOVAL));
}

/* The consumers that run, by letter. */
static void monitor_make(Scene *scene, const char *peers)
{
	Tree *tree = &scene->monitor;

	*tree = (Tree){.entries = pool_alloc(scene->pool, 8 * sizeof(Entry)), .n_entries = 1};
	tree->entries[0].dn = "cn=Database 1,cn=Databases,cn=Monitor";
	value_add(scene, &tree->entries[0], "namingContexts", SUFFIX);
	for (unsigned i = 0; peers[i]; i++) {
		Entry *entry = &tree->entries[tree->n_entries++];

		entry->dn = pool_printf(scene->pool,
					"cn=Consumer 00%c,cn=Database 1,cn=Databases,cn=Monitor",
					peers[i]);
		value_add(scene, entry, "olmSRProviderURIList",
			  pool_printf(scene->pool, "ldap://peer%c", peers[i]));
		value_add(scene, entry, "olmSRSyncPhase", "Persist");
		value_add(scene, entry, "olmSRConnection", "IP=127.0.0.1:1");
	}
}

/* Who wrote the URL of peer 3 wrongly did not mean that it is gone: where all links work, what the
 * file does not list goes by itself. */
static void a_peer_whose_url_is_mistyped_is_known_by_its_rid(void **state)
{
	Scene *scene = *state;

	scene->text = "{\"format\": 1, \"peers\": [" ONE(SITE("b") READS("2"))
		PEER(2, SITE("b") READS("1, 3")) ", {\"id\": 3, \"uri\": \"ldap://pere3\"" SITE("a")
			READS("2") "}" BEHIND "}";
	provider_make(scene, "23");
	monitor_make(scene, "23");
	assert_string_equal(plan_steps(scene), "");
	assert_non_null(strstr(told_by(scene, GUARD_REMOVAL), "with the rid of peer 3"));
	/* That URL is another peer's. */
	scene->plan = (Plan){0};
	scene->text = "{\"format\": 1, \"peers\": [" ONE(SITE("b") READS("2"))
		PEER(2, SITE("b") READS("1, 4")) ", {\"id\": 3, \"uri\": \"ldap://pere3\"" SITE("a")
			READS("4") "}, {\"id\": 4, \"uri\": \"ldap://peer3\"" SITE("a")
				READS("2, 3") "}" BEHIND "}";
	assert_string_equal(plan_steps(scene), "");
	assert_non_null(strstr(told_by(scene, GUARD_REMOVAL), "peers.json lists ldap://peer3"));
}

/* That two of a site read each other cannot be seen from here either. */
static void within_a_site_it_goes_by_release_as_well(void **state)
{
	Scene *scene = *state;

	scene->text = "{\"format\": 1, \"peers\": [" ONE(SITE("b") READS("2"))
		PEER(2, SITE("a") READS("1, 3")) PEER(3, SITE("a") READS("2")) BEHIND "}";
	provider_make(scene, "23");
	assert_string_equal(plan_steps(scene), "");
	assert_non_null(strstr(told_by(scene, GUARD_REMOVAL), "peers.json lists ldap://peer3"));
}

/* What may part is told before a person lets all of it go, although there are too many as well. */
static void too_many_removals_do_not_hide_what_each_may_part(void **state)
{
	Scene *scene = *state;

	scene->text = "{\"format\": 1, \"peers\": [" ONE(READS("2")) PEER(2, READS("1, 3"))
		PEER(3, READS("2, 4")) PEER(4, READS("3")) BEHIND "}";
	provider_make(scene, "234");
	assert_string_equal(plan_steps(scene), "");
	assert_non_null(strstr(told_by(scene, GUARD_REMOVAL), "peers.json lists ldap://peer3"));
}

/* Nobody reads from here, so nothing comes to others over the link. */
static void a_node_without_overlay_parts_nobody(void **state)
{
	Scene *scene = *state;

	scene->text = BESIDE_GATEWAYS;
	provider_make(scene, "23");
	scene->config.n_entries = 2;
	(void)plan_steps(scene);
	assert_false(holds(scene, GUARD_REMOVAL));
}

/* Peer 9 is a gateway that nobody declares: the file does not show what comes by way of it. */
static void an_undeclared_peer_goes_when_all_links_work(void **state)
{
	Scene *scene = *state;

	scene->text = BESIDE_GATEWAYS;
	provider_make(scene, "9");
	monitor_make(scene, "9");
	assert_string_not_equal(plan_steps(scene), "");
	assert_non_null(strstr(told_by(scene, GUARD_REMOVAL), "does not list ldap://peer9"));
	assert_null(change_first_free(&scene->plan, NULL, CHANGE_BIT(CHANGE_CONSUMER_REMOVE)));
	consumer_add(scene, 1, "peer2", 2, "timeout=3");
	monitor_make(scene, "92");
	scene->plan = (Plan){0};
	assert_string_not_equal(plan_steps(scene), "");
	assert_false(holds(scene, GUARD_REMOVAL));
}

/* OpenLDAP 2.4 does not tell whether they do. */
static void an_undeclared_peer_stays_where_slapd_does_not_tell(void **state)
{
	Scene *scene = *state;

	scene->text = BESIDE_GATEWAYS;
	provider_make(scene, "92");
	assert_string_equal(plan_steps(scene), "");
	assert_non_null(strstr(told_by(scene, GUARD_REMOVAL), "which this slapd does not say"));
}

/* Peer 3 has the rid that peers.json now gives to peer 2. */
static void a_rid_that_moved_makes_no_edit_of_a_removal(void **state)
{
	Scene *scene = *state;

	scene->text = "{\"format\": 1, \"peers\": [" ONE(READS("2"))
		PEER(2, ", \"rid\": 3" READS("1, 3")) PEER(3, ", \"rid\": 4" READS("2")) BEHIND "}";
	provider_make(scene, "3");
	assert_string_equal(plan_steps(scene), "");
	assert_true(holds(scene, GUARD_REMOVAL));
}

/* A URL that no peer has is one that changed. */
static void a_rid_finds_a_peer_whose_url_changed(void **state)
{
	Scene *scene = *state;

	scene->n_peers = 2;
	provider_make(scene, "");
	consumer_add(scene, 0, "elsewhere", 2, "timeout=3");
	(void)plan_steps(scene);
	assert_non_null(change_first(&scene->plan, NULL, CHANGE_BIT(CHANGE_CONSUMER_EDIT)));
	assert_null(change_first(&scene->plan, NULL, CHANGE_BIT(CHANGE_CONSUMER_REMOVE)));
}

/* A peer that peers.json does not list any more is no part. */
static void who_is_not_listed_any_more_goes_as_before(void **state)
{
	Scene *scene = *state;

	scene->n_peers = 2;
	provider_make(scene, "23");
	assert_string_not_equal(plan_steps(scene), "");
	assert_false(holds(scene, GUARD_REMOVAL));
}

/* Peer 3 was a gateway by the file before: what it brought comes over the others when these work.
 */
static void a_file_that_wants_a_mesh_makes_none_of_what_runs(void **state)
{
	Scene *scene = *state;

	scene->n_peers = 2;
	scene->known_database.was_partial = true;
	provider_make(scene, "3");
	monitor_make(scene, "3");
	assert_string_not_equal(plan_steps(scene), "");
	assert_non_null(strstr(told_by(scene, GUARD_REMOVAL), "does not list ldap://peer3"));
	assert_null(change_first_free(&scene->plan, NULL, CHANGE_BIT(CHANGE_CONSUMER_REMOVE)));
	consumer_add(scene, 1, "peer2", 2, "timeout=3");
	monitor_make(scene, "32");
	scene->plan = (Plan){0};
	assert_string_not_equal(plan_steps(scene), "");
	assert_false(holds(scene, GUARD_REMOVAL));
}

/* The memory of a pass that is through. */
static bool is_partial_after(Scene *scene)
{
	scene->plan = (Plan){0};
	(void)plan_steps(scene);
	memory_held(scene->pool, &scene->plan, &scene->facts, &scene->known);
	memory_in_step(scene->pool, &scene->input, &scene->plan, &scene->known);
	return known_database(&scene->known, SUFFIX)->was_partial;
}

static void that_it_was_partial_is_known_until_all_links_of_a_mesh_work(void **state)
{
	Scene *scene = *state;

	scene->text = BESIDE_GATEWAYS;
	provider_make(scene, "2");
	monitor_make(scene, "2");
	assert_true(is_partial_after(scene));
	scene->text = NULL;
	assert_true(is_partial_after(scene)); /* peer 3 is not read yet */
	consumer_add(scene, 1, "peer3", 3, "timeout=3");
	assert_true(is_partial_after(scene)); /* it does not work */
	monitor_make(scene, "23");
	assert_false(is_partial_after(scene));
}

static void where_slapd_does_not_tell_a_person_ends_it(void **state)
{
	Scene *scene = *state;

	scene->known_database.was_partial = true;
	provider_make(scene, "23");
	assert_true(is_partial_after(scene));
	scene->options.consent.released = GUARD_BIT(GUARD_REMOVAL);
	assert_false(is_partial_after(scene));
}

static void a_file_that_is_refused_makes_nothing_partial(void **state)
{
	Scene *scene = *state;

	scene->text = "{\"format\": 1, \"revision\": 1, \"peers\": [" ONE(SITE("b") READS("2"))
		PEER(2, SITE("b") READS("1, 3")) PEER(3, SITE("a") READS("2")) BEHIND "}";
	scene->known.latest.has_revision = true;
	scene->known.latest.revision = 2;
	scene->known.latest.sha256 = "";
	provider_make(scene, "23");
	assert_false(is_partial_after(scene));
}

/* What is judged of the database forgets nothing of it. */
static void that_it_was_partial_outlives_a_doubt(void **state)
{
	Scene *scene = *state;

	scene->text = BESIDE_GATEWAYS;
	scene->known_database.was_partial = true;
	provider_make(scene, "2");
	(void)plan_steps(scene);
	plan_add_hold(scene->pool, &scene->plan,
		      (Hold){.guard = GUARD_CONTENT, .suffix = SUFFIX, .text = "other"});
	scene->text = NULL;
	scene_read(scene);
	memory_held(scene->pool, &scene->plan, &scene->facts, &scene->known);
	assert_non_null(known_database(&scene->known, SUFFIX)->suspect);
	assert_true(known_database(&scene->known, SUFFIX)->was_partial);
}

static Content far_copy(const char *uuid, const char **csns)
{
	return (Content){.peer_id = 3,
			 .state = CONTENT_READ,
			 .entry.exists = true,
			 .server_id = 3,
			 .entry.uuid = uuid,
			 .context_csns = csns,
			 .n_context_csns = 1};
}

/* Here and at peer 2 there is nothing; peer 3, which is not read, has data. */
static Content *empty_here(Scene *scene)
{
	static Content far;
	static const char *csns[] = {"20261122101500.000000Z#000000#003#000000"};
	static Content near;
	Content *peer = &near;

	far = far_copy("uuid", csns);
	near = scene->content.peers[0];
	scene->content.peers = peer;
	scene->text = BESIDE_GATEWAYS;
	scene->content.others = &far;
	scene->content.n_others = 1;
	peer->entry.exists = scene->content.here.entry.exists = false;
	peer->entry.uuid = scene->content.here.entry.uuid = NULL;
	peer->n_context_csns = scene->content.here.n_context_csns = 0;
	peer->lacks_database = true;
	return &far;
}

static void nobody_is_the_first_node_while_one_that_it_does_not_read_has_data(void **state)
{
	Scene *scene = *state;

	(void)empty_here(scene);
	scene->options.consent.is_first_node = true;
	assert_string_equal(plan_steps(scene), "");
	assert_non_null(strstr(told_by(scene, GUARD_JOINING), "ldap://peer3"));
	assert_non_null(strstr(told_by(scene, GUARD_JOINING), "this is not the first node"));
}

static void an_empty_node_is_not_told_that_it_may_be_the_first(void **state)
{
	Scene *scene = *state;

	(void)empty_here(scene);
	(void)plan_steps(scene);
	assert_non_null(strstr(told_by(scene, GUARD_JOINING),
			       "ldap://peer3, which this node does not read, holds data"));
	/* It reads nobody, so nothing closes it. */
	assert_non_null(strstr(told_by(scene, GUARD_JOINING), "clients can write here"));
}

/* Peer 2 is empty and proves nothing. */
static void a_database_of_its_own_is_held_by_one_that_it_does_not_read(void **state)
{
	Scene *scene = *state;
	Content *far = empty_here(scene);

	scene->content.here.entry.exists = true;
	scene->content.here.entry.uuid = "another";
	(void)plan_steps(scene);
	assert_true(holds(scene, GUARD_CONTENT));
	scene->plan = (Plan){0};
	far->entry.uuid = "another";
	(void)plan_steps(scene);
	assert_false(holds(scene, GUARD_CONTENT));
}

/* Also what came to others only: a node that writes without it makes them delete it. */
static void own_changes_that_came_far_are_missed_here(void **state)
{
	static const char *own[] = {"20261122101501.000000Z#000000#001#000000"};
	Scene *scene = *state;
	Content far = far_copy("uuid", own);

	scene->text = BESIDE_GATEWAYS;
	scene->content.others = &far;
	scene->content.n_others = 1;
	(void)plan_steps(scene);
	assert_true(holds(scene, GUARD_CONTENT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(only_whom_it_reads_is_written),
		SCENE_TEST(a_gateway_reads_its_site_and_the_other_gateways),
		SCENE_TEST(the_last_link_to_another_part_goes_only_by_release),
		SCENE_TEST(a_peer_whose_url_is_mistyped_is_known_by_its_rid),
		SCENE_TEST(within_a_site_it_goes_by_release_as_well),
		SCENE_TEST(too_many_removals_do_not_hide_what_each_may_part),
		SCENE_TEST(a_node_without_overlay_parts_nobody),
		SCENE_TEST(an_undeclared_peer_goes_when_all_links_work),
		SCENE_TEST(an_undeclared_peer_stays_where_slapd_does_not_tell),
		SCENE_TEST(a_rid_that_moved_makes_no_edit_of_a_removal),
		SCENE_TEST(a_rid_finds_a_peer_whose_url_changed),
		SCENE_TEST(who_is_not_listed_any_more_goes_as_before),
		SCENE_TEST(a_file_that_wants_a_mesh_makes_none_of_what_runs),
		SCENE_TEST(that_it_was_partial_is_known_until_all_links_of_a_mesh_work),
		SCENE_TEST(where_slapd_does_not_tell_a_person_ends_it),
		SCENE_TEST(a_file_that_is_refused_makes_nothing_partial),
		SCENE_TEST(that_it_was_partial_outlives_a_doubt),
		SCENE_TEST(nobody_is_the_first_node_while_one_that_it_does_not_read_has_data),
		SCENE_TEST(an_empty_node_is_not_told_that_it_may_be_the_first),
		SCENE_TEST(a_database_of_its_own_is_held_by_one_that_it_does_not_read),
		SCENE_TEST(own_changes_that_came_far_are_missed_here),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
