/* SPDX-License-Identifier: Apache-2.0 */
/* Whose rights G12 asks for: who reads here by peers.json, not only whom "readers" names. */
#include "tests/unit/plan_scene.h"

#define READERS    ", \"readers\": [\"cn=b,dc=x\"]"
#define ONLY_B     "{0}to attrs=userPassword by dn.exact=\"cn=b,dc=x\" read by * none"
#define DEBIAN     "{0}to attrs=userPassword by self write by anonymous auth by * none"
#define EVERYBODY  "{1}to * by * read"
#define PEERS_JSON "{\"format\": 1, \"peers\": [{\"id\": 1, \"uri\": \"ldap://one\"}"
#define PLAIN_LINK "\"syncrepl\": {\"binddn\": \"cn=r,dc=x\", \"credentials\": \"x\"}"
#define NO_NAMES                                                                              \
	PEERS_JSON ", {\"id\": 2, \"uri\": \"ldap://peer2\"}], \"databases\": [{\"suffix\": " \
		   "\"dc=x\", \"limits\": false, \"syncrepl\": {\"bindmethod\": \"sasl\", "   \
		   "\"saslmech\": \"EXTERNAL\", \"binddn\": \"cn=r,dc=x\"}}]}"
/* Peer 3 is meant to see less than the others, and nobody reads from it. */
#define WITH_LEAF                                                                              \
	PEERS_JSON ", {\"id\": 2, \"uri\": \"ldap://peer2\"}, {\"id\": 3, \"uri\": "           \
		   "\"ldap://peer3\", \"role\": \"consumer\", \"as_consumer\": {\"binddn\": "  \
		   "\"cn=leaf,dc=x\"}}], \"databases\": [{\"suffix\": \"dc=x\", \"readers\": " \
		   "[\"cn=r,dc=x\"], " PLAIN_LINK "}]}"

static void access_add(Scene *scene, const char *rule)
{
	value_add(scene, scene->database, "olcAccess", rule);
	value_add(scene, scene->database, "olcAccess", EVERYBODY);
}

static void with_readers_the_account_of_the_links_is_judged_too(void **state)
{
	Scene *scene = *state;

	scene->more = READERS;
	access_add(scene, ONLY_B);
	assert_null(strstr(plan_steps(scene), "syncprov"));
	assert_true(holds(scene, GUARD_READERS));
	assert_string_equal(scene->plan.held.holds[0].release,
			    "\"readers\": [\"cn=b,dc=x\", \"cn=r,dc=x\"], \"access\": true");
}

static void with_readers_limits_are_for_whom_they_name(void **state)
{
	Scene *scene = *state;
	const Change *change;
	size_t n = 0;

	scene->more = READERS;
	(void)plan_steps(scene);
	for (size_t i = 0; i < scene->plan.n_changes; i++) {
		change = &scene->plan.changes[i];
		if (change->kind != CHANGE_LIMITS)
			continue;
		n++;
		assert_string_equal(change->subject, "cn=b,dc=x");
	}
	assert_int_equal(n, 1);
}

static void a_provider_that_hides_something_from_its_links_is_critical(void **state)
{
	Scene *scene = *state;

	scene->more = READERS;
	provider_make(scene, "23");
	access_add(scene, ONLY_B);
	(void)plan_steps(scene);
	assert_true(finds(scene, "readers-denied", SEVERITY_CRITICAL));
}

static void who_only_consumes_may_be_shown_less_where_readers_are_named(void **state)
{
	Scene *scene = *state;

	scene->text = WITH_LEAF;
	scene->content.heirs = scene->content.peers;
	scene->content.n_heirs = 1;
	access_add(scene, "{0}to attrs=userPassword by dn.exact=\"cn=r,dc=x\" read by * none");
	assert_non_null(strstr(plan_steps(scene), "syncprov"));
	assert_false(holds(scene, GUARD_READERS));
}

static void an_account_that_nobody_knows_holds_a_first_overlay(void **state)
{
	Scene *scene = *state;

	scene->text = NO_NAMES;
	access_add(scene, DEBIAN);
	assert_null(strstr(plan_steps(scene), "syncprov"));
	assert_true(holds(scene, GUARD_READERS));
	assert_non_null(strstr(scene->plan.held.holds[0].text, "does not say with which account"));
	assert_non_null(strstr(scene->plan.held.holds[0].release, "\"readers\""));
}

static void an_account_that_nobody_knows_is_a_warning_at_a_provider(void **state)
{
	Scene *scene = *state;

	scene->text = NO_NAMES;
	provider_make(scene, "2");
	access_add(scene, DEBIAN);
	(void)plan_steps(scene);
	assert_false(holds(scene, GUARD_READERS));
	assert_true(finds(scene, "readers-not-proven", SEVERITY_WARNING));
}

static void where_anybody_may_read_everything_no_account_needs_a_name(void **state)
{
	Scene *scene = *state;

	scene->text = NO_NAMES;
	value_add(scene, scene->database, "olcAccess", "{0}to * by users read");
	assert_non_null(strstr(plan_steps(scene), "syncprov"));
	assert_false(holds(scene, GUARD_READERS));
}

/* With overlay, entries, clients and without a link; its peer has a change that is not here. */
static void open_alone_make(Scene *scene)
{
	static const char *newer[] = {"20261123101500.000000Z#000000#002#000000"};
	static Content ahead;

	ahead = scene->content.peers[0];
	ahead.context_csns = newer;
	scene->content.peers = &ahead;
	scene->n_peers = 2;
	provider_make(scene, "");
	assert_string_equal(scene->database->attributes[scene->database->n_attributes - 1].name,
			    "olcMultiProvider");
	scene->database->n_attributes--;
	access_add(scene, DEBIAN);
}

static size_t links_held(const Scene *scene, Guard guard)
{
	size_t n = 0;

	for (size_t i = 0; i < scene->plan.n_changes; i++) {
		const Change *change = &scene->plan.changes[i];

		n += change->kind == CHANGE_CONSUMER_ADD && change->is_held &&
		     change->hold.guard == guard;
	}
	return n;
}

static void who_has_entries_does_not_read_first_where_the_account_is_denied(void **state)
{
	Scene *scene = *state;

	open_alone_make(scene);
	(void)plan_steps(scene);
	assert_true(holds(scene, GUARD_JOINING));
	assert_int_equal(links_held(scene, GUARD_READERS), 1);
}

static void who_is_empty_reads_first_whatever_the_account_is_denied(void **state)
{
	Scene *scene = *state;

	open_alone_make(scene);
	scene->content.here.entry.exists = false;
	scene->content.here.n_context_csns = 0;
	(void)plan_steps(scene);
	assert_true(holds(scene, GUARD_JOINING));
	assert_int_equal(links_held(scene, GUARD_READERS), 0);
}

/* With links to nobody, and its one peer hides something from its account. */
static void hidden_make(Scene *scene)
{
	static Content hiding;

	hiding = scene->content.peers[0];
	hiding.view.sight = COPY_HIDES;
	hiding.view.hides = "userPassword of 1 of 3 entries";
	scene->content.peers = &hiding;
	scene->n_peers = 2;
	provider_make(scene, "");
}

static void what_a_peer_hides_holds_the_first_link_to_it(void **state)
{
	Scene *scene = *state;

	hidden_make(scene);
	(void)plan_steps(scene);
	assert_int_equal(links_held(scene, GUARD_READERS), 1);
	assert_non_null(strstr(scene->plan.held.holds[0].text, "userPassword of 1 of 3 entries"));
	assert_string_equal(scene->plan.held.holds[0].release, "\"access\": true");
}

static void a_person_may_read_a_peer_that_hides_something(void **state)
{
	Scene *scene = *state;

	hidden_make(scene);
	scene->options.consent.released = GUARD_BIT(GUARD_READERS);
	(void)plan_steps(scene);
	assert_int_equal(links_held(scene, GUARD_READERS), 0);
}

/* What is remembered of it, and not seen now. */
static Content *hidden_before_make(Scene *scene)
{
	static Content peer;
	static HidingPeer before;

	peer = scene->content.peers[0];
	peer.view.sight = COPY_NOT_SURE;
	scene->content.peers = &peer;
	scene->n_peers = 2;
	provider_make(scene, "");
	scene_read(scene);
	before = (HidingPeer){
		.suffix = SUFFIX,
		.peer_id = 2,
		.account = hiding_account(scene->pool,
					  &scene->wanted.databases[0].consumers[0].syncrepl),
		.text = "description of 1 of 3 entries"};
	scene->known.peers.hiding = (HidingPeers){&before, 1};
	return &peer;
}

static void what_a_peer_hid_before_holds_the_first_link_until_it_shows_it(void **state)
{
	Scene *scene = *state;
	Content *peer = hidden_before_make(scene);

	(void)plan_steps(scene);
	assert_int_equal(links_held(scene, GUARD_READERS), 1);
	assert_non_null(strstr(scene->plan.held.holds[0].text, "hid from this node's account"));
	assert_non_null(strstr(scene->plan.held.holds[0].text, "description of 1 of 3 entries"));
	peer->view.sight = COPY_SHOWS_ALL;
	(void)plan_steps(scene);
	assert_int_equal(links_held(scene, GUARD_READERS), 0);
}

static void a_peer_that_hid_something_is_not_read_while_it_is_away(void **state)
{
	Scene *scene = *state;
	Content *peer = hidden_before_make(scene);

	*peer = (Content){.peer_id = 2, .state = CONTENT_UNREACHABLE, .problem = "away"};
	(void)plan_steps(scene);
	assert_int_equal(links_held(scene, GUARD_READERS), 1);
	scene->known.peers.hiding.n_items = 0;
	(void)plan_steps(scene);
	assert_int_equal(links_held(scene, GUARD_READERS), 0);
}

static void a_person_may_read_a_peer_that_hid_something(void **state)
{
	Scene *scene = *state;

	(void)hidden_before_make(scene);
	scene->options.consent.released = GUARD_BIT(GUARD_READERS);
	(void)plan_steps(scene);
	assert_int_equal(links_held(scene, GUARD_READERS), 0);
}

static void what_is_hidden_from_one_account_may_be_shown_to_another(void **state)
{
	Scene *scene = *state;
	Content *peer = hidden_before_make(scene);

	scene->known.peers.hiding.items[0].account = "of before";
	(void)plan_steps(scene);
	assert_int_equal(links_held(scene, GUARD_READERS), 0);
	/* Who did not look knows nothing. */
	peer->view.sight = COPY_NOT_LOOKED;
	(void)plan_steps(scene);
	assert_int_equal(links_held(scene, GUARD_READERS), 1);
}

/* "Stop slapd here, empty it and let it join" would lose them here. */
static void what_a_peer_hides_was_not_deleted_there(void **state)
{
	Scene *scene = *state;

	hidden_make(scene);
	scene->database->n_attributes--; /* olcMultiProvider */
	scene->content.extra.n_entries = 1;
	(void)plan_steps(scene);
	assert_true(holds(scene, GUARD_READERS));
	assert_false(holds(scene, GUARD_JOINING));
}

static void without_a_link_the_flag_waits_as_well(void **state)
{
	Scene *scene = *state;

	hidden_make(scene);
	scene->database->n_attributes--; /* olcMultiProvider */
	scene->known_database.is_complete = true;
	(void)plan_steps(scene);
	assert_int_equal(links_held(scene, GUARD_READERS), 1);
	for (size_t i = 0; i < scene->plan.n_changes; i++)
		if (scene->plan.changes[i].kind == CHANGE_MULTI_PROVIDER_ON)
			assert_true(scene->plan.changes[i].is_held);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(with_readers_the_account_of_the_links_is_judged_too),
		SCENE_TEST(with_readers_limits_are_for_whom_they_name),
		SCENE_TEST(a_provider_that_hides_something_from_its_links_is_critical),
		SCENE_TEST(who_only_consumes_may_be_shown_less_where_readers_are_named),
		SCENE_TEST(an_account_that_nobody_knows_holds_a_first_overlay),
		SCENE_TEST(an_account_that_nobody_knows_is_a_warning_at_a_provider),
		SCENE_TEST(who_has_entries_does_not_read_first_where_the_account_is_denied),
		SCENE_TEST(who_is_empty_reads_first_whatever_the_account_is_denied),
		SCENE_TEST(what_a_peer_hides_holds_the_first_link_to_it),
		SCENE_TEST(a_person_may_read_a_peer_that_hides_something),
		SCENE_TEST(what_a_peer_hid_before_holds_the_first_link_until_it_shows_it),
		SCENE_TEST(a_peer_that_hid_something_is_not_read_while_it_is_away),
		SCENE_TEST(a_person_may_read_a_peer_that_hid_something),
		SCENE_TEST(what_is_hidden_from_one_account_may_be_shown_to_another),
		SCENE_TEST(what_a_peer_hides_was_not_deleted_there),
		SCENE_TEST(without_a_link_the_flag_waits_as_well),
		SCENE_TEST(where_anybody_may_read_everything_no_account_needs_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
