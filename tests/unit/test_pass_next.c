/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/plan_scene.h"

#include "common/draft/emptied.h"
#include "common/pass/pass_next.h"
#include "common/plan/tree_after.h"

/* A whole pass over the server of plan_scene.h: the tree takes the steps, and all that was wanted
 * stands in a text, in order. */
typedef struct Play {
	Scene *scene;
	PassInput input;
	const char *fails; /* what fails, as it is printed; NULL: nothing */
	size_t n_failures; /* so often, then it does not any more */
	ErrorClass class;
	const char *refuses; /* the attribute that slapd refuses to change; NULL: none */
	bool is_later;       /* what is intended is left for later */
	bool is_in_vain;     /* slapd accepts steps, and does nothing */
	Known kept;
	Pass pass;
	Report report;
	unsigned waited_msec;
} Play;

/* The tree outlives the steps that made it. */
static Tree tree_copy(Pool *pool, const Tree *tree)
{
	Tree copy = {.entries = pool_alloc(pool, 8 * sizeof(Entry)), .n_entries = tree->n_entries};

	for (size_t i = 0; i < tree->n_entries; i++) {
		const Entry *entry = &tree->entries[i];

		copy.entries[i].dn = pool_strdup(pool, entry->dn);
		for (size_t k = 0; k < entry->n_attributes; k++)
			for (size_t v = 0; v < entry->attributes[k].n_values; v++)
				entry_add_value(pool, &copy.entries[i], entry->attributes[k].name,
						entry->attributes[k].values[v].bytes,
						entry->attributes[k].values[v].len);
	}
	return copy;
}

static int step_take(const Play *play, const Step *step, Error *err)
{
	Scene *scene = play->scene;
	Tree after;

	if (play->is_in_vain)
		return 0;
	if (play->refuses && strcmp(step->mods[0].attribute, play->refuses) == 0)
		return error_set(err, ERROR_REFUSED, 0, "it is refused");
	if (tree_after(scene->pool, &scene->config, step, &after, err) < 0)
		return -1;
	scene->config = tree_copy(scene->pool, &after);
	return 0;
}

static void look(Play *play, const PassAction *action)
{
	Scene *scene = play->scene;
	Pass *pass = &play->pass;

	scene_read(scene);
	pass->now.world.live = scene->live;
	pass->now.world.facts = scene->facts;
	plan_make(action->look, &pass->input.plan, &pass->now.plan);
	assert_int_equal(pass->now.plan.n_breaches, 0);
}

static const char *keep_print(const PassAction *action)
{
	const KnownDatabase *database;

	if (action->intent)
		return "intent";
	if (action->ends_intent)
		return "ended";
	database = known_database(action->known, SUFFIX);
	return database && database->is_joining ? "keep joining" : "keep";
}

static const char *action_print(const PassAction *action)
{
	static const char *const names[] = {
		[PASS_LOOK] = "look",       [PASS_CHECK] = "check",     [PASS_INTEND] = "intend",
		[PASS_SET_OUT] = "set out", [PASS_RUNNING] = "running", [PASS_CONTENT] = "search",
		[PASS_STEP] = "step",       [PASS_WAIT] = "wait",       [PASS_WROTE] = "wrote"};

	return action->want == PASS_KEEP ? keep_print(action) : names[action->want];
}

static PassAnswer answer_make(Play *play, const PassAction *action, const char *text)
{
	PassAnswer answer = {.kept = &play->kept};

	if (play->fails && play->n_failures > 0 && strcmp(play->fails, text) == 0) {
		play->n_failures--;
		answer.has_failed = true;
		(void)error_set(&answer.error, play->class, 0, "it fails");
		return answer;
	}
	if (action->want == PASS_LOOK)
		look(play, action);
	if (action->want == PASS_STEP)
		answer.has_failed = step_take(play, action->step, &answer.error) < 0;
	if (action->want == PASS_KEEP && action->known)
		play->kept = *action->known;
	play->waited_msec += action->wait_msec;
	answer.is_later = action->want == PASS_INTEND && play->is_later;
	return answer;
}

/* Waits are left out, and of steps in a row all but one. */
static const char *play_out(Play *play)
{
	Buf wanted = BUF_IN(play->scene->pool);
	PassAnswer answer = {0};
	const char *last = "";

	scene_read(play->scene);
	play->input.plan = play->scene->input;
	play->kept = play->scene->known;
	pass_begin(&play->pass, play->scene->pool, &play->input, &play->scene->known,
		   &play->report);
	for (size_t n = 0;; n++) {
		const PassAction action = pass_next(&play->pass, &answer);
		const char *text;

		if (action.want == PASS_OVER)
			return buf_text(&wanted);
		assert_true(n < 1000);
		text = action_print(&action);
		if (action.want != PASS_WAIT &&
		    (action.want != PASS_STEP || strcmp(text, last) != 0))
			buf_printf(&wanted, "%s, ", text);
		if (action.want != PASS_WAIT)
			last = text;
		answer = answer_make(play, &action, text);
	}
}

#define BEFORE "look, keep, "
#define ROUND  "intend, intent, keep, set out, step, wrote, keep, look, "
#define END    "keep, "

/* One link is missing; everything else is as it must be. */
static Play play_make(void **state)
{
	Scene *scene = *state;

	scene->policy = "{\"mode\": \"enforce\"}";
	provider_make(scene, "2");
	scene->known_database.is_complete = true;
	return (Play){.scene = scene,
		      .input = {.may_write = true},
		      .n_failures = 1000,
		      .class = ERROR_REFUSED};
}

/* --- the whole way --- */

static void a_pass_writes_reads_again_and_remembers(void **state)
{
	Play play = play_make(state);

	assert_string_equal(play_out(&play), BEFORE ROUND END "ended, ");
	assert_false(play.report.end.has_failed);
	assert_true(play.report.n_done > 0);
	assert_false(plan_is_empty(&play.report.first.plan));
	assert_true(plan_is_empty(&play.report.last.plan));
	assert_int_equal(known_database(&play.kept, SUFFIX)->linked.n_items, 2);
	assert_int_equal(report_exit_status(&play.report, false), 0);
	assert_string_equal(play_out(&play), BEFORE END); /* nothing is left to do */
}

/* What stood in cn=config before it closed it does not tell that somebody opened it. */
static void that_it_closed_a_database_is_known_whatever_comes_behind_it(void **state)
{
	Play play = play_make(state);
	Scene *scene = play.scene;
	Entry start = {.dn = "cn=Start,cn=Time,cn=Monitor"};
	const char *now;

	value_add(scene, &start, "monitorTimestamp", "20261123070000Z");
	value_add(scene, scene->database, "olcDbDirectory", "/db");
	scene->monitor = (Tree){.entries = &start, .n_entries = 1};
	scene_read(scene);
	now = emptied_place(scene->pool, &scene->live, &scene->live.databases[0]);
	scene->known_database.filled =
		pool_printf(scene->pool, "20261122200000Z%s", now + strlen("20261123070000Z"));
	scene->content.glance = (Content){.state = CONTENT_READ, .entry.exists = true};
	play.refuses = "olcSyncrepl";
	(void)play_out(&play);
	assert_true(play.report.end.has_failed);
	assert_true(fence_is_closed(&play.kept.fence, SUFFIX));
	play.refuses = NULL;
	scene->known = play.kept;
	(void)play_out(&play);
	assert_false(play.report.end.has_failed);
}

static void who_may_not_write_only_looks(void **state)
{
	Play play = play_make(state);

	play.input.may_write = false;
	assert_string_equal(play_out(&play), "look, ");
	assert_int_equal(report_exit_status(&play.report, true), 2);
}

static void in_audit_and_while_paused_nothing_is_written(void **state)
{
	Play play = play_make(state);

	play.input.is_paused = true;
	assert_string_equal(play_out(&play), "look, " END);
	assert_true(play.report.is_paused);
	play.input.is_paused = false;
	play.scene->policy = "{\"mode\": \"audit\"}";
	assert_string_equal(play_out(&play), "look, " END);
	assert_true(play.report.is_audit);
}

static void that_a_database_joins_is_on_disk_before_anything_is_written(void **state)
{
	Scene *scene = *state;
	Play play = {.scene = scene, .input = {.may_write = true}};
	const char *wanted;

	scene->policy = "{\"mode\": \"enforce\"}";
	scene->known = (Known){0};
	scene->content.here = (Content){.state = CONTENT_READ};
	wanted = play_out(&play);
	assert_int_equal(strncmp(wanted, "look, keep joining, intend, ", 28), 0);
	assert_true(known_database(&play.kept, SUFFIX)->is_joining);
}

static void a_saved_plan_that_holds_no_more_ends_it(void **state)
{
	Play play = play_make(state);

	play.input.has_saved = true;
	play.fails = "check";
	assert_string_equal(play_out(&play), "look, check, " END);
	assert_true(play.report.end.has_failed);
	assert_false(play.report.has_plan);
	play.fails = NULL;
	assert_string_equal(play_out(&play), "look, check, keep, " ROUND END "ended, ");
}

static void what_is_left_for_later_is_not_written(void **state)
{
	Play play = play_make(state);

	play.is_later = true;
	assert_string_equal(play_out(&play), BEFORE "intend, " END);
	assert_true(play.report.is_postponed);
	assert_false(play.report.end.has_failed);
}

/* --- what cannot be kept --- */

static void what_cannot_be_remembered_first_keeps_it_from_writing(void **state)
{
	Play play = play_make(state);

	play.fails = "keep";
	play.n_failures = 1;
	assert_string_equal(play_out(&play), BEFORE END);
	assert_true(play.report.end.has_failed);
	assert_true(play.report.end.has_state_error);
}

static void nothing_is_written_whose_intent_is_not_on_disk(void **state)
{
	Play play = play_make(state);

	play.fails = "intent";
	assert_string_equal(play_out(&play), BEFORE "intend, intent, " END "ended, ");
	assert_true(play.report.end.has_state_error);
	assert_non_null(strstr(play.report.end.error.text, "before its intent is on disk"));
}

static void who_lost_its_lock_writes_nothing(void **state)
{
	Play play = play_make(state);

	play.fails = "set out";
	play.class = ERROR_BUSY;
	assert_string_equal(play_out(&play),
			    BEFORE "intend, intent, keep, set out, " END "ended, ");
	assert_int_equal(play.report.n_done, 0);
	assert_int_equal(play.report.end.error.class, ERROR_BUSY);
}

/* --- results --- */

static void a_conflict_is_read_and_planned_again(void **state)
{
	Play play = play_make(state);

	play.fails = "step";
	play.n_failures = 1;
	play.class = ERROR_CONFLICT;
	assert_string_equal(play_out(&play), BEFORE ROUND ROUND END "ended, ");
	assert_false(play.report.end.has_failed);
}

static void conflicts_without_end_end(void **state)
{
	Play play = play_make(state);

	play.fails = "step";
	play.class = ERROR_CONFLICT;
	assert_string_equal(play_out(&play),
			    BEFORE ROUND ROUND ROUND ROUND ROUND ROUND ROUND END "ended, ");
	assert_int_equal(play.report.end.error.class, ERROR_CONFLICT);
}

static void what_is_needed_again_behind_a_write_is_told_and_not_repeated(void **state)
{
	Play play = play_make(state);

	play.is_in_vain = true;
	assert_string_equal(play_out(&play), BEFORE ROUND END "ended, ");
	assert_non_null(strstr(play.report.end.error.text, "the same are needed again"));
}

static void an_intent_stays_where_nobody_knows_what_became_of_it(void **state)
{
	static const ErrorClass open[] = {ERROR_UNREACHABLE, ERROR_STOPPED};
	Play play = play_make(state);

	play.fails = "step";
	for (size_t i = 0; i < ARRAY_SIZE(open); i++) {
		play.class = open[i];
		assert_string_equal(play_out(&play), BEFORE
				    "intend, intent, keep, set out, step, wrote, keep, " END);
	}
	play.class = ERROR_DENIED;
	assert_string_equal(play_out(&play), BEFORE "intend, intent, keep, set out, step, wrote, "
						    "keep, " END "ended, ");
}

static void an_earlier_intent_is_told_and_ends(void **state)
{
	Play play = play_make(state);

	provider_make(play.scene, "");
	consumer_add(play.scene, 1, "peer3", 3, "timeout=3");
	play.input.intent = "{}";
	play.input.is_paused = true;
	assert_string_equal(play_out(&play), "look, " END "ended, ");
	assert_int_equal(play.report.n_notices, 1);
}

static void a_look_that_fails_ends_it(void **state)
{
	Play play = play_make(state);

	play.fails = "look";
	assert_string_equal(play_out(&play), "look, " END);
	assert_true(play.report.end.has_failed);
	assert_false(play.report.has_plan);
	assert_int_equal(play.kept.n_databases, 1); /* nothing is forgotten */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(a_pass_writes_reads_again_and_remembers),
		SCENE_TEST(that_it_closed_a_database_is_known_whatever_comes_behind_it),
		SCENE_TEST(who_may_not_write_only_looks),
		SCENE_TEST(in_audit_and_while_paused_nothing_is_written),
		SCENE_TEST(that_a_database_joins_is_on_disk_before_anything_is_written),
		SCENE_TEST(a_saved_plan_that_holds_no_more_ends_it),
		SCENE_TEST(what_is_left_for_later_is_not_written),
		SCENE_TEST(what_cannot_be_remembered_first_keeps_it_from_writing),
		SCENE_TEST(nothing_is_written_whose_intent_is_not_on_disk),
		SCENE_TEST(who_lost_its_lock_writes_nothing),
		SCENE_TEST(a_conflict_is_read_and_planned_again),
		SCENE_TEST(conflicts_without_end_end),
		SCENE_TEST(what_is_needed_again_behind_a_write_is_told_and_not_repeated),
		SCENE_TEST(an_intent_stays_where_nobody_knows_what_became_of_it),
		SCENE_TEST(an_earlier_intent_is_told_and_ends),
		SCENE_TEST(a_look_that_fails_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
