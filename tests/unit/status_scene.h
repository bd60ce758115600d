/* SPDX-License-Identifier: Apache-2.0 */
/* A node's state as the daemon would write it, for tests of what reads it: two peers, of which one
 * is down, and something that is held. */
#ifndef SYNCWARD_TEST_STATUS_SCENE_H
#define SYNCWARD_TEST_STATUS_SCENE_H

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

static inline Status an_example(void)
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

/* How often the line stands in the text. */
static inline unsigned count_lines(const char *text, const char *line)
{
	unsigned n = 0;

	for (const char *at = strstr(text, line); at; at = strstr(at + 1, line))
		n += at == text || at[-1] == '\n';
	return n;
}

static inline CheckResult check(Pool *pool, const Status *status)
{
	return status_check(pool, status, &(StatusLife){CLAIM_YES, NOW, 0}, &no_limits);
}

#endif
