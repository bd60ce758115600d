/* SPDX-License-Identifier: Apache-2.0 */
/* Overlays, contextCSN on disk, server ID: in this order, whatever holds one of them. */
#include "tests/unit/order_scene.h"

#define OVERLAY   "olcOverlay={0}syncprov," SCENE_DN
#define LIMITS    "modify '" SCENE_DN "' (add olcLimits)\n"
#define MODULE    "add 'cn=module,cn=config' (objectClass, cn, olcModuleLoad)\n"
#define ADDED     "(objectClass, olcOverlay, olcSpCheckpoint)\n"
#define FLUSH     "delete '" OVERLAY "'\nsearch 'dc=a' (contextCSN)\nadd '" OVERLAY "' " ADDED
#define SERVER_ID "modify 'cn=config' (replace olcServerID)\n"

/* A database that was filled before there was a server ID. */
static void fill(PlanScene *scene, size_t i)
{
	static const char *classes[] = {"dcObject", "organization"};

	scene->databases[i].csn = scene->databases[i].peer_csn = NULL;
	scene->content[i].here.entry.csn = SCENE_CSN("10", "000");
	scene->content[i].here.entry.object_classes = classes;
	scene->content[i].here.entry.n_object_classes = 2;
	scene->content[i].n_peers = 1;
	scene->peers[i].state = CONTENT_UNREACHABLE;
	scene->peers[i].nobody_listens = true;
	scene->peers[i].problem = "no server is there";
}

static void is_2_4(PlanScene *scene)
{
	scene->options.multi_provider_attribute = "olcMirrorMode";
	scene->live.version.is_known = true;
	scene->live.version.is_2_5 = false;
}

/* The beginning of the steps behind the limits: what concerns the server ID. */
static void assert_begins(PlanScene *scene, const char *expected)
{
	const char *steps = scene_steps(scene);

	if (strncmp(steps, LIMITS, strlen(LIMITS)) == 0)
		steps += strlen(LIMITS);
	if (strncmp(steps, expected, strlen(expected)) != 0)
		assert_string_equal(steps, expected);
}

static bool writes_server_id(PlanScene *scene)
{
	return strstr(scene_steps(scene), SERVER_ID) != NULL;
}

static void context_csn_is_on_disk_before_the_server_id_is_written(void **state)
{
	PlanScene *scene = *state;

	fill(scene, 0);
	assert_begins(scene,
		      MODULE "add 'olcOverlay=syncprov," SCENE_DN "' " ADDED FLUSH SERVER_ID);
	assert_int_equal(scene->plan.held.n_holds, 0);
	assert_int_equal(scene->plan.order.n_covered, 1);
	assert_string_equal(scene->plan.order.covered[0], "dc=a");
}

static void an_overlay_of_others_comes_back_as_it_was(void **state)
{
	PlanScene *scene = *state;
	Entry *overlay = scene_overlay(scene, 0);
	const Step *back;

	fill(scene, 0);
	scene->databases[0].csn = SCENE_CSN("10", "000");
	scene_add(scene, overlay, "olcSpNoPresent", "TRUE");
	scene_add(scene, overlay, "olcSpSessionlog", "7");
	scene_add(scene, overlay, "createTimestamp", "20261122101000Z");
	assert_begins(scene, "delete '" OVERLAY "'\nsearch 'dc=a' (contextCSN)\nadd '" OVERLAY
			     "' (objectClass, olcOverlay, olcSpCheckpoint, olcSpSessionlog, "
			     "olcSpNoPresent)\n" SERVER_ID);
	back = &scene->plan.order.steps[2];
	assert_string_equal(back->mods[1].values[0], "{0}syncprov");
	assert_string_equal(scene->plan.order.steps[1].mods[0].values[0], SCENE_CSN("10", "000"));
}

static void an_overlay_through_which_clients_wrote_is_not_deleted(void **state)
{
	PlanScene *scene = *state;
	Entry *overlay = scene_overlay(scene, 0);

	/* slapd may die of that when a peer is connected and a client writes. */
	fill(scene, 0);
	scene->databases[0].csn = SCENE_CSN("12", "000");
	scene_add(scene, overlay, "createTimestamp", "20261122101000Z");
	scene_add(scene, overlay, "entryCSN", SCENE_CSN("10", "000"));
	assert_begins(scene, "modify '" OVERLAY "' (replace olcSpCheckpoint)\n");
	assert_false(writes_server_id(scene));
	/* The checkpoint is set; what counts is a change after that, not one before. */
	overlay->attributes[2].values[0].bytes = "1 1";
	overlay->attributes[4].values[0].bytes = SCENE_CSN("13", "000");
	scene->live.start_time = "20261122100900Z";
	assert_false(writes_server_id(scene));
	scene->databases[0].csn = SCENE_CSN("14", "000");
	assert_begins(scene, SERVER_ID);
	/* Made by the start of slapd, perhaps. */
	scene->live.start_time = "20261122101400Z";
	assert_begins(scene, FLUSH SERVER_ID);
}

/* A release passes once: what it waits for must be there when it comes again. */
static void a_release_that_waits_for_a_change_is_given_again(void **state)
{
	PlanScene *scene = *state;
	Entry *overlay = scene_overlay(scene, 0);
	const Hold *hold;

	fill(scene, 0);
	scene->content[0].here.entry.csn = SCENE_CSN("10", "007");
	scene->databases[0].csn = SCENE_CSN("12", "007");
	scene_add(scene, scene->global, "olcServerID", "7");
	scene_add(scene, overlay, "createTimestamp", "20261122101000Z");
	scene_add(scene, overlay, "entryCSN", SCENE_CSN("10", "000"));
	assert_false(writes_server_id(scene));
	assert_non_null(scene_hold(scene, GUARD_SERVER_ID));
	scene->options.consent.released = GUARD_BIT(GUARD_SERVER_ID);
	assert_begins(scene, "modify '" OVERLAY "' (replace olcSpCheckpoint)\n");
	assert_false(writes_server_id(scene));
	hold = scene_hold(scene, GUARD_ORDER);
	assert_non_null(strstr(hold->text, "`syncward apply --release G5` goes on"));
	scene->options.consent.released |= GUARD_BIT(GUARD_IDENTITY);
	scene_plan(scene);
	hold = scene_hold(scene, GUARD_ORDER);
	assert_non_null(strstr(hold->text, "`syncward apply --release G5,G11` goes on"));
	scene->options.consent.released = GUARD_BIT(GUARD_SERVER_ID) | GUARD_BIT(GUARD_CONTENT) |
					  GUARD_BIT(GUARD_READERS) | GUARD_BIT(GUARD_REMOVAL);
	scene_plan(scene);
	hold = scene_hold(scene, GUARD_ORDER);
	assert_non_null(strstr(hold->text, "`syncward apply --release G5,G10,G12` goes on"));
	/* Nobody releases it in between, as the daemon does not. */
	scene->options.consent.released = 0;
	overlay->attributes[2].values[0].bytes = "1 1";
	overlay->attributes[4].values[0].bytes = SCENE_CSN("13", "000");
	scene->live.start_time = "20261122100900Z";
	assert_null(strstr(scene_steps(scene), "olcSpCheckpoint"));
	scene->databases[0].csn = SCENE_CSN("14", "007");
	assert_null(strstr(scene_steps(scene), "olcSpCheckpoint"));
	scene->options.consent.released = GUARD_BIT(GUARD_SERVER_ID);
	assert_begins(scene, SERVER_ID "modify '" OVERLAY "' (replace olcSpCheckpoint)\n");
}

static void settings_of_an_overlay_follow_the_server_id(void **state)
{
	PlanScene *scene = *state;
	Entry *overlay = scene_overlay(scene, 0);

	fill(scene, 0);
	scene->databases[0].csn = SCENE_CSN("10", "000");
	overlay->attributes[overlay->n_attributes - 1].values[0].bytes = "1 1";
	scene_add(scene, overlay, "createTimestamp", "20261122101000Z");
	assert_begins(scene, FLUSH SERVER_ID "modify '" OVERLAY "' (replace olcSpCheckpoint)\n");
}

static void a_server_id_that_is_right_needs_no_order(void **state)
{
	PlanScene *scene = *state;

	fill(scene, 0);
	scene_add(scene, scene->global, "olcServerID", "1");
	assert_begins(scene, MODULE "add 'olcOverlay=syncprov," SCENE_DN "' " ADDED "modify");
	assert_int_equal(scene->plan.held.n_holds, 0);
}

static void an_empty_database_does_not_hold_it(void **state)
{
	PlanScene *scene = *state;

	scene->n_databases = 2;
	fill(scene, 0);
	scene->content[1].here.entry.exists = false;
	scene->databases[1].csn = NULL;
	assert_true(writes_server_id(scene));
	assert_non_null(scene_hold(scene, GUARD_JOINING));
	assert_null(scene_hold(scene, GUARD_ORDER));
}

static void a_held_overlay_holds_it_and_says_which_database(void **state)
{
	PlanScene *scene = *state;
	const Hold *hold;

	scene->n_databases = 2;
	fill(scene, 0);
	fill(scene, 1);
	scene->known_databases[1].suspect = "dc=b is another one";
	assert_false(writes_server_id(scene));
	/* The other overlay goes ahead; nobody is closed to clients, and nothing goes and comes. */
	assert_string_equal(scene_steps(scene),
			    LIMITS "modify 'olcDatabase={2}mdb,cn=config' (add olcLimits)\n" MODULE
				   "add 'olcOverlay=syncprov," SCENE_DN "' " ADDED
				   "modify '" SCENE_DN "' (add olcDbIndex)\n");
	hold = scene_hold(scene, GUARD_ORDER);
	assert_string_equal(hold->suffix, "dc=b");
	assert_non_null(strstr(hold->text, "G10"));
	assert_string_equal(hold->release, "syncward apply --release G10 --suffix dc=b");
	scene->options.consent.released = GUARD_BIT(GUARD_ORDER);
	assert_true(writes_server_id(scene));
}

/* Under a server ID of its own, what clients write there hides from peers what the copy lacks. */
static void an_open_copy_in_doubt_holds_it_although_its_overlay_is_there(void **state)
{
	PlanScene *scene = *state;
	const Hold *hold;

	fill(scene, 0);
	scene->databases[0].csn = SCENE_CSN("10", "000");
	scene_add(scene, scene_overlay(scene, 0), "createTimestamp", "20261122101000Z");
	assert_true(writes_server_id(scene));
	scene->known_databases[0].suspect = "dc=a is another one";
	assert_false(writes_server_id(scene));
	hold = scene_hold(scene, GUARD_ORDER);
	assert_non_null(strstr(hold->text, "in doubt (G10)"));
	assert_string_equal(hold->release, "syncward apply --release G10");
	scene->options.consent.released = GUARD_BIT(GUARD_CONTENT);
	assert_true(writes_server_id(scene));
}

/* Clients' writes are refused where it reads and has no flag. */
static void a_closed_copy_in_doubt_does_not_hold_it(void **state)
{
	PlanScene *scene = *state;

	fill(scene, 0);
	scene->databases[0].csn = SCENE_CSN("10", "000");
	scene_reads(scene, 0);
	scene_add(scene, scene_overlay(scene, 0), "createTimestamp", "20261122101000Z");
	scene->known_databases[0].suspect = "dc=a is another one";
	assert_true(writes_server_id(scene));
	scene_add(scene, scene->databases[0].entry, "olcMultiProvider", "TRUE");
	assert_false(writes_server_id(scene));
}

static void a_database_that_reads_first_gets_its_consumers(void **state)
{
	PlanScene *scene = *state;

	/* Its overlay waits for what they bring, and the server ID for the overlay. */
	fill(scene, 0);
	scene->known_databases[0].is_joining = true;
	scene->databases[0].csn = SCENE_CSN("14", "002");
	scene->databases[0].peer_csn = SCENE_CSN("15", "002");
	scene->peers[0].state = CONTENT_READ;
	assert_false(writes_server_id(scene));
	assert_non_null(scene_hold(scene, GUARD_JOINING));
	assert_non_null(strstr(scene_steps(scene), "(add olcSyncrepl)"));
}

static void an_overlay_that_is_not_ours_holds_it_until_it_is_there(void **state)
{
	PlanScene *scene = *state;

	fill(scene, 0);
	scene->databases[0].syncprov = "false";
	assert_false(writes_server_id(scene));
	assert_string_equal(scene_hold(scene, GUARD_ORDER)->release,
			    "syncward apply --release order");
	scene_add(scene, scene_overlay(scene, 0), "createTimestamp", "20261122101000Z");
	scene->databases[0].csn = SCENE_CSN("10", "000");
	assert_true(writes_server_id(scene));
}

static void what_cannot_be_read_is_not_taken_for_empty(void **state)
{
	PlanScene *scene = *state;

	fill(scene, 0);
	(void)scene_provides(scene, 0);
	scene->content[0].here = (Content){.state = CONTENT_DENIED, .problem = "hidden"};
	assert_false(writes_server_id(scene));
	assert_non_null(scene_hold(scene, GUARD_ORDER));
	scene->content[0].here = (Content){.state = CONTENT_UNKNOWN};
	assert_false(writes_server_id(scene));
	assert_int_equal(scene->plan.unknown.n_contents, 1);
}

static void what_came_from_peers_is_on_disk(void **state)
{
	PlanScene *scene = *state;

	fill(scene, 0);
	(void)scene_provides(scene, 0);
	scene->content[0].here.entry.csn = SCENE_CSN("10", "002");
	scene->databases[0].csn = SCENE_CSN("15", "002");
	assert_string_equal(scene_steps(scene), SERVER_ID);
	/* Its suffix entry was written here since, and contextCSN does not know. */
	scene->content[0].here.entry.csn = SCENE_CSN("20", "000");
	assert_false(writes_server_id(scene));
}

static void a_refresh_that_goes_on_holds_it(void **state)
{
	PlanScene *scene = *state;

	fill(scene, 0);
	(void)scene_provides(scene, 0);
	assert_false(writes_server_id(scene));
	assert_non_null(strstr(scene_hold(scene, GUARD_ORDER)->text, "refresh"));
}

/* --- 2.4, which deletes no overlay --- */

static void on_2_4_it_waits_for_a_change_of_the_suffix_entry(void **state)
{
	PlanScene *scene = *state;
	const Hold *hold;

	is_2_4(scene);
	fill(scene, 0);
	assert_string_equal(scene_steps(scene),
			    LIMITS MODULE "add 'olcOverlay=syncprov," SCENE_DN "' " ADDED
					  "modify '" OVERLAY "' (replace olcSpCheckpoint)\n"
					  "modify '" SCENE_DN "' (add olcDbIndex)\n");
	assert_string_equal(scene->plan.order.steps[3].mods[0].values[0], "1 1");
	hold = scene_hold(scene, GUARD_ORDER);
	assert_string_equal(
		hold->release,
		"printf '%s\\n' 'dn: dc=a' 'changetype: modify' 'replace: objectClass' "
		"'objectClass: dcObject' 'objectClass: organization' | ldapmodify -x -W "
		"-D cn=admin,dc=a -H ldapi:///");
}

static Entry *overlay_at_once(PlanScene *scene)
{
	Entry *overlay = scene_overlay(scene, 0);

	is_2_4(scene);
	fill(scene, 0);
	overlay->attributes[overlay->n_attributes - 1].values[0].bytes = "1 1";
	scene->databases[0].csn = SCENE_CSN("12", "000");
	scene_add(scene, overlay, "entryCSN", SCENE_CSN("11", "000"));
	return overlay;
}

static void on_2_4_a_change_behind_the_overlay_lets_it_go_on(void **state)
{
	PlanScene *scene = *state;
	Entry *overlay = overlay_at_once(scene);

	/* Nothing changes back and forth while it waits. */
	assert_false(writes_server_id(scene));
	assert_null(strstr(scene_steps(scene), "olcSpCheckpoint"));
	scene->content[0].here.entry.csn = SCENE_CSN("12", "000");
	assert_begins(scene, SERVER_ID "modify '" OVERLAY "' (replace olcSpCheckpoint)\n");
	overlay->attributes[2].values[0].bytes = "100 10";
	assert_false(writes_server_id(scene));
}

static void on_2_4_what_tells_that_it_is_on_disk_stays_while_another_database_waits(void **state)
{
	PlanScene *scene = *state;

	(void)overlay_at_once(scene);
	scene->content[0].here.entry.csn = SCENE_CSN("12", "000");
	scene->n_databases = 2;
	fill(scene, 1);
	scene->databases[1].syncprov = "false";
	assert_false(writes_server_id(scene));
	assert_null(strstr(scene_steps(scene), "olcSpCheckpoint"));
}

static void on_2_4_a_context_csn_older_than_slapd_is_on_disk(void **state)
{
	PlanScene *scene = *state;

	(void)overlay_at_once(scene);
	scene->live.start_time = "20261122101200Z";
	assert_false(writes_server_id(scene));
	scene->live.start_time = "20261122101201Z";
	assert_true(writes_server_id(scene));
}

static void on_2_4_a_context_csn_without_overlay_is_on_disk(void **state)
{
	PlanScene *scene = *state;

	is_2_4(scene);
	fill(scene, 0);
	scene->databases[0].csn = SCENE_CSN("12", "000");
	scene->content[0].here.view.coverage = COPY_HAS_NEWER;
	assert_false(writes_server_id(scene));
	scene->content[0].here.view.coverage = COPY_IS_COVERED;
	assert_true(writes_server_id(scene));
	scene->content[0].here.state = CONTENT_UNKNOWN;
	scene_plan(scene);
	assert_true(scene->plan.unknown.n_contents == 1 &&
		    scene->plan.unknown.contents[0].coverage);
}

/* Of before the overlay was away, or of when the database was loaded: slapd takes it for the
 * newest, and the overlay's deletion would write down the same again. */
static void a_context_csn_older_than_entries_waits_for_a_change(void **state)
{
	PlanScene *scene = *state;

	fill(scene, 0);
	scene->databases[0].csn = SCENE_CSN("12", "000");
	assert_true(writes_server_id(scene));
	scene->content[0].here.view.coverage = COPY_HAS_NEWER;
	assert_false(writes_server_id(scene));
	assert_non_null(strstr(scene->plan.held.holds[0].text, "a client's next change"));
	/* A change tells no more then. */
	scene->content[0].here.view.coverage = COPY_COVERAGE_UNKNOWN;
	scene->content[0].here.view.coverage_problem = "search 'dc=x': operations error";
	assert_false(writes_server_id(scene));
	assert_non_null(strstr(scene->plan.held.holds[0].text, "is not known (search 'dc=x'"));
	assert_null(strstr(scene->plan.held.holds[0].text, "a client's next change"));
	scene->content[0].here.view.coverage = COPY_COVERAGE_CUT;
	assert_false(writes_server_id(scene));
	assert_non_null(strstr(scene->plan.held.holds[0].text, "is not known (slapd limits"));
	assert_non_null(strstr(scene->plan.held.holds[0].release, "size.unchecked=unlimited"));
	/* Also where it was on disk when slapd started. */
	(void)overlay_at_once(scene);
	scene->live.start_time = "20261122101201Z";
	scene->content[0].here.view.coverage = COPY_HAS_NEWER;
	assert_false(writes_server_id(scene));
	scene->content[0].here.view.coverage = COPY_IS_COVERED;
	assert_true(writes_server_id(scene));
	scene->content[0].here.view.coverage = COPY_COVERAGE_NOT_ASKED;
	scene_plan(scene);
	assert_true(scene->plan.unknown.n_contents == 1 &&
		    scene->plan.unknown.contents[0].coverage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAN_SCENE_TEST(context_csn_is_on_disk_before_the_server_id_is_written),
		PLAN_SCENE_TEST(an_overlay_of_others_comes_back_as_it_was),
		PLAN_SCENE_TEST(a_context_csn_older_than_entries_waits_for_a_change),
		PLAN_SCENE_TEST(an_overlay_through_which_clients_wrote_is_not_deleted),
		PLAN_SCENE_TEST(a_release_that_waits_for_a_change_is_given_again),
		PLAN_SCENE_TEST(settings_of_an_overlay_follow_the_server_id),
		PLAN_SCENE_TEST(a_server_id_that_is_right_needs_no_order),
		PLAN_SCENE_TEST(an_empty_database_does_not_hold_it),
		PLAN_SCENE_TEST(a_held_overlay_holds_it_and_says_which_database),
		PLAN_SCENE_TEST(an_open_copy_in_doubt_holds_it_although_its_overlay_is_there),
		PLAN_SCENE_TEST(a_closed_copy_in_doubt_does_not_hold_it),
		PLAN_SCENE_TEST(a_database_that_reads_first_gets_its_consumers),
		PLAN_SCENE_TEST(an_overlay_that_is_not_ours_holds_it_until_it_is_there),
		PLAN_SCENE_TEST(what_cannot_be_read_is_not_taken_for_empty),
		PLAN_SCENE_TEST(what_came_from_peers_is_on_disk),
		PLAN_SCENE_TEST(a_refresh_that_goes_on_holds_it),
		PLAN_SCENE_TEST(on_2_4_it_waits_for_a_change_of_the_suffix_entry),
		PLAN_SCENE_TEST(on_2_4_a_change_behind_the_overlay_lets_it_go_on),
		PLAN_SCENE_TEST(
			on_2_4_what_tells_that_it_is_on_disk_stays_while_another_database_waits),
		PLAN_SCENE_TEST(on_2_4_a_context_csn_older_than_slapd_is_on_disk),
		PLAN_SCENE_TEST(on_2_4_a_context_csn_without_overlay_is_on_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
