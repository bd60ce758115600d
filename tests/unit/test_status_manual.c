/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/macros.h"
#include "common/guard/guard.h"
#include "common/status/status_view.h"

/*
 * What `syncward check` answers in each state is what syncward(8), section MONITORING, says: the
 * paragraph in which a state stands is the level that is wanted of it.
 */

#define NOW    1782900000
#define MANUAL "packaging/man/syncward.8"

static char paragraphs[CHECK_LEVEL_COUNT][4096];

static void paragraph_take(const char *section, CheckLevel level, const char *name)
{
	char begin[32];
	const char *from, *to;

	(void)snprintf(begin, sizeof(begin), "\n.It %s\n", name);
	from = strstr(section, begin);
	assert_non_null(from);
	from += strlen(begin);
	to = strstr(from, "\n.It ");
	if (!to || strstr(from, "\n.El") < to)
		to = strstr(from, "\n.El");
	assert_non_null(to);
	assert_true((size_t)(to - from) < sizeof(paragraphs[0]));
	memcpy(paragraphs[level], from, (size_t)(to - from));
}

static int manual_read(void **state)
{
	static char text[1 << 17];
	FILE *file = fopen(MANUAL, "re");
	const char *section;

	(void)state;
	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	(void)fclose(file);
	section = strstr(text, "\n.Sh MONITORING\n");
	assert_non_null(section);
	paragraph_take(section, CHECK_CRITICAL, "CRITICAL");
	paragraph_take(section, CHECK_WARNING, "WARNING");
	paragraph_take(section, CHECK_UNKNOWN, "UNKNOWN");
	paragraph_take(section, CHECK_OK, "OK");
	return 0;
}

/* The level in whose paragraph the words stand, and in no other. */
static CheckLevel manual_level(const char *words)
{
	CheckLevel found = CHECK_LEVEL_COUNT;

	for (int level = 0; level < CHECK_LEVEL_COUNT; level++)
		if (strstr(paragraphs[level], words)) {
			if (found != CHECK_LEVEL_COUNT)
				fail_msg("two paragraphs of " MANUAL " say: %s", words);
			found = (CheckLevel)level;
		}
	if (found == CHECK_LEVEL_COUNT)
		fail_msg("no paragraph of " MANUAL " says: %s", words);
	return found;
}

/* A word by itself: G1 does not stand in "G10". */
static bool paragraph_has(CheckLevel level, const char *word)
{
	const char *at = paragraphs[level];

	while ((at = strstr(at, word))) {
		const char before = at == paragraphs[level] ? ' ' : at[-1];
		const char after = at[strlen(word)];

		if (strchr(" \n(", before) && (strchr(" \n,;.)", after) || !after))
			return true;
		at++;
	}
	return false;
}

static StatusPeer peer_in(LinkState state)
{
	return (StatusPeer){.id = 2,
			    .uri = "ldap://two",
			    .rid = 2,
			    .is_running = state == LINK_UNKNOWN   ? CLAIM_UNKNOWN
					  : state == LINK_MISSING ? CLAIM_NO
								  : CLAIM_YES,
			    .reads_at_intervals = state == LINK_WAITING,
			    .is_connected = state == LINK_UP || state == LINK_REFRESHING,
			    .is_persistent = state == LINK_UP,
			    .was_seen = state == LINK_WAITING,
			    .last_contact_sec = NOW - 4,
			    .last_connect_sec = NOW - 60,
			    .next_connect_sec = state == LINK_WAITING ? NOW + 60 : -1};
}

/* A healthy node with two links. */
typedef struct Scene {
	StatusPeer peers[2];
	StatusDatabase database;
	Condition condition;
	Status status;
} Scene;

static void scene_begin(Scene *scene)
{
	*scene = (Scene){.peers = {peer_in(LINK_UP), peer_in(LINK_UP)}};
	scene->database = (StatusDatabase){.suffix = "dc=x",
					   .is_in_step = CLAIM_YES,
					   .peers = scene->peers,
					   .n_peers = ARRAY_SIZE(scene->peers)};
	scene->status = (Status){.pid = 1,
				 .stopped_sec = -1,
				 .written_sec = NOW,
				 .looked_sec = NOW,
				 .interval_sec = 60,
				 .has_desired = true,
				 .is_slapd_up = CLAIM_YES,
				 .databases = &scene->database,
				 .n_databases = 1,
				 .conditions.items = &scene->condition};
}

static void scene_add(Scene *scene, Condition condition)
{
	scene->condition = condition;
	scene->condition.text = "it lasts";
	if (!condition.key)
		scene->condition.key = "key";
	scene->status.conditions.n_items = 1;
}

static CheckLevel level_of(Pool *pool, const Scene *scene)
{
	return status_check(pool, &scene->status, &(StatusLife){CLAIM_YES, NOW, 0},
			    &(CheckLimits){.warning_msec = -1, .critical_msec = -1})
		.level;
}

/* --- what is held --- */

static void every_guard_has_the_level_that_the_manual_gives_it(void **state)
{
	AUTO(Pool) *pool = pool_new();

	(void)state;
	for (int guard = 0; guard < GUARD_COUNT; guard++) {
		const char *code = guard_code((Guard)guard);
		Scene scene;

		scene_begin(&scene);
		scene_add(&scene, (Condition){.kind = CONDITION_HOLD,
					      .begins = EVENT_HELD,
					      .ends = EVENT_RELEASED,
					      .code = code});
		if (level_of(pool, &scene) != (paragraph_has(CHECK_CRITICAL, code)
						       ? CHECK_CRITICAL
						       : manual_level("Anything else is held")))
			fail_msg("%s: check and manual disagree", code);
	}
}

/* --- what lasts --- */

typedef struct State {
	const char *words; /* of the manual */
	Condition condition;
	bool no_desired;
} State;

static const State states[] = {
	{"(slapd-lost", {.begins = EVENT_SLAPD_LOST}, false},
	{"(verify-failed", {.begins = EVENT_VERIFY_FAILED}, false},
	{"a correction was refused", {.begins = EVENT_KIND_COUNT}, false},
	{"(state-trouble", {.begins = EVENT_STATE_TROUBLE}, false},
	{"(desired-refused", {.begins = EVENT_DESIRED_REFUSED}, false},
	{"no peers.json can be used at all", {.begins = EVENT_DESIRED_REFUSED}, true},
	{"Metrics cannot be written", {.key = "status", .begins = EVENT_STATE_TROUBLE}, false},
	{"a folder cannot be watched", {.key = "watch", .begins = EVENT_STATE_TROUBLE}, false},
	{"or a finding is critical",
	 {.kind = CONDITION_FINDING, .code = "x", .is_critical = true},
	 false},
	{"found, paused", {.kind = CONDITION_FINDING, .code = "x"}, false},
	{"paused or", {.kind = CONDITION_HOLD, .code = "paused"}, false},
	{"still to be changed", {.kind = CONDITION_CHANGE}, false},
	{"a link that is only being tested", {.kind = CONDITION_CHANGE, .code = "probing"}, false},
};

static void every_state_that_lasts_has_the_level_of_the_manual(void **state)
{
	AUTO(Pool) *pool = pool_new();
	bool kinds[CONDITION_KIND_COUNT] = {[CONDITION_LINK] = true,  /* judged together, below */
					    [CONDITION_NODE] = true}; /* by --all */

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		const char *words = states[i].words;
		Scene scene;

		scene_begin(&scene);
		scene_add(&scene, states[i].condition);
		scene.status.has_desired = !states[i].no_desired;
		/* The manual's macro for what stands in brackets. */
		if (words[0] == '(')
			words = pool_printf(pool, ".Pq %s", words + 1);
		if (level_of(pool, &scene) != manual_level(words))
			fail_msg("%s: check and manual disagree", words);
		kinds[states[i].condition.kind] = true;
	}
	for (int kind = 0; kind < CONDITION_KIND_COUNT; kind++)
		assert_true(kinds[kind]);
}

/* --- links --- */

static void every_state_of_the_links_has_the_level_of_the_manual(void **state)
{
	AUTO(Pool) *pool = pool_new();

	(void)state;
	for (int one = 0; one < LINK_STATE_COUNT; one++)
		for (int other = 0; other < LINK_STATE_COUNT; other++) {
			const bool is_one_down = one == LINK_DOWN || one == LINK_MISSING;
			const bool is_other_down = other == LINK_DOWN || other == LINK_MISSING;
			CheckLevel wanted = CHECK_OK;
			Scene scene;

			scene_begin(&scene);
			scene.peers[0] = peer_in((LinkState)one);
			scene.peers[1] = peer_in((LinkState)other);
			/* Of what is not known nothing is told. */
			if ((is_one_down && is_other_down) ||
			    (is_one_down && other == LINK_UNKNOWN) ||
			    (is_other_down && one == LINK_UNKNOWN))
				wanted = manual_level("None of a database's links is up");
			else if (is_one_down || is_other_down)
				wanted = manual_level("some links of a database are down");
			if (level_of(pool, &scene) != wanted)
				fail_msg("links %s and %s: check and manual disagree",
					 link_state_name((LinkState)one),
					 link_state_name((LinkState)other));
		}
}

/* --- the daemon, what was compared, lag --- */

static void a_daemon_that_is_gone_hangs_or_begins_has_the_level_of_the_manual(void **state)
{
	AUTO(Pool) *pool = pool_new();
	const CheckLimits none = {.warning_msec = -1, .critical_msec = -1};
	Scene scene;

	(void)state;
	scene_begin(&scene);
	assert_int_equal(
		status_check(pool, &scene.status, &(StatusLife){CLAIM_NO, NOW, 0}, &none).level,
		manual_level("The daemon does not run"));
	assert_int_equal(
		status_check(pool, &scene.status, &(StatusLife){CLAIM_YES, NOW + 241, 0}, &none)
			.level,
		manual_level("has not reported for three intervals and a minute"));
	assert_int_equal(
		status_check(pool, &scene.status, &(StatusLife){CLAIM_YES, NOW + 240, 0}, &none)
			.level,
		manual_level("Everything else"));
	assert_int_equal(
		status_check(pool, &scene.status, &(StatusLife){CLAIM_YES, NOW, 5}, &none).level,
		manual_level("slapd takes a connection and does not answer for 5 seconds"));
	scene.status.looked_sec = -1;
	assert_int_equal(level_of(pool, &scene), manual_level("The daemon has not looked yet"));
	assert_int_equal(status_check_failed(pool, CHECK_UNKNOWN, "x").level,
			 manual_level("The status cannot be read"));
}

static void what_compare_found_has_the_level_of_the_manual(void **state)
{
	static const struct {
		ComparisonVerdict verdict;
		int64_t age_sec;
		const char *words;
	} rows[] = {
		{COMPARISON_DIFFERENT, 60, "Entries differed when"},
		{COMPARISON_NOT_KNOWN, 60, "that shows no difference"},
		{COMPARISON_NOT_COMPARABLE, 60, "the last comparison with a peer failed"},
		{COMPARISON_EQUAL, 86400 * 22, "more than three weeks ago"},
		{COMPARISON_EQUAL, 60, "Everything else"},
	};
	AUTO(Pool) *pool = pool_new();

	_Static_assert(ARRAY_SIZE(rows) > COMPARISON_VERDICT_COUNT, "every verdict");
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CompareRecord record = {.suffix = "dc=x",
					.peer_id = 2,
					.compared_sec = NOW - rows[i].age_sec,
					.verdict = rows[i].verdict,
					.counts = {rows[i].verdict == COMPARISON_DIFFERENT}};
		Scene scene;

		scene_begin(&scene);
		scene.status.compared = (CompareRecords){&record, 1};
		if (level_of(pool, &scene) != manual_level(rows[i].words))
			fail_msg("%s: check and manual disagree", rows[i].words);
	}
}

static void a_lag_that_nobody_knows_has_the_level_of_the_manual(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Scene scene;

	(void)state;
	scene_begin(&scene);
	assert_int_equal(status_check(pool, &scene.status, &(StatusLife){CLAIM_YES, NOW, 0},
				      &(CheckLimits){.warning_msec = 10000, .critical_msec = -1})
				 .level,
			 manual_level("it is not known how far this node is behind"));
}

static void a_copy_here_that_is_not_read_has_the_level_of_the_manual(void **state)
{
	AUTO(Pool) *pool = pool_new();
	DatabaseHealth unread = {.looked_sec = NOW - 5, .here = {.peer_id = 1, .lag_msec = -1}};
	Scene scene;

	(void)state;
	scene_begin(&scene);
	scene.database.health = &unread;
	assert_int_equal(level_of(pool, &scene),
			 manual_level("this node's own copy of a database"));
	unread.here.is_current = true;
	assert_int_equal(level_of(pool, &scene), manual_level("Everything else"));
	unread.here.is_current = false;
	scene.status.is_slapd_up = CLAIM_NO;
	assert_int_not_equal(level_of(pool, &scene), CHECK_UNKNOWN);
}

static void what_nobody_knows_of_cn_config_has_the_level_of_the_manual(void **state)
{
	AUTO(Pool) *pool = pool_new();
	Scene scene;

	(void)state;
	scene_begin(&scene);
	scene.database.is_in_step = CLAIM_UNKNOWN;
	assert_int_equal(level_of(pool, &scene),
			 manual_level("not known whether cn=config is as peers.json says"));
}

static void a_peer_that_is_not_seen_for_long_has_the_level_of_the_manual(void **state)
{
	AUTO(Pool) *pool = pool_new();
	CopyHealth peer = {.peer_id = 2, .lag_msec = -1, .read_sec = NOW - 5 - 900};
	DatabaseHealth health = {.looked_sec = NOW - 5,
				 .here = {.peer_id = 1, .is_current = true},
				 .peers = &peer,
				 .n_peers = 1};
	Scene scene;

	(void)state;
	scene_begin(&scene);
	scene.database.health = &health;
	scene.status.written_sec = NOW - 5;
	assert_int_equal(level_of(pool, &scene),
			 manual_level("that of a peer could not be read for a"));
	peer.read_sec++;
	assert_int_equal(level_of(pool, &scene), manual_level("Everything else"));
	peer.read_sec = -1;
	assert_int_equal(level_of(pool, &scene), manual_level("Everything else"));
	peer.read_sec = 1;
	peer.is_current = true;
	assert_int_equal(level_of(pool, &scene), manual_level("Everything else"));
}

/* A link that is up proves that slapd reads something, not that everything is there. */
static void a_peer_that_was_never_seen_has_the_level_of_the_manual(void **state)
{
	AUTO(Pool) *pool = pool_new();
	CopyHealth copies[2] = {{.peer_id = 2, .lag_msec = -1, .read_sec = -1},
				{.peer_id = 3, .is_current = true, .read_sec = NOW - 5}};
	DatabaseHealth health = {.looked_sec = NOW - 5,
				 .here = {.peer_id = 1, .is_current = true},
				 .peers = copies,
				 .n_peers = 2};
	Scene scene;

	(void)state;
	scene_begin(&scene);
	scene.peers[0].id = 2;
	scene.peers[1].id = 3;
	scene.peers[0].since_sec = scene.peers[1].since_sec = NOW - 900;
	scene.database.health = &health;
	assert_int_equal(level_of(pool, &scene),
			 manual_level("or never yet, although it is asked"));
	scene.peers[0].is_unasked = true; /* slapd binds there as we cannot */
	assert_int_equal(level_of(pool, &scene), manual_level("Everything else"));
	scene.peers[0].is_unasked = false;
	scene.peers[0].since_sec++;
	assert_int_equal(level_of(pool, &scene), manual_level("Everything else"));
	scene.database.health = NULL;
	assert_int_equal(level_of(pool, &scene),
			 manual_level("or never yet, although it is asked"));
	status_without_probes(&scene.status);
	assert_int_equal(level_of(pool, &scene), manual_level("Everything else"));
}

static void a_peer_that_we_cannot_bind_to_is_not_asked(void **state)
{
	AUTO(Pool) *pool = pool_new();
	LinkProbe answer = {.suffix = "dc=x", .peer_id = 2, .probe = {.peer_id = 2}};
	const LinkProbes answers = {&answer, 1};
	Scene scene;

	(void)state;
	scene_begin(&scene);
	scene.peers[0].id = 2;
	status_take_probes(&answers, &scene.status);
	assert_false(scene.peers[0].is_unasked);
	probe_add_fault(pool, &answer.probe, PROBE_DIED, "could not test");
	status_take_probes(&answers, &scene.status);
	assert_false(scene.peers[0].is_unasked);
	answer.probe.n_faults = 0;
	probe_add_fault(pool, &answer.probe, PROBE_NOT_SPOKEN, "not spoken");
	status_take_probes(&answers, &scene.status);
	assert_true(scene.peers[0].is_unasked);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_guard_has_the_level_that_the_manual_gives_it),
		cmocka_unit_test(every_state_that_lasts_has_the_level_of_the_manual),
		cmocka_unit_test(every_state_of_the_links_has_the_level_of_the_manual),
		cmocka_unit_test(a_daemon_that_is_gone_hangs_or_begins_has_the_level_of_the_manual),
		cmocka_unit_test(what_compare_found_has_the_level_of_the_manual),
		cmocka_unit_test(a_lag_that_nobody_knows_has_the_level_of_the_manual),
		cmocka_unit_test(a_copy_here_that_is_not_read_has_the_level_of_the_manual),
		cmocka_unit_test(what_nobody_knows_of_cn_config_has_the_level_of_the_manual),
		cmocka_unit_test(a_peer_that_is_not_seen_for_long_has_the_level_of_the_manual),
		cmocka_unit_test(a_peer_that_was_never_seen_has_the_level_of_the_manual),
		cmocka_unit_test(a_peer_that_we_cannot_bind_to_is_not_asked),
	};

	return cmocka_run_group_tests(tests, manual_read, NULL);
}
