/* SPDX-License-Identifier: Apache-2.0 */
/* A provider that was emptied is told, and closed to clients where it surely was. */
#include "tests/unit/plan_scene.h"

#include "common/draft/emptied.h"
#include "common/remember/fence_note.h"
#include "common/remember/memory_after.h"

#define CODE   "empty"
#define START  "20261122200000Z"
#define LATER  "20261123070000Z"
#define CLOSES "modify '" DATABASE "' (replace olcReadOnly)\n"

static bool is_told(Scene *scene)
{
	scene->plan = (Plan){0};
	assert_string_equal(plan_steps(scene), "");
	return finds(scene, CODE, SEVERITY_CRITICAL);
}

static bool says(const Scene *scene, const char *text)
{
	for (size_t i = 0; i < scene->plan.n_findings; i++)
		if (strcmp(scene->plan.findings[i].code, CODE) == 0)
			return strstr(scene->plan.findings[i].text, text) != NULL;
	return false;
}

static void emptied_make(Scene *scene)
{
	provider_make(scene, "23");
	scene->known_database.is_complete = true;
	scene->content.glance = (Content){.state = CONTENT_READ};
}

static void an_established_provider_without_entries_is_told(void **state)
{
	Scene *scene = *state;

	emptied_make(scene);
	assert_true(is_told(scene));
	scene->content.glance = scene->content.here;
	assert_false(is_told(scene));
	/* It reads anew already, which writes contextCSN at its end. */
	scene->content.glance.n_context_csns = 0;
	assert_true(is_told(scene));
}

/* It may be the original, which got links before its overlay had a contextCSN. */
static void what_never_showed_a_context_csn_is_not_to_be_loaded(void **state)
{
	Scene *scene = *state;

	emptied_make(scene);
	scene->content.glance = scene->content.here;
	scene->content.glance.n_context_csns = 0;
	assert_true(is_told(scene));
	assert_true(says(scene, "nor did it before"));
	assert_true(says(scene, "`syncward compare`"));
	assert_false(says(scene, "slapcat"));
	scene->known_database.filled = "20261122200000Z digest /a folder";
	assert_true(is_told(scene));
	assert_true(says(scene, "as when it was emptied"));
}

static void what_was_not_seen_is_not_taken_for_empty(void **state)
{
	Scene *scene = *state;

	emptied_make(scene);
	scene->content.glance.state = CONTENT_DENIED;
	assert_false(is_told(scene));
	scene->content.glance.state = CONTENT_UNKNOWN;
	assert_false(is_told(scene));
}

static void what_was_never_complete_or_is_closed_is_not_told(void **state)
{
	Scene *scene = *state;
	FenceRecord closed = {.suffix = SUFFIX, .is_closed = true};

	emptied_make(scene);
	scene->known_database.is_complete = false;
	assert_false(is_told(scene));
	scene->known_database.is_complete = true;
	assert_true(is_told(scene));
	scene->known.fence = (FenceRecords){.items = &closed, .n_items = 1};
	(void)plan_steps(scene);
	assert_false(finds(scene, CODE, SEVERITY_CRITICAL));
}

/* --- closing it --- */

/* slapd's start, and how many entries it counts; NULL: it does not tell. */
static void monitor_tells(Scene *scene, const char *start, const char *count)
{
	Entry *entries = pool_alloc(scene->pool, 2 * sizeof(*entries));

	scene->monitor = (Tree){.entries = entries};
	if (start) {
		entries[0] = (Entry){.dn = "cn=Start,cn=Time,cn=Monitor"};
		value_add(scene, &entries[scene->monitor.n_entries++], "monitorTimestamp", start);
	}
	if (count) {
		Entry *entry = &entries[scene->monitor.n_entries++];

		*entry = (Entry){.dn = "cn=Database 2,cn=Databases,cn=Monitor"};
		value_add(scene, entry, "namingContexts", SUFFIX);
		value_add(scene, entry, "olmMDBEntries", count);
	}
}

/* It was full at that start of slapd, and now it holds nothing, in the folder that it had. */
static void filled_and_emptied_make(Scene *scene)
{
	provider_make(scene, "23");
	value_add(scene, scene->database, "olcDbDirectory", "/a folder");
	value_add(scene, scene->database, "olcAccess", "{0}to * by * read");
	scene->known_database.is_complete = true;
	monitor_tells(scene, START, "5");
	scene_read(scene);
	scene->known_database.filled =
		emptied_place(scene->pool, &scene->live, &scene->live.databases[0]);
	assert_non_null(scene->known_database.filled);
	monitor_tells(scene, LATER, "0");
	scene->content.glance = (Content){.state = CONTENT_READ};
}

static bool is_closed(Scene *scene)
{
	const char *steps;

	scene->plan = (Plan){0};
	steps = plan_steps(scene);
	assert_true(finds(scene, CODE, SEVERITY_CRITICAL));
	assert_true(!*steps || strcmp(steps, CLOSES) == 0);
	return *steps;
}

static void one_that_holds_nothing_is_closed_while_a_peer_has_entries(void **state)
{
	Scene *scene = *state;
	Content peer;

	filled_and_emptied_make(scene);
	assert_true(is_closed(scene));
	peer = scene->content.peers[0];
	peer.n_context_csns = 0; /* it fills itself */
	scene->content.peers = &peer;
	assert_false(is_closed(scene));
	peer = (Content){.peer_id = 2, .state = CONTENT_UNREACHABLE, .problem = "no answer"};
	assert_false(is_closed(scene));
	/* Nobody was asked yet. */
	scene->content.here.state = CONTENT_UNKNOWN;
	scene->content.n_peers = 0;
	assert_false(is_closed(scene));
	assert_int_equal(scene->plan.unknown.n_contents, 1);
}

static void one_that_fills_is_closed_whoever_can_be_asked(void **state)
{
	Scene *scene = *state;

	filled_and_emptied_make(scene);
	scene->content.glance.entry.exists = true;
	scene->content.n_peers = 0;
	monitor_tells(scene, LATER, NULL);
	assert_true(is_closed(scene));
	scene->policy = "{\"mode\": \"audit\"}";
	assert_true(is_closed(scene)); /* it is told what would be done */
}

static void what_the_fence_could_not_close_either_is_closed_by_one_change(void **state)
{
	static const char *was_here[] = {"20261123065500.000000Z#000000#001#000000"};
	Scene *scene = *state;
	FenceRecord record = {
		.suffix = SUFFIX, .verdict = FENCE_OLDER, .text = "", .is_unclosed = true};
	LastSeen seen = {.suffix = SUFFIX, .csns = was_here, .n_csns = 1};

	filled_and_emptied_make(scene);
	scene->known.fence = (FenceRecords){.items = &record, .n_items = 1};
	scene->known.seen = (LastSeenAll){.items = &seen, .n_items = 1, .node = 1};
	scene->policy = "{\"mode\": \"audit\"}";
	assert_true(is_closed(scene));
	assert_true(finds(scene, "unfenced", SEVERITY_CRITICAL));
	assert_int_equal(scene->plan.n_changes, 1);
}

static void what_slapd_does_not_count_is_not_closed(void **state)
{
	Scene *scene = *state;

	filled_and_emptied_make(scene);
	monitor_tells(scene, LATER, NULL);
	assert_false(is_closed(scene));
	monitor_tells(scene, LATER, "7");
	assert_false(is_closed(scene));
	monitor_tells(scene, NULL, "0");
	assert_false(is_closed(scene));
}

static void what_clients_emptied_is_not_closed(void **state)
{
	Scene *scene = *state;

	filled_and_emptied_make(scene);
	monitor_tells(scene, START, "0");
	assert_false(is_closed(scene));
	scene->content.glance.entry.exists = true;
	assert_false(is_closed(scene));
}

static void one_that_was_never_seen_full_is_not_closed(void **state)
{
	Scene *scene = *state;

	filled_and_emptied_make(scene);
	scene->known_database.filled = NULL;
	assert_false(is_closed(scene));
	scene->content.glance.entry.exists = true;
	assert_false(is_closed(scene));
}

static void what_other_rules_may_hide_is_not_closed(void **state)
{
	Scene *scene = *state;

	filled_and_emptied_make(scene);
	scene->content.glance.entry.exists = true;
	assert_true(is_closed(scene));
	value_add(scene, scene->database, "olcAccess", "{1}to attrs=contextCSN by * none");
	assert_false(is_closed(scene));
}

static void a_database_in_another_folder_is_closed_in_the_same_start(void **state)
{
	Scene *scene = *state;

	filled_and_emptied_make(scene);
	monitor_tells(scene, START, "0");
	scene->known_database.filled =
		pool_printf(scene->pool, "%s 2", scene->known_database.filled);
	assert_true(is_closed(scene));
}

static void what_nobody_can_write_to_is_not_closed_once_more(void **state)
{
	Scene *scene = *state;

	filled_and_emptied_make(scene);
	value_add(scene, scene->database, "olcReadOnly", "TRUE");
	assert_false(is_closed(scene));
}

/* --- what is remembered --- */

static bool must_look(Scene *scene)
{
	scene_read(scene);
	return emptied_must_look(&scene->live, &scene->live.databases[0], &scene->known_database);
}

static void it_is_looked_at_where_it_was_not_seen_full(void **state)
{
	Scene *scene = *state;

	filled_and_emptied_make(scene);
	assert_true(must_look(scene));
	monitor_tells(scene, START, "0");
	assert_false(must_look(scene));
	value_add(scene, scene->database, "olcAccess", "{1}to attrs=contextCSN by * none");
	assert_true(must_look(scene));
	scene->known_database.filled = NULL;
	assert_true(must_look(scene));
	scene->known_database.is_joining = true;
	assert_false(must_look(scene));
	scene->known_database.is_joining = false;
	monitor_tells(scene, NULL, "0");
	assert_false(must_look(scene));
}

static const char *filled_behind(Scene *scene)
{
	scene->plan = (Plan){0};
	(void)plan_steps(scene);
	scene->plan.n_changes = 0;
	scene->plan.held.n_holds = 0;
	memory_in_step(scene->pool, &scene->input, &scene->plan, &scene->known);
	return known_database(&scene->known, SUFFIX)->filled;
}

static void where_it_was_seen_full_is_remembered(void **state)
{
	Scene *scene = *state;
	const char *before;

	filled_and_emptied_make(scene);
	before = scene->known_database.filled;
	assert_string_equal(filled_behind(scene), before); /* it is empty elsewhere */
	scene->content.glance.state = CONTENT_UNKNOWN;
	assert_string_equal(filled_behind(scene), before);
	scene->content.old.is_known = true;
	assert_string_not_equal(filled_behind(scene), before);
	assert_true(strncmp(filled_behind(scene), LATER, strlen(LATER)) == 0);
	/* What is not seen, or is held, says nothing. */
	scene->content.old.is_known = false;
	assert_non_null(filled_behind(scene));
	monitor_tells(scene, NULL, NULL);
	assert_non_null(filled_behind(scene));
	monitor_tells(scene, LATER, "0");
	scene->content.glance.state = CONTENT_READ;
	assert_null(filled_behind(scene));
}

static void where_it_was_seen_full_outlives_a_doubt(void **state)
{
	Scene *scene = *state;

	filled_and_emptied_make(scene);
	(void)plan_steps(scene);
	plan_add_hold(scene->pool, &scene->plan,
		      (Hold){.guard = GUARD_JOINING, .suffix = SUFFIX, .text = "", .release = ""});
	memory_held(scene->pool, &scene->plan, &scene->facts, &scene->known);
	assert_true(known_database(&scene->known, SUFFIX)->is_joining);
	assert_non_null(known_database(&scene->known, SUFFIX)->filled);
}

static void a_closing_is_noted_before_and_behind_it(void **state)
{
	Scene *scene = *state;
	FenceRecord file = {.suffix = SUFFIX, .has_file = true}, other = {.suffix = "dc=y"};
	FenceRecord items[] = {file, other};
	const Step *done;
	const FenceRecord *record;

	filled_and_emptied_make(scene);
	assert_true(is_closed(scene));
	scene->known.fence = (FenceRecords){.items = items, .n_items = 2};
	memory_closing(scene->pool, &scene->plan, &scene->known);
	record = fence_record(&scene->known.fence, SUFFIX);
	assert_true(record->is_closing && record->is_of_daemon);
	assert_false(record->is_closed || record->has_file);
	assert_int_equal(scene->known.fence.n_items, 2);
	assert_true(items[0].has_file); /* what is kept is not ours to change */
	memory_closed(scene->pool, &(Applied){0}, &scene->known);
	assert_false(fence_is_closed(&scene->known.fence, SUFFIX));
	done = &scene->plan.order.steps[0];
	memory_closed(scene->pool, &(Applied){.done = &done, .n_done = 1}, &scene->known);
	record = fence_record(&scene->known.fence, SUFFIX);
	assert_true(record->is_closed && record->is_of_daemon);
	assert_false(record->is_closing);
	/* A person's own is nobody's closing. */
	scene->known.fence = (FenceRecords){0};
	memory_closed(scene->pool, &(Applied){.done = &done, .n_done = 1}, &scene->known);
	assert_int_equal(scene->known.fence.n_items, 0);
}

/* --- an older copy without contextCSN --- */

#define OWN_BEFORE "20261122210000.000000Z#000000#001#000000"
#define OWN_SINCE  "20261123070000.000001Z#000000#001#000000"
#define OF_TWO     "20261122210001.000000Z#000000#002#000000"
#define OF_NOBODY  "20261122210001.000000Z#000000#000#000000"

/* In another start of slapd than before: what the daemon noted then, and contextCSN now. */
static void noted_make(Scene *scene, const char *one, const char *other, const char *now)
{
	static const char *noted[2], *shown[1];
	static LastSeen seen;

	filled_and_emptied_make(scene);
	noted[0] = one;
	noted[1] = other;
	seen = (LastSeen){.suffix = SUFFIX, .csns = noted, .n_csns = 2, .start = START};
	scene->known.seen = (LastSeenAll){.items = &seen, .n_items = 1};
	shown[0] = now;
	scene->content.glance = (Content){.state = CONTENT_READ,
					  .entry.exists = true,
					  .context_csns = shown,
					  .n_context_csns = 1};
	monitor_tells(scene, LATER, "5");
}

static bool is_older(Scene *scene)
{
	const char *steps;

	scene->plan = (Plan){0};
	steps = plan_steps(scene);
	assert_int_equal(finds(scene, CODE, SEVERITY_CRITICAL), *steps != 0);
	assert_true(!*steps || strcmp(steps, CLOSES) == 0);
	return *steps;
}

static void one_that_lost_the_changes_of_another_server_is_closed(void **state)
{
	Scene *scene = *state;

	noted_make(scene, OWN_BEFORE, OF_TWO, OWN_SINCE);
	assert_true(is_older(scene));
	assert_int_equal(scene->plan.copies.n_written, 1);
	scene->content.glance.context_csns[0] = OWN_BEFORE; /* nothing was written meanwhile */
	assert_true(is_older(scene));
	assert_int_equal(scene->plan.copies.n_written, 0);
}

/* slapd keeps its own in memory, and 000 is nobody's (fact 26). */
static void what_a_crash_loses_is_no_older_copy(void **state)
{
	Scene *scene = *state;

	noted_make(scene, OWN_BEFORE, OF_NOBODY, OF_TWO);
	assert_false(is_older(scene));
	scene->content.glance.context_csns[0] = OWN_SINCE;
	assert_false(is_older(scene));
	assert_int_equal(scene->plan.copies.n_written, 0);
}

static void an_older_copy_is_one_of_another_start(void **state)
{
	Scene *scene = *state;

	noted_make(scene, OWN_BEFORE, OF_TWO, OWN_SINCE);
	monitor_tells(scene, START, "5");
	assert_false(is_older(scene));
	monitor_tells(scene, LATER, "5");
	assert_true(is_older(scene));
	scene->known.seen.n_items = 0;
	assert_false(is_older(scene));
}

/* What slapd said to a provider before its refresh completed contextCSN. */
static bool is_told_as_written(Scene *scene, const char *cookie, const char *suffix)
{
	RunningConsumer running = {.suffix = suffix, .rid = 2, .cookie_sent = cookie};
	bool was_written;

	scene_read(scene);
	scene->live.runs.consumers = &running;
	scene->live.runs.n_consumers = 1;
	scene->plan = (Plan){0};
	plan_make(scene->pool, &scene->input, &scene->plan);
	assert_false(finds(scene, CODE, SEVERITY_CRITICAL));
	was_written = scene->plan.copies.n_written > 0;
	scene->live.runs.n_consumers = 0;
	return was_written;
}

static void a_copy_that_is_whole_again_is_known_by_what_it_asked_for(void **state)
{
	Scene *scene = *state;
	const char *whole[] = {OWN_SINCE, OF_TWO};

	noted_make(scene, OWN_BEFORE, OF_TWO, OWN_SINCE);
	scene->content.glance.context_csns = whole;
	scene->content.glance.n_context_csns = 2;
	assert_true(is_told_as_written(scene, "rid=002,sid=001,csn=" OWN_SINCE, SUFFIX));
	assert_true(is_told_as_written(scene, "rid=002,sid=001", SUFFIX));
	assert_false(
		is_told_as_written(scene, "rid=002,sid=001,csn=" OWN_SINCE ";" OF_TWO, SUFFIX));
	assert_false(is_told_as_written(scene, "rid=002,sid=001", "dc=other"));
	assert_false(is_told_as_written(scene, NULL, SUFFIX));
	whole[0] = OWN_BEFORE; /* all that it has came from others */
	assert_false(is_told_as_written(scene, "rid=002,sid=001", SUFFIX));
}

/* The same as cn=monitor has it: an empty value before the first search. */
static bool monitor_tells_written(Scene *scene, const char *cookie)
{
	Entry *entries = pool_alloc(scene->pool, 3 * sizeof(*entries));

	monitor_tells(scene, LATER, "5");
	entries[0] = scene->monitor.entries[0];
	entries[1] = scene->monitor.entries[1];
	entries[2] = (Entry){.dn = "cn=Consumer 002,cn=Database 2,cn=Databases,cn=Monitor"};
	value_add(scene, &entries[2], "olmSRLastCookieSent", cookie);
	scene->monitor = (Tree){.entries = entries, .n_entries = 3};
	scene->plan = (Plan){0};
	(void)plan_steps(scene);
	assert_false(finds(scene, CODE, SEVERITY_CRITICAL));
	assert_int_equal(scene->live.runs.n_consumers, 1);
	return scene->plan.copies.n_written > 0;
}

static void seen_whole_make(Scene *scene)
{
	static const char *whole[2];

	noted_make(scene, OWN_BEFORE, OF_TWO, OWN_SINCE);
	whole[0] = OWN_SINCE;
	whole[1] = OF_TWO;
	scene->content.glance.context_csns = whole;
	scene->content.glance.n_context_csns = 2;
}

static void who_has_asked_nobody_yet_is_no_older_copy(void **state)
{
	Scene *scene = *state;

	seen_whole_make(scene);
	assert_false(monitor_tells_written(scene, ""));
	assert_true(monitor_tells_written(scene, "rid=002,sid=001,csn=" OWN_SINCE));
}

/* A server that is new in this start of slapd: the cookie is from before it. */
static void what_came_since_the_start_is_not_missed_in_what_it_asked_for(void **state)
{
	Scene *scene = *state;

	seen_whole_make(scene);
	scene->known.seen.items[0].start = LATER;
	assert_false(monitor_tells_written(scene, "rid=002,sid=001,csn=" OWN_SINCE));
	scene->known.seen.items[0].start = NULL;
	assert_false(monitor_tells_written(scene, "rid=002,sid=001,csn=" OWN_SINCE));
	scene->known.seen.items[0].start = START;
	assert_true(monitor_tells_written(scene, "rid=002,sid=001,csn=" OWN_SINCE));
}

static const char *start_noted(Scene *scene)
{
	static const char *csns[] = {OWN_SINCE, OF_TWO};
	const DatabaseHealth health = {
		.suffix = SUFFIX,
		.here = {.is_current = true, .has_suffix = true, .csns = csns, .n_csns = 2}};
	const FenceNote note = {.known = &scene->known,
				.plan = &scene->plan,
				.live = &scene->live,
				.databases = &health,
				.n_databases = 1};
	LastSeenAll seen = {0};

	scene->plan = (Plan){0};
	(void)plan_steps(scene);
	fence_note_databases(scene->pool, &note, &seen);
	assert_int_equal(seen.n_items, 1);
	return seen.items[0].start;
}

static void behind_which_start_it_was_seen_is_noted_with_it(void **state)
{
	Scene *scene = *state;
	FenceRecord closed = {.suffix = SUFFIX, .is_closed = true};

	seen_whole_make(scene);
	assert_string_equal(start_noted(scene), LATER);
	scene->known.fence = (FenceRecords){.items = &closed, .n_items = 1};
	assert_string_equal(start_noted(scene), START); /* what was noted before stays */
}

static void an_older_copy_was_not_seen_full(void **state)
{
	Scene *scene = *state;
	const char *before;

	noted_make(scene, OWN_BEFORE, OF_TWO, OWN_SINCE);
	before = scene->known_database.filled;
	assert_string_equal(filled_behind(scene), before);
	scene->content.old.is_known = true;
	assert_string_equal(filled_behind(scene), before);
	scene->known.seen.n_items = 0;
	assert_string_not_equal(filled_behind(scene), before);
}

/* --- this node's own server ID alone --- */

/* It was seen in another file at an earlier start, and what contextCSN has came since. */
static void lone_restored_make(Scene *scene)
{
	static const char *noted[] = {"20260930000000.000000Z#000000#001#000000"};
	static const char *made_up[] = {"20300101000000.000000Z#000000#001#000000"};
	static LastSeen seen;

	filled_and_emptied_make(scene);
	seen = (LastSeen){.suffix = SUFFIX,
			  .csns = noted,
			  .n_csns = 1,
			  .start = START,
			  .file = {.is_there = true, .inode = 7, .birth_nsec = 70}};
	scene->known.seen = (LastSeenAll){.node = 1, .items = &seen, .n_items = 1};
	scene->content.glance = (Content){.state = CONTENT_READ,
					  .entry.exists = true,
					  .context_csns = made_up,
					  .n_context_csns = 1};
	scene->content.before = (BeforeStart){
		.file = {.is_there = true, .inode = 7, .birth_nsec = 71}, .was_asked = true};
}

static size_t n_restored(Scene *scene)
{
	scene->plan = (Plan){0};
	(void)plan_steps(scene);
	return scene->plan.copies.n_written;
}

static void an_own_copy_in_another_file_without_what_was_noted_is_told(void **state)
{
	Scene *scene = *state;

	lone_restored_make(scene);
	assert_int_equal(n_restored(scene), 1);
	scene->content.before.has_entries = true;
	assert_int_equal(n_restored(scene), 0);
}

static void what_was_not_asked_and_the_same_file_prove_nothing(void **state)
{
	Scene *scene = *state;

	lone_restored_make(scene);
	scene->content.before.was_asked = false;
	assert_int_equal(n_restored(scene), 0);
	scene->content.before.was_asked = true;
	scene->content.before.file.birth_nsec = 70; /* a crash leaves the file */
	assert_int_equal(n_restored(scene), 0);
	scene->content.before.file = (DatabaseFile){0}; /* it cannot be looked at */
	assert_int_equal(n_restored(scene), 0);
}

static void a_context_csn_from_before_the_start_was_not_made_up(void **state)
{
	static const char *kept[] = {"20260930000000.000000Z#000000#001#000000"};
	static const char *of_that_second[] = {"20261123070000.000001Z#000000#001#000000"};
	Scene *scene = *state;

	lone_restored_make(scene);
	scene->content.glance.context_csns = kept;
	assert_int_equal(n_restored(scene), 0);
	/* It was noted just before. */
	scene->content.glance.context_csns = of_that_second;
	assert_int_equal(n_restored(scene), 1);
	scene->known.seen.items[0].csns = of_that_second;
	assert_int_equal(n_restored(scene), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(an_established_provider_without_entries_is_told),
		SCENE_TEST(what_never_showed_a_context_csn_is_not_to_be_loaded),
		SCENE_TEST(what_was_not_seen_is_not_taken_for_empty),
		SCENE_TEST(what_was_never_complete_or_is_closed_is_not_told),
		SCENE_TEST(one_that_holds_nothing_is_closed_while_a_peer_has_entries),
		SCENE_TEST(one_that_fills_is_closed_whoever_can_be_asked),
		SCENE_TEST(what_the_fence_could_not_close_either_is_closed_by_one_change),
		SCENE_TEST(what_slapd_does_not_count_is_not_closed),
		SCENE_TEST(what_clients_emptied_is_not_closed),
		SCENE_TEST(one_that_was_never_seen_full_is_not_closed),
		SCENE_TEST(what_other_rules_may_hide_is_not_closed),
		SCENE_TEST(a_database_in_another_folder_is_closed_in_the_same_start),
		SCENE_TEST(what_nobody_can_write_to_is_not_closed_once_more),
		SCENE_TEST(it_is_looked_at_where_it_was_not_seen_full),
		SCENE_TEST(where_it_was_seen_full_is_remembered),
		SCENE_TEST(where_it_was_seen_full_outlives_a_doubt),
		SCENE_TEST(a_closing_is_noted_before_and_behind_it),
		SCENE_TEST(one_that_lost_the_changes_of_another_server_is_closed),
		SCENE_TEST(what_a_crash_loses_is_no_older_copy),
		SCENE_TEST(an_older_copy_is_one_of_another_start),
		SCENE_TEST(a_copy_that_is_whole_again_is_known_by_what_it_asked_for),
		SCENE_TEST(who_has_asked_nobody_yet_is_no_older_copy),
		SCENE_TEST(what_came_since_the_start_is_not_missed_in_what_it_asked_for),
		SCENE_TEST(behind_which_start_it_was_seen_is_noted_with_it),
		SCENE_TEST(an_older_copy_was_not_seen_full),
		SCENE_TEST(an_own_copy_in_another_file_without_what_was_noted_is_told),
		SCENE_TEST(what_was_not_asked_and_the_same_file_prove_nothing),
		SCENE_TEST(a_context_csn_from_before_the_start_was_not_made_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
