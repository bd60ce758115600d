/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/decide/copy_doubted.h"
#include "common/health/copy_health.h"
#include "common/health/health_again.h"
#include "common/tell/told_health.h"

#define NOW    1782900000
#define SUFFIX "dc=example,dc=com"
#define ONE_A  "20260701095500.000000Z#000000#001#000000"
#define ONE_B  "20260701095503.250000Z#000000#001#000000"
#define ONE_C  "20260701095510.000000Z#000000#001#000000"
#define TWO_A  "20260701095501.000000Z#000000#002#000000"
#define TWO_B  "20260701095508.000000Z#000000#002#000000"
#define ELEVEN "20260601000000.000000Z#000000#00b#000000"

/* A cluster of three; this node is 1. */
typedef struct Scene {
	Pool *pool;
	DatabaseHealth health;
	bool has_health;
	Content here;
	Content peers[2];
	bool links_up[2];
	int64_t interval_secs[2];
	int64_t here_interval_sec;
	bool is_joining;
	bool is_consumer;
	int64_t now_sec;
} Scene;

static Content holds(unsigned peer_id, const char *one, const char *two)
{
	static const char *csns[16][3];
	static size_t at;
	Content content = {.peer_id = peer_id, .state = CONTENT_READ, .entry.exists = true};

	at = (at + 1) % 16;
	content.context_csns = csns[at];
	if (one)
		csns[at][content.n_context_csns++] = one;
	if (two)
		csns[at][content.n_context_csns++] = two;
	content.entry.uuid = "6a1e1f0c";
	return content;
}

static Scene a_scene(void)
{
	return (Scene){
		.pool = pool_new(),
		.here = holds(0, ONE_B, TWO_A),
		.peers = {holds(2, ONE_B, TWO_A), holds(3, ONE_B, TWO_A)},
		.links_up = {true, true},
		.now_sec = NOW,
	};
}

static const DatabaseHealth *look(Scene *scene)
{
	static const unsigned ids[] = {1, 2, 3};
	const HealthLook seen = {
		.suffix = SUFFIX,
		.our_id = 1,
		.is_consumer = scene->is_consumer,
		.is_joining = scene->is_joining,
		.here = &scene->here,
		.peers = scene->peers,
		.links_up = scene->links_up,
		.interval_secs = scene->interval_secs,
		.here_interval_sec = scene->here_interval_sec,
		.n_peers = 2,
		.ids = ids,
		.n_ids = 3,
		.now_sec = scene->now_sec,
	};

	scene->health = health_look(scene->pool, scene->has_health ? &scene->health : NULL, &seen);
	scene->has_health = true;
	return &scene->health;
}

static const DatabaseHealth *look_later(Scene *scene, int64_t sec)
{
	scene->now_sec += sec;
	return look(scene);
}

static ConditionList told(const Scene *scene)
{
	static const char *const uris[] = {"ldap://two", "ldap://three"};
	ConditionList list = {0};

	health_conditions(scene->pool, &scene->health, uris, &list);
	return list;
}

static void who_has_everything_is_in_step(void **state)
{
	Scene scene = a_scene();
	const DatabaseHealth *health = look(&scene);

	(void)state;
	assert_int_equal(health->here.state, HEALTH_IN_STEP);
	assert_int_equal(health->peers[0].state, HEALTH_IN_STEP);
	assert_int_equal(health->peers[1].lag_msec, 0);
	assert_int_equal(health->peers[1].read_sec, NOW);
	assert_int_equal(health->n_sids, 2);
	assert_false(health_is_in_doubt(health));
	assert_int_equal(told(&scene).n_items, 0);
	pool_free(scene.pool);
}

static void a_lag_is_told_when_it_lasts(void **state)
{
	Scene scene = a_scene();
	const DatabaseHealth *health;

	(void)state;
	scene.peers[0] = holds(2, ONE_A, TWO_A);
	health = look(&scene);
	assert_int_equal(health->peers[0].state, HEALTH_IN_STEP);
	assert_int_equal(health->peers[0].lag_msec, 296750); /* since the change was made */
	assert_true(health_is_in_doubt(health));             /* so long no change is on its way */
	health = look_later(&scene, HEALTH_TOLERANCE_SEC - 1);
	assert_int_equal(health->peers[0].state, HEALTH_IN_STEP);
	health = look_later(&scene, 1);
	assert_int_equal(health->peers[0].state, HEALTH_BEHIND);
	assert_false(health_is_in_doubt(health));
	assert_int_equal(told(&scene).n_items, 1);
	assert_string_equal(told(&scene).items[0].text,
			    SUFFIX ": peer 2 (ldap://two) lacks changes of server ID 1 (hex 001) "
				   "after 2026-07-01 09:55:00Z [behind]");
	assert_false(told(&scene).items[0].is_critical);
	scene.peers[0] = holds(2, ONE_B, TWO_A);
	health = look_later(&scene, 1);
	assert_int_equal(health->peers[0].state, HEALTH_IN_STEP);
	assert_int_equal(health->peers[0].lag_msec, 0);
	pool_free(scene.pool);
}

static void who_reads_at_intervals_is_behind_when_one_is_over(void **state)
{
	Scene scene = a_scene();
	AUTO(Pool) *pool = scene.pool;

	(void)state;
	(void)pool;
	scene.interval_secs[0] = scene.here_interval_sec = 60;
	(void)look(&scene);
	scene.peers[1] = holds(3, ONE_B, TWO_B);
	(void)look_later(&scene, 1);
	(void)look_later(&scene, 60 + HEALTH_TOLERANCE_SEC - 1);
	assert_int_equal(scene.health.here.state, HEALTH_IN_STEP);
	assert_int_equal(scene.health.peers[0].state, HEALTH_IN_STEP);
	(void)look_later(&scene, 1);
	assert_int_equal(scene.health.here.state, HEALTH_BEHIND);
	assert_int_equal(scene.health.peers[0].state, HEALTH_BEHIND);
}

/* As one that joined: it was told to lack all until the next usual round, minutes later. */
static void what_lasts_is_looked_at_again_every_7_s(void **state)
{
	Scene scene = a_scene();
	AUTO(Pool) *pool = scene.pool;

	(void)state;
	(void)pool;
	assert_int_equal(health_again_sec(look(&scene)), -1);
	scene.peers[0] = holds(2, ONE_A, TWO_A);
	assert_int_equal(health_again_sec(look(&scene)), HEALTH_TOLERANCE_SEC);
	(void)look_later(&scene, HEALTH_TOLERANCE_SEC);
	assert_int_equal(scene.health.peers[0].state, HEALTH_BEHIND);
	assert_int_equal(health_again_sec(&scene.health), 5);
	assert_int_equal(health_again_sec(look_later(&scene, 30)), 7);
	scene.health.peers[0].is_current = false; /* it cannot be asked */
	assert_int_equal(health_again_sec(&scene.health), -1);
}

static void many_peers_are_asked_again_when_it_lasted_twice_as_long(void **state)
{
	CopyHealth peers[17] = {
		{.is_current = true, .state = HEALTH_BEHIND, .pending.state = HEALTH_BEHIND}};
	DatabaseHealth health = {.peers = peers, .n_peers = 17, .looked_sec = 40};

	(void)state;
	assert_int_equal(health_again_sec(&health), 40);
	health.n_peers = 16;
	assert_int_equal(health_again_sec(&health), 10);
	health.n_peers = 8;
	assert_int_equal(health_again_sec(&health), 7); /* however long it lasted */
}

static void nobody_is_asked_again_before_an_interval_is_over(void **state)
{
	Scene scene = a_scene();
	AUTO(Pool) *pool = scene.pool;

	(void)state;
	(void)pool;
	scene.here_interval_sec = 60;
	scene.here = holds(0, ONE_B, NULL);
	(void)look(&scene);
	assert_int_equal(scene.health.here.lag_msec, 299000);
	(void)look_later(&scene, 59);
	assert_false(health_is_in_doubt(&scene.health));
	(void)look_later(&scene, 1);
	assert_true(health_is_in_doubt(&scene.health));
	assert_int_equal(scene.health.here.state, HEALTH_IN_STEP);
}

static void who_gets_what_it_lacked_is_not_behind_while_more_is_written(void **state)
{
	Scene scene = a_scene();

	(void)state;
	scene.peers[0] = holds(2, ONE_A, TWO_A);
	look(&scene);
	scene.here = holds(0, ONE_C, TWO_A);
	scene.peers[0] = holds(2, ONE_B, TWO_A);
	scene.peers[1] = holds(3, ONE_C, TWO_A);
	assert_int_equal(look_later(&scene, 60)->peers[0].state, HEALTH_IN_STEP);
	assert_int_equal(look_later(&scene, 60)->peers[0].state, HEALTH_BEHIND);
	pool_free(scene.pool);
}

static void a_server_id_that_rested_is_no_lag_of_that_time(void **state)
{
	Scene scene = a_scene();

	(void)state;
	scene.here = holds(0, ELEVEN, NULL);
	scene.peers[0] = scene.peers[1] = holds(2, ELEVEN, NULL);
	scene.peers[1].peer_id = 3;
	look(&scene);
	scene.here = holds(0, "20260701100000.000000Z#000000#00b#000000", TWO_A);
	assert_int_equal(look_later(&scene, 7)->peers[0].lag_msec, 306000); /* TWO_A */
	scene.here = holds(0, "20260701100005.000000Z#000000#00b#000000", NULL);
	scene.has_health = false;
	assert_int_equal(look(&scene)->peers[0].lag_msec, 2000); /* not the month that it rested */
	scene.here = holds(0, "20260701101500.000000Z#000000#00b#000000", NULL);
	/* It gets no younger when more is written. */
	assert_int_equal(look_later(&scene, 60)->peers[0].lag_msec, 62000);
	scene.peers[0] = holds(2, "20260701100005.000000Z#000000#00b#000000", NULL);
	assert_int_equal(look_later(&scene, 900)->peers[0].lag_msec, 67000);
	assert_true(health_is_in_doubt(&scene.health));
	pool_free(scene.pool);
}

static void who_was_not_reached_counts_with_what_it_had(void **state)
{
	Scene scene = a_scene();
	const DatabaseHealth *health;

	(void)state;
	look(&scene);
	scene.here = holds(0, ONE_C, TWO_A);
	scene.peers[0] = (Content){.peer_id = 2, .state = CONTENT_UNREACHABLE};
	health = look_later(&scene, 300);
	assert_false(health->peers[0].is_current);
	assert_int_equal(health->peers[0].read_sec, NOW);
	assert_int_equal(health->peers[0].state, HEALTH_IN_STEP);
	assert_int_equal(health->peers[0].lag_msec, -1); /* it may have it by now */
	health = look_later(&scene, 300);
	assert_int_equal(health->peers[0].state, HEALTH_IN_STEP);
	scene.has_health = false;
	health = look(&scene);
	assert_int_equal(health->peers[0].state, HEALTH_UNKNOWN);
	assert_int_equal(health->peers[0].lag_msec, -1);
	pool_free(scene.pool);
}

static void both_lacking_over_a_link_that_is_up_have_diverged(void **state)
{
	Scene scene = a_scene();

	(void)state;
	scene.peers[0] = holds(2, ONE_A, TWO_B);
	look(&scene);
	assert_int_equal(look_later(&scene, 5)->peers[0].state, HEALTH_IN_STEP);
	assert_int_equal(look_later(&scene, 60)->peers[0].state, HEALTH_DIVERGED);
	/* Of the third nobody lacks anything that this node has. */
	assert_int_equal(scene.health.peers[1].state, HEALTH_BEHIND);
	assert_int_equal(scene.health.here.state, HEALTH_BEHIND);
	assert_true(condition_find(&(ConditionList){told(&scene).items, told(&scene).n_items},
				   "health diverged " SUFFIX " 2")
			    ->is_critical);
	scene.links_up[0] = false;
	assert_int_equal(look_later(&scene, 60)->peers[0].state, HEALTH_BEHIND);
	pool_free(scene.pool);
}

static void an_empty_database_and_another_one_are_told_when_they_last(void **state)
{
	Scene scene = a_scene();
	ConditionList list;

	(void)state;
	scene.here = (Content){.state = CONTENT_READ};
	look(&scene);
	assert_int_equal(scene.health.here.state, HEALTH_IN_STEP);
	look_later(&scene, 60);
	assert_int_equal(scene.health.here.state, HEALTH_EMPTY);
	list = told(&scene);
	assert_int_equal(list.n_items, 1);
	assert_string_equal(list.items[0].text,
			    SUFFIX ": this node holds no entry, while others do [empty]");
	assert_true(list.items[0].is_critical);
	scene.here = holds(0, ONE_B, TWO_A);
	scene.peers[1].entry.uuid = "another";
	look_later(&scene, 60);
	assert_int_equal(scene.health.here.state, HEALTH_IN_STEP);
	look_later(&scene, 60);
	assert_int_equal(scene.health.peers[1].state, HEALTH_OTHER);
	/* Empty everywhere is a cluster that begins. */
	scene.here = scene.peers[0] = scene.peers[1] = (Content){.state = CONTENT_READ};
	scene.has_health = false;
	look(&scene);
	assert_int_equal(look_later(&scene, 60)->here.state, HEALTH_IN_STEP);
	pool_free(scene.pool);
}

static void own_changes_that_a_peer_has_and_this_node_not_are_told_when_that_lasts(void **state)
{
	Scene scene = a_scene();

	(void)state;
	look(&scene);
	scene.here = holds(0, ONE_A, TWO_A);
	/* A crash may have left contextCSN so, until a peer sends it back. */
	assert_int_not_equal(look(&scene)->here.state, HEALTH_OLDER);
	assert_string_equal(scene.health.missing, ONE_B);
	assert_true(health_is_in_doubt(&scene.health));
	assert_int_not_equal(look_later(&scene, 9)->here.state, HEALTH_OLDER);
	assert_int_equal(look_later(&scene, 1)->here.state, HEALTH_OLDER);
	assert_string_equal(told(&scene).items[0].code, "older");
	assert_true(told(&scene).items[0].is_critical);
	scene.here = holds(0, ONE_B, TWO_A); /* the refresh brought them */
	assert_int_equal(look(&scene)->here.state, HEALTH_IN_STEP);
	assert_int_equal(told(&scene).n_items, 0);
	pool_free(scene.pool);
}

static void a_write_over_missing_changes_stays_told_until_somebody_looked_into_it(void **state)
{
	Scene scene = a_scene();

	(void)state;
	scene.here = holds(0, ONE_A, TWO_A);
	look(&scene);
	scene.here = holds(0, ONE_C, TWO_A);
	scene.peers[0] = scene.peers[1] = holds(2, ONE_C, TWO_A);
	scene.peers[1].peer_id = 3;
	assert_int_equal(look_later(&scene, 10)->here.state, HEALTH_OLDER);
	assert_string_equal(scene.health.missing, ONE_B);
	assert_string_equal(told(&scene).items[0].code, "older");
	health_resolve_missing(&scene.health);
	assert_int_equal(scene.health.here.state, HEALTH_IN_STEP);
	assert_int_equal(look(&scene)->here.state, HEALTH_IN_STEP);
	pool_free(scene.pool);
}

static void another_suffix_entry_here_is_told_until_somebody_looked_into_it(void **state)
{
	Scene scene = a_scene();

	(void)state;
	look(&scene);
	scene.here.entry.uuid = scene.peers[0].entry.uuid = scene.peers[1].entry.uuid = "another";
	assert_true(look(&scene)->replaced_sec > 0);
	assert_int_equal(scene.health.here.state, HEALTH_IN_STEP);
	assert_true(look(&scene)->replaced_sec > 0);
	health_resolve_missing(&scene.health);
	assert_int_equal(look(&scene)->replaced_sec, 0);
	pool_free(scene.pool);
}

static void own_changes_that_went_back_are_missing_while_a_peer_may_have_them(void **state)
{
	Scene scene = a_scene();

	(void)state;
	scene.here = holds(0, ONE_C, TWO_A);
	assert_int_equal(look(&scene)->here.state, HEALTH_IN_STEP);
	scene.here = holds(0, ONE_B, TWO_A);
	scene.peers[1] = (Content){.peer_id = 3, .state = CONTENT_UNREACHABLE};
	look(&scene);
	assert_int_equal(look_later(&scene, 10)->here.state, HEALTH_OLDER);
	assert_string_equal(scene.health.missing, ONE_C);
	assert_string_equal(told(&scene).items[0].code, "perhaps-older");
	assert_false(told(&scene).items[0].is_critical);
	assert_true(strlen(told(&scene).items[0].what) <= 300);
	/* It stays proven once it was. */
	scene.peers[0] = holds(2, ONE_C, TWO_A);
	look(&scene);
	scene.peers[0] = holds(2, ONE_B, TWO_A);
	look(&scene);
	assert_string_equal(told(&scene).items[0].code, "older");
	scene.peers[1] = holds(3, ONE_B, TWO_A); /* nobody has them */
	assert_int_equal(look(&scene)->here.state, HEALTH_IN_STEP);
	pool_free(scene.pool);
}

/* The number by which it goes may have been somebody's server ID. */
static void a_consumer_has_no_changes_of_its_own(void **state)
{
	Scene scene = a_scene();

	(void)state;
	scene.is_consumer = true;
	scene.here = holds(0, ONE_C, TWO_A);
	(void)look(&scene);
	scene.here = holds(0, ONE_B, TWO_A);
	scene.peers[1] = (Content){.peer_id = 3, .state = CONTENT_UNREACHABLE};
	assert_int_not_equal(look(&scene)->here.state, HEALTH_OLDER);
	assert_null(scene.health.missing);
	pool_free(scene.pool);
}

static void a_database_that_joins_or_is_empty_lacks_nothing_of_its_own(void **state)
{
	Scene scene = a_scene();

	(void)state;
	scene.is_joining = true;
	scene.here = holds(0, NULL, NULL);
	assert_int_equal(look(&scene)->here.state, HEALTH_IN_STEP);
	scene.is_joining = false;
	look(&scene);
	assert_int_equal(look_later(&scene, 10)->here.state, HEALTH_OLDER);
	scene.here = (Content){.state = CONTENT_READ};
	assert_int_not_equal(look(&scene)->here.state, HEALTH_OLDER);
	assert_null(scene.health.missing);
	pool_free(scene.pool);
}

/* A peer that hides something while changes are missing holds the overlay, and releases it. */
static void what_is_missing_is_not_forgotten_while_it_joins(void **state)
{
	Scene scene = a_scene();

	(void)state;
	scene.here = holds(0, ONE_A, TWO_A);
	look(&scene);
	assert_string_equal(scene.health.missing, ONE_B);
	scene.is_joining = true;
	scene.here = holds(0, ONE_C, TWO_A);
	assert_int_not_equal(look(&scene)->here.state, HEALTH_OLDER);
	scene.is_joining = false;
	assert_int_equal(look_later(&scene, 10)->here.state, HEALTH_OLDER);
	assert_string_equal(scene.health.missing, ONE_B);
	scene.is_joining = true;
	scene.here = (Content){.state = CONTENT_READ}; /* all is read anew */
	look(&scene);
	assert_null(scene.health.missing);
	pool_free(scene.pool);
}

static void one_link_that_waits_tells_nothing_of_the_copy_here(void **state)
{
	Hold hold = {.guard = GUARD_CONTENT, .suffix = SUFFIX, .peer = "ldap://two"};
	const Plan plan = {.held.holds = &hold, .held.n_holds = 1};

	(void)state;
	assert_false(plan_doubts_copy(&plan.held, SUFFIX));
	hold.peer = NULL;
	assert_true(plan_doubts_copy(&plan.held, SUFFIX));
	assert_false(plan_doubts_copy(&plan.held, "dc=other"));
	hold.guard = GUARD_JOINING;
	assert_true(plan_doubts_copy(&plan.held, SUFFIX));
	hold.guard = GUARD_READERS;
	assert_false(plan_doubts_copy(&plan.held, SUFFIX));
}

static void server_id_0_is_of_no_peer_and_not_retired(void **state)
{
	Scene scene = a_scene();
	const DatabaseHealth *health;

	(void)state;
	scene.here = holds(0, ONE_B, "20260601000000.000000Z#000000#000#000000");
	health = look(&scene);
	assert_int_equal(health->sids[1].sid, 0);
	assert_false(health->sids[1].is_retired);
	pool_free(scene.pool);
}

static void a_server_id_of_no_peer_is_retired(void **state)
{
	Scene scene = a_scene();
	const DatabaseHealth *health;

	(void)state;
	scene.here = holds(0, ONE_B, ELEVEN);
	health = look(&scene);
	assert_int_equal(health->n_sids, 3);
	assert_int_equal(health->sids[1].sid, 11);
	assert_true(health->sids[1].is_retired);
	assert_string_equal(health->sids[1].here, ELEVEN);
	assert_int_equal(health->sids[2].sid, 2);
	assert_false(health->sids[2].is_retired);
	assert_null(health->sids[2].here);
	pool_free(scene.pool);
}

/* One peer's state is never told as another's, though there are as many as before; and it is not
 * forgotten when peers.json has another order. */
static void what_is_known_of_a_peer_is_no_other_one_s(void **state)
{
	AUTO(Pool) *pool = pool_new();
	CopyHealth peers[2] = {{.peer_id = 2, .state = HEALTH_EMPTY},
			       {.peer_id = 3, .state = HEALTH_DIVERGED}};
	const DatabaseHealth health = {.here = {.state = HEALTH_OLDER},
				       .missing = ONE_A,
				       .replaced_sec = 1,
				       .peers = peers,
				       .n_peers = 2};
	const unsigned other[] = {4, 3, 2};
	const DatabaseHealth now = health_of_peers(pool, &health, other, 3);

	(void)state;
	assert_int_equal(now.n_peers, 3);
	assert_int_equal(now.peers[0].peer_id, 4);
	assert_int_equal(now.peers[0].state, HEALTH_UNKNOWN);
	assert_int_equal(now.peers[0].lag_msec, -1);
	assert_int_equal(now.peers[1].state, HEALTH_DIVERGED);
	assert_int_equal(now.peers[2].state, HEALTH_EMPTY);
	assert_int_equal(now.here.state, HEALTH_OLDER);
	assert_string_equal(now.missing, ONE_A);
	assert_int_equal(now.replaced_sec, 1);
}

/* verify says that all is in step where contextCSN is equal and none of these is there. */
static void findings_that_equal_context_csns_do_not_refute_are_known(void **state)
{
	static const struct {
		const char *code;
		CopyDoubt doubt;
		bool outlasts_plans;
	} cases[] = {
		{"unfenced", COPY_MAY_BE_WRONG, false},
		{"empty", COPY_MAY_BE_WRONG, false},
		{"replaced", COPY_MAY_BE_WRONG, true},
		{"restored", COPY_MAY_BE_WRONG, true},
		{"older", COPY_MAY_BE_WRONG, true},
		{"perhaps-older", COPY_MAY_BE_WRONG, true},
		{"old-entries", COPIES_MAY_DIFFER, false},
		{"relay-was-cut", COPIES_MAY_DIFFER, true},
		{"restart-unsafe", COPY_NOT_DOUBTED, false},
		{"behind", COPY_NOT_DOUBTED, false},
		{NULL, COPY_NOT_DOUBTED, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(finding_doubts_copy(cases[i].code), cases[i].doubt);
		assert_int_equal(finding_outlasts_plans(cases[i].code), cases[i].outlasts_plans);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_known_of_a_peer_is_no_other_one_s),
		cmocka_unit_test(who_has_everything_is_in_step),
		cmocka_unit_test(a_lag_is_told_when_it_lasts),
		cmocka_unit_test(who_reads_at_intervals_is_behind_when_one_is_over),
		cmocka_unit_test(what_lasts_is_looked_at_again_every_7_s),
		cmocka_unit_test(many_peers_are_asked_again_when_it_lasted_twice_as_long),
		cmocka_unit_test(nobody_is_asked_again_before_an_interval_is_over),
		cmocka_unit_test(who_gets_what_it_lacked_is_not_behind_while_more_is_written),
		cmocka_unit_test(a_server_id_that_rested_is_no_lag_of_that_time),
		cmocka_unit_test(who_was_not_reached_counts_with_what_it_had),
		cmocka_unit_test(both_lacking_over_a_link_that_is_up_have_diverged),
		cmocka_unit_test(an_empty_database_and_another_one_are_told_when_they_last),
		cmocka_unit_test(
			own_changes_that_a_peer_has_and_this_node_not_are_told_when_that_lasts),
		cmocka_unit_test(
			a_write_over_missing_changes_stays_told_until_somebody_looked_into_it),
		cmocka_unit_test(another_suffix_entry_here_is_told_until_somebody_looked_into_it),
		cmocka_unit_test(a_consumer_has_no_changes_of_its_own),
		cmocka_unit_test(own_changes_that_went_back_are_missing_while_a_peer_may_have_them),
		cmocka_unit_test(a_database_that_joins_or_is_empty_lacks_nothing_of_its_own),
		cmocka_unit_test(what_is_missing_is_not_forgotten_while_it_joins),
		cmocka_unit_test(one_link_that_waits_tells_nothing_of_the_copy_here),
		cmocka_unit_test(a_server_id_of_no_peer_is_retired),
		cmocka_unit_test(server_id_0_is_of_no_peer_and_not_retired),
		cmocka_unit_test(findings_that_equal_context_csns_do_not_refute_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
