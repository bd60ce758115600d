/* SPDX-License-Identifier: Apache-2.0 */
/* Entries that are here and that a peer deleted: how they go, and when they are looked at. */
#include "tests/unit/joining_scene.h"

/* --- what is too much here --- */

static void entries_that_a_peer_deleted_wait_to_be_gone(void **state)
{
	Scene *scene = *state;

	scene->database_facts.extra.n_entries = 1;
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->input.options.consent.released = GUARD_BIT(GUARD_JOINING);
	assert_int_equal(judge(scene), -1);
}

static void what_may_be_too_much_waits_until_it_is_known(void **state)
{
	Scene *scene = *state;

	scene->database_facts.extra = (CopyExtra){0};
	assert_int_equal(judge(scene), GUARD_JOINING);
	assert_int_equal(scene->plan.unknown.n_contents, 1);
	assert_true(scene->plan.unknown.contents[0].extra);
	scene->database_facts.extra =
		(CopyExtra){.was_asked = true, .peer_id = 1, .problem = "no time"};
	assert_int_equal(judge(scene), GUARD_JOINING);
	scene->database_facts.extra = (CopyExtra){.was_asked = true};
	assert_int_equal(judge(scene), GUARD_JOINING);
}

static void what_perhaps_was_deleted_there_waits_for_a_person(void **state)
{
	Scene *scene = *state;

	scene->database_facts.extra = (CopyExtra){.was_asked = true, .peer_id = 1, .n_doubtful = 1};
	assert_int_equal(judge(scene), GUARD_JOINING);
	assert_int_equal(scene->plan.copies.n_complete, 0);
	scene->input.options.consent.released = GUARD_BIT(GUARD_JOINING);
	assert_int_equal(judge(scene), -1);
}

static bool needs_afresh(const Scene *scene, bool writes)
{
	return joining_needs_afresh(&scene->plan, &scene->known, &scene->database_facts, writes);
}

/* An earlier pass saw that nothing is too much here: nothing opens by that. */
static void what_an_earlier_pass_saw_opens_no_node(void **state)
{
	Scene *scene = *state;
	FenceRecord closed = {.suffix = SUFFIX, .is_closed = true};

	scene->database_facts.suffix = SUFFIX;
	assert_false(needs_afresh(scene, true));
	assert_int_equal(judge(scene), -1);
	assert_int_equal(scene->plan.copies.n_complete, 1);
	scene->database_facts.extra.is_kept = true;
	scene->plan.copies.n_complete = 0;
	assert_int_equal(judge(scene), -1);
	assert_int_equal(scene->plan.copies.n_complete, 0);
	assert_true(needs_afresh(scene, true));
	assert_false(needs_afresh(scene, false)); /* audit, or a pause: nothing is written */
	scene->known.fence = (FenceRecords){.items = &closed, .n_items = 1};
	assert_true(needs_afresh(scene, false)); /* but what the fence closed */
	POOL_PUSH(scene->pool, scene->plan.held.holds, scene->plan.held.n_holds,
		  {.guard = GUARD_JOINING, .suffix = SUFFIX});
	assert_false(needs_afresh(scene, true));
	scene->plan.held.holds[0].peer = "ldap://one"; /* a link alone */
	assert_true(needs_afresh(scene, true));
	scene->database_facts.extra.n_entries = 1;
	assert_false(needs_afresh(scene, true));
	scene->database_facts.extra.n_entries = 0;
	scene->database_facts.extra.n_doubtful = 1;
	assert_false(needs_afresh(scene, true));
}

static void who_was_complete_before_is_not_looked_at_again(void **state)
{
	Scene *scene = *state;

	scene->known_database.is_complete = true;
	scene->known = (Known){.databases = &scene->known_database, .n_databases = 1};
	scene->database_facts.extra = (CopyExtra){0};
	assert_int_equal(judge(scene), -1);
	scene->database_facts.here = (Content){0};
	assert_int_equal(judge(scene), GUARD_JOINING);
	assert_false(scene->plan.unknown.contents[0].extra);
	scene->known_database = (KnownDatabase){.suffix = SUFFIX, .is_joining = true};
	scene->input.options.consent.released = GUARD_BIT(GUARD_JOINING);
	scene->plan.unknown.n_contents = 0;
	assert_int_equal(judge(scene), GUARD_JOINING);
	assert_false(scene->plan.unknown.contents[0].extra);
}

/* Who joins as well may keep the same entries, and one that is this node surely does. */
static void it_is_compared_with_a_provider_that_is_another_server(void **state)
{
	Scene *scene = *state;
	Links *links = links_make(scene);
	const DatabaseFacts *facts = &scene->database_facts;
	const Content *found;

	scene->database_facts.here = content(0, scene->here_csns, 1);
	links->peers[0].server_id = 0;
	found = joining_extra_peer(&scene->server, &scene->database, facts);
	assert_int_equal(found->peer_id, 3);
	links->peers[1].server_id = 0;
	found = joining_extra_peer(&scene->server, &scene->database, facts);
	assert_int_equal(found->peer_id, 1);
	scene->peers[0].uri = scene->peers[2].uri = "ldap://localhost:1";
	scene->server.listeners = (const char *[]){"ldap://localhost:1/"};
	scene->server.n_listeners = 1;
	assert_null(joining_extra_peer(&scene->server, &scene->database, facts));
}

/* Its neighbours get each other's deletions from here only: one still has what the other deleted.
 */
static void it_is_compared_with_a_provider_that_lacks_nothing_of_here(void **state)
{
	static const char *all[] = {NULL, OWN};
	Scene *scene = *state;
	Links *links = links_make(scene);
	const DatabaseFacts *facts = &scene->database_facts;

	all[0] = scene->peer_csns[0];
	scene->here_csns[0] = all[0];
	scene->here_csns[1] = OWN;
	scene->database_facts.here = content(0, scene->here_csns, 2);
	assert_int_equal(joining_extra_peer(&scene->server, &scene->database, facts)->peer_id, 1);
	links->peers[1] = content(3, all, 2);
	assert_int_equal(joining_extra_peer(&scene->server, &scene->database, facts)->peer_id, 3);
	links->peers[0] = content(1, all, 2);
	assert_int_equal(joining_extra_peer(&scene->server, &scene->database, facts)->peer_id, 1);
}

/* What a person should do where it joined from a provider that knows less. */
static void what_a_peer_that_lacks_changes_has_alone_may_be_deleted(void **state)
{
	Scene *scene = *state;
	const Hold *hold;

	scene->database_facts.extra.n_missing = 1;
	assert_int_equal(judge(scene), GUARD_JOINING);
	hold = joining_judge(&scene->diff, &scene->database, &scene->live);
	assert_non_null(strstr(hold->text, "by contextCSN everything"));
	scene->here_csns[1] = OWN;
	scene->database_facts.here = content(0, scene->here_csns, 2);
	assert_int_equal(judge(scene), GUARD_JOINING);
	hold = joining_judge(&scene->diff, &scene->database, &scene->live);
	assert_non_null(strstr(hold->text, "lacks changes that are here"));
}

/* The change of the link that is written; NULL: none is. */
static const Change *link_change(Scene *scene)
{
	scene->plan.n_changes = scene->diff.n_joining = 0;
	joining_hold_links(&scene->diff, &scene->database, &scene->live,
			   (const WantedConsumer *[]){&scene->consumer});
	return scene->plan.n_changes > 0 ? &scene->plan.changes[0] : NULL;
}

static void a_peer_is_read_at_intervals_to_get_rid_of_what_is_too_much(void **state)
{
	Scene *scene = *state;
	const Change *change;

	scene->consumer.syncrepl.value[SYNCREPL_TYPE] = "refreshAndPersist";
	scene->live_consumer.syncrepl = scene->consumer.syncrepl;
	assert_null(link_change(scene));
	scene->database_facts.extra.n_entries = 1;
	change = link_change(scene);
	assert_non_null(change);
	assert_int_equal(change->kind, CHANGE_CONSUMER_EDIT);
	assert_true(syncrepl_is_refresh_only(&change->consumer.wanted->syncrepl));
	scene->live_consumer.syncrepl = change->consumer.wanted->syncrepl;
	assert_null(link_change(scene));
	/* What peers.json says waits until it is gone. */
	plan_add_change(scene->pool, &scene->plan,
			(Change){.kind = CHANGE_CONSUMER_EDIT,
				 .suffix = SUFFIX,
				 .dn = scene->live.entry->dn,
				 .consumer.live = &scene->live_consumer,
				 .consumer.wanted = &scene->consumer});
	joining_hold_links(&scene->diff, &scene->database, &scene->live,
			   (const WantedConsumer *[]){&scene->consumer});
	assert_int_equal(scene->plan.n_changes, 1);
	assert_true(scene->plan.changes[0].is_held);
}

/* True when an edit of the link to what peers.json says is held; it is the only change. */
static bool holds_edit(Scene *scene)
{
	scene->plan.n_changes = scene->diff.n_joining = 0;
	plan_add_change(scene->pool, &scene->plan,
			(Change){.kind = CHANGE_CONSUMER_EDIT,
				 .suffix = SUFFIX,
				 .dn = scene->live.entry->dn,
				 .consumer.live = &scene->live_consumer,
				 .consumer.wanted = &scene->consumer});
	joining_hold_links(&scene->diff, &scene->database, &scene->live,
			   (const WantedConsumer *[]){&scene->consumer});
	assert_int_equal(scene->plan.n_changes, 1);
	return scene->plan.changes[0].is_held;
}

static void a_link_is_read_at_intervals_as_it_was_while_nothing_is_known(void **state)
{
	Scene *scene = *state;

	scene->consumer.syncrepl.value[SYNCREPL_TYPE] = "refreshAndPersist";
	scene->live_consumer.syncrepl = scene->consumer.syncrepl;
	scene->database_facts.extra.problem = "no time";
	assert_null(link_change(scene));
	scene->database_facts.extra = (CopyExtra){.was_asked = true, .peer_id = 1, .n_entries = 1};
	scene->live_consumer.syncrepl = link_change(scene)->consumer.wanted->syncrepl;
	scene->database_facts.extra.problem = "no time";
	assert_true(holds_edit(scene));
	/* It is behind everybody, and stays so where much is changed. */
	scene->database_facts.extra = (CopyExtra){.was_asked = true};
	assert_false(holds_edit(scene));
	scene->database_facts.extra = (CopyExtra){.was_asked = true, .peer_id = 1, .problem = "x"};
	assert_true(holds_edit(scene));
	/* Another password is written all the same. */
	scene->consumer.syncrepl.value[SYNCREPL_CREDENTIALS] = "new";
	assert_false(holds_edit(scene));
}

/* Its database's entry of cn=config was written just now. */
static void links_written(Scene *scene)
{
	static Value when = {.bytes = "20261122101500Z", .len = 15};
	static Attribute attribute = {.name = "modifyTimestamp", .values = &when, .n_values = 1};
	static Entry entry = {
		.dn = "olcDatabase={1}mdb,cn=config", .attributes = &attribute, .n_attributes = 1};

	scene->live.entry = &entry;
	scene->facts.now_sec = timestamp_parse("2026-11-22T10:15:00Z");
}

/* One stays connected, and something is here that its peer deleted. */
static void keep_too_much(Scene *scene)
{
	scene->consumer.syncrepl.value[SYNCREPL_TYPE] = "refreshAndPersist";
	scene->live_consumer.syncrepl = scene->consumer.syncrepl;
	scene->database_facts.extra = (CopyExtra){.was_asked = true, .peer_id = 1, .n_entries = 1};
}

static void what_an_earlier_pass_found_begins_no_refresh_anew(void **state)
{
	Scene *scene = *state;
	const Change *change;

	keep_too_much(scene);
	scene->database_facts.extra.is_kept = true;
	assert_null(link_change(scene));
	scene->database_facts.extra.is_kept = false;
	change = link_change(scene);
	assert_non_null(change);
	scene->live_consumer.syncrepl = change->consumer.wanted->syncrepl;
	scene->database_facts.extra.is_kept = true;
	assert_true(holds_edit(scene));
}

static void what_was_found_before_the_links_were_written_is_no_news(void **state)
{
	Scene *scene = *state;

	keep_too_much(scene);
	links_written(scene);
	scene->database_facts.extra.is_kept = true;
	scene->facts.now_sec += 20;
	scene->database_facts.extra.age_msec = 20000;
	assert_null(link_change(scene));
	scene->database_facts.extra.age_msec = 19000;
	assert_non_null(link_change(scene));
}

static void no_link_is_changed_while_one_is_in_its_refresh(void **state)
{
	Scene *scene = *state;
	RunningConsumer running = {
		.suffix = SUFFIX, .rid = 1, .provider = "ldap://one", .is_connected = true};

	keep_too_much(scene);
	scene->live_consumer.rid = 1;
	scene->live_consumer.provider = "ldap://one";
	scene->server.runs =
		(LiveRunning){.is_known = true, .consumers = &running, .n_consumers = 1};
	assert_null(link_change(scene));
	running.is_persistent = true;
	assert_non_null(link_change(scene));
	running = (RunningConsumer){.suffix = SUFFIX, .rid = 1, .provider = "ldap://one"};
	assert_non_null(link_change(scene));
}

static void where_slapd_shows_no_links_they_have_time_for_their_refresh(void **state)
{
	Scene *scene = *state;

	keep_too_much(scene);
	links_written(scene);
	scene->facts.now_sec += 9;
	assert_null(link_change(scene));
	scene->facts.now_sec += 1;
	assert_non_null(link_change(scene));
}

/* Changes arrive all the time, and no look finds everything here. */
static void behind_everybody_a_refresh_at_intervals_is_not_interrupted(void **state)
{
	Scene *scene = *state;

	keep_too_much(scene);
	scene->live_consumer.syncrepl = link_change(scene)->consumer.wanted->syncrepl;
	links_written(scene);
	scene->database_facts.extra = (CopyExtra){.was_asked = true};
	scene->here_csns[0] = "20261122101505.999999Z#000000#001#000000";
	scene->peer_csns[0] = "20261122101600.000000Z#000000#001#000000";
	scene->facts.now_sec += 600;
	assert_true(holds_edit(scene));
	scene->here_csns[0] = "20261122101506.000000Z#000000#001#000000";
	assert_false(holds_edit(scene));
	/* One that takes very long goes on while the link stays connected. */
	scene->here_csns[0] = OLD;
	assert_true(holds_edit(scene));
	scene->facts.now_sec++;
	assert_false(holds_edit(scene));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(entries_that_a_peer_deleted_wait_to_be_gone),
		SCENE_TEST(what_may_be_too_much_waits_until_it_is_known),
		SCENE_TEST(what_perhaps_was_deleted_there_waits_for_a_person),
		SCENE_TEST(what_an_earlier_pass_saw_opens_no_node),
		SCENE_TEST(who_was_complete_before_is_not_looked_at_again),
		SCENE_TEST(it_is_compared_with_a_provider_that_is_another_server),
		SCENE_TEST(it_is_compared_with_a_provider_that_lacks_nothing_of_here),
		SCENE_TEST(what_a_peer_that_lacks_changes_has_alone_may_be_deleted),
		SCENE_TEST(a_peer_is_read_at_intervals_to_get_rid_of_what_is_too_much),
		SCENE_TEST(a_link_is_read_at_intervals_as_it_was_while_nothing_is_known),
		SCENE_TEST(what_an_earlier_pass_found_begins_no_refresh_anew),
		SCENE_TEST(what_was_found_before_the_links_were_written_is_no_news),
		SCENE_TEST(no_link_is_changed_while_one_is_in_its_refresh),
		SCENE_TEST(where_slapd_shows_no_links_they_have_time_for_their_refresh),
		SCENE_TEST(behind_everybody_a_refresh_at_intervals_is_not_interrupted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
