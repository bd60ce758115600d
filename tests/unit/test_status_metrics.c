/* SPDX-License-Identifier: Apache-2.0 */
/* The state of a node as metrics. */
#include "tests/unit/status_scene.h"

static void metrics_count_what_is_held_by_its_code(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Condition items[] = {conditions[0], conditions[0], conditions[1], conditions[2]};
	Status status = an_example();
	const char *text;

	(void)state;
	items[1].key = "paused";
	items[1].code = "paused";
	items[2].kind = CONDITION_HOLD;
	items[2].code = "G4";
	status.conditions = (ConditionList){items, ARRAY_SIZE(items)};
	text = status_metrics(pool, &status);
	assert_non_null(strstr(text, "\nsyncward_holds_by_code{code=\"G4\"} 2\n"
				     "syncward_holds_by_code{code=\"paused\"} 1\n#"));
	assert_non_null(strstr(text, "\nsyncward_paused 1\n"));
	assert_null(strstr(text, "syncward_findings_by_code{"));
	status = an_example();
	text = status_metrics(pool, &status);
	assert_non_null(strstr(text, "\nsyncward_paused 0\n"));
	assert_non_null(strstr(text, "\nsyncward_findings_by_code{code=\"clock\",severity="
				     "\"critical\"} 1\n"));
	assert_non_null(strstr(text, "\nsyncward_desired_revision 12\n"));
	/* Of the other peer no certificate was seen. */
	assert_non_null(strstr(text, "\nsyncward_peer_certificate_end_timestamp_seconds{suffix="
				     "\"dc=example,dc=com\",peer=\"2\"} 1782986400\n#"));
}

static void metrics_follow_the_rules_of_the_textfile_collector(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Status status = an_example();
	const char *text = status_metrics(pool, &status);

	(void)state;
	assert_int_equal(count_lines(text, "# TYPE syncward_in_step gauge\n"), 1);
	assert_int_equal(count_lines(text, "syncward_build_info{version=\"0.1.0\"} 1\n"), 1);
	assert_int_equal(count_lines(text, "syncward_in_step{suffix=\"cn=config\"} 1\n"), 1);
	assert_int_equal(count_lines(text, "syncward_in_step{suffix=\"dc=example,dc=com\"} 0\n"),
			 1);
	assert_int_equal(count_lines(text, "syncward_multi_provider{suffix=\"o=\\\"q\\\"\"} 0\n"),
			 1);
	assert_int_equal(count_lines(text, "syncward_consumer_up{suffix=\"dc=example,dc=com\","
					   "peer=\"3\"} 0\n"),
			 1);
	assert_int_equal(count_lines(text, "syncward_passes_total{outcome=\"settled\"} 6\n"), 1);
	assert_int_equal(count_lines(text, "syncward_pass_duration_seconds_sum 7.000001\n"), 1);
	assert_int_equal(count_lines(text, "syncward_desired_refused 1\n"), 1);
	assert_int_equal(
		count_lines(text, "syncward_lag_seconds{suffix=\"dc=example,dc=com\",peer=\"2\"} "
				  "3.250000\n"),
		1);
	/* What is not known has no sample. */
	assert_null(strstr(text, "syncward_lag_seconds{suffix=\"dc=example,dc=com\",peer=\"3\"}"));
	assert_null(strstr(text, "syncward_in_step{suffix=\"o="));
}

static void metrics_tell_a_code_of_two_severities_twice(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Condition items[] = {conditions[1], conditions[1], conditions[1]};
	Status status = an_example();
	const char *text;

	(void)state;
	items[1].is_critical = false;
	status.conditions = (ConditionList){items, ARRAY_SIZE(items)};
	text = status_metrics(pool, &status);
	assert_int_equal(count_lines(text, "syncward_findings_by_code{code=\"clock\",severity="
					   "\"critical\"} 2\n"),
			 1);
	assert_int_equal(count_lines(text, "syncward_findings_by_code{code=\"clock\",severity="
					   "\"warning\"} 1\n"),
			 1);
}

/* What it was at the last look is no news of now. */
static void metrics_claim_no_lag_and_no_link_while_slapd_is_away(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Status status = an_example();
	const char *text = status_metrics(pool, &status);

	(void)state;
	assert_non_null(strstr(text, "syncward_lag_seconds{"));
	assert_non_null(strstr(text, "syncward_link_down{"));
	status.is_slapd_up = CLAIM_NO;
	peers[0].has_clock = true;
	text = status_metrics(pool, &status);
	peers[0].has_clock = false;
	assert_null(strstr(text, "clock_ahead_seconds{"));
	assert_null(strstr(text, "syncward_lag_seconds{"));
	assert_null(strstr(text, "syncward_link_down{"));
}

static void metrics_tell_which_file_is_in_force(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Status status = an_example();

	(void)state;
	assert_int_equal(count_lines(status_metrics(pool, &status),
				     "syncward_desired_info{sha256=\"abc\"} 1\n"),
			 1);
	status.has_desired = false;
	assert_null(strstr(status_metrics(pool, &status), "desired_info"));
}

/* Agreeing to the second is something else than not known. */
static void metrics_tell_a_clock_only_where_a_probe_saw_it(void **state)
{
	AUTO(Pool) *pool = pool_new();
	StatusPeer two[] = {peers[0], peers[1]};
	StatusDatabase one = {.suffix = "dc=example,dc=com", .peers = two, .n_peers = 2};
	LinkProbe answer = {.suffix = "dc=example,dc=com",
			    .peer_id = 3,
			    .probe = {.peer_id = 3, .has_clock = true, .clock_ahead_sec = -90}};
	Status status = an_example();
	const char *text;

	(void)state;
	status.databases = &one;
	status.n_databases = 1;
	status_take_probes(&(LinkProbes){.items = &answer, .n_items = 1}, &status);
	text = status_metrics(pool, &status);
	assert_int_equal(count_lines(text, "syncward_peer_clock_ahead_seconds{suffix="
					   "\"dc=example,dc=com\",peer=\"3\"} -90\n"),
			 1);
	assert_null(strstr(text, "clock_ahead_seconds{suffix=\"dc=example,dc=com\",peer=\"2\"}"));
	answer.probe.has_clock = false;
	status_take_probes(&(LinkProbes){.items = &answer, .n_items = 1}, &status);
	assert_null(strstr(status_metrics(pool, &status), "clock_ahead_seconds{"));
}

static void metrics_of_a_stopped_daemon_claim_nothing_else(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Status status = an_example();
	const char *text;

	(void)state;
	status.stopped_sec = NOW;
	text = status_metrics(pool, &status);
	assert_int_equal(count_lines(text, "syncward_up 0\n"), 1);
	assert_null(strstr(text, "in_step"));
	/* Others are to know who it is that was stopped. */
	assert_int_equal(count_lines(text, "syncward_node_info{id=\"1\",uri=\"ldap://ldap1\"} 1\n"),
			 1);
	assert_int_equal(count_lines(text, "syncward_written_timestamp_seconds 1782899988\n"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(metrics_count_what_is_held_by_its_code),
		cmocka_unit_test(metrics_follow_the_rules_of_the_textfile_collector),
		cmocka_unit_test(metrics_tell_a_code_of_two_severities_twice),
		cmocka_unit_test(metrics_claim_no_lag_and_no_link_while_slapd_is_away),
		cmocka_unit_test(metrics_tell_which_file_is_in_force),
		cmocka_unit_test(metrics_tell_a_clock_only_where_a_probe_saw_it),
		cmocka_unit_test(metrics_of_a_stopped_daemon_claim_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
