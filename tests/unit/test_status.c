/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/json/json_document.h"
#include "common/json/json_write.h"
#include "common/status/status_view.h"

#define NOW 1782900000

static const CheckLimits no_limits = {.warning_msec = -1, .critical_msec = -1};

static StatusPeer peers[] = {
	{.id = 2,
	 .uri = "ldap://ldap2",
	 .rid = 2,
	 .is_running = CLAIM_YES,
	 .is_connected = true,
	 .is_persistent = true,
	 .was_seen = true,
	 .since_sec = NOW - 7300,
	 .last_contact_sec = NOW - 4,
	 .last_connect_sec = NOW - 7300,
	 .next_connect_sec = -1,
	 .certificate_end_sec = NOW + 86400},
	{.id = 3,
	 .uri = "ldap://ldap3",
	 .rid = 103,
	 .is_running = CLAIM_YES,
	 .since_sec = NOW - 30,
	 .last_contact_sec = -1,
	 .last_connect_sec = NOW - 20,
	 .next_connect_sec = NOW + 40,
	 .certificate_end_sec = -1},
};
static CopyHealth copies[] = {
	{.peer_id = 2,
	 .state = HEALTH_BEHIND,
	 .is_current = true,
	 .read_sec = NOW - 70,
	 .lag_msec = 3250,
	 .lag_text = "changes of server ID 1 (hex 001) after 2026-07-01 09:55:00Z"},
	{.peer_id = 3, .read_sec = -1, .lag_msec = -1, .lag_text = ""},
};
static SidHealth sids[] = {
	{.sid = 1,
	 .newest = "20260701095503.250000Z#000000#001#000000",
	 .here = "20260701095503.250000Z#000000#001#000000"},
	{.sid = 0, .newest = "20260501000000.000000Z#000000#000#000000"},
	{.sid = 11, .newest = "20260601000000.000000Z#000000#00b#000000", .is_retired = true},
};
static DatabaseHealth health = {
	.looked_sec = NOW - 70,
	.here = {.peer_id = 1,
		 .state = HEALTH_IN_STEP,
		 .is_current = true,
		 .read_sec = NOW - 70,
		 .lag_text = ""},
	.peers = copies,
	.n_peers = ARRAY_SIZE(copies),
	.sids = sids,
	.n_sids = ARRAY_SIZE(sids),
};
static StatusDatabase databases[] = {
	{.suffix = "dc=example,dc=com",
	 .dn = "olcDatabase={2}mdb,cn=config",
	 .is_in_step = CLAIM_NO,
	 .since_sec = NOW - 60,
	 .is_multi_provider = true,
	 .peers = peers,
	 .n_peers = 2,
	 .health = &health},
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
	 .release = "run chronyd",
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
		.next_pass_sec = NOW + 5,
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

/* How often the line stands in the text. */
static unsigned count_lines(const char *text, const char *line)
{
	unsigned n = 0;

	for (const char *at = strstr(text, line); at; at = strstr(at + 1, line))
		n += at == text || at[-1] == '\n';
	return n;
}

static CheckResult check(Pool *pool, const Status *status)
{
	return status_check(pool, status, &(StatusLife){CLAIM_YES, NOW, 0}, &no_limits);
}

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

/* --- looking: one database with peer 2, of which slapd runs a consumer --- */

typedef struct Scene {
	Peer self;
	Peer peer;
	WantedConsumer consumer;
	DesiredDatabase desired;
	WantedDatabase database;
	Wanted wanted;
	Change change;
	RunningConsumer running;
	Live live;
	Plan left;
} Scene;

static void scene_set(Scene *scene)
{
	*scene = (Scene){
		.peer = {.id = 2, .uri = "ldap://ldap2"},
		.desired = {.suffix = "dc=example,dc=com"},
		.change = {.suffix = "dc=example,dc=com"},
		.running = {.suffix = "DC=Example,dc=com",
			    .rid = 2,
			    .provider = "ldap://ldap2:389",
			    .is_persistent = true,
			    .is_connected = true,
			    .last_contact = "20260701100000Z"},
	};
	scene->consumer =
		(WantedConsumer){.peer = &scene->peer, .provider = "ldap://ldap2:389", .rid = 2};
	scene->consumer.syncrepl.value[SYNCREPL_TYPE] = "refreshAndPersist";
	scene->database = (WantedDatabase){
		.desired = &scene->desired, .consumers = &scene->consumer, .n_consumers = 1};
	scene->wanted =
		(Wanted){.self = &scene->self, .databases = &scene->database, .n_databases = 1};
	scene->live = (Live){
		.runs.is_known = true, .runs.consumers = &scene->running, .runs.n_consumers = 1};
	scene->left = (Plan){.wanted = &scene->wanted, .changes = &scene->change};
}

static void a_look_tells_what_slapd_runs(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Status status = {0};
	Scene scene;

	(void)state;
	scene_set(&scene);
	status_look(pool, &scene.left, &scene.live, NOW, &status);
	assert_int_equal(status.databases[0].is_in_step, CLAIM_YES);
	assert_int_equal(status.is_server_in_step, CLAIM_YES);
	assert_int_equal(status_link_state(&status.databases[0].peers[0]), LINK_UP);
	assert_int_equal(status.databases[0].peers[0].last_contact_sec, NOW);
	scene.running.provider = "ldap://other:389";
	status_look(pool, &scene.left, &scene.live, NOW, &status);
	assert_int_equal(status_link_state(&status.databases[0].peers[0]), LINK_MISSING);
	scene.live.runs.is_known = false;
	status_look(pool, &scene.left, &scene.live, NOW, &status);
	assert_int_equal(status_link_state(&status.databases[0].peers[0]), LINK_UNKNOWN);
}

static void times_since_when_last_until_something_changes(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Status status = {0};
	const StatusDatabase *database;
	Scene scene;

	(void)state;
	scene_set(&scene);
	status_look(pool, &scene.left, &scene.live, NOW, &status);
	status_look(pool, &scene.left, &scene.live, NOW + 60, &status);
	database = &status.databases[0];
	assert_int_equal(database->since_sec, NOW);
	assert_int_equal(database->peers[0].since_sec, NOW);
	assert_int_equal(status.looked_sec, NOW + 60);
	scene.left.n_changes = 1;
	scene.running.is_connected = false;
	status_look(pool, &scene.left, &scene.live, NOW + 120, &status);
	database = &status.databases[0];
	assert_int_equal(database->is_in_step, CLAIM_NO);
	assert_int_equal(database->since_sec, NOW + 120);
	assert_int_equal(database->peers[0].since_sec, NOW + 120);
	scene.live.runs.n_consumers = 0; /* not running is no better than not connected */
	status_look(pool, &scene.left, &scene.live, NOW + 180, &status);
	assert_int_equal(status.databases[0].peers[0].since_sec, NOW + 120);
}

static void what_cannot_be_looked_at_is_not_known(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Status status = {0};
	Scene scene;

	(void)state;
	scene_set(&scene);
	status_look(pool, &scene.left, &scene.live, NOW, &status);
	status_look_failed(pool, NOW + 60, &status);
	status_look_failed(pool, NOW + 120, &status);
	assert_int_equal(status.databases[0].is_in_step, CLAIM_UNKNOWN);
	assert_int_equal(status.is_server_in_step, CLAIM_UNKNOWN);
	assert_int_equal(status.databases[0].since_sec, NOW + 60);
	assert_int_equal(status_link_state(&status.databases[0].peers[0]), LINK_UNKNOWN);
	assert_int_equal(status.databases[0].peers[0].since_sec, NOW + 60);
	assert_int_equal(status.looked_sec, NOW);
}

/* --- what compare --record found --- */

static Status compared_status(Pool *pool, ComparisonVerdict verdict, size_t n_older)
{
	CompareRecord record = {.suffix = "dc=example,dc=com",
				.peer_id = 2,
				.compared_sec = NOW - 7300,
				.verdict = verdict};
	Status status = an_example();

	record.counts[DIFFERENCE_OLDER_THERE] = n_older;
	status.conditions.n_items = 0;
	POOL_PUSH(pool, status.compared.items, status.compared.n_items, record);
	return status;
}

static void entries_that_differed_are_a_warning_with_their_number(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Status different = compared_status(pool, COMPARISON_DIFFERENT, 3);
	const Status unknown = compared_status(pool, COMPARISON_NOT_KNOWN, 0);
	Status alone = different;
	CheckResult result;

	(void)state;
	alone.n_databases = 0;
	result = check(pool, &alone);
	assert_int_equal(result.level, CHECK_WARNING);
	assert_non_null(strstr(result.line, "dc=example,dc=com: 3 entries differ from peer 2 when "
					    "they were compared 2 h 1 min ago; see syncward "
					    "compare"));
	assert_non_null(strstr(result.line, " differences=3;;;0"));
	assert_null(strstr(check(pool, &unknown).line, "differ from"));
	assert_non_null(strstr(check(pool, &unknown).line, " differences=0;;;0"));
}

/* A record of a peer of which nothing else is told. */
static Status recorded(Pool *pool, ComparisonVerdict verdict, int64_t age_sec)
{
	static StatusPeer peer = {.id = 2, .uri = "ldap://two"};
	static StatusDatabase database = {
		.suffix = "dc=example,dc=com", .peers = &peer, .n_peers = 1};
	Status status = compared_status(pool, verdict, 0);

	status.databases = &database;
	status.n_databases = 1;
	status.compared.items[0].compared_sec = NOW - age_sec;
	return status;
}

static void what_was_not_compared_or_long_ago_is_a_warning_and_no_number(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Status away = recorded(pool, COMPARISON_NOT_COMPARABLE, 60);
	const Status fresh = recorded(pool, COMPARISON_EQUAL, 20 * 86400);
	const Status old = recorded(pool, COMPARISON_EQUAL, 22 * 86400);
	Status gone = old;

	(void)state;
	assert_non_null(strstr(check(pool, &away).line, " failed 60 s ago"));
	assert_null(strstr(check(pool, &away).line, "differences="));
	assert_null(strstr(status_metrics(pool, &away), "compare_differences{"));
	assert_null(strstr(check(pool, &fresh).line, "compared with"));
	assert_non_null(strstr(check(pool, &fresh).line, " differences=0;;;0"));
	assert_non_null(strstr(check(pool, &old).line, " was last compared with 22"));
	gone.compared.items[0].peer_id = 99;
	assert_null(strstr(check(pool, &gone).line, "compared with"));
}

static void what_was_compared_is_in_document_page_and_metrics(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const Status status = compared_status(pool, COMPARISON_DIFFERENT, 3);
	const StatusLife life = {CLAIM_YES, NOW, 0};
	const char *text = status_print(pool, &status),
		   *page = status_text(pool, &status, &life, false);
	const char *metrics = status_metrics(pool, &status);
	Status again;

	(void)state;
	assert_int_equal(status_parse(pool, "f", text, strlen(text), &again, NULL), 0);
	assert_string_equal(status_print(pool, &again), text);
	assert_int_equal(again.compared.items[0].verdict, COMPARISON_DIFFERENT);
	assert_int_equal(again.compared.items[0].counts[DIFFERENCE_OLDER_THERE], 3);
	assert_non_null(strstr(page, "  compared with 2 2 h 1 min ago: different, 3 differences"));
	assert_int_equal(count_lines(metrics,
				     "syncward_compare_differences{suffix=\"dc=example,dc=com\","
				     "peer=\"2\",kind=\"older-there\"} 3\n"),
			 1);
	assert_int_equal(count_lines(metrics,
				     "syncward_compare_result{suffix=\"dc=example,dc=com\","
				     "peer=\"2\",verdict=\"different\"} 1\n"),
			 1);
}

/* slapd may leave deleted entries behind when a link is made anew. */
static void what_was_equal_before_a_link_was_made_anew_is_not_known(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const StatusLife life = {CLAIM_YES, NOW, 0};
	Status status = recorded(pool, COMPARISON_EQUAL, 100);
	StatusPeer *peer = status.databases[0].peers;
	const StatusPeer before = *peer;

	(void)state;
	peer->last_connect_sec = peer->since_sec = NOW - 100;
	assert_null(strstr(status_text(pool, &status, &life, false), "made anew"));
	peer->last_connect_sec = NOW - 99;
	assert_non_null(strstr(status_text(pool, &status, &life, false),
			       ": equal; the link to peer 2 was made anew since"));
	peer->reads_at_intervals = true;
	assert_null(strstr(status_text(pool, &status, &life, false), "made anew"));
	*peer = before;
	peer->last_connect_sec = -1;
	peer->since_sec = NOW - 99;
	assert_non_null(
		strstr(status_text(pool, &status, &life, false), "may have been made anew"));
	status.compared.items[0].verdict = COMPARISON_NOT_KNOWN;
	assert_null(strstr(status_text(pool, &status, &life, false), "made anew"));
	*peer = before;
}

static void a_verdict_of_a_later_release_is_not_known(void **state)
{
	(void)state;
	assert_int_equal(comparison_verdict_named("splendid"), COMPARISON_NOT_KNOWN);
	assert_int_equal(comparison_verdict_named(NULL), COMPARISON_NOT_KNOWN);
	assert_int_equal(comparison_verdict_named("equal"), COMPARISON_EQUAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_that_differed_are_a_warning_with_their_number),
		cmocka_unit_test(what_was_not_compared_or_long_ago_is_a_warning_and_no_number),
		cmocka_unit_test(what_was_compared_is_in_document_page_and_metrics),
		cmocka_unit_test(what_was_equal_before_a_link_was_made_anew_is_not_known),
		cmocka_unit_test(a_verdict_of_a_later_release_is_not_known),
		cmocka_unit_test(what_is_printed_is_read_again),
		cmocka_unit_test(a_newer_schema_and_a_damaged_file_are_refused),
		cmocka_unit_test(a_link_is_up_when_it_is_connected_and_persistent),
		cmocka_unit_test(between_its_refreshes_a_link_waits_when_the_last_made_contact),
		cmocka_unit_test(what_does_not_work_or_is_being_refreshed_is_unsettled),
		cmocka_unit_test(a_finding_is_unsettled_unless_its_end_would_wake_the_daemon),
		cmocka_unit_test(the_page_says_what_is_wrong_and_what_releases_it),
		cmocka_unit_test(an_old_page_says_so_first),
		cmocka_unit_test(text_of_json_is_valid_whatever_its_bytes),
		cmocka_unit_test(a_look_tells_what_slapd_runs),
		cmocka_unit_test(times_since_when_last_until_something_changes),
		cmocka_unit_test(what_cannot_be_looked_at_is_not_known),
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
		cmocka_unit_test(a_lag_that_is_not_judged_yet_is_no_plain_in_step),
		cmocka_unit_test(what_is_held_names_its_next_try),
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
