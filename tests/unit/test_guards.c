/* SPDX-License-Identifier: Apache-2.0 */
/* What a guard holds, and what it lets pass. */
#include "tests/unit/plan_scene.h"

static void a_node_that_is_not_listed_is_left_alone(void **state)
{
	Scene *scene = *state;

	scene->not_listed = "no peer is this node";
	assert_string_equal(plan_steps(scene), "");
	assert_true(holds(scene, GUARD_NOT_LISTED));
}

static void an_empty_file_ends_nothing(void **state)
{
	Scene *scene = *state;

	provider_make(scene, "23");
	scene->text = "{\"format\": 1, \"peers\": [{\"id\": 1, \"uri\": \"ldap://one\"}], "
		      "\"databases\": []}";
	assert_string_equal(plan_steps(scene), "");
	assert_true(holds(scene, GUARD_EMPTY_FILE));
}

/* Each revision is one text. */
static void the_revision_in_force_with_another_text_holds_everything(void **state)
{
	Scene *scene = *state;
	const char *text = peers_json(scene);

	scene->text = pool_printf(scene->pool, "{\"revision\": 3, %s", text + 1);
	scene->known.latest.has_revision = true;
	scene->known.latest.revision = 3;
	scene->known.latest.sha256 = "another";
	scene->options.sha256 = "this";
	assert_string_equal(plan_steps(scene), "");
	assert_true(holds(scene, GUARD_REVISION));
	scene->known.latest.sha256 = "this";
	assert_string_not_equal(plan_steps(scene), "");
}

static void an_older_revision_holds_everything_and_a_newer_one_nothing(void **state)
{
	Scene *scene = *state;
	const char *text = peers_json(scene);

	scene->text = pool_printf(scene->pool, "{\"revision\": 3, %s", text + 1);
	scene->known.latest.has_revision = true;
	scene->known.latest.revision = 4;
	assert_string_equal(plan_steps(scene), "");
	assert_true(holds(scene, GUARD_REVISION));
	scene->plan = (Plan){0};
	scene->known.latest.revision = 2;
	assert_string_not_equal(plan_steps(scene), "");
	assert_false(holds(scene, GUARD_REVISION));
}

/* A database that cannot be replicated: nothing of it is changed. */
static void assert_database_is_held(Scene *scene)
{
	assert_string_equal(plan_steps(scene), "modify 'cn=config' (replace olcServerID)\n");
	assert_true(holds(scene, GUARD_DATABASE));
}

static void a_glued_database_is_held(void **state)
{
	Scene *scene = *state;

	value_add(scene, scene->database, "olcSubordinate", "TRUE");
	assert_database_is_held(scene);
}

static void a_database_without_a_rootdn_is_held(void **state)
{
	Scene *scene = *state;

	scene->database->n_attributes--; /* olcRootDN is the last one */
	assert_string_equal(plan_steps(scene), "");
	assert_true(holds(scene, GUARD_DATABASE));
	/* It has entries, and will have its overlay. */
	assert_true(holds(scene, GUARD_ORDER));
}

static void a_backend_that_stores_nothing_is_held(void **state)
{
	Scene *scene = *state;

	scene->database->attributes[1].values[0].bytes = "{1}ldap";
	assert_database_is_held(scene);
}

/* Nobody can create another one. */
static void what_is_slapds_own_is_no_database_to_create(void **state)
{
	static const char *const own[] = {"cn=config", "cn=Monitor"};
	Scene *scene = *state;

	provider_make(scene, "23");
	for (size_t i = 0; i < ARRAY_SIZE(own); i++) {
		const char *text = peers_json(scene);

		scene->text = pool_printf(
			scene->pool,
			"%.*s, {\"suffix\": \"%s\", \"rid_offset\": 100, \"syncrepl\": {\"binddn\": \"cn=r\", \"credentials\": \"x\"}}%s",
			(int)(strstr(text, "], \"policy\"") - text), text, own[i],
			strstr(text, "], \"policy\""));
		scene->plan = (Plan){0};
		assert_string_equal(plan_steps(scene), "");
		assert_true(holds(scene, GUARD_DATABASE));
		assert_non_null(strstr(scene->plan.held.holds[0].text, "each slapd's own"));
		assert_string_equal(scene->plan.held.holds[0].release,
				    pool_printf(scene->pool, "\"suffix\": \"%s\"", own[i]));
		scene->text = NULL;
	}
}

static void a_server_without_access_rules_needs_none(void **state)
{
	Scene *scene = *state;

	provider_make(scene, "23");
	scene->more = ", \"access\": true";
	assert_string_equal(plan_steps(scene), "");
	assert_int_equal(scene->plan.held.n_holds + scene->plan.n_findings, 0);
}

#define DEBIAN      "{0}to attrs=userPassword by self write by anonymous auth by * none"
#define DEBIAN_REST "{1}to * by * read"
#define GROUP       "{0}to * by group=cn=g,dc=x write by * none"
#define NOT_PROVIDER                                                   \
	"modify '" DATABASE "' (add olcLimits)\n"                      \
	"add 'cn=module,cn=config' (objectClass, cn, olcModuleLoad)\n" \
	"modify '" DATABASE "' (add olcDbIndex)\n"

static void debian_access_add(Scene *scene)
{
	value_add(scene, scene->database, "olcAccess", DEBIAN);
	value_add(scene, scene->database, "olcAccess", DEBIAN_REST);
}

/* Nor does it read with a first link alone: that would be joining, where clients may not write. Nor
 * does it get a server ID, before which the overlay must be there. */
static void a_database_that_hides_something_from_a_reader_does_not_become_a_provider(void **state)
{
	Scene *scene = *state;

	debian_access_add(scene);
	assert_string_equal(plan_steps(scene), NOT_PROVIDER);
	assert_true(holds(scene, GUARD_READERS));
	assert_string_equal(scene->plan.held.holds[0].release, "\"access\": true");
	scene->options.consent.released = GUARD_BIT(GUARD_READERS);
	assert_non_null(strstr(plan_steps(scene), "olcMultiProvider"));
}

/* Whatever holds the flag: the first link waits for it. */
static void what_holds_the_flag_closes_no_database_to_its_clients(void **state)
{
	Scene *scene = *state;

	scene->known.self.machine = "a";
	scene->known.self.node = 1;
	scene->facts.machine.id = "b";
	assert_null(strstr(plan_steps(scene), "olcSyncrepl"));
	assert_true(holds(scene, GUARD_IDENTITY));
	assert_int_equal(scene->plan.n_breaches, 0);
}

static void access_is_written_before_what_makes_the_database_a_provider(void **state)
{
	static const char first[] = "modify '" DATABASE "' (add olcAccess)\n";
	Scene *scene = *state;

	debian_access_add(scene);
	scene->more = ", \"access\": true";
	assert_memory_equal(plan_steps(scene), first, strlen(first));
	assert_non_null(strstr(plan_steps(scene), "olcMultiProvider"));
	assert_int_equal(scene->plan.held.n_holds, 0);
	assert_false(scene->plan.order.steps[0].is_optional);
}

static void what_nobody_can_tell_holds_a_first_overlay(void **state)
{
	Scene *scene = *state;

	value_add(scene, scene->database, "olcAccess", GROUP);
	assert_string_equal(plan_steps(scene), NOT_PROVIDER);
	assert_true(holds(scene, GUARD_READERS));
}

static void what_nobody_can_tell_of_a_provider_is_a_warning(void **state)
{
	Scene *scene = *state;

	provider_make(scene, "2");
	value_add(scene, scene->database, "olcAccess", GROUP);
	assert_non_null(strstr(plan_steps(scene), "olcSyncrepl"));
	assert_false(holds(scene, GUARD_READERS));
	assert_true(finds(scene, "readers-not-proven", SEVERITY_WARNING));
}

static void a_provider_that_hides_something_from_a_reader_is_critical(void **state)
{
	Scene *scene = *state;

	provider_make(scene, "23");
	debian_access_add(scene);
	assert_string_equal(plan_steps(scene), "");
	assert_true(finds(scene, "readers-denied", SEVERITY_CRITICAL));
}

static void an_access_that_would_take_a_right_away_is_held(void **state)
{
	Scene *scene = *state;

	scene->more = ", \"access\": true";
	value_add(scene, scene->database, "olcAccess", GROUP);
	assert_string_equal(plan_steps(scene), NOT_PROVIDER);
	assert_true(holds(scene, GUARD_ACCESS) && holds(scene, GUARD_READERS));
	for (size_t i = 0; i < scene->plan.held.n_holds; i++)
		assert_string_equal(scene->plan.held.holds[i].release,
				    "syncward apply --release access");
	scene->options.consent.released = GUARD_BIT(GUARD_ACCESS);
	assert_non_null(strstr(plan_steps(scene), "olcMultiProvider"));
}

static void with_a_rule_there_access_is_put_in_front(void **state)
{
	Scene *scene = *state;

	provider_make(scene, "23");
	scene->more = ", \"access\": true";
	value_add(scene, scene->database, "olcAccess", "{0}to * by anonymous auth");
	assert_string_equal(plan_steps(scene), "modify '" DATABASE "' (add olcAccess)\n");
	assert_memory_equal(scene->plan.order.steps[0].mods[0].values[0], "{0}to ", 6);
	assert_int_equal(scene->plan.held.n_holds, 0);
}

static void a_list_that_names_no_listener_is_not_written(void **state)
{
	static const char *elsewhere[] = {"ldapi:///", "ldap://elsewhere"};
	Scene *scene = *state;

	provider_make(scene, "23");
	scene->server_id = "list";
	assert_string_equal(plan_steps(scene), "modify 'cn=config' (replace olcServerID)\n");
	scene->facts.machine.given.now = elsewhere;
	assert_string_equal(plan_steps(scene), "");
	assert_true(holds(scene, GUARD_RESTART));
}

static void without_a_server_id_nothing_makes_it_a_provider(void **state)
{
	static const char *elsewhere[] = {"ldapi:///", "ldap://elsewhere"};
	Scene *scene = *state;

	scene->server_id = "list";
	scene->facts.machine.given.now = elsewhere;
	assert_null(strstr(plan_steps(scene), "olcMultiProvider"));
	assert_true(holds(scene, GUARD_RESTART));
}

static void this_node_itself_among_its_providers_is_told_where_slapd_reads_from_it(void **state)
{
	static const char *elsewhere[] = {"ldapi:///", "ldap://elsewhere"};
	Scene *scene = *state;

	provider_make(scene, "23");
	consumer_add(scene, 2, "one", 9, "timeout=3");
	(void)plan_steps(scene);
	assert_false(finds(scene, "replicates-from-itself", SEVERITY_CRITICAL));
	scene->facts.machine.given.now = elsewhere;
	scene->facts.machine.fqdn = "elsewhere";
	(void)plan_steps(scene);
	assert_true(finds(scene, "replicates-from-itself", SEVERITY_CRITICAL));
}

static void a_rid_that_a_held_provider_has_is_given_to_nobody(void **state)
{
	static const char *foreign[] = {"ldap://before"};
	Scene *scene = *state;

	provider_make(scene, "2");
	consumer_add(scene, 1, "peer3", 9, "timeout=3");
	consumer_add(scene, 2, "before", 3, "timeout=3"); /* peer 3 needs this rid */
	scene->known_database.foreign = foreign;
	scene->known_database.n_foreign = 1;
	assert_string_equal(plan_steps(scene), "");
	assert_true(holds(scene, GUARD_REMOVAL) && holds(scene, GUARD_RID_CLASH));
}

static void a_kept_provider_is_never_taken_for_a_peer_with_its_rid(void **state)
{
	Scene *scene = *state;

	scene->policy = "{\"keep\": [\"ldap://kept\"]}";
	provider_make(scene, "2");
	consumer_add(scene, 1, "kept", 3, "timeout=3");
	assert_string_equal(plan_steps(scene), "");
	assert_true(holds(scene, GUARD_RID_CLASH) && finds(scene, "kept", SEVERITY_NOTE));
}

static void a_node_without_peers_keeps_the_flag_while_it_reads_from_a_kept_provider(void **state)
{
	Scene *scene = *state;

	scene->n_peers = 1;
	scene->policy = "{\"keep\": [\"ldap://kept\"]}";
	provider_make(scene, "");
	consumer_add(scene, 0, "kept", 50, "timeout=3");
	assert_string_equal(plan_steps(scene), "");
	assert_int_equal(scene->plan.n_changes, 0);
}

static void a_value_without_timeouts_is_told(void **state)
{
	Scene *scene = *state;

	scene->policy = "{\"keep\": [\"ldap://kept\"]}";
	provider_make(scene, "23");
	consumer_add(scene, 2, "kept", 50, "timeout=3");
	(void)plan_steps(scene);
	assert_false(finds(scene, "no-timeout", SEVERITY_WARNING));
	consumer_add(scene, 3, "kept", 51, "");
	(void)plan_steps(scene);
	assert_true(finds(scene, "no-timeout", SEVERITY_WARNING));
}

static void a_password_in_other_letters_is_another_one(void **state)
{
	Scene *scene = *state;

	scene->n_peers = 2;
	provider_make(scene, "");
	consumer_add(scene, 0, "peer2", 2, "timeout=3 credentials=X"); /* the last one counts */
	assert_string_equal(plan_steps(scene), "");                    /* it is tried first */
	assert_true(holds(scene, GUARD_PROBING));
	assert_int_equal(scene->plan.n_changes, 1);
	assert_int_equal(scene->plan.changes[0].kind, CHANGE_CONSUMER_EDIT);
}

/* Without cn=monitor; with it slapd's own list of tasks is looked at. */
static void an_index_that_slapd_does_not_tell_of_is_given_ten_minutes(void **state)
{
	Scene *scene = *state;

	provider_make(scene, "23");
	scene->n_peers = 4;
	scene->known.server.indexed_sec = 1000;
	scene->facts.now_sec = 1599;
	assert_string_equal(plan_steps(scene), "");
	assert_true(holds(scene, GUARD_INDEXING));
	scene->plan = (Plan){0};
	scene->facts.now_sec = 1600;
	assert_string_not_equal(plan_steps(scene), "");
	assert_false(holds(scene, GUARD_INDEXING));
}

static void the_step_that_has_an_index_built_says_so(void **state)
{
	Scene *scene = *state;

	(void)plan_steps(scene);
	assert_true(scene->plan.order.n_steps > 1);
	for (size_t i = 0; i < scene->plan.order.n_steps; i++)
		assert_int_equal(scene->plan.order.steps[i].builds_index,
				 i + 1 == scene->plan.order.n_steps);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(a_node_that_is_not_listed_is_left_alone),
		SCENE_TEST(an_empty_file_ends_nothing),
		SCENE_TEST(the_revision_in_force_with_another_text_holds_everything),
		SCENE_TEST(an_older_revision_holds_everything_and_a_newer_one_nothing),
		SCENE_TEST(a_glued_database_is_held),
		SCENE_TEST(a_database_without_a_rootdn_is_held),
		SCENE_TEST(a_backend_that_stores_nothing_is_held),
		SCENE_TEST(what_is_slapds_own_is_no_database_to_create),
		SCENE_TEST(a_server_without_access_rules_needs_none),
		SCENE_TEST(
			a_database_that_hides_something_from_a_reader_does_not_become_a_provider),
		SCENE_TEST(what_holds_the_flag_closes_no_database_to_its_clients),
		SCENE_TEST(access_is_written_before_what_makes_the_database_a_provider),
		SCENE_TEST(what_nobody_can_tell_holds_a_first_overlay),
		SCENE_TEST(what_nobody_can_tell_of_a_provider_is_a_warning),
		SCENE_TEST(a_provider_that_hides_something_from_a_reader_is_critical),
		SCENE_TEST(an_access_that_would_take_a_right_away_is_held),
		SCENE_TEST(with_a_rule_there_access_is_put_in_front),
		SCENE_TEST(a_list_that_names_no_listener_is_not_written),
		SCENE_TEST(without_a_server_id_nothing_makes_it_a_provider),
		SCENE_TEST(this_node_itself_among_its_providers_is_told_where_slapd_reads_from_it),
		SCENE_TEST(a_rid_that_a_held_provider_has_is_given_to_nobody),
		SCENE_TEST(a_kept_provider_is_never_taken_for_a_peer_with_its_rid),
		SCENE_TEST(a_node_without_peers_keeps_the_flag_while_it_reads_from_a_kept_provider),
		SCENE_TEST(a_value_without_timeouts_is_told),
		SCENE_TEST(a_password_in_other_letters_is_another_one),
		SCENE_TEST(an_index_that_slapd_does_not_tell_of_is_given_ten_minutes),
		SCENE_TEST(the_step_that_has_an_index_built_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
