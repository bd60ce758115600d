/* SPDX-License-Identifier: Apache-2.0 */
/* The state of a node as JSON and back, and what of it is not settled. */
#include "tests/unit/status_scene.h"

static void what_is_printed_is_read_again(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Status status = an_example();
	const char *text = status_print(pool, &status);
	Status again;
	Error err;

	(void)state;
	assert_int_equal(status_parse(pool, "f", text, strlen(text), &again, &err), 0);
	assert_string_equal(status_print(pool, &again), text);
	assert_int_equal(status_condition(&again, CONDITION_TROUBLE, NULL)->begins,
			 EVENT_DESIRED_REFUSED);
	assert_string_equal(again.databases[1].suffix, "o=\"q\"");
	assert_int_equal(again.databases[0].health->peers[0].lag_msec, 3250);
	assert_null(again.databases[1].health);
	assert_int_equal(again.last_pass.outcome, PASS_REFUSED);
	assert_int_equal(again.counters.events[EVENT_DRIFT_FOUND], 2);
}

static int parse(const char *text, Error *err)
{
	AUTO(Pool) *pool = pool_new();
	Status status;

	return status_parse(pool, "status.json", text, strlen(text), &status, err);
}

static void a_newer_schema_and_a_damaged_file_are_refused(void **state)
{
	Error err;

	(void)state;
	assert_int_equal(parse("{\"schema_version\": 2}", &err), -1);
	assert_non_null(strstr(err.text, "newer syncward"));
	assert_int_equal(parse("[]", &err), -1);
	assert_int_equal(parse("{\"schema_version\": 1, \"pid\": 1}", &err), -1);
	assert_string_equal(err.text, "status.json: is damaged");
}

static void a_link_is_up_when_it_is_connected_and_persistent(void **state)
{
	StatusPeer peer = {0};

	(void)state;
	assert_int_equal(status_link_state(&peer), LINK_UNKNOWN);
	peer.is_running = CLAIM_NO;
	assert_int_equal(status_link_state(&peer), LINK_MISSING);
	peer.is_running = CLAIM_YES;
	peer.is_persistent = true;
	assert_int_equal(status_link_state(&peer), LINK_DOWN);
	peer.is_connected = true;
	assert_int_equal(status_link_state(&peer), LINK_UP);
	peer.is_persistent = false;
	assert_int_equal(status_link_state(&peer), LINK_REFRESHING);
}

static void between_its_refreshes_a_link_waits_when_the_last_made_contact(void **state)
{
	StatusPeer peer = {
		.is_running = CLAIM_YES,
		.reads_at_intervals = true,
		.last_connect_sec = NOW - 5,
		.last_contact_sec = NOW - 5,
	};

	(void)state;
	assert_int_equal(status_link_state(&peer), LINK_WAITING);
	assert_true(link_state_works(LINK_WAITING));
	peer.last_connect_sec = NOW - 2;
	assert_int_equal(status_link_state(&peer), LINK_DOWN);
	peer.last_connect_sec = peer.last_contact_sec = -1;
	assert_int_equal(status_link_state(&peer), LINK_DOWN);
	peer.last_connect_sec = peer.last_contact_sec = NOW - 5;
	peer.reads_at_intervals = false;
	assert_int_equal(status_link_state(&peer), LINK_DOWN);
}

static void what_does_not_work_or_is_being_refreshed_is_unsettled(void **state)
{
	StatusPeer peer = {.is_running = CLAIM_YES, .is_connected = true, .is_persistent = true};
	StatusDatabase database = {.peers = &peer, .n_peers = 1};
	const Status status = {.databases = &database, .n_databases = 1};

	(void)state;
	assert_int_equal(status_count_unsettled(&status), 0);
	peer.is_persistent = false;
	assert_int_equal(status_link_state(&peer), LINK_REFRESHING);
	assert_int_equal(status_count_unsettled(&status), 1);
	peer.is_connected = false;
	assert_int_equal(status_count_unsettled(&status), 1);
	peer.is_running = CLAIM_UNKNOWN;
	assert_int_equal(status_count_unsettled(&status), 0);
}

static void a_finding_is_unsettled_unless_its_end_would_wake_the_daemon(void **state)
{
	Condition finding = {.kind = CONDITION_FINDING, .code = "tls-file"};
	const Status status = {.conditions = {&finding, 1}};

	(void)state;
	assert_int_equal(status_count_unsettled(&status), 1);
	finding.code = "audit";
	assert_int_equal(status_count_unsettled(&status), 0);
	finding.is_critical = true;
	assert_int_equal(status_count_unsettled(&status), 1);
}

static void text_of_json_is_valid_whatever_its_bytes(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Buf text = BUF_IN(pool);
	JsonOut out = {.text = &text};
	const JsonNode *root;
	Error err;

	(void)state;
	json_out_open(&out, NULL, '{');
	json_out_text(&out, "a", "\"\\\n\x01 \xc3\xbc \xff\xed\xa0\x80");
	json_out_usec(&out, "b", 1000001);
	json_out_open(&out, "c", '[');
	json_out_close(&out, '[');
	json_out_close(&out, '{');
	assert_int_equal(json_parse(pool, "f", buf_text(&text), text.len, &root, &err), 0);
	assert_string_equal(json_member(root, "a")->string,
			    "\"\\\n\x01 \xc3\xbc \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	assert_string_equal(json_member(root, "b")->number, "1.000001");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_printed_is_read_again),
		cmocka_unit_test(a_newer_schema_and_a_damaged_file_are_refused),
		cmocka_unit_test(a_link_is_up_when_it_is_connected_and_persistent),
		cmocka_unit_test(between_its_refreshes_a_link_waits_when_the_last_made_contact),
		cmocka_unit_test(what_does_not_work_or_is_being_refreshed_is_unsettled),
		cmocka_unit_test(a_finding_is_unsettled_unless_its_end_would_wake_the_daemon),
		cmocka_unit_test(text_of_json_is_valid_whatever_its_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
