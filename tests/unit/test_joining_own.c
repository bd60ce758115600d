/* SPDX-License-Identifier: Apache-2.0 */
/* What the node itself wrote before it was made anew, and who may still have it. */
#include "tests/unit/joining_scene.h"

/* --- what was seen at peers that are gone --- */

/* The peer showed two changes while this node joined: one of its own, one of ours. */
static void remember_seen(Scene *scene)
{
	static SeenChange seen[2];
	static unsigned met[] = {1};

	seen[0] = (SeenChange){.csn = OLD, .peer_id = 1};
	seen[1] = (SeenChange){.csn = OWN, .peer_id = 1};
	scene->known_database.is_joining = true;
	scene->known_database.seen = (SeenChanges){.items = seen, .n_items = 2};
	scene->known_database.met = (PeerIds){.items = met, .n_items = 1};
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
}

static void own_changes_at_a_peer_that_is_gone_are_waited_for(void **state)
{
	Scene *scene = *state;
	Links *links = links_make(scene);
	const Hold *hold;

	scene->database_facts.here = content(0, scene->here_csns, 1);
	links->peers[0] = (Content){.peer_id = 1, .state = CONTENT_UNREACHABLE, .problem = "x"};
	remember_seen(scene);
	hold = joining_judge(&scene->diff, &scene->database, &scene->live);
	assert_int_equal(hold->guard, GUARD_JOINING);
	assert_non_null(strstr(hold->text, "2 (until 2026-11-22T10:15:00Z, at ldap://one)"));
	scene->here_csns[1] = OWN;
	scene->database_facts.here.n_context_csns = 2;
	assert_int_equal(judge(scene), -1);
}

static void a_release_says_what_is_missing(void **state)
{
	Scene *scene = *state;
	const char *older[] = {"20261122101400.000000Z#000000#001#000000"};
	const Hold *hold;

	scene->peer = (Content){.peer_id = 1, .state = CONTENT_UNREACHABLE, .problem = "x"};
	scene->database_facts.here = content(0, older, 1);
	remember_seen(scene);
	hold = joining_judge(&scene->diff, &scene->database, &scene->live);
	assert_non_null(strstr(hold->text, "not here: changes of server ID 1 (until"));
	scene->input.options.consent.released = GUARD_BIT(GUARD_JOINING);
	assert_int_equal(judge(scene), -1);
	assert_int_equal(scene->plan.n_findings, 1);
	assert_string_equal(scene->plan.findings[0].code, "joining-released");
	assert_non_null(strstr(scene->plan.findings[0].text, "2 (until 2026-11-22T10:15:00Z"));
}

static void a_release_of_what_is_all_here_says_nothing(void **state)
{
	Scene *scene = *state;

	scene->here_csns[1] = OWN;
	scene->database_facts.here.n_context_csns = 2;
	scene->peer = (Content){.peer_id = 1, .state = CONTENT_UNREACHABLE, .problem = "x"};
	remember_seen(scene);
	scene->input.options.consent.released = GUARD_BIT(GUARD_JOINING);
	assert_int_equal(judge(scene), -1);
	assert_int_equal(scene->plan.n_findings, 0);
}

/* A third one, beside the peer that answers; the arrays have room for two. */
static void third_add(Scene *scene, Content third, WantedConsumer *consumers, Content *peers)
{
	consumers[0] = consumers[1] = scene->consumer;
	consumers[1].peer = &scene->peers[2];
	peers[0] = scene->peer;
	peers[1] = third;
	scene->database.consumers = consumers;
	scene->database.n_consumers = 2;
	scene->database_facts.peers = peers;
	scene->database_facts.n_peers = 2;
}

/* Made anew under a server ID that wrote, it has what peer 1 has; nothing is known of peer 3. */
static void beside_unasked(Scene *scene, WantedConsumer *consumers, Content *peers)
{
	static const char *csns[] = {OLD, OWN, "20261122101500.000001Z#000000#003#000000"};

	scene->database_facts.here = content(0, csns, 3);
	scene->peer.context_csns = csns;
	scene->peer.n_context_csns = 3;
	third_add(scene,
		  (Content){.peer_id = 3, .state = CONTENT_UNREACHABLE, .problem = "no answer"},
		  consumers, peers);
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
	scene->known_database.is_joining = true;
}

static void who_was_never_asked_and_may_have_our_last_changes_is_waited_for(void **state)
{
	unsigned met[] = {3};
	Scene *scene = *state;
	WantedConsumer consumers[2];
	Content peers[2];

	beside_unasked(scene, consumers, peers);
	assert_int_equal(judge(scene), GUARD_JOINING);
	/* A provider that never wrote has them as well, and one that is stopped. */
	scene->database_facts.here.n_context_csns = 2;
	peers[0].n_context_csns = 2;
	peers[1].nobody_listens = true;
	assert_int_equal(judge(scene), GUARD_JOINING);
	peers[1].state = CONTENT_DENIED;
	assert_int_equal(judge(scene), GUARD_JOINING);
	peers[1].is_unbegun = true;
	assert_int_equal(judge(scene), -1);
	peers[1].is_unbegun = false;
	scene->known_database.met = (PeerIds){.items = met, .n_items = 1};
	assert_int_equal(judge(scene), -1);
}

/* Where syncward forgot that it joins it does so all the same, as it reads and takes no writes.
 * What was loaded by hand begins a cluster where no server runs yet. */
static void whether_our_last_changes_are_here_needs_no_memory(void **state)
{
	Scene *scene = *state;
	WantedConsumer consumers[2];
	Content peers[2];

	beside_unasked(scene, consumers, peers);
	scene->known.n_databases = 0;
	peers[1].nobody_listens = true;
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->live.n_consumers = 0;
	assert_int_equal(judge(scene), -1);
	peers[1].nobody_listens = false;
	assert_int_equal(judge(scene), GUARD_JOINING);
	assert_true(joining_judge(&scene->diff, &scene->database, &scene->live)->says_nothing);
	scene->known.n_databases = 1;
	scene->known_database = (KnownDatabase){.suffix = SUFFIX, .is_complete = true};
	assert_int_equal(judge(scene), -1);
}

static void who_never_wrote_waits_for_nobody_who_may_have_it(void **state)
{
	Scene *scene = *state;
	WantedConsumer consumers[2];
	Content peers[2];

	beside_unasked(scene, consumers, peers);
	scene->database_facts.here.n_context_csns = peers[0].n_context_csns = 1;
	assert_int_equal(judge(scene), -1);
	beside_unasked(scene, consumers, peers);
	scene->peers[1].role = PEER_CONSUMER;
	assert_int_equal(judge(scene), -1);
}

static void a_release_says_who_was_not_asked(void **state)
{
	Scene *scene = *state;
	WantedConsumer consumers[2];
	Content peers[2];

	beside_unasked(scene, consumers, peers);
	scene->input.options.consent.released = GUARD_BIT(GUARD_JOINING);
	assert_int_equal(judge(scene), -1);
	assert_int_equal(judge(scene), -1);
	assert_int_equal(scene->plan.n_findings, 1);
	assert_string_equal(scene->plan.findings[0].code, "joining-released");
	assert_non_null(strstr(scene->plan.findings[0].text, "ldap://three: no answer"));
}

/* It may delete what others would bring back to it, for those read under a new server ID. */
static void who_was_read_and_is_away_is_waited_for(void **state)
{
	Scene *scene = *state;
	KnownLink link = {.suffix = SUFFIX, .peer_id = 3, .identity = "simple"};
	WantedConsumer consumers[2];
	Content peers[2];

	overlay_make(scene);
	scene->database_facts.readers.n_sessions = 1;
	third_add(scene,
		  (Content){.peer_id = 3, .state = CONTENT_UNREACHABLE, .problem = "no answer"},
		  consumers, peers);
	assert_int_equal(judge_flag(scene), -1);
	scene->known.peers.links = (KnownLinks){.items = &link, .n_items = 1};
	assert_int_equal(judge_flag(scene), GUARD_JOINING);
	peers[1].nobody_listens = true;
	assert_int_equal(judge_flag(scene), GUARD_JOINING);
	scene->database_facts.readers.n_sessions = 2;
	assert_int_equal(judge_flag(scene), -1);
}

/* It shows no change that another peer does not show: that it is there is remembered all the same.
 */
static void whom_the_node_met_while_it_joined_is_waited_for(void **state)
{
	Scene *scene = *state;
	unsigned met[] = {3};
	WantedConsumer consumers[2];
	Content peers[2];

	overlay_make(scene);
	scene->database_facts.readers.n_sessions = 1;
	third_add(scene,
		  (Content){.peer_id = 3, .state = CONTENT_UNREACHABLE, .problem = "no answer"},
		  consumers, peers);
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
	scene->known_database.is_joining = true;
	assert_int_equal(judge_flag(scene), -1);
	scene->known_database.met = (PeerIds){.items = met, .n_items = 1};
	assert_int_equal(judge_flag(scene), GUARD_JOINING);
	/* That it refuses our account is no word that it has nothing. */
	peers[1].state = CONTENT_DENIED;
	assert_int_equal(judge_flag(scene), GUARD_JOINING);
	scene->input.options.consent.released = GUARD_BIT(GUARD_JOINING);
	assert_int_equal(judge_flag(scene), -1);
}

/* It was never met here, and was a provider: its changes came by way of others. */
static void whose_changes_are_here_and_who_is_down_is_waited_for(void **state)
{
	static const char *csns[] = {OLD, "20261122101500.000001Z#000000#003#000000"};
	Scene *scene = *state;
	WantedConsumer consumers[2];
	Content peers[2];

	overlay_make(scene);
	scene->database_facts.readers.n_sessions = 1;
	third_add(scene,
		  (Content){.peer_id = 3,
			    .state = CONTENT_UNREACHABLE,
			    .nobody_listens = true,
			    .problem = "no server is there"},
		  consumers, peers);
	assert_int_equal(judge_flag(scene), -1);
	scene->database_facts.here.context_csns = csns;
	scene->database_facts.here.n_context_csns = 2;
	assert_int_equal(judge_flag(scene), GUARD_JOINING);
}

/* Its server ID waits for something else; it is read, so its changes come here. */
static void who_is_read_and_has_no_server_id_yet_is_waited_for(void **state)
{
	Scene *scene = *state;
	RunningConsumer running = {
		.suffix = SUFFIX, .rid = 1, .provider = "ldap://one", .is_persistent = true};

	overlay_make(scene);
	scene->consumer.rid = 1;
	scene->consumer.provider = "ldap://one";
	scene->peer.server_id = 0;
	scene->server.runs.consumers = &running;
	scene->server.runs.n_consumers = 1;
	assert_int_equal(judge_flag(scene), -1);
	running.is_connected = true;
	assert_int_equal(judge_flag(scene), GUARD_JOINING);
	scene->database_facts.readers.n_sessions = 1;
	assert_int_equal(judge_flag(scene), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(own_changes_at_a_peer_that_is_gone_are_waited_for),
		SCENE_TEST(a_release_says_what_is_missing),
		SCENE_TEST(a_release_of_what_is_all_here_says_nothing),
		SCENE_TEST(who_was_never_asked_and_may_have_our_last_changes_is_waited_for),
		SCENE_TEST(whether_our_last_changes_are_here_needs_no_memory),
		SCENE_TEST(who_never_wrote_waits_for_nobody_who_may_have_it),
		SCENE_TEST(a_release_says_who_was_not_asked),
		SCENE_TEST(who_was_read_and_is_away_is_waited_for),
		SCENE_TEST(whom_the_node_met_while_it_joined_is_waited_for),
		SCENE_TEST(whose_changes_are_here_and_who_is_down_is_waited_for),
		SCENE_TEST(who_is_read_and_has_no_server_id_yet_is_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
