/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/calm.h"

#define NOW        INT64_C(1795342500) /* 2026-11-22 10:15:00 */
#define NEVER      "00000101000000Z"
#define AT(second) "202611221014" second "Z"

static void time_is_read_as_seconds(void **state)
{
	(void)state;
	assert_int_equal(generalized_time_sec("20261122101500Z"), NOW);
	assert_int_equal(generalized_time_sec(NEVER), -1);
	assert_int_equal(generalized_time_sec("yesterday"), -1);
	assert_int_equal(generalized_time_sec(NULL), -1);
}

/* One consumer with timeout 10 and network-timeout 5, in the state given. */
static Calm judge(RunningConsumer running)
{
	LiveConsumer declared = {.parses = true, .rid = 1, .provider = "ldap://a:389"};
	LiveDatabase database = {.consumers = &declared, .n_consumers = 1};
	Live live = {.databases = &database, .n_databases = 1, .running = &running, .n_running = 1};

	declared.syncrepl.value[SYNCREPL_TIMEOUT] = "10";
	declared.syncrepl.value[SYNCREPL_NETWORK_TIMEOUT] = "5";
	declared.syncrepl.value[SYNCREPL_RETRY] = "1 10 30 +";
	running.rid = 1;
	running.provider = "ldap://a:389";
	return calm_judge(&live, NOW);
}

static void a_session_that_just_became_persistent_is_waited_for(void **state)
{
	Calm calm = judge((RunningConsumer){.is_persistent = true,
					    .is_connected = true,
					    .last_connect = AT("56"),
					    .next_connect = NEVER});

	(void)state;
	assert_int_equal(calm.wait_sec, 10 - 4 + 1);
	assert_int_equal(calm.patience_sec, 11);
}

static void a_settled_session_is_not_waited_for(void **state)
{
	Calm calm = judge((RunningConsumer){.is_persistent = true,
					    .is_connected = true,
					    .last_connect = AT("49"),
					    .next_connect = NEVER});

	(void)state;
	assert_int_equal(calm.wait_sec, 0);
}

static void a_refresh_is_not_waited_for(void **state)
{
	Calm calm = judge((RunningConsumer){
		.is_connected = true, .last_connect = AT("59"), .next_connect = NEVER});

	(void)state;
	assert_int_equal(calm.wait_sec, 0);
}

static void a_consumer_that_is_connecting_is_waited_for(void **state)
{
	Calm calm = judge((RunningConsumer){.last_connect = AT("58"), .next_connect = NEVER});

	(void)state;
	assert_int_equal(calm.wait_sec, 5 - 2 + 1);
}

/* slapd 2.5 and 2.6 tell a next try 60 s later while the first one waits for a connection or a
 * bind. */
static void a_consumer_in_its_first_try_is_waited_for(void **state)
{
	Calm calm = judge(
		(RunningConsumer){.last_connect = AT("58"), .next_connect = "20261122101558Z"});

	(void)state;
	assert_int_equal(calm.wait_sec, 10 - 2 + 1);
}

static void a_consumer_that_sleeps_until_its_next_try_is_not_waited_for(void **state)
{
	Calm calm = judge(
		(RunningConsumer){.last_connect = AT("58"), .next_connect = "20261122101530Z"});

	(void)state;
	assert_int_equal(calm.wait_sec, 0);
}

static void a_consumer_that_cn_config_does_not_declare_is_not_waited_for(void **state)
{
	RunningConsumer running = {.rid = 9,
				   .provider = "ldap://b:389",
				   .is_persistent = true,
				   .last_connect = AT("59")};
	Live live = {.running = &running, .n_running = 1};

	(void)state;
	assert_int_equal(calm_judge(&live, NOW).wait_sec, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(time_is_read_as_seconds),
		cmocka_unit_test(a_session_that_just_became_persistent_is_waited_for),
		cmocka_unit_test(a_settled_session_is_not_waited_for),
		cmocka_unit_test(a_refresh_is_not_waited_for),
		cmocka_unit_test(a_consumer_that_is_connecting_is_waited_for),
		cmocka_unit_test(a_consumer_in_its_first_try_is_waited_for),
		cmocka_unit_test(a_consumer_that_sleeps_until_its_next_try_is_not_waited_for),
		cmocka_unit_test(a_consumer_that_cn_config_does_not_declare_is_not_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
