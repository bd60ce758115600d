/* SPDX-License-Identifier: Apache-2.0 */
/* The state of a node as a page for people. */
#include "tests/unit/status_scene.h"

static void the_page_says_what_is_wrong_and_what_releases_it(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Status status = an_example();
	const char *text = status_text(pool, &status, &(StatusLife){CLAIM_YES, NOW, 0}, false);

	(void)state;
	assert_non_null(strstr(text, "peers.json, revision 12, enforce"));
	assert_non_null(strstr(text, "last pass 12 s ago (timer, took 3 ms)"));
	assert_non_null(strstr(text, "dc=example,dc=com: NOT IN STEP for 60 s\n"));
	assert_non_null(
		strstr(text, "  2     002  ldap://ldap2  2 h 1 min     4 s ago       up\n"));
	assert_non_null(strstr(text, "  3     103  ldap://ldap3  30 s          never         "
				     "down, next try in 40 s\n"));
	assert_non_null(strstr(text, "dc=example,dc=com: two removals [G4]\n"));
	assert_non_null(strstr(text, "to release: syncward apply --release G4\n"));
	assert_non_null(strstr(text, "remedy: run chronyd\n"));
	assert_non_null(strstr(text, "  here  none          70 s ago      in step\n"
				     "  2     3.250 s       70 s ago      behind\n"
				     "  3     -             never         unknown\n"));
	assert_non_null(strstr(text,
			       "  contextCSN of server ID 0 (hex 000): "
			       "20260501000000.000000Z#000000#000#000000, here nothing of it, "
			       "from before there were server IDs\n"));
	assert_non_null(strstr(text,
			       "  contextCSN of server ID 11 (hex 00b): "
			       "20260601000000.000000Z#000000#00b#000000, here nothing of it, "
			       "retired: no peer has it\n"));
	assert_non_null(strstr(text, "critical: a clock is wrong [clock]\n"));
	assert_null(strstr(text, "DAEMON"));
}

static void a_lag_that_is_not_judged_yet_is_no_plain_in_step(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Status status = an_example();
	CopyHealth *peer = &status.databases[0].health->peers[0];
	const CopyHealth before = *peer;
	const StatusLife life = {CLAIM_YES, NOW, 0};

	(void)state;
	peer->state = HEALTH_IN_STEP;
	assert_non_null(strstr(status_text(pool, &status, &life, false),
			       "  2     3.250 s       70 s ago      in step\n"));
	peer->lag_msec = 259200000;
	assert_non_null(strstr(status_text(pool, &status, &life, false),
			       "  2     259200.000 s  70 s ago      in step, unless this lag "
			       "lasts\n"));
	*peer = before;
}

static void what_is_held_names_its_next_try(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Status status = an_example();
	const char *text = status_text(pool, &status, &(StatusLife){CLAIM_YES, NOW, 0}, false);

	(void)state;
	assert_non_null(strstr(text,
			       "two removals [G4]\n    since 2026-07-01T09:59:00Z (60 s), looked "
			       "at again in 5 s\n"));
	assert_non_null(
		strstr(status_text(pool, &status, &(StatusLife){CLAIM_YES, NOW + 5, 0}, false),
		       "looked at again now\n"));
	/* Nobody looks. */
	assert_null(strstr(status_text(pool, &status, &(StatusLife){CLAIM_NO, NOW, 0}, false),
			   "again"));
	status.next_pass_sec = -1;
	assert_null(strstr(status_text(pool, &status, &(StatusLife){CLAIM_YES, NOW, 0}, false),
			   "again"));
}

static void an_old_page_says_so_first(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Status status = an_example();
	const char *text = status_text(pool, &status, &(StatusLife){CLAIM_NO, NOW, 0}, false);

	(void)state;
	assert_ptr_equal(strstr(text, "THE DAEMON DOES NOT RUN: process 4711 is gone"), text);
	assert_false(status_is_stale(&status, status.written_sec + 240));
	assert_true(status_is_stale(&status, status.written_sec + 241));
	text = status_text(pool, &status, &(StatusLife){CLAIM_YES, NOW + 3600, 0}, false);
	assert_ptr_equal(strstr(text, "THE DAEMON HANGS"), text);
	status.stopped_sec = NOW - 600;
	text = status_text(pool, &status, &(StatusLife){CLAIM_NO, NOW, 0}, false);
	assert_ptr_equal(strstr(text, "THE DAEMON DOES NOT RUN: it was stopped at "
				      "2026-07-01T09:50:00Z, 10 min ago"),
			 text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_page_says_what_is_wrong_and_what_releases_it),
		cmocka_unit_test(an_old_page_says_so_first),
		cmocka_unit_test(a_lag_that_is_not_judged_yet_is_no_plain_in_step),
		cmocka_unit_test(what_is_held_names_its_next_try),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
