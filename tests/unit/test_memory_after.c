/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/plan_scene.h"

#include "common/remember/memory_after.h"

#define NOW   1795861000
#define START "20261122200000Z"

/* The plan of a server that has all its peers, as far as nothing holds it. */
static Plan *plan(Scene *scene)
{
	(void)plan_steps(scene);
	return &scene->plan;
}

static void hold(Scene *scene, Guard guard, bool says_nothing)
{
	plan_add_hold(scene->pool, &scene->plan,
		      (Hold){.guard = guard,
			     .suffix = SUFFIX,
			     .text = "as it is said",
			     .release = "",
			     .says_nothing = says_nothing});
}

static void scene_settled(Scene *scene)
{
	provider_make(scene, "23");
	scene->known_database.is_complete = true;
	scene->facts.now_sec = NOW;
	(void)plan(scene);
	scene->plan.held.n_holds = 0;
	scene->plan.n_changes = 0;
}

static const KnownDatabase *known(const Scene *scene)
{
	return known_database(&scene->known, SUFFIX);
}

static void in_step(Scene *scene)
{
	memory_in_step(scene->pool, &scene->input, &scene->plan, &scene->known);
}

/* --- databases --- */

static void what_joins_is_remembered_with_what_its_peers_showed(void **state)
{
	Scene *scene = *state;

	scene_settled(scene);
	hold(scene, GUARD_JOINING, false);
	scene->plan.copies.source_gone = (const char *[]){SUFFIX};
	scene->plan.copies.n_source_gone = 1;
	memory_held(scene->pool, &scene->plan, &scene->facts, &scene->known);
	assert_true(known(scene)->is_joining);
	assert_int_equal(known(scene)->source_gone_sec, NOW);
	assert_int_equal(known(scene)->seen.n_items, 1);
	assert_string_equal(known(scene)->seen.items[0].csn, CSN);
	assert_true(peer_ids_have(&known(scene)->met, 2));
	/* When its peer is gone that stays, and since when. */
	scene->content.n_peers = 0;
	scene->facts.now_sec = NOW + 60;
	memory_held(scene->pool, &scene->plan, &scene->facts, &scene->known);
	assert_int_equal(known(scene)->source_gone_sec, NOW);
	assert_string_equal(known(scene)->seen.items[0].csn, CSN);
}

static void whom_it_met_is_remembered_until_that_one_shows_something_else(void **state)
{
	Scene *scene = *state;
	Content *peer = &scene->content.peers[0];
	const Content was = *peer;

	scene_settled(scene);
	hold(scene, GUARD_JOINING, false);
	memory_held(scene->pool, &scene->plan, &scene->facts, &scene->known);
	assert_true(peer_ids_have(&known(scene)->met, was.peer_id));
	*peer = (Content){.peer_id = was.peer_id, .state = CONTENT_UNREACHABLE};
	memory_held(scene->pool, &scene->plan, &scene->facts, &scene->known);
	assert_true(peer_ids_have(&known(scene)->met, was.peer_id));
	peer->state = CONTENT_DENIED;
	memory_held(scene->pool, &scene->plan, &scene->facts, &scene->known);
	assert_true(peer_ids_have(&known(scene)->met, was.peer_id));
	peer->state = CONTENT_READ; /* it was made anew, and is empty */
	memory_held(scene->pool, &scene->plan, &scene->facts, &scene->known);
	assert_false(peer_ids_have(&known(scene)->met, was.peer_id));
	*peer = was;
	peer->n_context_csns = 0; /* in its first refresh */
	memory_held(scene->pool, &scene->plan, &scene->facts, &scene->known);
	assert_true(peer_ids_have(&known(scene)->met, was.peer_id));
	*peer = was;
	peer->entry.uuid = "another";
	memory_held(scene->pool, &scene->plan, &scene->facts, &scene->known);
	assert_false(peer_ids_have(&known(scene)->met, was.peer_id));
}

static void whom_it_never_met_is_not_remembered(void **state)
{
	Scene *scene = *state;
	Content *peer = &scene->content.peers[0];

	scene_settled(scene);
	hold(scene, GUARD_JOINING, false);
	*peer = (Content){.peer_id = peer->peer_id, .state = CONTENT_UNREACHABLE};
	memory_held(scene->pool, &scene->plan, &scene->facts, &scene->known);
	assert_true(known(scene)->is_joining);
	assert_int_equal(known(scene)->met.n_items, 0);
}

static void a_suspect_database_stays_so_until_it_is_judged_again(void **state)
{
	Scene *scene = *state;

	scene_settled(scene);
	hold(scene, GUARD_CONTENT, false);
	memory_held(scene->pool, &scene->plan, &scene->facts, &scene->known);
	assert_string_equal(known(scene)->suspect, "as it is said");
	assert_true(known(scene)->is_complete);
	assert_false(known_was_complete(&scene->known, SUFFIX));
	in_step(scene);
	assert_non_null(known(scene)->suspect);
	(void)plan(scene);
	scene->plan.held.n_holds = 0; /* a person released it */
	in_step(scene);
	assert_null(known(scene)->suspect);
}

static void nothing_is_learnt_of_a_database_that_nobody_judged(void **state)
{
	Scene *scene = *state;

	scene_settled(scene);
	scene->known_database.is_joining = true;
	scene->content.peers[0] = scene->content.here;
	scene->content.peers[0].peer_id = 2;
	scene->content.peers[0].state = CONTENT_READ;
	scene->content.peers[0].entry.exists = true;
	hold(scene, GUARD_CONTENT, true);
	in_step(scene);
	assert_true(known(scene)->is_joining);
	assert_null(known(scene)->suspect);
	/* But what its peers show meanwhile may be gone when it is. */
	assert_string_equal(known(scene)->seen.items[0].csn, CSN);
	scene->content.n_peers = 0;
	memory_held(scene->pool, &scene->plan, &scene->facts, &scene->known);
	assert_string_equal(known(scene)->seen.items[0].csn, CSN);
}

static void a_database_that_is_in_step_has_joined(void **state)
{
	Scene *scene = *state;

	scene_settled(scene);
	scene->known_database.is_joining = true;
	scene->plan.copies.complete = (const char *[]){SUFFIX};
	scene->plan.copies.n_complete = 1;
	in_step(scene);
	assert_false(known(scene)->is_joining);
	assert_true(known(scene)->is_complete);
	assert_int_equal(known(scene)->linked.n_items, 2);
	assert_int_equal(known(scene)->linked.items[1], 3);
}

static void a_peer_whose_link_is_not_written_yet_was_not_read(void **state)
{
	Scene *scene = *state;

	scene_settled(scene);
	plan_add_change(scene->pool, &scene->plan,
			(Change){.kind = CHANGE_CONSUMER_ADD,
				 .dn = DATABASE,
				 .suffix = SUFFIX,
				 .consumer.wanted = &scene->wanted.databases[0].consumers[1]});
	in_step(scene);
	assert_true(known_is_linked(&scene->known, SUFFIX, 2));
	assert_false(known_is_linked(&scene->known, SUFFIX, 3));
}

static void a_database_that_was_never_seen_to_be_complete_is_not_called_so(void **state)
{
	Scene *scene = *state;

	scene_settled(scene);
	scene->known_database.is_joining = true;
	scene->plan.copies.n_complete = 0;
	in_step(scene);
	assert_false(known(scene)->is_complete);
}

static void who_was_there_before_us_stays_foreign(void **state)
{
	Scene *scene = *state;
	const char *foreign[] = {"ldap://old", "ldap://gone"};

	scene->known_database.foreign = foreign;
	scene->known_database.n_foreign = 2;
	consumer_add(scene, 2, "old", 9, "");
	scene_settled(scene);
	plan_add_change(scene->pool, &scene->plan,
			(Change){.kind = CHANGE_CONSUMER_REMOVE,
				 .dn = DATABASE,
				 .suffix = SUFFIX,
				 .subject = "ldap://old",
				 .is_held = true});
	in_step(scene);
	assert_int_equal(known(scene)->n_foreign, 1);
	assert_string_equal(known(scene)->foreign[0], "ldap://old");
}

/* --- the file in force, this machine, leaving --- */

static void a_file_that_a_guard_of_the_whole_server_refuses_is_not_in_force(void **state)
{
	Scene *scene = *state;
	Desired desired;

	scene_settled(scene);
	desired = *scene->input.desired;
	desired.has_revision = true;
	desired.revision = 8;
	scene->input.desired = &desired;
	scene->input.options.sha256 = "new";
	plan_add_hold(scene->pool, &scene->plan,
		      (Hold){.guard = GUARD_REVISION, .text = "older", .release = ""});
	in_step(scene);
	assert_false(scene->known.latest.has_revision);
	scene->plan.held.n_holds = 0;
	in_step(scene);
	assert_int_equal(scene->known.latest.revision, 8);
	assert_string_equal(scene->known.latest.sha256, "new");
}

static void a_clone_is_not_taken_for_the_node_before_a_person_says_so(void **state)
{
	Scene *scene = *state;
	const Machine machine = {.id = "clone"}, unknown = {0};

	scene->known.self.machine = "first";
	scene->known.self.node = 1;
	memory_machine(&unknown, 1, 0, &scene->known.self);
	memory_machine(&machine, 1, 0, &scene->known.self);
	memory_machine(&machine, 0, GUARD_BIT(GUARD_IDENTITY), &scene->known.self);
	assert_string_equal(scene->known.self.machine, "first");
	memory_machine(&machine, 1, GUARD_BIT(GUARD_IDENTITY), &scene->known.self);
	assert_string_equal(scene->known.self.machine, "clone");
	memory_machine(&unknown, 1, 0, &scene->known.self);
	assert_string_equal(scene->known.self.machine, "clone");
}

static void what_left_comes_back_database_by_database(void **state)
{
	Scene *scene = *state;
	const LiveDatabase open = {0}, closed = {.is_read_only = true};
	LeavingDatabase databases[] = {{.live = &open, .suffix = SUFFIX},
				       {.live = &closed, .suffix = "dc=y"}};
	const Leaving leaving = {.databases = databases, .n_databases = 2};

	scene_settled(scene);
	memory_leaving(scene->pool, &leaving, START, &scene->known);
	memory_leaving(scene->pool, &leaving, START, &scene->known); /* once more: cut off */
	assert_int_equal(scene->known.leave.n_databases, 2);
	assert_true(known_left(&scene->known.leave, SUFFIX)->was_closed);
	assert_false(known_left(&scene->known.leave, "dc=y")->was_closed);
	memory_rejoining(GUARD_BIT(GUARD_REMOVAL), &scene->known.leave);
	in_step(scene);
	assert_int_equal(scene->known.leave.n_databases, 2);
	memory_rejoining(GUARD_BIT(GUARD_LEFT), &scene->known.leave);
	hold(scene, GUARD_JOINING, false);
	in_step(scene);
	assert_non_null(known_left(&scene->known.leave, SUFFIX));
	scene->plan.held.n_holds = 0;
	in_step(scene);
	assert_null(known_left(&scene->known.leave, SUFFIX));
	assert_non_null(known_left(&scene->known.leave, "dc=y")); /* peers.json does not name it */
}

/* Whatever holds the change that opens it: it would stay closed for good. */
static void what_leaving_closed_is_not_forgotten_before_it_opens(void **state)
{
	Scene *scene = *state;
	const LiveDatabase open = {0};
	LeavingDatabase database = {.live = &open, .suffix = SUFFIX};
	const Leaving leaving = {.databases = &database, .n_databases = 1};
	Change *change;

	scene_settled(scene);
	memory_leaving(scene->pool, &leaving, START, &scene->known);
	memory_rejoining(GUARD_BIT(GUARD_LEFT), &scene->known.leave);
	change = plan_add_change(scene->pool, &scene->plan,
				 (Change){.kind = CHANGE_READ_ONLY_OFF,
					  .suffix = SUFFIX,
					  .dn = scene->plan.databases[0].live->entry->dn});
	change->is_held = true;
	in_step(scene);
	assert_non_null(known_left(&scene->known.leave, SUFFIX));
	scene->plan.databases[0].n_changes = 0;
	in_step(scene);
	assert_null(known_left(&scene->known.leave, SUFFIX));
}

static void without_anything_left_nothing_comes_back(void **state)
{
	Scene *scene = *state;

	memory_rejoining(GUARD_BIT(GUARD_LEFT), &scene->known.leave);
	assert_false(scene->known.leave.is_rejoining);
}

/* --- steps --- */

static void an_index_is_remembered_before_slapd_builds_it(void **state)
{
	Scene *scene = *state;
	Step steps[] = {{.builds_index = false}, {.builds_index = true}};
	const Plan one = {.order.steps = steps, .order.n_steps = 1},
		   both = {.order.steps = steps, .order.n_steps = 2};

	memory_indexing(&one.order, NOW, &scene->known.server);
	assert_int_equal(scene->known.server.indexed_sec, 0);
	memory_indexing(&both.order, NOW, &scene->known.server);
	assert_int_equal(scene->known.server.indexed_sec, NOW);
}

static void what_slapd_could_not_save_is_remembered_until_it_is_saved(void **state)
{
	Scene *scene = *state;
	Mod mods[] = {{.kind = MOD_ADD, .attribute = "olcsyncrepl"}};
	const Step step = {.kind = STEP_MODIFY,
			   .dn = "OLCDATABASE={1}mdb,cn=config",
			   .mods = mods,
			   .n_mods = 1};
	const Step *done[] = {&step};
	UnsavedEntry unsaved[] = {{DATABASE, "olcSyncrepl", START}};
	Applied lost = {.unsaved = unsaved, .n_unsaved = 1};
	Applied applied = {.done = done, .n_done = 1};

	memory_applied(scene->pool, &lost, START, &scene->known.server);
	memory_applied(scene->pool, &lost, START, &scene->known.server);
	assert_int_equal(scene->known.server.n_unsaved, 1);
	/* One value more writes the file with what slapd holds of the others: not known. */
	memory_applied(scene->pool, &applied, START, &scene->known.server);
	assert_int_equal(scene->known.server.n_unsaved, 1);
	mods[0].kind = MOD_REPLACE;
	memory_applied(scene->pool, &applied, START, &scene->known.server);
	assert_int_equal(scene->known.server.n_unsaved, 0);
}

static void healed_consumers_are_healed_for_this_start_of_slapd(void **state)
{
	Scene *scene = *state;
	const Applied applied = {.restarted_consumers = true};

	memory_applied(scene->pool, &(Applied){0}, START, &scene->known.server);
	memory_applied(scene->pool, &applied, NULL, &scene->known.server);
	assert_null(scene->known.server.restarted_consumers);
	memory_applied(scene->pool, &applied, START, &scene->known.server);
	assert_string_equal(scene->known.server.restarted_consumers, START);
}

static void a_refused_bind_is_remembered(void **state)
{
	Scene *scene = *state;
	ProbeBind bind = {.provider = "ldap://peer2", .binddn = "cn=r", .secret = "x"};
	const ProbeRefusals refusals = {&bind, 1};

	memory_refusals(scene->pool, &refusals, &scene->known.peers);
	bind.provider = "gone";
	assert_int_equal(scene->known.peers.refusals.n_items, 1);
	assert_string_equal(scene->known.peers.refusals.items[0].provider, "ldap://peer2");
}

/* --- links --- */

static void a_link_is_known_when_a_probe_of_what_is_written_was_good(void **state)
{
	Scene *scene = *state;
	LinkProbe probe = {.suffix = SUFFIX, .peer_id = 2, .probe = {.peer_id = 2}};
	const LinkProbes probes = {&probe, 1};

	scene_settled(scene);
	for (int step = 0; step < PROBE_STEP_COUNT; step++)
		probe.probe.steps[step] = PROBE_GOOD;
	probe.identity =
		link_identity(scene->pool, &scene->wanted.databases[0].consumers[0].syncrepl,
			      scene->wanted.databases[0].consumers[0].secret);
	scene->facts.probes = &probes;
	/* Of what is about to be written it says not that the former view is kept. */
	plan_add_change(scene->pool, &scene->plan,
			(Change){.kind = CHANGE_CONSUMER_EDIT,
				 .dn = DATABASE,
				 .suffix = SUFFIX,
				 .consumer.wanted = &scene->wanted.databases[0].consumers[0]});
	memory_links(scene->pool, &scene->input, &scene->plan, &scene->known);
	assert_int_equal(scene->known.peers.links.n_items, 0);
	scene->plan.n_changes = 0;
	memory_links(scene->pool, &scene->input, &scene->plan, &scene->known);
	assert_int_equal(scene->known.peers.links.n_items, 1);
	assert_true(known_link_is(&scene->known.peers.links, SUFFIX, 2, probe.identity));
	/* It stays known when nobody asks. */
	scene->facts.probes = NULL;
	memory_links(scene->pool, &scene->input, &scene->plan, &scene->known);
	assert_int_equal(scene->known.peers.links.n_items, 1);
	/* A pass that wants nothing forgets nothing. */
	memory_links(scene->pool, &scene->input, &(Plan){0}, &scene->known);
	assert_int_equal(scene->known.peers.links.n_items, 1);
}

/* --- the fence --- */

/* dc=x, closed by the fence or in its closing, and what was noted of it and of another. */
static void fence_closes(Scene *scene, FenceRecord *record)
{
	static LastSeen seen[2];

	seen[0] = (LastSeen){.suffix = "dc=y"};
	seen[1] = (LastSeen){.suffix = SUFFIX};
	record->suffix = SUFFIX;
	scene->known.fence = (FenceRecords){record, 1, NOW};
	scene->known.seen = (LastSeenAll){.items = seen, .n_items = 2};
}

static void a_database_that_is_open_again_is_noted_anew(void **state)
{
	Scene *scene = *state;
	FenceRecord record = {.is_closed = true};

	scene_settled(scene);
	fence_closes(scene, &record);
	assert_true(memory_opened(scene->pool, &scene->live, NULL, &scene->known));
	assert_int_equal(scene->known.fence.n_items, 0);
	assert_int_equal(scene->known.fence.looked_sec, NOW);
	assert_null(last_seen(&scene->known.seen, SUFFIX));
	assert_non_null(last_seen(&scene->known.seen, "dc=y"));
	assert_false(memory_opened(scene->pool, &scene->live, NULL, &scene->known));
}

static void a_closed_database_stays_closed_while_it_is(void **state)
{
	Scene *scene = *state;
	FenceRecord record = {.is_closed = true};

	value_add(scene, scene->database, "olcReadOnly", "TRUE");
	provider_make(scene, "23");
	(void)plan(scene);
	fence_closes(scene, &record);
	assert_false(memory_opened(scene->pool, &scene->live, NULL, &scene->known));
	assert_false(
		memory_opened(scene->pool, &(Live){0}, NULL, &scene->known)); /* it is not there */
	assert_true(fence_is_closed(&scene->known.fence, SUFFIX));
	assert_non_null(last_seen(&scene->known.seen, SUFFIX));
}

static void the_first_look_decides_what_became_of_a_closing_that_was_cut_off(void **state)
{
	Scene *scene = *state;
	FenceRecord record = {.is_closing = true};

	scene_settled(scene);
	fence_closes(scene, &record);
	assert_true(memory_opened(scene->pool, &scene->live, NULL, &scene->known));
	assert_false(scene->known.fence.items[0].is_closing);
	assert_false(scene->known.fence.items[0].is_closed);
	value_add(scene, scene->database, "olcReadOnly", "TRUE");
	(void)plan(scene);
	assert_false(memory_opened(scene->pool, &scene->live, NULL, &scene->known)); /* another's */
	assert_false(fence_is_closed(&scene->known.fence, SUFFIX));
	fence_closes(scene, &record);
	assert_true(memory_opened(scene->pool, &scene->live, NULL, &scene->known));
	assert_true(fence_is_closed(&scene->known.fence, SUFFIX));
}

/* --- TLS files --- */

static void consumers_with_older_tls_files_are_remembered(void **state)
{
	Scene *scene = *state;
	OldTlsLink old = {.age = {.suffix = SUFFIX, .peer_id = 2, .made_sec = NOW}};

	scene_settled(scene);
	scene->plan.old_tls = &old;
	scene->plan.n_old_tls = 1;
	memory_ages(scene->pool, &scene->plan, &scene->known);
	assert_int_equal(scene->known.peers.n_ages, 1);
	assert_int_equal(scene->known.peers.ages[0].made_sec, NOW);
	memory_ages(scene->pool, &(Plan){0}, &scene->known); /* it looked at nothing */
	assert_int_equal(scene->known.peers.n_ages, 1);
	scene->plan.n_old_tls = 0;
	memory_ages(scene->pool, &scene->plan, &scene->known);
	assert_int_equal(scene->known.peers.n_ages, 0);
}

/* --- what peers hide --- */

/* A peer without a link from here, and what was seen of it. */
static Content *hiding_make(Scene *scene)
{
	static Content peer;

	peer = scene->content.peers[0];
	peer.view.sight = COPY_HIDES;
	peer.view.hides = "description of 1 of 3 entries";
	scene->content.peers = &peer;
	provider_make(scene, "3");
	(void)plan(scene);
	return &peer;
}

static size_t hiding_learn(Scene *scene)
{
	memory_hiding(scene->pool, &scene->input, &scene->plan, &scene->known.peers);
	return scene->known.peers.hiding.n_items;
}

static void what_a_peer_hides_is_remembered_until_it_shows_everything(void **state)
{
	Scene *scene = *state;
	Content *peer = hiding_make(scene);

	assert_int_equal(hiding_learn(scene), 1);
	assert_int_equal(scene->known.peers.hiding.items[0].peer_id, 2);
	assert_string_equal(scene->known.peers.hiding.items[0].text,
			    "description of 1 of 3 entries");
	peer->view.sight = COPY_NOT_SURE;
	assert_int_equal(hiding_learn(scene), 1);
	*peer = (Content){.peer_id = 2, .state = CONTENT_UNREACHABLE};
	assert_int_equal(hiding_learn(scene), 1);
	scene->content.n_peers = 0;
	assert_int_equal(hiding_learn(scene), 1);
	scene->content.n_peers = 1;
	peer->view.sight = COPY_SHOWS_ALL;
	assert_int_equal(hiding_learn(scene), 0);
}

static void who_hid_something_is_forgotten_when_it_is_read(void **state)
{
	Scene *scene = *state;

	(void)hiding_make(scene);
	assert_int_equal(hiding_learn(scene), 1);
	consumer_add(scene, 1, "peer2", 2, "timeout=3");
	(void)plan(scene);
	assert_int_equal(hiding_learn(scene), 0);
}

static void what_a_peer_hides_of_a_database_that_is_not_listed_stays_known(void **state)
{
	Scene *scene = *state;

	(void)hiding_make(scene);
	(void)hiding_learn(scene);
	scene->known.peers.hiding.items[0].suffix = "dc=gone";
	scene->content.n_peers = 0;
	assert_int_equal(hiding_learn(scene), 1);
	memory_hiding(scene->pool, &scene->input, &(Plan){0}, &scene->known.peers);
	assert_int_equal(scene->known.peers.hiding.n_items, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(what_joins_is_remembered_with_what_its_peers_showed),
		SCENE_TEST(whom_it_met_is_remembered_until_that_one_shows_something_else),
		SCENE_TEST(whom_it_never_met_is_not_remembered),
		SCENE_TEST(a_suspect_database_stays_so_until_it_is_judged_again),
		SCENE_TEST(nothing_is_learnt_of_a_database_that_nobody_judged),
		SCENE_TEST(a_database_that_is_in_step_has_joined),
		SCENE_TEST(a_peer_whose_link_is_not_written_yet_was_not_read),
		SCENE_TEST(a_database_that_was_never_seen_to_be_complete_is_not_called_so),
		SCENE_TEST(who_was_there_before_us_stays_foreign),
		SCENE_TEST(a_file_that_a_guard_of_the_whole_server_refuses_is_not_in_force),
		SCENE_TEST(a_clone_is_not_taken_for_the_node_before_a_person_says_so),
		SCENE_TEST(what_left_comes_back_database_by_database),
		SCENE_TEST(what_leaving_closed_is_not_forgotten_before_it_opens),
		SCENE_TEST(without_anything_left_nothing_comes_back),
		SCENE_TEST(an_index_is_remembered_before_slapd_builds_it),
		SCENE_TEST(what_slapd_could_not_save_is_remembered_until_it_is_saved),
		SCENE_TEST(healed_consumers_are_healed_for_this_start_of_slapd),
		SCENE_TEST(a_refused_bind_is_remembered),
		SCENE_TEST(a_link_is_known_when_a_probe_of_what_is_written_was_good),
		SCENE_TEST(a_database_that_is_open_again_is_noted_anew),
		SCENE_TEST(a_closed_database_stays_closed_while_it_is),
		SCENE_TEST(the_first_look_decides_what_became_of_a_closing_that_was_cut_off),
		SCENE_TEST(consumers_with_older_tls_files_are_remembered),
		SCENE_TEST(what_a_peer_hides_is_remembered_until_it_shows_everything),
		SCENE_TEST(who_hid_something_is_forgotten_when_it_is_read),
		SCENE_TEST(what_a_peer_hides_of_a_database_that_is_not_listed_stays_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
