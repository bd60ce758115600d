/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/entries/conflicts.h"
#include "common/report/conflicts_report.h"

#define OWN  1
#define PEER 2

/* The log of the server with server ID OWN, and what is found in it. */
typedef struct Scene {
	Pool *pool;
	ConflictScan *scan;
	unsigned n_logged;
} Scene;

static void scan_begin(Scene *scene, bool tells_the_rest)
{
	const ConflictLog log = {.own_sid = OWN, .tells_the_rest = tells_the_rest};

	scene->scan = conflict_scan_new(scene->pool, &log, 10000);
}

static int setup(void **state)
{
	Pool *pool = pool_new();
	Scene *scene = pool_alloc(pool, sizeof(*scene));

	scene->pool = pool;
	scan_begin(scene, true);
	*state = scene;
	return 0;
}

static int teardown(void **state)
{
	pool_free(((Scene *)*state)->pool);
	return 0;
}

static void put(const Scene *scene, Entry *entry, const char *name, const char *value)
{
	entry_add_value(scene->pool, entry, name, value, strlen(value));
}

/* Written down as the next one: of which entry, under which server ID, at which second. mods: up to
 * two values of reqMod, NULL for none. */
static void logs_mods(Scene *scene, const char *type, unsigned of, unsigned sid, unsigned second,
		      const char *const mods[2])
{
	Entry entry = {.dn = ""};

	put(scene, &entry, "entryUUID",
	    pool_printf(scene->pool, "%08x-809a-1041-9f00-01acd9548f74", ++scene->n_logged));
	put(scene, &entry, "entryCSN",
	    pool_printf(scene->pool, "202611292340%02u.000000Z#000000#%03x#000000", second, sid));
	put(scene, &entry, "reqType", type);
	put(scene, &entry, "reqDN", pool_printf(scene->pool, "cn=e%u,dc=x", of));
	put(scene, &entry, "reqEntryUUID", pool_printf(scene->pool, "uuid-%u", of));
	put(scene, &entry, "reqAuthzID", "cn=consumer");
	for (int i = 0; i < 2; i++)
		if (mods[i])
			put(scene, &entry, "reqMod", mods[i]);
	conflict_scan_take(scene->scan, &entry);
}

static void logs(Scene *scene, const char *type, unsigned sid, unsigned second, const char *mod)
{
	logs_mods(scene, type, 1, sid, second, (const char *const[2]){mod, NULL});
}

static const ConflictsFound *found(const Scene *scene, size_t n)
{
	const ConflictsFound *found = conflict_scan_found(scene->scan);

	assert_int_equal(found->n_conflicts, n);
	return found;
}

static void an_older_change_behind_our_own_is_a_conflict_however_old(void **state)
{
	Scene *scene = *state;
	const Conflict *conflict;

	logs(scene, "modify", OWN, 59, "description:= a");
	logs(scene, "modify", PEER, 1, NULL);
	conflict = found(scene, 1)->items;
	assert_true(conflict->is_sure);
	assert_int_equal(conflict->outcome, CONFLICT_NEWER_STANDS);
	assert_true(conflict->older.is_dropped);
	assert_non_null(strstr(conflict->older.csn, "#002#"));
}

static void a_change_made_here_behind_what_was_here_is_none(void **state)
{
	Scene *scene = *state;

	logs(scene, "modify", PEER, 1, "description:= a");
	logs(scene, "modify", OWN, 2, "description:= b");
	found(scene, 0);
}

static void a_newer_change_from_elsewhere_is_perhaps_one_within_the_lag(void **state)
{
	Scene *scene = *state;

	logs(scene, "modify", OWN, 1, "description:= a");
	logs(scene, "modify", PEER, 12, "description:= b");
	found(scene, 0);
	logs(scene, "modify", OWN, 20, "description:= a");
	logs(scene, "modify", PEER, 30, "description:= b");
	assert_false(found(scene, 1)->items[0].is_sure);
	assert_int_equal(found(scene, 1)->items[0].n_attributes, 1);
}

static void changes_of_two_other_servers_are_not_surely_one(void **state)
{
	Scene *scene = *state;

	logs(scene, "modify", 3, 59, "description:= a");
	logs(scene, "modify", PEER, 1, NULL);
	found(scene, 0);
}

static void what_overwrites_nothing_is_not_perhaps_one(void **state)
{
	Scene *scene = *state;

	logs(scene, "modify", OWN, 1, "description:= a");
	logs(scene, "modify", PEER, 2, "street:= b");
	found(scene, 0);
	logs_mods(scene, "modify", 1, PEER, 3,
		  (const char *const[2]){"street:= b", "Description:-"});
	found(scene, 1);
}

static void changes_of_one_server_or_of_two_entries_are_none(void **state)
{
	Scene *scene = *state;

	logs(scene, "modify", OWN, 5, "description:= a");
	logs(scene, "modify", OWN, 4, "description:= a");
	logs_mods(scene, "modify", 2, PEER, 1, (const char *const[2]){"description:= b", NULL});
	found(scene, 0);
}

static void outcome_is(void **state, const char *own, const char *theirs, const char *mod,
		       ConflictOutcome outcome)
{
	Scene *scene = *state;

	logs(scene, own, OWN, 9, "description:= a");
	logs(scene, theirs, PEER, 1, mod);
	assert_int_equal(found(scene, 1)->items[0].outcome, outcome);
}

static void an_older_deletion_that_comes_last_stands(void **state)
{
	outcome_is(state, "modify", "delete", NULL, CONFLICT_OLDER_STANDS);
}

static void an_older_change_that_brings_an_entry_back_stands(void **state)
{
	outcome_is(state, "delete", "add", "cn:+ x", CONFLICT_OLDER_STANDS);
}

static void what_slapd_left_of_an_older_change_stands_beside_the_newer(void **state)
{
	outcome_is(state, "modify", "modify", "street:= b", CONFLICT_BOTH_STAND);
}

static void a_log_that_has_an_older_change_whole_does_not_tell_what_is_left_of_it(void **state)
{
	scan_begin(*state, false);
	outcome_is(state, "modify", "modify", "description:= b", CONFLICT_NOT_KNOWN);
}

static void two_changes_of_different_attributes_stand_whatever_the_log_has(void **state)
{
	scan_begin(*state, false);
	outcome_is(state, "modify", "modify", "street:= b", CONFLICT_BOTH_STAND);
}

static void values_of_one_attribute_may_both_stand(void **state)
{
	outcome_is(state, "modify", "modify", "description:+ b", CONFLICT_BOTH_STAND);
}

static void of_renames_nothing_is_guessed(void **state)
{
	outcome_is(state, "modify", "modrdn", NULL, CONFLICT_NOT_KNOWN);
}

static void the_order_is_that_of_writing_not_that_of_reading(void **state)
{
	Scene *scene = *state;

	scene->n_logged = 10;
	logs(scene, "modify", OWN, 59, "description:= a");
	scene->n_logged = 2;
	logs(scene, "modify", PEER, 1, "description:= b");
	found(scene, 0);
}

static void context_csn_is_no_change(void **state)
{
	Scene *scene = *state;

	logs(scene, "modify", OWN, 9, "contextCSN:= x");
	logs(scene, "modify", PEER, 1, "description:= b");
	assert_int_equal(found(scene, 0)->n_changes, 1);
}

static void memory_reaches_over_so_many_changes(void **state)
{
	Scene *scene = *state;
	const char *const mods[2] = {"description:= a", NULL};

	logs(scene, "modify", OWN, 59, "description:= a");
	for (unsigned i = 0; i < CONFLICTS_REACH - 1; i++)
		logs_mods(scene, "modify", 2 + i, OWN, 1, mods);
	logs(scene, "modify", PEER, 1, NULL);
	found(scene, 1);
	for (unsigned i = 0; i < 2 * CONFLICTS_REACH; i++)
		logs_mods(scene, "modify", 2 + i, OWN, 1, mods);
	logs(scene, "modify", PEER, 1, NULL);
	found(scene, 1);
}

static void conflicts_beyond_the_first_are_counted(void **state)
{
	Scene *scene = *state;

	logs(scene, "modify", OWN, 59, "description:= a");
	for (unsigned i = 0; i < CONFLICTS_MAX + 5; i++) {
		logs(scene, "modify", OWN, 59, "description:= a");
		logs(scene, "modify", PEER, 1, NULL);
	}
	assert_int_equal(found(scene, CONFLICTS_MAX + 5)->n_items, CONFLICTS_MAX);
}

static void no_value_is_read_but_the_name_of_who_wrote(void **state)
{
	Scene *scene = *state;
	const char secret[] = "userPassword:= geheim", by[] = "modifiersName:= cn=x";
	LogChange change;
	Entry entry = {.dn = ""};

	assert_int_equal(log_change_wanted_len("reqMod", secret, strlen(secret)),
			 strlen("userPassword:"));
	assert_int_equal(log_change_wanted_len("reqMod", by, strlen(by)), strlen(by));
	assert_int_equal(log_change_wanted_len("reqDN", "cn=a:b", 6), 6);
	put(scene, &entry, "entryUUID", "00000001-809a-1041-9f00-01acd9548f74");
	put(scene, &entry, "entryCSN", "20261129234001.000000Z#000000#002#000000");
	put(scene, &entry, "reqType", "modify");
	put(scene, &entry, "reqDN", "cn=e,dc=x");
	put(scene, &entry, "reqAuthzID", "cn=consumer");
	put(scene, &entry, "reqMod", "member:");
	put(scene, &entry, "reqMod", ":");
	put(scene, &entry, "reqMod", "member:");
	assert_true(log_change_read(scene->pool, &entry, OWN, &change));
	assert_null(change.by);
	assert_int_equal(change.n_attributes, 1);
	put(scene, &entry, "reqMod", by);
	assert_true(log_change_read(scene->pool, &entry, OWN, &change));
	assert_string_equal(change.by, "cn=x");
	assert_int_equal(change.n_attributes, 1);
}

static ConflictsVerdict verdict(const DatabaseConflicts *database)
{
	const ConflictsReport report = {.databases = database, .n_databases = 1};

	return conflicts_verdict(&report);
}

static void what_was_not_read_is_not_known(void **state)
{
	const ConflictsFound none = {0}, one = {.n_conflicts = 1};

	(void)state;
	assert_int_equal(verdict(&(DatabaseConflicts){.problem = "no log"}), CONFLICTS_UNKNOWN);
	assert_int_equal(verdict(&(DatabaseConflicts){.found = &none, .problem = "hidden"}),
			 CONFLICTS_UNKNOWN);
	assert_int_equal(verdict(&(DatabaseConflicts){.found = &one, .problem = "hidden"}),
			 CONFLICTS_FOUND);
	assert_int_equal(verdict(&(DatabaseConflicts){.found = &none}), CONFLICTS_NONE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_older_change_behind_our_own_is_a_conflict_however_old),
		TEST(a_change_made_here_behind_what_was_here_is_none),
		TEST(a_newer_change_from_elsewhere_is_perhaps_one_within_the_lag),
		TEST(changes_of_two_other_servers_are_not_surely_one),
		TEST(what_overwrites_nothing_is_not_perhaps_one),
		TEST(changes_of_one_server_or_of_two_entries_are_none),
		TEST(an_older_deletion_that_comes_last_stands),
		TEST(an_older_change_that_brings_an_entry_back_stands),
		TEST(what_slapd_left_of_an_older_change_stands_beside_the_newer),
		TEST(a_log_that_has_an_older_change_whole_does_not_tell_what_is_left_of_it),
		TEST(two_changes_of_different_attributes_stand_whatever_the_log_has),
		TEST(values_of_one_attribute_may_both_stand),
		TEST(of_renames_nothing_is_guessed),
		TEST(the_order_is_that_of_writing_not_that_of_reading),
		TEST(context_csn_is_no_change),
		TEST(memory_reaches_over_so_many_changes),
		TEST(conflicts_beyond_the_first_are_counted),
		TEST(no_value_is_read_but_the_name_of_who_wrote),
		TEST(what_was_not_read_is_not_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
