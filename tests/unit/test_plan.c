/* SPDX-License-Identifier: Apache-2.0 */
/* From what a server holds and what peers.json wants to steps, holds and findings. */
#include "tests/unit/plan_scene.h"

/* The last step's mod at that place. */
static const Mod *last_mod(const Scene *scene, size_t index)
{
	const Step *step = &scene->plan.order.steps[scene->plan.order.n_steps - 1];

	assert_true(index < step->n_mods);
	return &step->mods[index];
}

static void a_bare_server_becomes_a_provider_in_a_safe_order(void **state)
{
	Scene *scene = *state;

	assert_string_equal(plan_steps(scene),
			    "modify '" DATABASE "' (add olcLimits)\n"
			    "add 'cn=module,cn=config' (objectClass, cn, olcModuleLoad)\n"
			    "add '" OVERLAY "' (objectClass, olcOverlay, olcSpCheckpoint)\n"
			    "modify 'cn=config' (replace olcServerID)\n"
			    "modify '" DATABASE "' (add olcSyncrepl, replace olcMultiProvider)\n"
			    "modify '" DATABASE "' (add olcDbIndex)\n");
	assert_true(scene->plan.order.steps[0].is_optional &&
		    scene->plan.order.steps[5].is_optional);
	assert_false(scene->plan.order.steps[4].is_optional);
	assert_int_equal(scene->plan.order.n_sessions_dropped, 0);
}

static void a_server_in_step_needs_nothing(void **state)
{
	Scene *scene = *state;

	provider_make(scene, "32");
	assert_string_equal(plan_steps(scene), "");
	assert_int_equal(scene->plan.held.n_holds + scene->plan.n_findings + scene->plan.n_changes,
			 0);
}

static void a_new_peer_is_added_and_drops_no_session(void **state)
{
	Scene *scene = *state;

	provider_make(scene, "2");
	assert_string_equal(plan_steps(scene), "modify '" DATABASE "' (add olcSyncrepl)\n");
	assert_int_equal(last_mod(scene, 0)->n_values, 1);
	assert_int_equal(scene->plan.order.n_sessions_dropped, 0);
}

static void a_changed_list_is_deleted_as_read_and_replaced_whole(void **state)
{
	Scene *scene = *state;

	scene->n_peers = 4;
	provider_make(scene, "2");
	consumer_add(scene, 1, "peer3", 3, "timeout=4");
	assert_string_equal(plan_steps(scene),
			    "modify '" DATABASE "' (delete olcSyncrepl, replace olcSyncrepl)\n");
	assert_int_equal(last_mod(scene, 0)->n_values, 2);
	assert_memory_equal(last_mod(scene, 0)->values[1], "{1}provider=ldap://peer3 ", 25);
	assert_int_equal(last_mod(scene, 1)->n_values, 3);
	/* What stays is written as we print it; numbers are slapd's to give. */
	assert_memory_equal(last_mod(scene, 1)->values[0], "rid=2 provider=ldap://peer2 ", 28);
	assert_memory_equal(last_mod(scene, 1)->values[1], "rid=003 ", 8);
	assert_int_equal(scene->plan.order.n_sessions_dropped, 2);
}

static void what_stays_by_policy_is_part_of_the_full_list(void **state)
{
	Scene *scene = *state;

	scene->policy = "{\"keep\": [\"ldap://kept\"]}";
	provider_make(scene, "23");
	consumer_add(scene, 2, "kept", 50, "timeout=3");
	consumer_add(scene, 3, "gone", 51, "timeout=3");
	assert_string_equal(plan_steps(scene),
			    "modify '" DATABASE "' (delete olcSyncrepl, replace olcSyncrepl)\n");
	assert_int_equal(last_mod(scene, 0)->n_values, 4);
	assert_int_equal(last_mod(scene, 1)->n_values, 3);
	assert_memory_equal(last_mod(scene, 1)->values[2], "rid=50 provider=ldap://kept ", 28);
	assert_true(finds(scene, "kept", SEVERITY_NOTE));
}

static void what_cannot_be_read_is_not_sent_again_and_goes_when_released(void **state)
{
	Scene *scene = *state;

	scene->policy = "{\"prune\": false}";
	scene->n_peers = 4;
	provider_make(scene, "2");
	consumer_add(scene, 1, "peer3", 3, "timeout=4");
	consumer_add(scene, 2, "odd", 50, "searchbase=ou=a,,");
	assert_string_equal(plan_steps(scene), "modify '" DATABASE "' (add olcSyncrepl)\n");
	assert_true(holds(scene, GUARD_NOT_UNDERSTOOD));
	scene->options.consent.released = GUARD_BIT(GUARD_NOT_UNDERSTOOD);
	assert_string_equal(plan_steps(scene),
			    "modify '" DATABASE "' (delete olcSyncrepl, replace olcSyncrepl)\n");
	assert_int_equal(last_mod(scene, 0)->n_values, 3);
	assert_int_equal(last_mod(scene, 1)->n_values, 3);
	for (size_t i = 0; i < 3; i++)
		assert_null(strstr(last_mod(scene, 1)->values[i], "odd"));
}

/* slapd gave its peer up, which answers again: only that has the list written. */
static void what_cannot_be_read_is_not_sent_again_to_have_slapd_try_again(void **state)
{
	Scene *scene = *state;
	RunningConsumer running = {.suffix = SUFFIX,
				   .rid = 2,
				   .last_connect = "20261122101500Z",
				   .next_connect = "00000101000000Z"};
	LinkProbe answer = {.suffix = SUFFIX, .peer_id = 2, .began_sec = INT64_MAX};
	const LinkProbes probes = {.items = &answer, .n_items = 1};

	scene->text =
		"{\"format\": 1, \"peers\": [{\"id\": 1, \"uri\": \"ldap://one\"}, {\"id\": 2, "
		"\"uri\": \"ldap://peer2\"}], \"databases\": [{\"suffix\": \"" SUFFIX "\", "
		"\"syncrepl\": {\"binddn\": \"cn=r," SUFFIX "\", \"credentials\": \"x\", "
		"\"retry\": \"5 3\"}}], \"policy\": {\"prune\": false, \"retry_may_end\": true}}";
	provider_make(scene, "");
	consumer_add(scene, 0, "peer2", 2, "timeout=3 retry=\"5 3\"");
	consumer_add(scene, 1, "odd", 50, "searchbase=ou=a,,");
	scene_read(scene);
	running.provider = scene->live.databases[0].consumers[0].provider;
	scene->live.runs.consumers = &running;
	scene->live.runs.n_consumers = 1;
	scene->live.runs.is_known = true;
	answer.identity =
		link_identity(scene->pool, &scene->wanted.databases[0].consumers[0].syncrepl,
			      scene->wanted.databases[0].consumers[0].secret);
	answer.probe.steps[PROBE_SUFFIX] = PROBE_GOOD;
	scene->facts.probes = &probes;
	plan_make(scene->pool, &scene->input, &scene->plan);
	assert_int_equal(scene->plan.n_changes, 1);
	assert_int_equal(scene->plan.changes[0].kind, CHANGE_CONSUMERS_RETRY);
	assert_int_equal(scene->plan.changes[0].hold.guard, GUARD_NOT_UNDERSTOOD);
	assert_int_equal(scene->plan.order.n_steps, 0);
}

static void the_last_peer_takes_the_flag_with_it_in_one_modify(void **state)
{
	Scene *scene = *state;

	scene->n_peers = 1;
	provider_make(scene, "2");
	assert_string_equal(plan_steps(scene), "");
	assert_true(holds(scene, GUARD_REMOVAL));
	scene->options.consent.released = GUARD_BIT(GUARD_REMOVAL);
	assert_string_equal(plan_steps(scene), "modify '" DATABASE
					       "' (delete olcMultiProvider, delete olcSyncrepl)\n");
}

static void too_many_removals_hold_all_of_them_and_nothing_else(void **state)
{
	Scene *scene = *state;

	provider_make(scene, "2789");
	assert_string_equal(plan_steps(scene), "modify '" DATABASE "' (add olcSyncrepl)\n");
	assert_true(holds(scene, GUARD_REMOVAL));
	scene->policy = "{\"max_removals\": 3}";
	assert_string_equal(plan_steps(scene),
			    "modify '" DATABASE "' (delete olcSyncrepl, replace olcSyncrepl)\n");
	assert_int_equal(scene->plan.held.n_holds, 0);
}

static void a_provider_from_before_stays_until_it_is_released(void **state)
{
	Scene *scene = *state;
	const char *foreign[] = {"ldap://peer7"};

	provider_make(scene, "237");
	scene->known_database.foreign = foreign;
	scene->known_database.n_foreign = 1;
	assert_string_equal(plan_steps(scene), "");
	assert_true(holds(scene, GUARD_REMOVAL));
	scene->options.consent.released = GUARD_BIT(GUARD_REMOVAL);
	assert_string_equal(plan_steps(scene),
			    "modify '" DATABASE "' (delete olcSyncrepl, replace olcSyncrepl)\n");
}

static void a_used_server_id_holds_overlay_flag_and_the_links_that_would_close_it(void **state)
{
	Scene *scene = *state;

	value_add(scene, scene->global, "olcServerID", "2"); /* the SID of CSN */
	assert_string_equal(plan_steps(scene),
			    "modify '" DATABASE "' (add olcLimits)\n"
			    "add 'cn=module,cn=config' (objectClass, cn, olcModuleLoad)\n"
			    "modify '" DATABASE "' (add olcDbIndex)\n");
	assert_true(holds(scene, GUARD_SERVER_ID));
	assert_int_equal(scene->plan.held.n_holds, 1);
}

static void a_lower_revision_holds_everything(void **state)
{
	Scene *scene = *state;

	scene->known.latest.has_revision = true;
	scene->known.latest.revision = 3;
	assert_string_equal(plan_steps(scene), "");
	assert_true(scene->plan.n_changes > 5 && holds(scene, GUARD_REVISION));
}

static void replication_of_cn_config_holds_everything(void **state)
{
	Scene *scene = *state;
	Entry *entry = &scene->config.entries[scene->config.n_entries++];

	entry->dn = "olcDatabase={0}config,cn=config";
	value_add(scene, entry, "objectClass", "olcDatabaseConfig");
	value_add(scene, entry, "olcDatabase", "{0}config");
	value_add(scene, entry, "olcSyncrepl", "rid=1 provider=ldap://a searchbase=cn=config");
	assert_string_equal(plan_steps(scene), "");
	assert_true(holds(scene, GUARD_CONFIG_REPLICATED));
}

static void a_list_is_judged_by_the_listeners_of_the_next_start_too(void **state)
{
	Scene *scene = *state;
	const char *next[] = {"ldapi:///", "ldap://one/"};

	provider_make(scene, "23");
	scene->global->attributes[1].values[0].bytes = "1 ldap://one";
	assert_string_equal(plan_steps(scene), "");
	assert_int_equal(scene->plan.n_findings, 0);
	scene->facts.machine.fqdn = "elsewhere";
	scene->facts.machine.given.next = next;
	scene->facts.machine.given.n_next = 2;
	scene->facts.machine.given.next_source = "/etc/sysconfig/slapd";
	assert_string_equal(plan_steps(scene), "modify 'cn=config' (replace olcServerID)\n");
	assert_true(finds(scene, "restart-unsafe", SEVERITY_CRITICAL));
	scene->server_id = "list";
	assert_string_equal(plan_steps(scene), "");
	assert_true(holds(scene, GUARD_RESTART));
	next[1] = "ldap://one";
	next[0] = "ldapi://%2Felsewhere";
	assert_string_equal(plan_steps(scene), "modify 'cn=config' (replace olcServerID)\n");
	assert_true(finds(scene, "listeners-differ", SEVERITY_CRITICAL));
	next[0] = "LDAPI:///";
	scene->server_id = "auto";
	assert_string_equal(plan_steps(scene), "");
	assert_int_equal(scene->plan.n_findings, 0);
}

static void a_list_is_not_judged_by_a_host_name_that_is_still_looked_up(void **state)
{
	static const char *any[] = {"ldapi:///", "ldap:///"};
	Scene *scene = *state;

	provider_make(scene, "23");
	scene->global->attributes[1].values[0].bytes = "1 ldap://one";
	scene->facts.machine.given.now = any;
	scene->facts.machine.fqdn = "one"; /* known: slapd finds its value by it */
	assert_string_equal(plan_steps(scene), "");
	scene->facts.machine.fqdn = "short";
	assert_string_equal(plan_steps(scene), "modify 'cn=config' (replace olcServerID)\n");
	scene->facts.machine.fqdn_is_open = true;
	assert_string_equal(plan_steps(scene), "");
	assert_false(finds(scene, "restart-unsafe", SEVERITY_CRITICAL));
}

/* What is counted as held: a hold without a change stands for what is not known. */
static void a_hold_counts_the_changes_that_it_holds_until_another_takes_them(void **state)
{
	Scene *scene = *state;
	const Hold joining = {.guard = GUARD_JOINING, .text = "joins", .release = "wait"};
	const Hold self_named = {.guard = GUARD_SELF_NAMED, .text = "is this", .release = "edit"};
	Change changes[2] = {{.dn = DATABASE}, {.dn = DATABASE}};
	Plan plan = {.changes = changes, .n_changes = 2};

	plan_add_hold(scene->pool, &plan, joining);
	assert_int_equal(plan.held.holds[0].n_changes, 0);
	plan_hold(scene->pool, &plan, &changes[0], joining);
	plan_hold(scene->pool, &plan, &changes[1], joining);
	assert_int_equal(plan.held.holds[0].n_changes, 2);
	plan_hold(scene->pool, &plan, &changes[0], self_named);
	plan_hold(scene->pool, &plan, &changes[1], self_named);
	plan_hold(scene->pool, &plan, &changes[1], self_named);
	assert_int_equal(plan.held.n_holds, 2);
	assert_int_equal(plan.held.holds[0].n_changes, 0);
	assert_int_equal(plan.held.holds[1].n_changes, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(a_bare_server_becomes_a_provider_in_a_safe_order),
		SCENE_TEST(a_list_is_not_judged_by_a_host_name_that_is_still_looked_up),
		SCENE_TEST(a_server_in_step_needs_nothing),
		SCENE_TEST(a_new_peer_is_added_and_drops_no_session),
		SCENE_TEST(a_changed_list_is_deleted_as_read_and_replaced_whole),
		SCENE_TEST(what_stays_by_policy_is_part_of_the_full_list),
		SCENE_TEST(what_cannot_be_read_is_not_sent_again_and_goes_when_released),
		SCENE_TEST(what_cannot_be_read_is_not_sent_again_to_have_slapd_try_again),
		SCENE_TEST(the_last_peer_takes_the_flag_with_it_in_one_modify),
		SCENE_TEST(too_many_removals_hold_all_of_them_and_nothing_else),
		SCENE_TEST(a_provider_from_before_stays_until_it_is_released),
		SCENE_TEST(a_used_server_id_holds_overlay_flag_and_the_links_that_would_close_it),
		SCENE_TEST(a_lower_revision_holds_everything),
		SCENE_TEST(replication_of_cn_config_holds_everything),
		SCENE_TEST(a_list_is_judged_by_the_listeners_of_the_next_start_too),
		SCENE_TEST(a_hold_counts_the_changes_that_it_holds_until_another_takes_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
