/* SPDX-License-Identifier: Apache-2.0 */
/* A relay that was away, with what makes it a provider taken from it: when it gets that back. */
#include "tests/unit/relay_scene.h"

#include "common/copy/fence_apart.h"
#include "common/plan/plan_changes.h"
#include "common/remember/fence_note.h"
#include "common/remember/memory_after.h"

/* As the fence leaves it. */
static void take(Scene *scene)
{
	Entry *database = scene->database;

	scene->config.n_entries = 2;
	for (size_t i = 0; i < database->n_attributes; i++)
		if (strcmp(database->attributes[i].name, "olcMultiProvider") == 0)
			database->attributes[i].name = "olcHidden_was_flag";
}

static void apart_make(Scene *scene)
{
	middle_make(scene, MIDDLE, "23", 2);
	take(scene);
}

static const char *waits_for(Scene *scene)
{
	scene->plan = (Plan){0};
	(void)plan_steps(scene);
	for (size_t i = 0; i < scene->plan.held.n_holds; i++)
		if (scene->plan.held.holds[i].guard == GUARD_JOINING)
			return scene->plan.held.holds[i].text;
	return "";
}

static void waits(Scene *scene, const char *text)
{
	const char *told = waits_for(scene);

	if (!strstr(told, text))
		fail_msg("%s: %s", text, told);
	assert_null(
		change_first_free(&scene->plan, &scene->plan.databases[0], CHANGES_TO_PROVIDER));
}

static bool is_given_back(Scene *scene)
{
	return !*waits_for(scene) &&
	       change_first_free(&scene->plan, &scene->plan.databases[0],
				 CHANGE_BIT(CHANGE_OVERLAY)) &&
	       change_first_free(&scene->plan, &scene->plan.databases[0],
				 CHANGE_BIT(CHANGE_MULTI_PROVIDER_ON));
}

static void it_waits_for_what_both_sides_have(void **state)
{
	Scene *scene = *state;

	apart_make(scene);
	scene->content.peers[1].context_csns = far_csns;
	scene->content.peers[1].n_context_csns = 2;
	waits(scene, "ldap://peer3 has more");
	scene->content.here.context_csns = far_csns;
	scene->content.here.n_context_csns = 2;
	assert_true(is_given_back(scene));
	/* Nobody looks again whether something is too much here. */
	scene->content.extra = (CopyExtra){0};
	assert_true(is_given_back(scene));
}

static void a_side_that_is_silent_is_waited_for(void **state)
{
	Scene *scene = *state;

	apart_make(scene);
	silence(scene, 1);
	waits(scene, "ldap://peer3: no answer");
	scene->options.consent.released = GUARD_BIT(GUARD_JOINING);
	assert_true(is_given_back(scene));
	scene->options.consent.released = 0;
	record.is_apart = false; /* any other node that was complete goes on */
	assert_true(is_given_back(scene));
}

static void one_of_a_side_tells_for_it(void **state)
{
	Scene *scene = *state;

	middle_make(scene, FORK, "234", 3);
	take(scene);
	silence(scene, 2);
	assert_true(is_given_back(scene));
	silence(scene, 1);
	waits(scene, "ldap://peer3: no answer; ldap://peer4: no answer");
}

/* Nobody can read the other one either: one of them goes first. */
static void of_two_that_were_away_the_lower_id_goes_first(void **state)
{
	Scene *scene = *state;

	apart_make(scene);
	scene->content.peers[1].context_csns = far_csns;
	scene->content.peers[1].n_context_csns = 2;
	scene->content.peers[1].server_id = 0;
	assert_true(is_given_back(scene));
	scene->text = pool_printf(
		scene->pool,
		"{\"format\": 1, \"peers\": [{\"id\": 9, \"uri\": \"ldap://one\", \"reads\": [2, 3]}, " PEER(
			2, "9") ", " PEER(3, "9") DATABASES "}]}");
	scene->global->n_attributes = 0;
	value_add(scene, scene->global, "objectClass", "olcGlobal");
	value_add(scene, scene->global, "olcServerID", "9");
	waits(scene, "ldap://peer3 has more, and is no provider yet");
}

static bool goes_when_started(Scene *scene, const char *time)
{
	scene_read(scene);
	scene->live.start_time = time;
	scene->plan = (Plan){0};
	plan_make(scene->pool, &scene->input, &scene->plan);
	return change_first_free(&scene->plan, &scene->plan.databases[0], CHANGES_TO_PROVIDER) !=
	       NULL;
}

static void who_waited_for_its_turn_goes(void **state)
{
	of_two_that_were_away_the_lower_id_goes_first(state);
	assert_false(goes_when_started(*state, "20261128101150Z"));
	assert_true(goes_when_started(*state, "20261128101130Z"));
}

static const char *setting(const Scene *scene, const char *name)
{
	for (size_t i = 0; i < scene->plan.order.n_steps; i++)
		for (size_t k = 0; k < scene->plan.order.steps[i].n_mods; k++)
			if (scene->plan.order.steps[i].kind == STEP_ADD_ENTRY &&
			    strcmp(scene->plan.order.steps[i].mods[k].attribute, name) == 0)
				return scene->plan.order.steps[i].mods[k].values[0];
	return "";
}

static void the_overlay_comes_back_as_it_was(void **state)
{
	Scene *scene = *state;
	Entry taken = {0};

	scene->more = ", \"syncprov\": {\"checkpoint\": \"7 7\"}";
	apart_make(scene);
	entry_add_value(scene->pool, &taken, "olcSpCheckpoint", "5 5", 3);
	entry_add_value(scene->pool, &taken, "olcSpSessionlog", "100", 3);
	entry_add_value(scene->pool, &taken, "olcSpReloadHint", "TRUE", 4);
	record.overlay = &taken;
	assert_true(is_given_back(scene));
	assert_string_equal(setting(scene, "olcSpCheckpoint"), "7 7");
	assert_string_equal(setting(scene, "olcSpSessionlog"), "100");
	assert_string_equal(setting(scene, "olcSpReloadHint"), "TRUE");
	assert_true(change_first(&scene->plan, &scene->plan.databases[0],
				 CHANGE_BIT(CHANGE_MULTI_PROVIDER_ON))
			    ->is_put_back);
	scene->more = ", \"syncprov\": {\"sessionlog\": false}";
	scene->text = pool_printf(scene->pool, MIDDLE DATABASES "%s}]}", scene->more);
	assert_true(is_given_back(scene));
	assert_string_equal(setting(scene, "olcSpSessionlog"), "");
}

/* --- what is remembered --- */

static void it_stays_what_it_was_while_it_waits(void **state)
{
	Scene *scene = *state;
	const KnownDatabase *known;

	apart_make(scene);
	silence(scene, 1);
	waits(scene, "ldap://peer3: no answer");
	memory_held(scene->pool, &scene->plan, &scene->facts, &scene->known);
	known = known_database(&scene->known, SUFFIX);
	assert_true(known->is_complete && !known->is_joining);
	scene->known_database.is_joining = true; /* it joined already */
	scene->known.databases = &scene->known_database;
	silence(scene, 0);
	waits(scene, "no peer proves that the first refresh is complete");
	memory_held(scene->pool, &scene->plan, &scene->facts, &scene->known);
	known = known_database(&scene->known, SUFFIX);
	assert_true(known->is_joining);
}

static const FenceRecord *record_after(Scene *scene)
{
	scene_read(scene);
	(void)memory_opened(scene->pool, &scene->live, scene->plan.wanted, &scene->known);
	return fence_record(&scene->known.fence, SUFFIX);
}

static void it_is_apart_until_both_are_back(void **state)
{
	Scene *scene = *state;
	Entry taken = {0};

	apart_make(scene);
	record.overlay = &taken;
	assert_true(record_after(scene)->is_apart);
	scene->config.n_entries = 3; /* the overlay alone */
	assert_true(record_after(scene)->is_apart);
	value_add(scene, scene->database, "olcMultiProvider", "TRUE");
	assert_false(record_after(scene)->is_apart);
	assert_null(record_after(scene)->overlay);
}

static void who_left_or_is_a_consumer_gets_nothing_back(void **state)
{
	Scene *scene = *state;
	LeftDatabase left = {.suffix = SUFFIX};
	Peer self = {.id = 1, .role = PEER_CONSUMER};
	const Wanted wanted = {.self = &self};

	apart_make(scene);
	assert_true(record_after(scene)->is_apart);
	scene->plan.wanted = &wanted;
	assert_false(record_after(scene)->is_apart);
	self.role = PEER_PROVIDER;
	record.is_apart = true;
	scene->known.fence = (FenceRecords){.items = &record, .n_items = 1, .looked_sec = 1};
	assert_true(record_after(scene)->is_apart);
	scene->known.leave.databases = &left;
	scene->known.leave.n_databases = 1;
	assert_false(record_after(scene)->is_apart);
}

static void a_taking_that_was_cut_off_is_judged_by_what_is_there(void **state)
{
	static const Entry taken;
	Scene *scene = *state;

	middle_make(scene, MIDDLE, "23", 2);
	record.is_apart = false;
	record.is_parting = true;
	record.overlay = &taken;
	assert_true(fence_is_apart(&scene->known.fence, SUFFIX));
	assert_false(record_after(scene)->is_apart || record_after(scene)->is_parting);
	assert_null(record_after(scene)->overlay);
	take(scene);
	record.is_parting = true;
	scene->known.fence = (FenceRecords){.items = &record, .n_items = 1, .looked_sec = 1};
	assert_true(record_after(scene)->is_apart);
}

/* --- who is one --- */

static bool is_noted(Scene *scene)
{
	static const char *csns[] = {CSN};
	const DatabaseHealth health = {
		.suffix = SUFFIX,
		.here = {.is_current = true, .has_suffix = true, .csns = csns, .n_csns = 1}};
	FenceNote note = {.known = &scene->known,
			  .plan = &scene->plan,
			  .live = &scene->live,
			  .databases = &health,
			  .n_databases = 1};
	LastSeenAll seen = {0};

	scene->plan = (Plan){0};
	(void)plan_steps(scene);
	fence_note_databases(scene->pool, &note, &seen);
	assert_int_equal(seen.n_items, 1);
	return seen.items[0].is_relay;
}

static void only_a_relay_that_the_daemon_cares_for_is_noted(void **state)
{
	Scene *scene = *state;
	LeftDatabase left = {.suffix = SUFFIX};

	scene->policy = "{\"mode\": \"enforce\"}";
	middle_make(scene, MIDDLE, "23", 2);
	record.is_apart = false;
	assert_true(is_noted(scene));
	scene->known.leave.databases = &left;
	scene->known.leave.n_databases = 1;
	assert_false(is_noted(scene));
	scene->known.leave.n_databases = 0;
	scene->text =
		MIDDLE DATABASES ", \"syncprov\": false}], \"policy\": {\"mode\": \"enforce\"}}";
	assert_false(is_noted(scene));
	scene->text = MIDDLE DATABASES "}]}"; /* audit */
	assert_false(is_noted(scene));
	scene->text = ONE("2") PEER(2, "1, 3") ", " PEER(3, "2") DATABASES
		"}], \"policy\": {\"mode\": \"enforce\"}}"; /* an end */
	assert_false(is_noted(scene));
	scene->text = MESH DATABASES "}], \"policy\": {\"mode\": \"enforce\"}}";
	assert_false(is_noted(scene));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(it_waits_for_what_both_sides_have),
		SCENE_TEST(a_side_that_is_silent_is_waited_for),
		SCENE_TEST(one_of_a_side_tells_for_it),
		SCENE_TEST(of_two_that_were_away_the_lower_id_goes_first),
		SCENE_TEST(who_waited_for_its_turn_goes),
		SCENE_TEST(the_overlay_comes_back_as_it_was),
		SCENE_TEST(it_stays_what_it_was_while_it_waits),
		SCENE_TEST(it_is_apart_until_both_are_back),
		SCENE_TEST(who_left_or_is_a_consumer_gets_nothing_back),
		SCENE_TEST(a_taking_that_was_cut_off_is_judged_by_what_is_there),
		SCENE_TEST(only_a_relay_that_the_daemon_cares_for_is_noted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
