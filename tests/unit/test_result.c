/* SPDX-License-Identifier: Apache-2.0 */
/* What the judge of the result holds when a guard has let it pass: changes and steps of such plans
 * are made here by hand. */
#include "common/plan/plan_changes.h"
#include "common/result/guard_result.h"
#include "tests/unit/plan_scene.h"

/* A plan as guards that failed would leave it. */
typedef struct Bad {
	Scene *scene;
	Plan plan;
	Diff diff;
} Bad;

static void bad_begin(Bad *bad, Scene *scene)
{
	scene_read(scene);
	*bad = (Bad){.scene = scene};
	bad->plan.wanted = scene->input.wanted;
	plan_databases_make(scene->pool, &bad->plan, scene->input.live);
	bad->diff = (Diff){.pool = scene->pool, .in = &scene->input, .plan = &bad->plan};
}

static void change_add(Bad *bad, ChangeKind kind, const char *dn)
{
	plan_add_change(bad->scene->pool, &bad->plan,
			(Change){.kind = kind,
				 .suffix = kind == CHANGE_SERVER_ID ? NULL : SUFFIX,
				 .dn = dn,
				 .attribute = "x",
				 .subject = "x"});
}

static void step_add(Bad *bad, StepKind kind, const char *dn)
{
	POOL_PUSH(bad->scene->pool, bad->plan.order.steps, bad->plan.order.n_steps,
		  {.kind = kind, .dn = dn, .suffix = SUFFIX});
}

static void mod_add(Bad *bad, ModKind kind, const char *attribute, const char *value)
{
	Step *step = &bad->plan.order.steps[bad->plan.order.n_steps - 1];
	Mod mod = {.kind = kind, .attribute = attribute};

	if (value)
		POOL_PUSH(bad->scene->pool, mod.values, mod.n_values, value);
	POOL_PUSH(bad->scene->pool, step->mods, step->n_mods, mod);
}

#define LINK                                                                                      \
	"rid=2 provider=ldap://peer2 searchbase=" SUFFIX " bindmethod=simple binddn=cn=r," SUFFIX \
	" credentials=x"

static void overlay_step(Bad *bad)
{
	step_add(bad, STEP_ADD_ENTRY, OVERLAY);
	mod_add(bad, MOD_ADD, "objectClass", "olcOverlayConfig");
	mod_add(bad, MOD_ADD, "olcOverlay", "syncprov");
}

/* Everything is held by one guard, and counted as a fault. */
static void assert_held(Bad *bad, Guard guard)
{
	assert_true(guard_result(&bad->diff));
	assert_int_equal(bad->plan.n_breaches, 1);
	for (size_t i = 0; i < bad->plan.n_changes; i++) {
		assert_true(bad->plan.changes[i].is_held);
		assert_int_equal(bad->plan.changes[i].hold.guard, guard);
	}
}

static void assert_passes(Bad *bad)
{
	assert_false(guard_result(&bad->diff));
	assert_int_equal(bad->plan.n_breaches, 0);
}

/* --- G1 --- */

static void the_flag_stays_never_without_links(void **state)
{
	Scene *scene = *state;
	Bad bad;

	provider_make(scene, "2");
	scene->options.consent.released = GUARD_BIT(GUARD_REMOVAL);
	bad_begin(&bad, scene);
	change_add(&bad, CHANGE_CONSUMERS_RENEW, DATABASE);
	step_add(&bad, STEP_MODIFY, DATABASE);
	mod_add(&bad, MOD_DELETE, "olcSyncrepl", NULL);
	assert_held(&bad, GUARD_RESTART);
}

static void every_prefix_must_start_again(void **state)
{
	Scene *scene = *state;
	Bad bad;

	provider_make(scene, "2");
	scene->options.consent.released = GUARD_BIT(GUARD_REMOVAL);
	bad_begin(&bad, scene);
	change_add(&bad, CHANGE_CONSUMERS_RENEW, DATABASE);
	change_add(&bad, CHANGE_MULTI_PROVIDER_OFF, DATABASE);
	step_add(&bad, STEP_MODIFY, DATABASE);
	mod_add(&bad, MOD_DELETE, "olcSyncrepl", NULL);
	step_add(&bad, STEP_MODIFY, DATABASE);
	mod_add(&bad, MOD_DELETE, "olcMultiProvider", NULL);
	assert_held(&bad, GUARD_RESTART);
}

static void links_and_flag_may_go_together(void **state)
{
	Scene *scene = *state;
	Bad bad;

	provider_make(scene, "2");
	scene->options.consent.released = GUARD_BIT(GUARD_REMOVAL);
	scene->n_peers = 1;
	bad_begin(&bad, scene);
	step_add(&bad, STEP_MODIFY, DATABASE);
	mod_add(&bad, MOD_DELETE, "olcMultiProvider", NULL);
	mod_add(&bad, MOD_DELETE, "olcSyncrepl", NULL);
	assert_passes(&bad);
}

static void ids_that_match_no_listener_are_not_written(void **state)
{
	Scene *scene = *state;
	Bad bad;

	provider_make(scene, "23");
	bad_begin(&bad, scene);
	change_add(&bad, CHANGE_SERVER_ID, "cn=config");
	step_add(&bad, STEP_MODIFY, "cn=config");
	mod_add(&bad, MOD_REPLACE, "olcServerID", "1 ldap://elsewhere");
	assert_held(&bad, GUARD_RESTART);
}

static void a_list_of_ids_is_not_written_where_listeners_are_unknown(void **state)
{
	Scene *scene = *state;
	Bad bad;

	provider_make(scene, "23");
	scene->facts.machine.given.n_now = 0;
	bad_begin(&bad, scene);
	change_add(&bad, CHANGE_SERVER_ID, "cn=config");
	step_add(&bad, STEP_MODIFY, "cn=config");
	mod_add(&bad, MOD_REPLACE, "olcServerID", "1 ldap://one");
	assert_held(&bad, GUARD_RESTART);
}

static void what_cannot_be_foreseen_is_held(void **state)
{
	Scene *scene = *state;
	Bad bad;

	provider_make(scene, "23");
	bad_begin(&bad, scene);
	change_add(&bad, CHANGE_CONSUMERS_RENEW, DATABASE);
	step_add(&bad, STEP_MODIFY, DATABASE);
	mod_add(&bad, MOD_DELETE, "olcSyncrepl", "{0}nothing like that");
	assert_held(&bad, GUARD_RESTART);
}

/* --- joining --- */

/* Peer 2 has changes that are not here. */
static void lack_changes(Scene *scene)
{
	scene->content.here.n_context_csns = 0;
	scene->known_database.is_joining = true;
}

static void no_provider_is_made_of_who_must_read_first(void **state)
{
	Scene *scene = *state;
	Bad bad;

	lack_changes(scene);
	bad_begin(&bad, scene);
	change_add(&bad, CHANGE_OVERLAY, OVERLAY);
	overlay_step(&bad);
	assert_held(&bad, GUARD_JOINING);
}

static void nobody_gets_the_flag_who_must_read_first(void **state)
{
	Scene *scene = *state;
	Bad bad;

	provider_make(scene, "2");
	scene->database->n_attributes -= 2; /* the flag, behind it the links */
	consumer_add(scene, 0, "peer2", 2, "timeout=3");
	lack_changes(scene);
	bad_begin(&bad, scene);
	change_add(&bad, CHANGE_MULTI_PROVIDER_ON, DATABASE);
	step_add(&bad, STEP_MODIFY, DATABASE);
	mod_add(&bad, MOD_REPLACE, "olcMultiProvider", "TRUE");
	assert_held(&bad, GUARD_JOINING);
}

static void who_takes_clients_writes_is_not_closed(void **state)
{
	Scene *scene = *state;
	Bad bad;

	bad_begin(&bad, scene);
	change_add(&bad, CHANGE_CONSUMER_ADD, DATABASE);
	step_add(&bad, STEP_MODIFY, DATABASE);
	mod_add(&bad, MOD_ADD, "olcSyncrepl", LINK);
	assert_held(&bad, GUARD_RESTART);
}

/* Without links a database takes clients' writes. */
static void a_database_that_reads_first_stays_closed(void **state)
{
	Scene *scene = *state;
	Bad bad;

	consumer_add(scene, 0, "peer2", 2, "timeout=3");
	lack_changes(scene);
	scene->options.consent.released = GUARD_BIT(GUARD_REMOVAL);
	bad_begin(&bad, scene);
	change_add(&bad, CHANGE_CONSUMERS_RENEW, DATABASE);
	step_add(&bad, STEP_MODIFY, DATABASE);
	mod_add(&bad, MOD_DELETE, "olcSyncrepl", NULL);
	assert_held(&bad, GUARD_JOINING);
}

static void nobody_gets_the_flag_without_the_overlay(void **state)
{
	Scene *scene = *state;
	Bad bad;

	bad_begin(&bad, scene);
	change_add(&bad, CHANGE_MULTI_PROVIDER_ON, DATABASE);
	step_add(&bad, STEP_MODIFY, DATABASE);
	mod_add(&bad, MOD_ADD, "olcSyncrepl", LINK);
	mod_add(&bad, MOD_REPLACE, "olcMultiProvider", "TRUE");
	assert_held(&bad, GUARD_ORDER);
}

/* The failure of an optional step does not stop the others. */
static void an_optional_step_may_fail(void **state)
{
	Scene *scene = *state;
	Bad bad;

	bad_begin(&bad, scene);
	change_add(&bad, CHANGE_MULTI_PROVIDER_ON, DATABASE);
	overlay_step(&bad);
	step_add(&bad, STEP_MODIFY, DATABASE);
	mod_add(&bad, MOD_ADD, "olcSyncrepl", LINK);
	mod_add(&bad, MOD_REPLACE, "olcMultiProvider", "TRUE");
	assert_passes(&bad);
	bad.plan.order.steps[0].is_optional = true;
	assert_held(&bad, GUARD_ORDER);
}

/* --- G4 --- */

static void the_last_provider_stays(void **state)
{
	Scene *scene = *state;
	Bad bad;

	provider_make(scene, "2");
	scene->n_peers = 1;
	bad_begin(&bad, scene);
	change_add(&bad, CHANGE_CONSUMER_REMOVE, DATABASE);
	step_add(&bad, STEP_MODIFY, DATABASE);
	mod_add(&bad, MOD_DELETE, "olcMultiProvider", NULL);
	mod_add(&bad, MOD_DELETE, "olcSyncrepl", NULL);
	assert_held(&bad, GUARD_REMOVAL);
}

static void a_provider_from_before_stays(void **state)
{
	static const char *foreign[] = {"ldap://peer9"};
	Scene *scene = *state;
	Bad bad;

	provider_make(scene, "29");
	scene->known_database.foreign = foreign;
	scene->known_database.n_foreign = 1;
	scene->known_database.is_complete = true;
	bad_begin(&bad, scene);
	change_add(&bad, CHANGE_CONSUMER_REMOVE, DATABASE);
	step_add(&bad, STEP_MODIFY, DATABASE);
	mod_add(&bad, MOD_DELETE, "olcSyncrepl", "{1}");
	assert_held(&bad, GUARD_REMOVAL);
}

static void removals_are_counted(void **state)
{
	Scene *scene = *state;
	Bad bad;

	provider_make(scene, "289");
	bad_begin(&bad, scene);
	change_add(&bad, CHANGE_CONSUMER_REMOVE, DATABASE);
	step_add(&bad, STEP_MODIFY, DATABASE);
	mod_add(&bad, MOD_DELETE, "olcSyncrepl", "{2}");
	assert_passes(&bad);
	step_add(&bad, STEP_MODIFY, DATABASE);
	mod_add(&bad, MOD_DELETE, "olcSyncrepl", "{1}");
	assert_held(&bad, GUARD_REMOVAL);
	bad.plan.changes[0].is_held = false;
	scene->input.options.consent.released = GUARD_BIT(GUARD_REMOVAL);
	assert_false(guard_result(&bad.diff));
}

/* --- rights --- */

static void access_step(Bad *bad, const char *value)
{
	change_add(bad, CHANGE_ACCESS, DATABASE);
	step_add(bad, STEP_MODIFY, DATABASE);
	mod_add(bad, MOD_ADD, "olcAccess", value);
}

static void the_first_value_locks_everybody_out(void **state)
{
	Scene *scene = *state;
	Bad bad;

	scene->options.consent.released = GUARD_BIT(GUARD_ACCESS); /* of the reader's own */
	bad_begin(&bad, scene);
	access_step(&bad, "{0}to * by dn.exact=\"cn=r," SUFFIX "\" read by * break");
	assert_held(&bad, GUARD_ACCESS);
}

static void others_keep_their_rights(void **state)
{
	Scene *scene = *state;
	Bad bad;

	value_add(scene, scene->database, "olcAccess", "{0}to * by users write by * read");
	scene->options.consent.released = GUARD_BIT(GUARD_ACCESS); /* of the reader's own */
	bad_begin(&bad, scene);
	access_step(&bad, "{0}to * by dn.exact=\"cn=r," SUFFIX "\" read by users read by * break");
	assert_held(&bad, GUARD_ACCESS);
}

/* Whatever it is good for. */
static void a_value_is_never_taken_out(void **state)
{
	Scene *scene = *state;
	Bad bad;

	value_add(scene, scene->database, "olcAccess", "{0}to * by * read");
	value_add(scene, scene->database, "olcAccess", "{1}to attrs=cn by users write");
	scene->options.consent.released = GUARD_BIT(GUARD_ACCESS); /* of the reader's own */
	bad_begin(&bad, scene);
	change_add(&bad, CHANGE_ACCESS, DATABASE);
	step_add(&bad, STEP_MODIFY, DATABASE);
	mod_add(&bad, MOD_DELETE, "olcAccess", "{1}");
	assert_held(&bad, GUARD_ACCESS);
}

/* By the second value it may write. */
static void a_reader_keeps_its_rights(void **state)
{
	Scene *scene = *state;
	Bad bad;

	value_add(scene, scene->database, "olcAccess", "{0}to attrs=userPassword by * none");
	value_add(scene, scene->database, "olcAccess",
		  "{1}to * by dn.exact=\"cn=r," SUFFIX "\" write by * read");
	bad_begin(&bad, scene);
	access_step(&bad, "{0}to * by dn.exact=\"cn=r," SUFFIX "\" read by * break");
	assert_held(&bad, GUARD_ACCESS);
	bad.plan.changes[0].is_held = false;
	scene->input.options.consent.released = GUARD_BIT(GUARD_ACCESS);
	assert_false(guard_result(&bad.diff));
}

static void a_value_that_only_gives_passes(void **state)
{
	Scene *scene = *state;
	Bad bad;

	value_add(scene, scene->database, "olcAccess", "{0}to attrs=userPassword by * none");
	value_add(scene, scene->database, "olcAccess", "{1}to * by * read");
	bad_begin(&bad, scene);
	access_step(&bad, "{0}to * by dn.exact=\"cn=r," SUFFIX "\" read by * break");
	assert_passes(&bad);
}

/* --- order --- */

static void server_id_step(Bad *bad)
{
	bad->diff.server_id_is_wrong = bad->diff.has_live_sid = true;
	change_add(bad, CHANGE_SERVER_ID, "cn=config");
	step_add(bad, STEP_MODIFY, "cn=config");
	mod_add(bad, MOD_REPLACE, "olcServerID", "1");
}

static void the_server_id_waits_for_the_overlay(void **state)
{
	Bad bad;

	bad_begin(&bad, *state);
	server_id_step(&bad);
	overlay_step(&bad);
	assert_held(&bad, GUARD_ORDER);
}

static void the_server_id_waits_for_context_csn_on_disk(void **state)
{
	static const char *csns[] = {"20261122101500.000000Z#000000#000#000000"};
	Scene *scene = *state;
	Bad bad;

	scene->content.here.context_csns = csns;
	scene->content.peers->n_context_csns = 0;
	bad_begin(&bad, scene);
	overlay_step(&bad);
	server_id_step(&bad);
	assert_held(&bad, GUARD_ORDER);
	bad_begin(&bad, scene);
	overlay_step(&bad);
	step_add(&bad, STEP_SEARCH, SUFFIX);
	server_id_step(&bad);
	assert_passes(&bad);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(the_flag_stays_never_without_links),
		SCENE_TEST(every_prefix_must_start_again),
		SCENE_TEST(links_and_flag_may_go_together),
		SCENE_TEST(ids_that_match_no_listener_are_not_written),
		SCENE_TEST(a_list_of_ids_is_not_written_where_listeners_are_unknown),
		SCENE_TEST(what_cannot_be_foreseen_is_held),
		SCENE_TEST(no_provider_is_made_of_who_must_read_first),
		SCENE_TEST(nobody_gets_the_flag_who_must_read_first),
		SCENE_TEST(who_takes_clients_writes_is_not_closed),
		SCENE_TEST(a_database_that_reads_first_stays_closed),
		SCENE_TEST(nobody_gets_the_flag_without_the_overlay),
		SCENE_TEST(an_optional_step_may_fail),
		SCENE_TEST(the_last_provider_stays),
		SCENE_TEST(a_provider_from_before_stays),
		SCENE_TEST(removals_are_counted),
		SCENE_TEST(the_first_value_locks_everybody_out),
		SCENE_TEST(others_keep_their_rights),
		SCENE_TEST(a_value_is_never_taken_out),
		SCENE_TEST(a_reader_keeps_its_rights),
		SCENE_TEST(a_value_that_only_gives_passes),
		SCENE_TEST(the_server_id_waits_for_the_overlay),
		SCENE_TEST(the_server_id_waits_for_context_csn_on_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
