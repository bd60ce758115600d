/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/health/fleet.h"
#include "common/tell/told_fleet.h"

#define NOW       1800000000
#define ACCOUNT   "cn=verify,dc=x"
#define CONTAINER "ou=hearts,dc=x"
#define CSN_OF_2  "20270115080000.000000Z#000000#002#000000"
#define CSN_OF_3  "20270115080000.000000Z#000000#003#000000"

static const Heartbeat beat_of_2 = {
	.id = 2,
	.version = "0.2.0",
	.has_revision = true,
	.revision = 12,
	.sha256 = "abc123",
	.mode = "enforce",
	.state = "held",
	.held = "G4 joining",
	.time_sec = NOW - 10,
};

static const unsigned id_2[] = {2};
static const HeartbeatWriter writer_of_2 = {ACCOUNT, id_2, 1, NOW};

static void text_add(Pool *pool, Entry *entry, const char *name, const char *value)
{
	entry_add_value(pool, entry, name, value, strlen(value));
}

/* As slapd shows what that node wrote. */
static Entry *entry_add(Pool *pool, Tree *tree, const Heartbeat *beat, const char *csn)
{
	const char *values[HEARTBEAT_VALUES_MAX];
	const size_t n = heartbeat_values(pool, beat, values);
	Entry *entry = tree_add_entry(pool, tree, heartbeat_dn(pool, CONTAINER, beat->id));

	for (size_t i = 0; i < n; i++)
		text_add(pool, entry, "description", values[i]);
	text_add(pool, entry, "creatorsName", "CN=verify, dc=x");
	text_add(pool, entry, "modifiersName", ACCOUNT);
	text_add(pool, entry, "entryCSN", csn);
	return entry;
}

/* Why it does not count; NULL: it does. */
static const char *why(Pool *pool, const Entry *entry)
{
	Heartbeat beat;

	return heartbeat_read(pool, entry, &writer_of_2, &beat);
}

static void value_set(Entry *entry, const char *name, const char *value)
{
	for (size_t i = 0; i < entry->n_attributes; i++)
		if (strcmp(entry->attributes[i].name, name) == 0)
			entry->attributes[i].values[0] = (Value){value, strlen(value)};
}

/* --- one entry --- */

static void what_is_written_reads_back(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Heartbeat bare = beat_of_2, beat;
	Tree tree = {0};

	(void)state;
	assert_null(heartbeat_read(pool, entry_add(pool, &tree, &beat_of_2, CSN_OF_2), &writer_of_2,
				   &beat));
	assert_true(heartbeat_says_same(&beat, &beat_of_2));
	assert_int_equal(beat.time_sec, NOW - 10);
	bare.has_revision = false;
	bare.sha256 = NULL;
	bare.held = "";
	assert_null(
		heartbeat_read(pool, entry_add(pool, &tree, &bare, CSN_OF_2), &writer_of_2, &beat));
	assert_true(heartbeat_says_same(&beat, &bare));
	assert_false(heartbeat_says_same(&beat, &beat_of_2));
}

static void a_dn_has_one_spelling_of_an_id(void **state)
{
	(void)state;
	assert_int_equal(heartbeat_id_of("CN=syncward-heartbeat-2, " CONTAINER), 2);
	assert_int_equal(heartbeat_id_of("cn=syncward-heartbeat-65535," CONTAINER), 65535);
	assert_int_equal(heartbeat_id_of("cn=syncward-heartbeat-02," CONTAINER), 0);
	assert_int_equal(heartbeat_id_of("cn=syncward-heartbeat-2x," CONTAINER), 0);
	assert_int_equal(heartbeat_id_of("cn=syncward-heartbeat-65536," CONTAINER), 0);
	assert_int_equal(heartbeat_id_of("cn=syncward-heartbeat-," CONTAINER), 0);
	assert_int_equal(heartbeat_id_of("cn=syncward-verify-2-ab," CONTAINER), 0);
	assert_int_equal(heartbeat_id_of("cn=syncward-heartbeat-2+ou=a," CONTAINER), 0);
	assert_int_equal(heartbeat_id_of("nothing"), 0);
}

static void an_entry_of_another_account_does_not_count(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Tree tree = {0};
	Entry *entry = entry_add(pool, &tree, &beat_of_2, CSN_OF_2);

	(void)state;
	value_set(entry, "creatorsName", "cn=admin,dc=x");
	assert_string_equal(why(pool, entry), "another account made it");
	value_set(entry, "creatorsName", ACCOUNT);
	value_set(entry, "modifiersName", "cn=admin,dc=x");
	assert_string_equal(why(pool, entry), "another account changed it");
	/* Who may not see who made it knows nothing. */
	entry->n_attributes = 1;
	assert_string_equal(why(pool, entry), "another account made it");
}

static void an_entry_under_another_server_id_does_not_count(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Tree tree = {0};
	Entry *entry = entry_add(pool, &tree, &beat_of_2, CSN_OF_3);

	(void)state;
	assert_string_equal(why(pool, entry), "it was not written under server ID 2");
	value_set(entry, "entryCSN", "nonsense");
	assert_string_equal(why(pool, entry), "it was not written under server ID 2");
}

static void an_entry_that_speaks_of_another_node_does_not_count(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Tree tree = {0};
	Entry *entry = entry_add(pool, &tree, &beat_of_2, CSN_OF_2);

	(void)state;
	entry->dn = "cn=syncward-heartbeat-4," CONTAINER;
	assert_string_equal(why(pool, entry), "it says that it is of node 2");
}

static void a_time_that_has_not_come_does_not_count(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Heartbeat beat = beat_of_2;
	Tree tree = {0};

	(void)state;
	beat.time_sec = NOW + HEARTBEAT_CLOCK_SEC;
	assert_null(why(pool, entry_add(pool, &tree, &beat, CSN_OF_2)));
	beat.time_sec++;
	assert_string_equal(why(pool, entry_add(pool, &tree, &beat, CSN_OF_2)),
			    "its time has not come yet");
}

/* The text of one value in place of that with the same key. */
static const char *why_with(const char *key, const char *text)
{
	static const char *result;
	AUTO(Pool) *pool = pool_new();
	Tree tree = {0};
	Entry *entry = entry_add(pool, &tree, &beat_of_2, CSN_OF_2);
	Attribute *values = &entry->attributes[0];
	size_t n = 0;

	for (size_t i = 0; i < values->n_values; i++)
		if (strncmp(values->values[i].bytes, key, strlen(key)) != 0)
			values->values[n++] = values->values[i];
	assert_int_equal(n + 1, values->n_values);
	values->n_values = n;
	if (text)
		text_add(pool, entry, "description", text);
	result = why(pool, entry) ? "broken" : NULL;
	return result;
}

static void a_broken_entry_does_not_count(void **state)
{
	(void)state;
	assert_null(why_with("state=", "state=in-step"));
	assert_null(why_with("revision=", NULL));
	assert_null(why_with("format=", "a key of a later release=1"));
	assert_non_null(why_with("state=", NULL));
	assert_non_null(why_with("state=", "state="));
	assert_non_null(why_with("state=", "state=a\x1b[31m"));
	assert_non_null(why_with("version=", NULL));
	assert_non_null(why_with("mode=", "mode=a|b"));
	assert_non_null(why_with("id=", "id=+2"));
	assert_non_null(why_with("id=", "id=0"));
	assert_non_null(why_with("revision=", "revision=1.5"));
	assert_non_null(why_with("revision=", "revision=9007199254740993"));
	assert_non_null(why_with("time=", "time=yesterday"));
	assert_non_null(why_with("time=", NULL));
}

static void two_values_of_one_key_are_broken(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Tree tree = {0};
	Entry *entry = entry_add(pool, &tree, &beat_of_2, CSN_OF_2);

	(void)state;
	text_add(pool, entry, "description", "state=in-step");
	assert_string_equal(why(pool, entry), "what it says cannot be read");
}

/* --- when --- */

#define SEC 1000000ULL

static void it_is_written_at_each_interval_and_soon_after_a_change(void **state)
{
	Heartbeat other = beat_of_2;
	HeartbeatSaid said = {.interval_sec = 60};

	(void)state;
	other.state = "in-step";
	assert_true(heartbeat_is_due(&said, &beat_of_2, 5 * SEC));
	said.beat = beat_of_2;
	said.at_usec = 5 * SEC;
	assert_false(heartbeat_is_due(&said, &beat_of_2, 65 * SEC - 1));
	assert_true(heartbeat_is_due(&said, &beat_of_2, 65 * SEC));
	assert_false(heartbeat_is_due(&said, &other, 15 * SEC - 1));
	assert_true(heartbeat_is_due(&said, &other, 15 * SEC));
	said.failed_usec = 70 * SEC;
	assert_false(heartbeat_is_due(&said, &other, 100 * SEC - 1));
	assert_true(heartbeat_is_due(&said, &other, 100 * SEC));
}

/* --- all nodes --- */

typedef struct Scene {
	Pool *pool;
	FleetNode nodes[4];
	unsigned providers[2];
	Fleet fleet;
	Tree tree;
} Scene;

static Scene scene_make(Pool *pool)
{
	return (Scene){
		.pool = pool,
		.providers = {2, 3},
		.nodes = {{.id = 1, .uri = "ldap://one", .is_self = true},
			  {.id = 2, .uri = "ldap://two"},
			  {.id = 3, .uri = "ldap://three"},
			  {.id = 4, .uri = "ldap://four", .is_consumer = true, .is_mute = true}},
	};
}

static void scene_take(Scene *scene)
{
	scene->fleet = (Fleet){.suffix = "dc=x",
			       .container = CONTAINER,
			       .interval_sec = 60,
			       .nodes = scene->nodes,
			       .n_nodes = 4,
			       .provider_ids = scene->providers,
			       .n_provider_ids = 2};
	fleet_take(scene->pool, &scene->tree, ACCOUNT, NOW, &scene->fleet);
}

static void who_has_no_entry_is_not_known_and_who_has_an_old_one_is_silent(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Scene scene = scene_make(pool);
	Heartbeat old = beat_of_2;
	const Fleet *fleet = &scene.fleet;

	(void)state;
	(void)entry_add(pool, &scene.tree, &beat_of_2, CSN_OF_2);
	old.id = 3;
	old.time_sec = NOW - 180;
	(void)entry_add(pool, &scene.tree, &old, CSN_OF_3);
	scene_take(&scene);
	assert_int_equal(fleet_node_state(fleet, &scene.nodes[0], NOW), FLEET_NOT_KNOWN);
	assert_int_equal(fleet_node_state(fleet, &scene.nodes[1], NOW), FLEET_HEARD);
	assert_int_equal(fleet_node_state(fleet, &scene.nodes[2], NOW), FLEET_HEARD);
	assert_int_equal(fleet_node_state(fleet, &scene.nodes[3], NOW), FLEET_NONE);
	assert_int_equal(fleet_node_state(fleet, &scene.nodes[2], NOW + 1), FLEET_SILENT);
	assert_int_equal(fleet_count(fleet, NOW + 1).n[FLEET_SILENT], 1);
	assert_int_equal(fleet_count(fleet, NOW + 1).n[FLEET_NOT_KNOWN], 1);
}

static void nobody_is_silent_for_whom_nobody_looked(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Scene scene = scene_make(pool);
	const FleetNode *node = &scene.nodes[1];

	(void)state;
	(void)entry_add(pool, &scene.tree, &beat_of_2, CSN_OF_2);
	scene_take(&scene);
	assert_int_equal(fleet_node_state(&scene.fleet, node, NOW + 1000), FLEET_NOT_KNOWN);
	/* Who was silent when they were last read is not heard since. */
	scene.fleet.read_sec = NOW + 500;
	assert_int_equal(fleet_node_state(&scene.fleet, node, NOW + 1000), FLEET_SILENT);
}

static void an_entry_of_a_consumer_counts_under_the_server_id_of_a_provider(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Scene scene = scene_make(pool), other = scene_make(pool);
	Heartbeat beat = beat_of_2;

	(void)state;
	beat.id = 4;
	scene.nodes[3].is_mute = other.nodes[3].is_mute = false;
	scene_take(&scene);
	assert_int_equal(fleet_node_state(&scene.fleet, &scene.nodes[3], NOW), FLEET_NOT_KNOWN);
	(void)entry_add(pool, &scene.tree, &beat, CSN_OF_3);
	scene_take(&scene);
	assert_int_equal(fleet_node_state(&scene.fleet, &scene.nodes[3], NOW), FLEET_HEARD);
	(void)entry_add(pool, &other.tree, &beat, "20261129000000.000000Z#000000#004#000000");
	scene_take(&other);
	assert_int_equal(fleet_node_state(&other.fleet, &other.nodes[3], NOW), FLEET_NOT_KNOWN);
	assert_string_equal(other.nodes[3].ignored, "it was not written at a provider");
}

static void who_is_no_node_is_counted_and_nothing_else(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Scene scene = scene_make(pool);
	Heartbeat stranger = beat_of_2;

	(void)state;
	stranger.id = 9;
	(void)entry_add(pool, &scene.tree, &stranger, CSN_OF_2);
	scene_take(&scene);
	assert_int_equal(scene.fleet.n_strangers, 1);
	assert_int_equal(fleet_count(&scene.fleet, NOW).n[FLEET_HEARD], 0);
}

static void an_entry_counts_under_the_server_id_of_its_own_node_alone(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Scene scene = scene_make(pool);
	Heartbeat forged = beat_of_2;

	(void)state;
	forged.id = 3;
	(void)entry_add(pool, &scene.tree, &forged, CSN_OF_2);
	scene_take(&scene);
	assert_int_equal(fleet_node_state(&scene.fleet, &scene.nodes[2], NOW), FLEET_NOT_KNOWN);
	assert_string_equal(scene.nodes[2].ignored, "it was not written under server ID 3");
	assert_int_equal(fleet_count(&scene.fleet, NOW).n_ignored, 1);
}

/* --- what is told --- */

static void silence_and_what_does_not_count_is_told(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Scene scene = scene_make(pool);
	ConditionList told = {0}, carried = {0}, others = {0};
	Heartbeat forged = beat_of_2;

	(void)state;
	(void)entry_add(pool, &scene.tree, &beat_of_2, CSN_OF_2);
	forged.id = 3;
	(void)entry_add(pool, &scene.tree, &forged, CSN_OF_2);
	scene_take(&scene);
	fleet_conditions(pool, &scene.fleet, NOW, &told);
	assert_int_equal(told.n_items, 1);
	assert_int_equal(told.items[0].kind, CONDITION_FINDING);
	assert_string_equal(told.items[0].code, "heartbeat-ignored");
	scene.fleet.read_sec = NOW + 160;
	fleet_conditions(pool, &scene.fleet, NOW + 171, &told);
	assert_int_equal(told.n_items, 2);
	assert_int_equal(told.items[1].begins, EVENT_NODE_SILENT);
	assert_string_equal(told.items[1].text, "node 2, ldap://two, is silent: its last heartbeat "
						"that came here is of 2027-01-15T07:59:50Z");
	assert_false(condition_is_of_this_node(&told.items[1]));
	/* Before the entries were read what was told goes on. */
	fleet_carry(pool, &told, &scene.fleet, &carried);
	assert_int_equal(carried.n_items, 2);
	assert_non_null(condition_find(&carried, told.items[0].key));
	assert_non_null(condition_find(&carried, told.items[1].key));
	scene.fleet.suffix = "dc=y";
	fleet_carry(pool, &told, &scene.fleet, &others);
	assert_int_equal(others.n_items, 0);
}

static void this_nodes_own_silence_is_not_told_to_itself(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Scene scene = scene_make(pool);
	ConditionList told = {0};
	Heartbeat own = beat_of_2;

	(void)state;
	own.id = 1;
	own.time_sec = NOW - 1000;
	(void)entry_add(pool, &scene.tree, &own, "20270115080000.000000Z#000000#001#000000");
	scene_take(&scene);
	assert_int_equal(fleet_node_state(&scene.fleet, &scene.nodes[0], NOW), FLEET_SILENT);
	fleet_conditions(pool, &scene.fleet, NOW, &told);
	assert_int_equal(told.n_items, 0);
}

static const char *state_of(Pool *pool, const Condition *conditions, size_t n, const char *held)
{
	ConditionList list = {0};
	Heartbeat beat = {0};

	for (size_t i = 0; i < n; i++)
		condition_add(pool, &list, conditions[i]);
	heartbeat_say_state(pool, &list, &beat);
	assert_string_equal(beat.held, held);
	return beat.state;
}

static void the_state_is_the_worst_of_what_lasts(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Condition conditions[] = {
		{.key = "n", .kind = CONDITION_NODE},
		{.key = "f", .kind = CONDITION_FINDING, .code = "x"},
		{.key = "c", .kind = CONDITION_FINDING, .code = "x", .is_critical = true},
		{.key = "s", .kind = CONDITION_CHANGE},
		{.key = "h", .kind = CONDITION_HOLD, .code = "G10"},
		{.key = "i", .kind = CONDITION_HOLD, .code = "G1"},
		{.key = "j", .kind = CONDITION_HOLD, .code = "G10"},
		{.key = "t", .kind = CONDITION_TROUBLE},
		{.key = "paused", .kind = CONDITION_HOLD, .code = "paused"},
	};

	(void)state;
	assert_string_equal(state_of(pool, conditions, 2, ""), "in-step");
	assert_string_equal(state_of(pool, conditions, 3, ""), "ill");
	assert_string_equal(state_of(pool, conditions, 4, ""), "changing");
	assert_string_equal(state_of(pool, conditions, 7, "G10 G1"), "held");
	assert_string_equal(state_of(pool, conditions, 8, "G10 G1"), "trouble");
	assert_string_equal(state_of(pool, conditions, 9, "G10 G1 paused"), "paused");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_reads_back),
		cmocka_unit_test(a_dn_has_one_spelling_of_an_id),
		cmocka_unit_test(an_entry_of_another_account_does_not_count),
		cmocka_unit_test(an_entry_under_another_server_id_does_not_count),
		cmocka_unit_test(an_entry_that_speaks_of_another_node_does_not_count),
		cmocka_unit_test(a_time_that_has_not_come_does_not_count),
		cmocka_unit_test(a_broken_entry_does_not_count),
		cmocka_unit_test(two_values_of_one_key_are_broken),
		cmocka_unit_test(it_is_written_at_each_interval_and_soon_after_a_change),
		cmocka_unit_test(who_has_no_entry_is_not_known_and_who_has_an_old_one_is_silent),
		cmocka_unit_test(nobody_is_silent_for_whom_nobody_looked),
		cmocka_unit_test(an_entry_of_a_consumer_counts_under_the_server_id_of_a_provider),
		cmocka_unit_test(who_is_no_node_is_counted_and_nothing_else),
		cmocka_unit_test(an_entry_counts_under_the_server_id_of_its_own_node_alone),
		cmocka_unit_test(silence_and_what_does_not_count_is_told),
		cmocka_unit_test(this_nodes_own_silence_is_not_told_to_itself),
		cmocka_unit_test(the_state_is_the_worst_of_what_lasts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
