/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/json.h"
#include "common/json_out.h"
#include "common/status_view.h"

#define NOW 1782900000

static StatusPeer peers[] = {
	{.id = 2,
	 .uri = "ldap://ldap2",
	 .rid = 2,
	 .is_running = CLAIM_YES,
	 .is_connected = true,
	 .is_persistent = true,
	 .since_sec = NOW - 7300,
	 .last_contact_sec = NOW - 4,
	 .last_connect_sec = NOW - 7300,
	 .next_connect_sec = -1},
	{.id = 3,
	 .uri = "ldap://ldap3",
	 .rid = 103,
	 .is_running = CLAIM_YES,
	 .since_sec = NOW - 30,
	 .last_contact_sec = -1,
	 .last_connect_sec = NOW - 20,
	 .next_connect_sec = NOW + 40},
};
static StatusDatabase databases[] = {
	{.suffix = "dc=example,dc=com",
	 .dn = "olcDatabase={2}mdb,cn=config",
	 .is_in_step = CLAIM_NO,
	 .since_sec = NOW - 60,
	 .is_multi_provider = true,
	 .peers = peers,
	 .n_peers = 2},
	{.suffix = "o=\"q\"", .is_in_step = CLAIM_UNKNOWN, .since_sec = NOW},
};
static Condition conditions[] = {
	{.key = "hold G4",
	 .begins = EVENT_HELD,
	 .ends = EVENT_RELEASED,
	 .text = "server: held G4: two removals: syncward apply --release G4",
	 .kind = CONDITION_HOLD,
	 .code = "G4",
	 .what = "two removals",
	 .suffix = "dc=example,dc=com",
	 .release = "syncward apply --release G4",
	 .since_sec = NOW - 60},
	{.key = "finding clock",
	 .begins = EVENT_FINDING,
	 .ends = EVENT_FINDING_GONE,
	 .text = "a clock is wrong",
	 .kind = CONDITION_FINDING,
	 .code = "clock",
	 .is_critical = true,
	 .since_sec = NOW - 5},
	{.key = "desired",
	 .begins = EVENT_DESIRED_REFUSED,
	 .ends = EVENT_DESIRED_LOADED,
	 .text = "peers.json:3:7: no",
	 .since_sec = NOW - 90},
};

static Status an_example(void)
{
	Status status = {
		.version = "0.1.0",
		.pid = 4711,
		.pid_ticks = 815,
		.started_sec = NOW - 86400 * 3,
		.stopped_sec = -1,
		.written_sec = NOW - 12,
		.interval_sec = 60,
		.sentence = "two removals",
		.peers_file = "/etc/syncward/peers.json",
		.has_desired = true,
		.mode = POLICY_ENFORCE,
		.has_revision = true,
		.revision = 12,
		.sha256 = "abc",
		.node_id = 1,
		.node_uri = "ldap://ldap1",
		.slapd_uri = "ldapi:///",
		.is_slapd_up = CLAIM_YES,
		.slapd_since_sec = NOW - 86400,
		.looked_sec = NOW - 12,
		.success_sec = NOW - 12,
		.last_pass = {7, NOW - 12, "timer", PASS_REFUSED, 3456},
		.is_server_in_step = CLAIM_YES,
		.databases = databases,
		.n_databases = ARRAY_SIZE(databases),
		.conditions = {conditions, ARRAY_SIZE(conditions)},
	};

	status.counters.passes[PASS_SETTLED] = 6;
	status.counters.passes_usec = 7000001;
	status.counters.events[EVENT_DRIFT_FOUND] = 2;
	return status;
}

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

static void the_page_says_what_is_wrong_and_what_releases_it(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Status status = an_example();
	const char *text = status_text(pool, &status, &(StatusLife){CLAIM_YES, NOW});

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
	assert_non_null(strstr(text, "critical: a clock is wrong [clock]\n"));
	assert_null(strstr(text, "DAEMON"));
}

static void an_old_page_says_so_first(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Status status = an_example();
	const char *text = status_text(pool, &status, &(StatusLife){CLAIM_NO, NOW});

	(void)state;
	assert_ptr_equal(strstr(text, "THE DAEMON DOES NOT RUN: process 4711 is gone"), text);
	assert_false(status_is_stale(&status, status.written_sec + 240));
	assert_true(status_is_stale(&status, status.written_sec + 241));
	text = status_text(pool, &status, &(StatusLife){CLAIM_YES, NOW + 3600});
	assert_ptr_equal(strstr(text, "THE DAEMON HANGS"), text);
	status.stopped_sec = NOW - 600;
	text = status_text(pool, &status, &(StatusLife){CLAIM_NO, NOW});
	assert_ptr_equal(strstr(text, "THE DAEMON DOES NOT RUN: it was stopped at "
				      "2026-07-01T09:50:00Z, 10 min ago"),
			 text);
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
		cmocka_unit_test(the_page_says_what_is_wrong_and_what_releases_it),
		cmocka_unit_test(an_old_page_says_so_first),
		cmocka_unit_test(text_of_json_is_valid_whatever_its_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
