/* SPDX-License-Identifier: Apache-2.0 */
/* What readers were seen to see here, and what a plan makes of it (G12). */
#include "common/access/access_targets.h"
#include "common/access/reader_views.h"
#include "tests/unit/attribute.h"
#include "tests/unit/plan_scene.h"

#define GROUP "{0}to * by group=cn=g,dc=x write by * none"
#define NOT_PROVIDER                                                   \
	"modify '" DATABASE "' (add olcLimits)\n"                      \
	"add 'cn=module,cn=config' (objectClass, cn, olcModuleLoad)\n" \
	"modify '" DATABASE "' (add olcDbIndex)\n"

/* What came of looking at what the first plan asked for. */
static void seen_add(Scene *scene, ReaderViews *views, ReaderView *view)
{
	(void)plan_steps(scene);
	assert_int_equal(scene->plan.unknown.n_readers, 1);
	view->suffix = SUFFIX;
	view->reader = scene->plan.unknown.readers[0].reader;
	memcpy(view->basis, scene->plan.unknown.readers[0].basis, sizeof(view->basis));
	*views = (ReaderViews){.items = view, .n_items = 1};
	scene->facts.views = views;
}

static void a_reader_that_was_seen_to_see_everything_holds_nothing(void **state)
{
	Scene *scene = *state;
	ReaderView view = {.outcome = VIEW_EQUAL, .text = "root"};
	ReaderViews views;

	value_add(scene, scene->database, "olcAccess", GROUP);
	seen_add(scene, &views, &view);
	assert_non_null(strstr(plan_steps(scene), "olcMultiProvider"));
	assert_false(holds(scene, GUARD_READERS));
	assert_int_equal(scene->plan.unknown.n_readers, 0);
}

static void a_reader_that_was_seen_to_see_everything_is_a_note(void **state)
{
	Scene *scene = *state;
	ReaderView view = {.outcome = VIEW_EQUAL, .text = "root"};
	ReaderViews views;

	provider_make(scene, "23");
	value_add(scene, scene->database, "olcAccess", GROUP);
	seen_add(scene, &views, &view);
	assert_string_equal(plan_steps(scene), "");
	assert_true(finds(scene, "readers-compared", SEVERITY_NOTE));
	assert_false(finds(scene, "readers-not-proven", SEVERITY_WARNING));
}

static void a_reader_that_was_seen_to_see_less_is_denied(void **state)
{
	Scene *scene = *state;
	ReaderView view = {.outcome = VIEW_LESS, .text = "2 of 9 entries"};
	ReaderViews views;

	value_add(scene, scene->database, "olcAccess", GROUP);
	seen_add(scene, &views, &view);
	assert_string_equal(plan_steps(scene), NOT_PROVIDER);
	assert_non_null(strstr(scene->plan.held.holds[0].text, "does not see 2 of 9 entries"));
	provider_make(scene, "23");
	scene->facts.views = NULL;
	seen_add(scene, &views, &view);
	assert_string_equal(plan_steps(scene), "");
	assert_true(finds(scene, "readers-denied", SEVERITY_CRITICAL));
}

static void what_was_seen_under_other_access_proves_nothing(void **state)
{
	Scene *scene = *state;
	ReaderView view = {.outcome = VIEW_EQUAL, .text = "root"};
	ReaderViews views;

	value_add(scene, scene->database, "olcAccess", GROUP);
	seen_add(scene, &views, &view);
	value_add(scene, scene->database, "olcAccess", "{1}to * by group=cn=other," SUFFIX " read");
	assert_string_equal(plan_steps(scene), NOT_PROVIDER);
	assert_true(holds(scene, GUARD_READERS));
	assert_int_equal(scene->plan.unknown.n_readers, 1);
}

static void what_could_not_be_looked_at_stays_open_and_says_why(void **state)
{
	Scene *scene = *state;
	ReaderView view = {.outcome = VIEW_UNTESTABLE, .text = "no password"};
	ReaderViews views;

	value_add(scene, scene->database, "olcAccess", GROUP);
	seen_add(scene, &views, &view);
	assert_string_equal(plan_steps(scene), NOT_PROVIDER);
	assert_non_null(strstr(scene->plan.held.holds[0].text, "no password"));
	assert_int_equal(scene->plan.unknown.n_readers, 0);
}

/* Of a peer's address a connection of ours shows nothing. */
static void what_hangs_on_addresses_is_not_looked_at(void **state)
{
	Scene *scene = *state;

	value_add(scene, scene->database, "olcAccess",
		  "{0}to * by peername.ip=10.0.0.0%255.0.0.0 read");
	assert_string_equal(plan_steps(scene), NOT_PROVIDER);
	assert_true(holds(scene, GUARD_READERS));
	assert_int_equal(scene->plan.unknown.n_readers, 0);
}

/* Names of attributes are compared: one value that is hidden among others does not show. */
static void what_hangs_on_values_is_not_looked_at(void **state)
{
	Scene *scene = *state;

	value_add(scene, scene->database, "olcAccess",
		  "{0}to attrs=member val.exact=\"cn=a,dc=x\" by * none");
	value_add(scene, scene->database, "olcAccess", "{1}to * by * read");
	assert_string_equal(plan_steps(scene), NOT_PROVIDER);
	assert_true(holds(scene, GUARD_READERS));
	assert_non_null(strstr(scene->plan.held.holds[0].text, "hangs on single values"));
	assert_int_equal(scene->plan.unknown.n_readers, 0);
}

/* --- who reads here --- */

static void connection_add(Scene *scene, Tree *tree, const char *dn, const char *peer,
			   const char *executing, const char *active)
{
	Entry *entry = tree_add_entry(scene->pool, tree, "cn=Connection");

	value_add(scene, entry, "monitorConnectionAuthzDN", dn);
	value_add(scene, entry, "monitorConnectionPeerAddress", peer);
	value_add(scene, entry, "monitorConnectionOpsExecuting", executing);
	value_add(scene, entry, "monitorConnectionActivityTime", active);
}

#define NOW_SEC 1782900000 /* 20260701100000Z */
#define BEFORE  "20260701095950Z"

static void a_search_that_goes_on_is_a_readers(void **state)
{
	Scene *scene = *state;
	Tree tree = {0};
	ReaderSessions sessions;

	connection_add(scene, &tree, "cn=r,dc=x", "IP=192.0.2.1:4711", "1", BEFORE);
	connection_add(scene, &tree, "cn=R,dc=x", "IP=192.0.2.1:4712", "1", BEFORE);
	connection_add(scene, &tree, "cn=r,dc=x", "IP=[2001:db8::1]:4713", "1", BEFORE);
	connection_add(scene, &tree, "cn=client,dc=x", "IP=192.0.2.2:4714", "0", BEFORE);
	connection_add(scene, &tree, "cn=root", "PATH=/run/ldapi", "1", BEFORE);
	connection_add(scene, &tree, "cn=quick,dc=x", "IP=192.0.2.2:4715", "1", "20260701095959Z");
	sessions = reader_sessions_take(scene->pool, &tree, NOW_SEC);
	assert_true(sessions.is_known);
	assert_int_equal(sessions.n_items, 2);
	assert_string_equal(sessions.items[0].address, "192.0.2.1");
	assert_string_equal(sessions.items[1].address, "2001:db8::1");
	assert_int_equal(reader_sessions_keep(scene->pool, &sessions, NOW_SEC + 60).n_items, 2);
	assert_false(reader_sessions_keep(scene->pool, &sessions, NOW_SEC + 601).is_known);
	assert_false(reader_sessions_keep(scene->pool, &sessions, NOW_SEC - 1).is_known);
}

/* A provider whose access hides passwords from all but its named reader, and who else reads. */
static bool warns_of(Scene *scene, const char *dn, const char *address)
{
	ReaderSession session = {dn, address};
	const ReaderViews views = {.sessions = {.is_known = true, .items = &session, .n_items = 1}};

	scene->facts.views = &views;
	scene->plan = (Plan){0};
	(void)plan_steps(scene);
	assert_false(scene->plan.unknown.sessions);
	return finds(scene, "readers-unnamed", SEVERITY_WARNING);
}

static void who_reads_from_a_peer_and_is_not_named_is_told_of_what_it_may_not_read(void **state)
{
	static LinkProbe probe = {
		.suffix = SUFFIX, .peer_id = 2, .identity = "", .probe.address = "192.0.2.1"};
	static const LinkProbes probes = {&probe, 1};
	Scene *scene = *state;

	provider_make(scene, "23");
	(void)plan_steps(scene);
	assert_false(scene->plan.unknown.sessions);
	value_add(scene, scene->database, "olcAccess",
		  "{0}to attrs=userPassword by dn=cn=r,dc=x read by * auth");
	value_add(scene, scene->database, "olcAccess", "{1}to * by * read");
	(void)plan_steps(scene);
	assert_true(scene->plan.unknown.sessions);
	assert_false(warns_of(scene, "cn=other,dc=x", "192.0.2.1"));
	scene->facts.probes = &probes;
	assert_true(warns_of(scene, "cn=other,dc=x", "192.0.2.1"));
	assert_false(warns_of(scene, "cn=other,dc=x", "192.0.2.9"));
	assert_false(warns_of(scene, "cn=r,dc=x", "192.0.2.1"));
	assert_false(warns_of(scene, "cn=admin,dc=x", "192.0.2.1"));
	assert_false(warns_of(scene, "cn=other,dc=y", "192.0.2.1"));
}

/* --- what is kept --- */

static ReaderView view_of(const char *reader, const char *basis, int64_t at_sec)
{
	ReaderView view = {.suffix = "dc=x",
			   .reader = reader,
			   .outcome = VIEW_EQUAL,
			   .text = "",
			   .at_sec = at_sec};

	(void)strncpy(view.basis, basis, sizeof(view.basis) - 1);
	return view;
}

static void a_view_is_forgotten_when_it_is_old_or_was_only_a_moments(void **state)
{
	AUTO(Pool) *pool = pool_new();
	ReaderView views[] = {view_of("cn=young", "b", 7000), view_of("cn=old", "b", 3000),
			      view_of("cn=later", "b", 7300), view_of("cn=moment", "b", 7000),
			      view_of("cn=slow", "b", 6901)};
	const ReaderViews old = {.items = views, .n_items = 5};
	ReaderViews kept;

	(void)state;
	views[3].is_passing = true;
	views[4].is_slow = true;
	assert_int_equal(reader_views_keep(pool, &old, NULL, 7201).n_items, 2);
	views[4].at_sec = 6899;
	kept = reader_views_keep(pool, &old, NULL, 7200);
	assert_int_equal(kept.n_items, 1);
	assert_non_null(reader_view_find(&kept, "DC=X", "CN=Young", "b"));
	assert_null(reader_view_find(&kept, "dc=x", "cn=young", "other"));
	assert_null(reader_view_find(NULL, "dc=x", "cn=young", "b"));
}

static void of_two_views_the_newer_is_kept(void **state)
{
	AUTO(Pool) *pool = pool_new();
	ReaderView before = view_of("cn=r", "b", 10), after = view_of("cn=r", "b", 20);
	const ReaderViews old = {.items = &before, .n_items = 1},
			  more = {.items = &after, .n_items = 1};
	ReaderViews kept;

	(void)state;
	kept = reader_views_keep(pool, &old, &more, 30);
	assert_int_equal(kept.n_items, 1);
	assert_int_equal(kept.items[0].at_sec, 20);
}

/* --- what was not shown --- */

static void what_is_hidden_is_told_from_what_was_deleted_and_from_what_nobody_knows(void **state)
{
	static const struct {
		ReaderLacks lacks;
		ViewOutcome outcome;
	} cases[] = {
		{{0, 0, 0}, VIEW_EQUAL},         {{20, 20, 0}, VIEW_EQUAL},
		{{20, 3, 1}, VIEW_LESS},         {{500, 19, 1}, VIEW_LESS},
		{{500, 20, 0}, VIEW_UNTESTABLE}, {{3, 2, 0}, VIEW_UNTESTABLE},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(reader_lacks_judge(&cases[i].lacks), cases[i].outcome);
}

/* --- where to look --- */

static void a_value_that_names_entries_or_attributes_says_where_to_look(void **state)
{
	static const char *const values[] = {
		"{0}to dn.subtree=\"ou=a,dc=x\" attrs=entry,userPassword,@person by * read",
		"{1}to filter=(sn=b) by group=cn=g,dc=x read",
		"{2}to dn.base=\"cn=c,dc=x\" by * read",
		"{3}to dn.subtree=\"dc=elsewhere\" by * read",
		"{4}to dn.regex=\"^cn=.*$\" attrs=mail by self write by * auth",
		"{5}to * by * read",
		NULL};
	static const AccessTarget expected[] = {
		{"ou=a,dc=x", false, "(objectClass=*)", 0, false, ACCESS_LIKE_ALL, NULL},
		{"ou=a,dc=x", false, "(&(objectClass=*)(userPassword=*))", 0, false,
		 ACCESS_LIKE_ALL, "userPassword"},
		{"ou=a,dc=x", false, "(&(objectClass=*)(objectClass=person))", 0, false,
		 ACCESS_LIKE_ALL, NULL},
		{"dc=x", false, "(sn=b)", 1, true, ACCESS_LIKE_ALL, NULL},
		{"cn=c,dc=x", true, "(objectClass=*)", 2, false, ACCESS_LIKE_ALL, NULL},
		{"dc=x", false, "(&(objectClass=*)(mail=*))", 4, true, ACCESS_BY_ENTRY_AND_SEE,
		 "mail"},
	};
	AUTO(Pool) *pool = pool_new();
	const AccessLists lists = {.suffix = "dc=x", .database = attribute_of(pool, values)};
	const AccessTargets targets = access_targets_find(pool, &lists, "cn=r,dc=x");

	(void)state;
	assert_int_equal(targets.n_items, ARRAY_SIZE(expected));
	for (size_t i = 0; i < targets.n_items; i++) {
		assert_string_equal(targets.items[i].base, expected[i].base);
		assert_int_equal(targets.items[i].is_base_alone, expected[i].is_base_alone);
		assert_string_equal(targets.items[i].filter, expected[i].filter);
		assert_int_equal(targets.items[i].rule, expected[i].rule);
		assert_int_equal(targets.items[i].is_open, expected[i].is_open);
	}
}

static AccessTarget only_target(Pool *pool, const char *value)
{
	const char *const values[] = {value, NULL};
	const AccessLists lists = {.suffix = "dc=x", .database = attribute_of(pool, values)};
	const AccessTargets targets = access_targets_find(pool, &lists, "cn=r,dc=x");

	assert_int_equal(targets.n_items, 1);
	return targets.items[0];
}

static void where_entries_differ_one_does_not_stand_for_the_others(void **state)
{
	static const struct {
		const char *value;
		AccessSpread spread;
	} cases[] = {
		{"to attrs=mail by group=cn=g,dc=x read by * none", ACCESS_LIKE_ALL},
		{"to filter=(sn=b) attrs=mail by group=cn=g,dc=x read", ACCESS_LIKE_ALL},
		{"to attrs=mail by dn.level{1}=\"dc=x\" read", ACCESS_LIKE_ALL},
		{"to attrs=mail by dnattr=owner read by * none", ACCESS_BY_ENTRY},
		{"to attrs=mail by realdnattr=owner none by * read", ACCESS_BY_ENTRY},
		{"to attrs=mail by set=\"this/owner & user\" read", ACCESS_BY_ENTRY},
		{"to attrs=mail by self.level{1} none by users read", ACCESS_BY_ENTRY},
		{"to dn.regex=\"^cn=.*\" attrs=mail by group=cn=g,dc=x read", ACCESS_BY_ENTRY},
		{"to attrs=mail by dn.exact,expand=\"cn=$1,dc=x\" read", ACCESS_BY_ENTRY},
		{"to attrs=mail by dnattr=owner read by anonymous auth", ACCESS_BY_ENTRY},
		{"to attrs=mail by dnattr=owner search by * read", ACCESS_BY_ENTRY_AND_SEE},
		{"to attrs=mail by dnattr=owner -r break", ACCESS_BY_ENTRY_AND_SEE},
		{"to attrs=@person by dnattr=owner read", ACCESS_BY_ENTRY_AND_SEE},
		{"to attrs=!person by dnattr=owner read", ACCESS_BY_ENTRY_AND_SEE},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(Pool) *pool = pool_new();

		if (only_target(pool, cases[i].value).spread != cases[i].spread)
			fail_msg("%s", cases[i].value);
	}
}

static void more_than_is_looked_at_is_known_to_be_more(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Buf value = BUF_IN(pool);
	const char *values[] = {NULL, NULL};
	AccessLists lists = {.suffix = "dc=x"};
	AccessTargets targets;

	(void)state;
	buf_puts(&value, "{0}to attrs=a0");
	for (int i = 1; i < 100; i++)
		buf_printf(&value, ",a%d", i);
	values[0] = pool_printf(pool, "%s by * read", buf_text(&value));
	lists.database = attribute_of(pool, values);
	assert_false(access_targets_find(pool, &lists, "cn=r,dc=x").is_cut);
	values[0] = pool_printf(pool, "%s,more by * read", buf_text(&value));
	lists.database = attribute_of(pool, values);
	targets = access_targets_find(pool, &lists, "cn=r,dc=x");
	assert_true(targets.is_cut);
	assert_int_equal(targets.n_items, 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(a_reader_that_was_seen_to_see_everything_holds_nothing),
		SCENE_TEST(a_reader_that_was_seen_to_see_everything_is_a_note),
		SCENE_TEST(a_reader_that_was_seen_to_see_less_is_denied),
		SCENE_TEST(what_was_seen_under_other_access_proves_nothing),
		SCENE_TEST(what_could_not_be_looked_at_stays_open_and_says_why),
		SCENE_TEST(what_hangs_on_addresses_is_not_looked_at),
		SCENE_TEST(what_hangs_on_values_is_not_looked_at),
		SCENE_TEST(a_search_that_goes_on_is_a_readers),
		SCENE_TEST(who_reads_from_a_peer_and_is_not_named_is_told_of_what_it_may_not_read),
		cmocka_unit_test(a_view_is_forgotten_when_it_is_old_or_was_only_a_moments),
		cmocka_unit_test(of_two_views_the_newer_is_kept),
		cmocka_unit_test(
			what_is_hidden_is_told_from_what_was_deleted_and_from_what_nobody_knows),
		cmocka_unit_test(a_value_that_names_entries_or_attributes_says_where_to_look),
		cmocka_unit_test(where_entries_differ_one_does_not_stand_for_the_others),
		cmocka_unit_test(more_than_is_looked_at_is_known_to_be_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
