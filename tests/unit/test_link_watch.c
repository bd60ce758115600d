/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/timestamp.h"
#include "common/link/link_watch.h"

#define NOW      1782900000 /* 20260701100000Z */
#define NEVER    "00000101000000Z"
#define PATIENCE 14

static LinkWatch a_watch(bool is_down)
{
	return (LinkWatch){.is_down = is_down, .was_up = true, .doubt_sec = -1};
}

static LinkNews look(LinkWatch *watch, LinkSight sight, int64_t at_sec)
{
	return link_watch_look(
		watch, &(LinkLook){.sight = sight, .at_sec = at_sec, .patience_sec = PATIENCE});
}

static void a_break_is_told_once_when_it_lasts(void **state)
{
	LinkWatch watch = a_watch(false);

	(void)state;
	assert_int_equal(look(&watch, LINK_SIGHT_BROKEN, NOW), LINK_NEWS_NONE);
	assert_int_equal(look(&watch, LINK_SIGHT_BROKEN, NOW + PATIENCE - 1), LINK_NEWS_NONE);
	assert_false(watch.is_down);
	assert_int_equal(watch.confirm_sec, NOW + PATIENCE);
	assert_int_equal(look(&watch, LINK_SIGHT_BROKEN, NOW + PATIENCE), LINK_NEWS_DOWN);
	assert_true(watch.is_down);
	assert_int_equal(watch.began_sec, NOW);
	assert_int_equal(look(&watch, LINK_SIGHT_BROKEN, NOW + 1000), LINK_NEWS_NONE);
}

static void a_consumer_that_comes_back_in_time_is_no_break(void **state)
{
	LinkWatch watch = a_watch(false);

	(void)state;
	assert_int_equal(look(&watch, LINK_SIGHT_BROKEN, NOW), LINK_NEWS_NONE);
	assert_int_equal(look(&watch, LINK_SIGHT_WORKS, NOW + 5), LINK_NEWS_NONE);
	/* A new doubt, with its own time. */
	assert_int_equal(look(&watch, LINK_SIGHT_BROKEN, NOW + PATIENCE), LINK_NEWS_NONE);
	assert_int_equal(watch.confirm_sec, NOW + 2 * PATIENCE);
}

static void what_nobody_can_tell_is_no_evidence(void **state)
{
	LinkWatch watch = a_watch(false);

	(void)state;
	(void)look(&watch, LINK_SIGHT_BROKEN, NOW);
	assert_int_equal(look(&watch, LINK_SIGHT_NONE, NOW + 5), LINK_NEWS_NONE);
	assert_int_equal(look(&watch, LINK_SIGHT_BROKEN, NOW + PATIENCE), LINK_NEWS_NONE);
	watch = a_watch(true);
	assert_int_equal(look(&watch, LINK_SIGHT_NONE, NOW), LINK_NEWS_NONE);
	assert_int_equal(look(&watch, LINK_SIGHT_NONE, NOW + PATIENCE), LINK_NEWS_NONE);
	assert_true(watch.is_down);
}

static void a_link_that_never_worked_is_waited_for_longer(void **state)
{
	LinkWatch watch = a_watch(false);

	(void)state;
	watch.was_up = false;
	(void)look(&watch, LINK_SIGHT_BROKEN, NOW);
	assert_int_equal(look(&watch, LINK_SIGHT_BROKEN, NOW + PATIENCE), LINK_NEWS_NONE);
	assert_int_equal(look(&watch, LINK_SIGHT_BROKEN, NOW + LINK_FIRST_PATIENCE_SEC),
			 LINK_NEWS_DOWN);
	assert_false(watch.was_up);
}

static void a_link_that_works_again_is_told_once(void **state)
{
	LinkWatch watch = a_watch(true);
	const LinkLook works = {.sight = LINK_SIGHT_WORKS, .at_sec = NOW};

	(void)state;
	/* Connected, but perhaps only to be refused. */
	assert_int_equal(look(&watch, LINK_SIGHT_WORKS, NOW - 9), LINK_NEWS_NONE);
	assert_int_equal(look(&watch, LINK_SIGHT_BROKEN, NOW - 8), LINK_NEWS_NONE);
	assert_int_equal(link_watch_look(&watch, &works), LINK_NEWS_UP);
	assert_false(watch.is_down);
	assert_int_equal(link_watch_look(&watch, &works), LINK_NEWS_NONE);
}

/* --- cn=monitor --- */

static Syncrepl a_value(const char *type)
{
	Syncrepl syncrepl = {{0}};

	syncrepl.value[SYNCREPL_TYPE] = type;
	syncrepl.value[SYNCREPL_TIMEOUT] = "3";
	syncrepl.value[SYNCREPL_NETWORK_TIMEOUT] = "5";
	return syncrepl;
}

static RunningConsumer a_consumer(void)
{
	return (RunningConsumer){
		.last_connect = "20260701095955Z",
		.last_contact = NEVER,
		.next_connect = "20260701100004Z",
	};
}

static void a_failed_consumer_has_time_for_its_next_try(void **state)
{
	const Syncrepl value = a_value("refreshAndPersist");
	RunningConsumer running = a_consumer();
	LinkLook seen = link_watch_see(&value, &running, NOW, NOW);

	(void)state;
	assert_int_equal(seen.sight, LINK_SIGHT_BROKEN);
	assert_int_equal(seen.patience_sec, 4 + 3 + 5 + 1);
	running.next_connect = "20260701200000Z"; /* in ten hours */
	seen = link_watch_see(&value, &running, NOW, NOW);
	assert_int_equal(seen.patience_sec, LINK_RETRY_PATIENCE_SEC + 9);
	running.next_connect = NEVER;
	assert_int_equal(link_watch_see(&value, &running, NOW, NOW).patience_sec, 9);
	assert_int_equal(link_watch_see(&value, NULL, NOW, NOW).sight, LINK_SIGHT_BROKEN);
}

static void a_connection_counts_at_once_when_it_persists(void **state)
{
	const Syncrepl value = a_value("refreshAndPersist");
	RunningConsumer running = a_consumer();
	LinkLook seen;

	(void)state;
	running.is_connected = true;
	seen = link_watch_see(&value, &running, NOW, NOW);
	assert_int_equal(seen.sight, LINK_SIGHT_WORKS);
	assert_int_equal(seen.patience_sec, 9);
	running.is_persistent = true;
	assert_int_equal(link_watch_see(&value, &running, NOW, NOW).patience_sec, 0);
}

static void between_its_refreshes_a_consumer_need_not_be_connected(void **state)
{
	const Syncrepl value = a_value("refreshOnly"), persist = a_value("refreshAndPersist");
	RunningConsumer running = a_consumer();

	(void)state;
	assert_int_equal(link_watch_see(&value, &running, NOW, NOW).sight, LINK_SIGHT_BROKEN);
	running.last_contact = "20260701095955Z";
	assert_int_equal(link_watch_see(&value, &running, NOW, NOW).sight, LINK_SIGHT_WORKS);
	assert_int_equal(link_watch_see(&persist, &running, NOW, NOW).sight, LINK_SIGHT_BROKEN);
	running.last_connect = "20260701095959Z";
	assert_int_equal(link_watch_see(&value, &running, NOW, NOW).sight, LINK_SIGHT_BROKEN);
}

static void a_break_is_described_by_its_last_contact_and_next_try(void **state)
{
	AUTO(Pool) *pool = pool_new();
	RunningConsumer running = a_consumer();

	(void)state;
	assert_string_equal(link_watch_describe(pool, &running, NOW),
			    "there was never a connection, next try in 4 s");
	running.last_contact = "20260701095000Z";
	running.next_connect = NEVER;
	assert_string_equal(link_watch_describe(pool, &running, NOW),
			    "no contact since 2026-07-01T09:50:00Z, it is trying now");
	assert_string_equal(link_watch_describe(pool, NULL, NOW), "slapd runs no consumer for it");
}

static void tries_that_a_peer_ends_are_counted_where_a_log_is_read(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Syncrepl value = a_value("refreshAndPersist");
	RunningConsumer running = a_consumer();
	LinkWatch watch = a_watch(true);

	(void)state;
	running.last_connect = running.last_contact = "20260701095950Z";
	link_watch_count(&watch, &value, &running);
	running.last_connect = running.last_contact = "20260701095955Z";
	link_watch_count(&watch, &value, &running);
	assert_null(link_watch_refusals(pool, &watch)); /* it reads the database */
	value.value[SYNCREPL_SYNCDATA] = "accesslog";
	value.value[SYNCREPL_LOGBASE] = "cn=log";
	link_watch_count(&watch, &value, &running);
	link_watch_count(&watch, &value, &running);
	assert_null(link_watch_refusals(pool, &watch)); /* once may be chance */
	running.last_connect = running.last_contact = "20260701095958Z";
	link_watch_count(&watch, &value, &running);
	assert_non_null(strstr(link_watch_refusals(pool, &watch),
			       "at least 2 times, last at 2026-07-01T09:59:58Z"));
}

static void a_peer_that_is_not_there_or_a_link_that_works_ends_the_count(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Syncrepl value = a_value("refreshAndPersist");
	RunningConsumer running = a_consumer();
	LinkWatch watch = a_watch(true);

	(void)state;
	value.value[SYNCREPL_SYNCDATA] = "accesslog";
	value.value[SYNCREPL_LOGBASE] = "cn=log";
	running.last_contact = "20260701095958Z";
	running.last_connect = "20260701095959Z";
	watch.n_refused = 7;
	link_watch_count(&watch, &value, &running); /* it may yet be refused */
	assert_int_equal(watch.n_refused, 7);
	running.last_connect = "20260701100000Z";
	link_watch_count(&watch, &value, &running);
	assert_null(link_watch_refusals(pool, &watch));
	watch.n_refused = 7;
	running.is_connected = running.is_persistent = true;
	link_watch_count(&watch, &value, &running);
	assert_null(link_watch_refusals(pool, &watch));
}

/* One that reads a log and has a connection since 09:59:00. */
static RunningConsumer a_reader_of_a_log(const char *cookie)
{
	RunningConsumer running = a_consumer();

	running.is_connected = running.is_persistent = true;
	running.last_connect = "20260701095900Z";
	running.cookie_sent = cookie;
	return running;
}

static Syncrepl a_value_with_log(void)
{
	Syncrepl value = a_value("refreshAndPersist");

	value.value[SYNCREPL_SYNCDATA] = "accesslog";
	value.value[SYNCREPL_LOGBASE] = "cn=log";
	return value;
}

static void searches_over_one_connection_are_refreshes_of_the_whole_database(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Syncrepl value = a_value_with_log(), plain = a_value("refreshAndPersist");
	static const char *const cookies[] = {"1", "2", "2", "3", "4"};
	LinkFallbacks fallbacks = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cookies); i++) {
		const RunningConsumer running = a_reader_of_a_log(cookies[i]);

		assert_null(link_fallbacks_describe(pool, &fallbacks)); /* twice is no habit */
		link_fallbacks_count(&fallbacks, &value, &running, NOW);
	}
	assert_non_null(strstr(link_fallbacks_describe(pool, &fallbacks), "at least 3 times"));
	fallbacks = (LinkFallbacks){0};
	for (size_t i = 0; i < ARRAY_SIZE(cookies); i++) {
		const RunningConsumer running = a_reader_of_a_log(cookies[i]);

		link_fallbacks_count(&fallbacks, &plain, &running, NOW);
	}
	assert_int_equal(fallbacks.n, 0);
}

static void a_new_connection_is_no_refresh_and_an_hour_ends_the_count(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Syncrepl value = a_value_with_log();
	RunningConsumer running = a_reader_of_a_log("1");
	LinkFallbacks fallbacks = {0};

	(void)state;
	link_fallbacks_count(&fallbacks, &value, &running, NOW);
	running.cookie_sent = "2";
	running.last_connect = "20260701095930Z";
	link_fallbacks_count(&fallbacks, &value, &running, NOW);
	assert_int_equal(fallbacks.n, 0);
	link_fallbacks_count(&fallbacks, &value, NULL, NOW);
	running.cookie_sent = "3";
	link_fallbacks_count(&fallbacks, &value, &running, NOW);
	assert_int_equal(fallbacks.n, 0); /* what was between is not known */
	fallbacks.n = 7;
	fallbacks.last_sec = NOW;
	link_fallbacks_count(&fallbacks, &value, &running, NOW + 3600);
	assert_non_null(link_fallbacks_describe(pool, &fallbacks));
	link_fallbacks_count(&fallbacks, &value, &running, NOW + 3601);
	assert_null(link_fallbacks_describe(pool, &fallbacks));
}

static void links_are_back_when_the_last_is(void **state)
{
	LinkWatch watches[] = {{.began_sec = 200}, {.began_sec = 300}, {.began_sec = 0}};
	int64_t back_sec = -1;

	(void)state;
	assert_true(link_watches_back(watches, ARRAY_SIZE(watches), &back_sec));
	assert_int_equal(back_sec, 300);
	assert_true(link_watches_back(watches + 2, 1, &back_sec));
	assert_int_equal(back_sec, 0);
	watches[1].is_down = true;
	assert_false(link_watches_back(watches, ARRAY_SIZE(watches), &back_sec));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_break_is_told_once_when_it_lasts),
		cmocka_unit_test(a_consumer_that_comes_back_in_time_is_no_break),
		cmocka_unit_test(what_nobody_can_tell_is_no_evidence),
		cmocka_unit_test(a_link_that_never_worked_is_waited_for_longer),
		cmocka_unit_test(a_link_that_works_again_is_told_once),
		cmocka_unit_test(a_failed_consumer_has_time_for_its_next_try),
		cmocka_unit_test(a_connection_counts_at_once_when_it_persists),
		cmocka_unit_test(between_its_refreshes_a_consumer_need_not_be_connected),
		cmocka_unit_test(a_break_is_described_by_its_last_contact_and_next_try),
		cmocka_unit_test(tries_that_a_peer_ends_are_counted_where_a_log_is_read),
		cmocka_unit_test(searches_over_one_connection_are_refreshes_of_the_whole_database),
		cmocka_unit_test(a_new_connection_is_no_refresh_and_an_hour_ends_the_count),
		cmocka_unit_test(a_peer_that_is_not_there_or_a_link_that_works_ends_the_count),
		cmocka_unit_test(links_are_back_when_the_last_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
