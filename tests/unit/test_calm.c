/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/live/calm.h"

/* One consumer, rid 1 with timeout 10 and network-timeout 5, in the state given and at work or not.
 */
static Calm judge(RunningConsumer running, bool is_working)
{
	LiveConsumer declared = {.parses = true, .rid = 1, .provider = "ldap://a:389"};
	LiveDatabase database = {.consumers = &declared, .n_consumers = 1};
	int rid = 1;
	Live live = {.databases = &database,
		     .n_databases = 1,
		     .runs.consumers = &running,
		     .runs.n_consumers = 1,
		     .runs.working_rids = &rid,
		     .runs.n_working_rids = is_working ? 1 : 0};

	declared.syncrepl.value[SYNCREPL_TIMEOUT] = "10";
	declared.syncrepl.value[SYNCREPL_NETWORK_TIMEOUT] = "5";
	running.rid = 1;
	running.provider = "ldap://a:389";
	return calm_judge(&live, 0);
}

static void a_session_that_just_became_persistent_is_waited_for(void **state)
{
	Calm calm = judge((RunningConsumer){.is_persistent = true, .is_connected = true}, true);

	(void)state;
	assert_true(calm.is_held);
	assert_int_equal(calm.patience_sec, 11);
}

static void a_consumer_that_is_connecting_or_binding_is_waited_for(void **state)
{
	Calm calm = judge((RunningConsumer){0}, true);

	(void)state;
	assert_true(calm.is_held);
	assert_int_equal(calm.patience_sec, 11);
}

static void a_refresh_is_not_waited_for(void **state)
{
	(void)state;
	assert_false(judge((RunningConsumer){.is_connected = true}, true).is_held);
}

static void a_consumer_that_does_not_work_now_is_not_waited_for(void **state)
{
	(void)state;
	assert_false(judge((RunningConsumer){.is_persistent = true, .is_connected = true}, false)
			     .is_held);
	assert_false(judge((RunningConsumer){0}, false).is_held);
}

static void a_consumer_that_cn_config_does_not_declare_is_not_waited_for(void **state)
{
	int rid = 9;
	Live live = {.runs.working_rids = &rid, .runs.n_working_rids = 1};

	(void)state;
	assert_false(calm_judge(&live, 0).is_held);
}

static void a_consumer_that_was_written_since_is_waited_for(void **state)
{
	int rid = 9;
	Live live = {.runs.working_rids = &rid, .runs.n_working_rids = 1};
	RunningConsumer running = {.rid = 9, .is_connected = true};

	(void)state;
	assert_true(calm_judge(&live, 4).is_held);
	assert_int_equal(calm_judge(&live, 4).patience_sec, 4);
	live.runs.consumers = &running;
	live.runs.n_consumers = 1;
	assert_false(calm_judge(&live, 4).is_held);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_session_that_just_became_persistent_is_waited_for),
		cmocka_unit_test(a_consumer_that_is_connecting_or_binding_is_waited_for),
		cmocka_unit_test(a_refresh_is_not_waited_for),
		cmocka_unit_test(a_consumer_that_does_not_work_now_is_not_waited_for),
		cmocka_unit_test(a_consumer_that_cn_config_does_not_declare_is_not_waited_for),
		cmocka_unit_test(a_consumer_that_was_written_since_is_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
