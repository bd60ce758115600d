/* SPDX-License-Identifier: Apache-2.0 */
/* The state of a node as the one line of a monitoring plugin. */
#include "tests/unit/status_scene.h"

/* Nothing else is wrong with it. */
static CheckResult check_limited(Pool *pool, int64_t warning_msec, int64_t critical_msec)
{
	const CheckLimits limits = {.warning_msec = warning_msec, .critical_msec = critical_msec};
	Status status = an_example();
	StatusDatabase one = databases[0];

	one.is_in_step = CLAIM_YES;
	one.n_peers = 1;
	status.databases = &one;
	status.n_databases = 1;
	status.conditions.n_items = 0;
	return status_check(pool, &status, &(StatusLife){CLAIM_YES, NOW, 0}, &limits);
}

static void a_lag_is_judged_by_the_limits_that_somebody_gives(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const int64_t before = health.here.lag_msec;
	CheckResult result = check_limited(pool, 3000, 10000);

	(void)state;
	assert_int_equal(result.level, CHECK_WARNING);
	assert_non_null(strstr(result.line, "peer 2 lacks a change that is 3 s old"));
	assert_non_null(strstr(result.line, " lag=3.250s;3;10;0 "));
	assert_int_equal(check_limited(pool, -1, 3000).level, CHECK_CRITICAL);
	assert_int_equal(check_limited(pool, 3300, -1).level, CHECK_OK);
	/* Nobody knows is not well, but nothing for who asked for no limit. */
	health.here.lag_msec = -1;
	assert_int_equal(check_limited(pool, -1, -1).level, CHECK_OK);
	assert_int_equal(check_limited(pool, 3300, -1).level, CHECK_UNKNOWN);
	assert_int_equal(check_limited(pool, 3000, -1).level, CHECK_WARNING);
	health.here.lag_msec = before;
}

/* Where not everybody reads everybody, well is what this node reads. */
/* Its id is above that of every server ID, and its lag the only one that anybody knows of it. */
static void the_lag_of_a_consumer_is_told(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Status status = an_example();
	DatabaseHealth own = health;
	StatusDatabase one = databases[0];
	Status again;
	const char *text;
	Error err;

	(void)state;
	own.here.peer_id = 65535;
	own.here.lag_msec = 7000;
	one.health = &own;
	one.n_leaves = 3;
	status.databases = &one;
	status.n_databases = 1;
	status.is_consumer = true;
	assert_non_null(strstr(check(pool, &status).line, "lag_65535=7.000s"));
	text = status_text(pool, &status, &(StatusLife){CLAIM_YES, NOW, 0}, false);
	assert_non_null(strstr(text, ", a consumer\n"));
	assert_non_null(strstr(text, "each of which reports only on itself: 3\n"));
	text = status_print(pool, &status);
	assert_int_equal(status_parse(pool, "s", text, strlen(text), &again, &err), 0);
	assert_true(again.is_consumer);
	assert_int_equal(again.databases[0].n_leaves, 3);
}

static void who_is_not_read_is_not_said_to_be_well(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Status status = an_example(), again;
	StatusDatabase one = databases[0];
	const char *text;
	Error err;

	(void)state;
	one.is_in_step = CLAIM_YES;
	one.n_peers = 1;
	one.n_not_read = 2;
	status.databases = &one;
	status.n_databases = 1;
	status.conditions.n_items = 0;
	assert_non_null(strstr(check(pool, &status).line,
			       "1 of 1 links up, 2 providers not read and not looked at | "));
	text = status_print(pool, &status);
	assert_int_equal(status_parse(pool, "s", text, strlen(text), &again, &err), 0);
	assert_int_equal(again.databases[0].n_not_read, 2);
}

static void all_is_well_is_one_line_with_perfdata(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Status status = an_example();
	StatusDatabase one = databases[0];
	CheckResult result;

	(void)state;
	one.is_in_step = CLAIM_YES;
	one.n_peers = 1;
	status.databases = &one;
	status.n_databases = 1;
	status.conditions.n_items = 0;
	result = check(pool, &status);
	assert_int_equal(result.level, CHECK_OK);
	assert_string_equal(result.line,
			    "SYNCWARD OK - 1 of 1 databases in step, 1 of 1 links up | "
			    "in_step=1;;;0;1 links_up=1;;;0;1 holds=0;;;0 findings=0;;;0 "
			    "changes=0;;;0 corrections=0c;;;0 drift=2c;;;0 pass=0.003456s;;;0 "
			    "age=12s;;240;0 lag=3.250s;;;0 lag_1=0.000s;;;0 lag_2=3.250s;;;0");
	/* Nobody knows which links will work when slapd is back. */
	status.is_slapd_up = CLAIM_NO;
	assert_null(strstr(check(pool, &status).line, " links_up="));
	assert_null(strstr(check(pool, &status).line, " lag"));
}

static void the_worst_is_told_and_the_rest_counted(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Status status = an_example();
	const CheckResult result = check(pool, &status);

	(void)state;
	assert_int_equal(result.level, CHECK_CRITICAL);
	assert_ptr_equal(strstr(result.line,
				"SYNCWARD CRITICAL - a clock is wrong (and 3 more: see "
				"syncward status) | links_up=1;;;0;2 "
				"holds=1;;;0"),
			 result.line);
}

/* The level of a status in which only this lasts. */
static CheckLevel level_of(const Condition *condition)
{
	AUTO(Pool) *pool = pool_new();
	Status status = an_example();
	Condition copy = *condition;

	status.n_databases = 0;
	status.conditions = (ConditionList){&copy, 1};
	return check(pool, &status).level;
}

static void what_stops_the_work_or_endangers_data_is_critical(void **state)
{
	static const Condition critical[] = {
		{.key = "slapd", .begins = EVENT_SLAPD_LOST, .text = "x"},
		{.key = "verify", .begins = EVENT_KIND_COUNT, .text = "x"},
		{.key = "state", .begins = EVENT_STATE_TROUBLE, .text = "x"},
		{.key = "contested", .begins = EVENT_CONTESTED, .text = "x"},
		{.key = "h", .kind = CONDITION_HOLD, .code = "G1", .text = "x"},
		{.key = "h", .kind = CONDITION_HOLD, .code = "G10", .text = "x"},
		{.key = "f", .kind = CONDITION_FINDING, .is_critical = true, .text = "x"},
	};
	static const Condition warnings[] = {
		{.key = "desired", .begins = EVENT_DESIRED_REFUSED, .text = "x"},
		{.key = "status", .begins = EVENT_STATE_TROUBLE, .text = "x"},
		{.key = "paused", .begins = EVENT_PAUSED, .text = "x"},
		{.key = "h", .kind = CONDITION_HOLD, .code = "G4", .text = "x"},
		{.key = "h", .kind = CONDITION_HOLD, .code = "joining", .text = "x"},
		{.key = "f", .kind = CONDITION_FINDING, .text = "x"},
		{.key = "c", .kind = CONDITION_CHANGE, .text = "x"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(critical); i++)
		assert_int_equal(level_of(&critical[i]), CHECK_CRITICAL);
	for (size_t i = 0; i < ARRAY_SIZE(warnings); i++)
		assert_int_equal(level_of(&warnings[i]), CHECK_WARNING);
}

static void a_refused_file_is_critical_when_none_is_in_force(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Status status = an_example();

	(void)state;
	status.n_databases = 0;
	status.has_desired = false;
	status.conditions = (ConditionList){&conditions[2], 1};
	assert_int_equal(check(pool, &status).level, CHECK_CRITICAL);
}

static void links_that_are_down_are_a_warning_and_all_of_them_critical(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Status status = an_example();
	StatusDatabase one = databases[0];

	(void)state;
	status.databases = &one;
	status.n_databases = 1;
	status.conditions.n_items = 0;
	assert_int_equal(check(pool, &status).level, CHECK_WARNING);
	one.peers = &peers[1];
	one.n_peers = 1;
	assert_int_equal(check(pool, &status).level, CHECK_CRITICAL);
	one.n_peers = 0;
	assert_int_equal(check(pool, &status).level, CHECK_OK);
}

static void a_link_that_broke_this_moment_is_no_alarm_and_one_that_is_down_says_why(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Status status = an_example();
	StatusDatabase one = databases[0];
	StatusPeer two[] = {peers[0], peers[1]};
	Condition down = {
		.key = "link dc=example,dc=com 3",
		.begins = EVENT_LINK_DOWN,
		.ends = EVENT_KIND_COUNT,
		.text = "it is not read from peer 3: port closed",
		.kind = CONDITION_LINK,
		.what = "peer 3: port closed",
		.suffix = "dc=example,dc=com",
	};
	CheckResult result;

	(void)state;
	one.is_in_step = CLAIM_YES;
	one.peers = two;
	status.databases = &one;
	status.n_databases = 1;
	status.conditions.n_items = 0;
	two[1].was_seen = true;
	assert_int_equal(check(pool, &status).level, CHECK_OK);
	two[1].is_down = true;
	status.conditions = (ConditionList){&down, 1};
	result = check(pool, &status);
	assert_int_equal(result.level, CHECK_WARNING);
	assert_ptr_equal(strstr(result.line,
				"SYNCWARD WARNING - dc=example,dc=com: 1 of its 2 links are not "
				"up: peer 3: port closed | "),
			 result.line);
	/* Also where only a probe tells. */
	two[1].is_running = CLAIM_UNKNOWN;
	assert_int_equal(check(pool, &status).level, CHECK_WARNING);
	assert_non_null(strstr(status_text(pool, &status, &(StatusLife){CLAIM_YES, NOW, 0}, false),
			       "ldap://ldap3  30 s          -             down\n"));
	assert_int_equal(count_lines(status_metrics(pool, &status),
				     "syncward_link_down{suffix=\"dc=example,dc=com\",peer=\"3\"} "
				     "1\n"),
			 1);
}

static void a_daemon_that_does_not_run_or_hangs_is_critical(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Status status = an_example();
	CheckResult result;

	(void)state;
	status.n_databases = 0;
	status.conditions.n_items = 0;
	result = status_check(pool, &status, &(StatusLife){CLAIM_NO, NOW, 0}, &no_limits);
	assert_int_equal(result.level, CHECK_CRITICAL);
	assert_non_null(strstr(result.line, "does not run: it died, its last report was 12 s ago"));
	result = status_check(pool, &status, &(StatusLife){CLAIM_YES, NOW + 229, 0}, &no_limits);
	assert_int_equal(result.level, CHECK_CRITICAL);
	assert_non_null(strstr(result.line,
			       "the daemon hangs: process 4711 has reported nothing for 4 min"));
	assert_int_equal(
		status_check(pool, &status, &(StatusLife){CLAIM_YES, NOW + 228, 0}, &no_limits)
			.level,
		CHECK_OK);
	status.looked_sec = -1;
	assert_int_equal(check(pool, &status).level, CHECK_WARNING);
}

static void a_command_with_a_pipe_is_not_cut_off(void **state)
{
	Condition piped = {
		.kind = CONDITION_FINDING,
		.code = "log",
		.is_critical = true,
		.text = "a|b is at fault: `printf x | ldapmodify`, then `syncward apply`"};
	AUTO(Pool) *pool = pool_new();
	Status status = an_example();

	(void)state;
	status.n_databases = 0;
	status.conditions = (ConditionList){&piped, 1};
	assert_non_null(strstr(check(pool, &status).line,
			       "CRITICAL - a b is at fault: see `syncward status`, then "
			       "`syncward apply` | "));
}

static void a_slapd_that_does_not_answer_now_is_a_warning(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const CheckLimits none = {.warning_msec = -1, .critical_msec = -1};
	StatusLife life = {.is_running = CLAIM_YES, .now_sec = NOW};
	Status status = an_example();
	CheckResult result;

	(void)state;
	status.n_databases = 0;
	status.conditions.n_items = 0;
	assert_int_equal(status_check(pool, &status, &life, &none).level, CHECK_OK);
	life.slapd_silent_sec = 5;
	result = status_check(pool, &status, &life, &none);
	assert_int_equal(result.level, CHECK_WARNING);
	assert_non_null(strstr(result.line, "WARNING - slapd takes connections and has not "
					    "answered for 5 s"));
}

static void text_never_breaks_the_line_or_the_perfdata(void **state)
{
	AUTO(Pool) *pool = pool_new();

	(void)state;
	assert_string_equal(status_check_failed(pool, CHECK_UNKNOWN, "a|b\nc").line,
			    "SYNCWARD UNKNOWN - a b c");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lag_is_judged_by_the_limits_that_somebody_gives),
		cmocka_unit_test(all_is_well_is_one_line_with_perfdata),
		cmocka_unit_test(the_lag_of_a_consumer_is_told),
		cmocka_unit_test(who_is_not_read_is_not_said_to_be_well),
		cmocka_unit_test(the_worst_is_told_and_the_rest_counted),
		cmocka_unit_test(what_stops_the_work_or_endangers_data_is_critical),
		cmocka_unit_test(a_refused_file_is_critical_when_none_is_in_force),
		cmocka_unit_test(links_that_are_down_are_a_warning_and_all_of_them_critical),
		cmocka_unit_test(
			a_link_that_broke_this_moment_is_no_alarm_and_one_that_is_down_says_why),
		cmocka_unit_test(a_daemon_that_does_not_run_or_hangs_is_critical),
		cmocka_unit_test(a_command_with_a_pipe_is_not_cut_off),
		cmocka_unit_test(a_slapd_that_does_not_answer_now_is_a_warning),
		cmocka_unit_test(text_never_breaks_the_line_or_the_perfdata),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
