/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/base/macros.h"
#include "common/live/live_running.h"

static RunningConsumer consumers[] = {
	{.suffix = "dc=example,dc=org", .rid = 2, .provider = "ldap://b:389"},
	{.suffix = "dc=example,dc=org", .rid = 3, .provider = NULL},
	{.suffix = "dc=other,dc=org", .rid = 4, .provider = "ldap://d:389"},
	{.suffix = NULL, .rid = 5, .provider = "ldap://e:389"},
	{.suffix = "dc=example,dc=org", .rid = 1000, .provider = "ldap://f:389"},
};

static RunningIndex index_of(const char *suffix)
{
	const Live live = {.runs.consumers = consumers, .runs.n_consumers = ARRAY_SIZE(consumers)};
	RunningIndex index;

	running_index(&live.runs, suffix, &index);
	return index;
}

static void consumers_of_one_database_are_found_whatever_the_spelling_of_its_suffix(void **state)
{
	const RunningIndex index = index_of("DC=Example, DC=Org");

	(void)state;
	assert_int_equal(index.n_running, 3);
	assert_ptr_equal(running_find(&index, 2, "ldap://b:389"), &consumers[0]);
	assert_null(running_find(&index, 4, "ldap://d:389"));
	assert_null(running_find(&index, 5, "ldap://e:389"));
}

static void one_that_reads_from_another_provider_is_another_consumer(void **state)
{
	const RunningIndex index = index_of("dc=example,dc=org");

	(void)state;
	assert_null(running_find(&index, 2, "ldap://c:389"));
	assert_null(running_find(&index, 2, NULL));
	assert_null(running_find(&index, 3, "ldap://c:389"));
}

static void numbers_that_are_no_rid_find_nothing(void **state)
{
	const RunningIndex index = index_of("dc=example,dc=org");

	(void)state;
	assert_null(running_find(&index, 1000, "ldap://f:389"));
	assert_null(running_find(&index, -1, "ldap://f:389"));
}

static void one_works_when_it_follows_or_was_there_at_its_last_interval(void **state)
{
	static const char contact[] = "20010909014500Z";
	const RunningConsumer follows = {.is_connected = true, .is_persistent = true};
	const RunningConsumer refreshes = {.is_connected = true};
	const RunningConsumer was_there = {.last_connect = contact, .last_contact = contact};
	const RunningConsumer failed = {.last_connect = "20010909014600Z", .last_contact = contact};
	const RunningConsumer is_new = {.last_contact = "00000101000000Z"};
	Syncrepl persist = {0}, at_intervals = {0};

	(void)state;
	persist.value[SYNCREPL_TYPE] = "refreshAndPersist";
	at_intervals.value[SYNCREPL_TYPE] = "refreshOnly";
	assert_true(running_works(&follows, &persist));
	assert_false(running_works(&refreshes, &persist));
	assert_false(running_works(&was_there, &persist));
	assert_true(running_works(&was_there, &at_intervals));
	assert_false(running_works(&failed, &at_intervals));
	assert_false(running_works(&is_new, &at_intervals));
	assert_false(running_works(NULL, &at_intervals));
}

static void a_session_is_lost_when_it_was_past_its_refresh(void **state)
{
	RunningConsumer running = {.is_persistent = true};
	Syncrepl persist = {0}, at_intervals = {0};

	(void)state;
	persist.value[SYNCREPL_TYPE] = "refreshAndPersist";
	at_intervals.value[SYNCREPL_TYPE] = "refreshOnly";
	assert_true(running_lost_session(&running, &persist));
	assert_false(running_lost_session(&running, &at_intervals));
	assert_false(running_lost_session(NULL, &persist));
	running.is_connected = true;
	assert_false(running_lost_session(&running, &persist));
	running = (RunningConsumer){.is_persistent = false}; /* refused */
	assert_false(running_lost_session(&running, &persist));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_session_is_lost_when_it_was_past_its_refresh),
		cmocka_unit_test(
			consumers_of_one_database_are_found_whatever_the_spelling_of_its_suffix),
		cmocka_unit_test(one_that_reads_from_another_provider_is_another_consumer),
		cmocka_unit_test(numbers_that_are_no_rid_find_nothing),
		cmocka_unit_test(one_works_when_it_follows_or_was_there_at_its_last_interval),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
