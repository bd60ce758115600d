/* SPDX-License-Identifier: Apache-2.0 */
/* When a node may write its heartbeat, which must never be the write of a restored backup. */
#include "common/guard/heartbeat_gate.h"
#include "tests/unit/plan_scene.h"

#define OWN_OLD "20261122101500.000000Z#000000#001#000000"
#define OWN_NEW "20261122101501.000000Z#000000#001#000000"
#define OTHERS  "20261122101500.000000Z#000000#002#000000"

/* Node 1 as it is in step, with two peers that answered. */
typedef struct Gate {
	Scene *scene;
	const char *csns[2], *peer_csns[2][2];
	Content here, peers[2];
	const Content *heirs;
	size_t n_heirs;
	const char *missing;
} Gate;

static Content content(const char **csns)
{
	return (Content){.state = CONTENT_READ,
			 .view.coverage = COPY_IS_COVERED,
			 .entry.exists = true,
			 .entry.uuid = "uuid",
			 .context_csns = csns,
			 .n_context_csns = 2};
}

static void gate_begin(Gate *gate, void **state)
{
	*gate = (Gate){.scene = *state, .csns = {OWN_NEW, OTHERS}};
	provider_make(gate->scene, "23");
	assert_string_equal(plan_steps(gate->scene), "");
	gate->here = content(gate->csns);
	for (size_t i = 0; i < 2; i++) {
		gate->peer_csns[i][0] = OWN_NEW;
		gate->peer_csns[i][1] = OTHERS;
		gate->peers[i] = content(gate->peer_csns[i]);
		gate->peers[i].server_id = (int)i + 2;
	}
}

static HeartbeatGate gate_of(const Gate *gate)
{
	Scene *scene = gate->scene;

	return heartbeat_gate(&(HeartbeatLook){
		.wanted = &scene->plan.wanted->databases[0],
		.self = scene->wanted.self,
		.plan = &scene->plan,
		.live = &scene->live,
		.known = &scene->known,
		.here = &gate->here,
		.peers = gate->peers,
		.n_peers = 2,
		.heirs = gate->heirs,
		.n_heirs = gate->n_heirs,
		.missing = gate->missing,
	});
}

static void a_node_in_step_that_its_peers_know_may_write(void **state)
{
	Gate gate;

	gate_begin(&gate, state);
	assert_int_equal(gate_of(&gate), HEARTBEAT_MAY_WRITE);
	assert_null(heartbeat_gate_text(HEARTBEAT_MAY_WRITE));
	for (HeartbeatGate at = 0; at < HEARTBEAT_MAY_WRITE; at++)
		assert_non_null(heartbeat_gate_text(at));
	/* One is enough, wherever it stands. */
	gate.peers[0] = (Content){0};
	assert_int_equal(gate_of(&gate), HEARTBEAT_MAY_WRITE);
	gate.peers[0] = gate.peers[1];
	gate.peers[1] = (Content){.state = CONTENT_UNREACHABLE};
	assert_int_equal(gate_of(&gate), HEARTBEAT_MAY_WRITE);
	/* What is on its way to the peer speaks against nothing. */
	gate.peer_csns[0][0] = gate.peer_csns[1][0] = OWN_OLD;
	assert_int_equal(gate_of(&gate), HEARTBEAT_MAY_WRITE);
}

static void without_a_peer_that_was_seen_nothing_is_written(void **state)
{
	Gate gate;

	gate_begin(&gate, state);
	gate.peers[0] = (Content){0};
	gate.peers[1] = (Content){.state = CONTENT_DENIED};
	assert_int_equal(gate_of(&gate), HEARTBEAT_UNPROVEN);
	/* It answers, and has nothing. */
	gate.peers[1] = (Content){.state = CONTENT_READ};
	assert_int_equal(gate_of(&gate), HEARTBEAT_UNPROVEN);
	/* It hides contextCSN, or has none yet: that is not nothing of this node. */
	gate.peers[1] = content(gate.peer_csns[1]);
	gate.peers[1].server_id = 3;
	gate.peers[1].n_context_csns = 0;
	assert_int_equal(gate_of(&gate), HEARTBEAT_UNPROVEN);
	/* It hides which database it is. */
	gate.peers[1] = content(gate.peer_csns[1]);
	gate.peers[1].server_id = 3;
	gate.peers[1].entry.uuid = NULL;
	assert_int_equal(gate_of(&gate), HEARTBEAT_UNPROVEN);
}

static void a_peer_that_joins_proves_nothing(void **state)
{
	Gate gate;

	gate_begin(&gate, state);
	gate.peers[0] = (Content){.state = CONTENT_UNREACHABLE};
	gate.peers[1].server_id = 0;
	assert_int_equal(gate_of(&gate), HEARTBEAT_UNPROVEN);
	/* What it has of this node counts all the same. */
	gate.csns[0] = OWN_OLD;
	assert_int_equal(gate_of(&gate), HEARTBEAT_OLDER);
	gate.csns[0] = OWN_NEW;
	gate.peers[1].is_open_hub = true;
	assert_int_equal(gate_of(&gate), HEARTBEAT_MAY_WRITE);
}

static void newer_changes_of_this_node_at_any_peer_stop_it(void **state)
{
	Gate gate;

	gate_begin(&gate, state);
	gate.csns[0] = OWN_OLD;
	assert_int_equal(gate_of(&gate), HEARTBEAT_OLDER);
	gate.peer_csns[0][0] = OWN_OLD;
	assert_int_equal(gate_of(&gate), HEARTBEAT_OLDER);
	gate.peer_csns[1][0] = OWN_OLD;
	assert_int_equal(gate_of(&gate), HEARTBEAT_MAY_WRITE);
}

/* A provider that was wiped has what another one has of it; a consumer was sent more. */
static void newer_changes_of_this_node_at_a_consumer_alone_stop_it(void **state)
{
	const char *newer[] = {OWN_NEW, OTHERS};
	Content heirs[2];
	const Content *found = NULL;
	Gate gate;

	gate_begin(&gate, state);
	gate.csns[0] = gate.peer_csns[0][0] = gate.peer_csns[1][0] = OWN_OLD;
	assert_int_equal(gate_of(&gate), HEARTBEAT_MAY_WRITE);
	heirs[0] = content(gate.csns);
	heirs[1] = content(newer);
	gate.heirs = heirs;
	gate.n_heirs = 2;
	assert_int_equal(gate_of(&gate), HEARTBEAT_OLDER);
	assert_int_equal(contents_suspicion(&gate.here, heirs, 2, 1, &found), SUSPICION_OLDER);
	assert_ptr_equal(found, &heirs[1]);
	heirs[1].entry.uuid = "other";
	assert_int_equal(gate_of(&gate), HEARTBEAT_OTHER);
	/* What others wrote is not this node's matter. */
	heirs[1] = content(newer);
	newer[0] = OWN_OLD;
	newer[1] = "20261122101502.000000Z#000000#002#000000";
	assert_int_equal(gate_of(&gate), HEARTBEAT_MAY_WRITE);
}

static void consumers_are_asked_before_anything_is_written(void **state)
{
	Content heirs[2];
	Gate gate;

	gate_begin(&gate, state);
	heirs[0] = content(gate.csns);
	heirs[1] = (Content){0};
	gate.heirs = heirs;
	gate.n_heirs = 2;
	assert_int_equal(gate_of(&gate), HEARTBEAT_UNASKED);
	/* One that is silent is like a provider that is. */
	heirs[1].state = CONTENT_UNREACHABLE;
	assert_int_equal(gate_of(&gate), HEARTBEAT_MAY_WRITE);
	/* A consumer proves nothing. */
	gate.peers[0] = gate.peers[1] = (Content){0};
	assert_int_equal(gate_of(&gate), HEARTBEAT_UNPROVEN);
}

static void another_database_at_any_peer_stops_it(void **state)
{
	Gate gate;

	gate_begin(&gate, state);
	gate.peers[1].entry.uuid = "other";
	assert_int_equal(gate_of(&gate), HEARTBEAT_OTHER);
}

static void what_is_here_must_be_seen(void **state)
{
	Gate gate;

	gate_begin(&gate, state);
	gate.here = (Content){.state = CONTENT_DENIED};
	assert_int_equal(gate_of(&gate), HEARTBEAT_NOT_KNOWN);
	gate.here = (Content){.state = CONTENT_READ};
	assert_int_equal(gate_of(&gate), HEARTBEAT_NOT_KNOWN);
	gate.here = content(gate.csns);
	gate.here.n_context_csns = 0;
	assert_int_equal(gate_of(&gate), HEARTBEAT_NOT_KNOWN);
	gate.here = content(gate.csns);
	gate.here.entry.uuid = NULL;
	assert_int_equal(gate_of(&gate), HEARTBEAT_NOT_KNOWN);
}

static void changes_that_were_here_once_stop_it(void **state)
{
	const char *once[] = {OTHERS, OWN_NEW};
	LastSeen seen = {.suffix = SUFFIX, .csns = once, .n_csns = 2};
	Gate gate;

	gate_begin(&gate, state);
	gate.missing = OWN_NEW;
	assert_int_equal(gate_of(&gate), HEARTBEAT_LOST);
	gate.missing = NULL;
	gate.scene->known.seen = (LastSeenAll){.items = &seen, .n_items = 1};
	assert_int_equal(gate_of(&gate), HEARTBEAT_MAY_WRITE);
	gate.csns[0] = gate.peer_csns[0][0] = gate.peer_csns[1][0] = OWN_OLD;
	assert_int_equal(gate_of(&gate), HEARTBEAT_LOST);
}

/* Behind a kill contextCSN is older than what was written last, which perhaps was sent to nobody.
 */
static void entries_newer_than_context_csn_stop_it(void **state)
{
	Gate gate;

	gate_begin(&gate, state);
	for (CopyCoverage coverage = 0; coverage < COPY_IS_COVERED; coverage++) {
		gate.here.view.coverage = coverage;
		assert_int_equal(gate_of(&gate), HEARTBEAT_UNSENT);
	}
	gate.here.view.coverage = COPY_IS_COVERED;
	assert_int_equal(gate_of(&gate), HEARTBEAT_MAY_WRITE);
	/* It never wrote: there is no contextCSN of its own that anything could be newer than. */
	gate.here.view.coverage = COPY_COVERAGE_UNKNOWN;
	gate.csns[0] = gate.peer_csns[0][0] = gate.peer_csns[1][0] = OTHERS;
	gate.scene->plan.databases[0].first_is_read = true;
	assert_int_equal(gate_of(&gate), HEARTBEAT_MAY_WRITE);
}

/* Whoever is away then reads everything anew when it is back, and brings back what is deleted. */
static void a_first_change_is_none_of_ours_unless_all_read_from_here(void **state)
{
	Gate gate;

	gate_begin(&gate, state);
	gate.csns[0] = gate.peer_csns[0][0] = gate.peer_csns[1][0] = OTHERS;
	assert_int_equal(gate_of(&gate), HEARTBEAT_UNREAD);
	gate.scene->plan.databases[0].first_is_read = true;
	assert_int_equal(gate_of(&gate), HEARTBEAT_MAY_WRITE);
}

static void who_joins_or_was_never_in_step_writes_none(void **state)
{
	Gate gate;

	gate_begin(&gate, state);
	gate.scene->known_database.is_joining = true;
	assert_int_equal(gate_of(&gate), HEARTBEAT_JOINING);
	gate.scene->known_database.is_joining = false;
	gate.scene->known_database.suspect = "why";
	assert_int_equal(gate_of(&gate), HEARTBEAT_SUSPECT);
	gate.scene->known.n_databases = 0;
	assert_int_equal(gate_of(&gate), HEARTBEAT_JOINING);
}

/* Also what holds one link, and what holds the whole server. */
static void what_is_held_of_the_copy_or_the_node_stops_it(void **state)
{
	static const Guard stops[] = {
		GUARD_NOT_LISTED, GUARD_EMPTY_FILE, GUARD_SERVER_ID, GUARD_CONTENT, GUARD_IDENTITY,
		GUARD_LEFT,       GUARD_JOINING,    GUARD_ORDER,     GUARD_ROLE,    GUARD_DATABASE};
	Gate gate;

	gate_begin(&gate, state);
	for (size_t i = 0; i < ARRAY_SIZE(stops); i++) {
		Hold hold = {.guard = stops[i], .suffix = SUFFIX, .peer = "ldap://peer2"};

		gate.scene->plan.held.holds = &hold;
		gate.scene->plan.held.n_holds = 1;
		assert_int_equal(gate_of(&gate), HEARTBEAT_HELD);
		hold.suffix = NULL;
		assert_int_equal(gate_of(&gate), HEARTBEAT_HELD);
		hold.suffix = "dc=y";
		assert_int_equal(gate_of(&gate), HEARTBEAT_MAY_WRITE);
	}
	/* A removal that waits says nothing of the copy. */
	gate.scene->plan.held.holds = &(Hold){.guard = GUARD_REMOVAL, .suffix = SUFFIX};
	assert_int_equal(gate_of(&gate), HEARTBEAT_MAY_WRITE);
}

static void a_heal_or_a_fence_stops_it(void **state)
{
	FenceRecord record = {.suffix = SUFFIX, .is_closed = true};
	KnownHeal heal = {0};
	Gate gate;

	gate_begin(&gate, state);
	gate.scene->known.heal = &heal;
	assert_int_equal(gate_of(&gate), HEARTBEAT_HEALING);
	gate.scene->known.heal = NULL;
	gate.scene->known.fence = (FenceRecords){.items = &record, .n_items = 1};
	assert_int_equal(gate_of(&gate), HEARTBEAT_FENCED);
	record = (FenceRecord){.suffix = SUFFIX, .is_closing = true};
	assert_int_equal(gate_of(&gate), HEARTBEAT_FENCED);
	record.is_closing = false;
	record.is_unclosed = true;
	assert_int_equal(gate_of(&gate), HEARTBEAT_FENCED);
	record.is_of_daemon = true; /* it closed it, and opened it again */
	assert_int_equal(gate_of(&gate), HEARTBEAT_MAY_WRITE);
	record.is_unclosed = false;
	assert_int_equal(gate_of(&gate), HEARTBEAT_MAY_WRITE);
}

/* The gate of a server on which that attribute of the database was added. */
static HeartbeatGate gate_with(void **state, const char *attribute, const char *value)
{
	Gate gate;

	gate_begin(&gate, state);
	value_add(gate.scene, gate.scene->database, attribute, value);
	gate.scene->plan = (Plan){0};
	(void)plan_steps(gate.scene);
	return gate_of(&gate);
}

static void a_database_that_is_read_only_gets_none(void **state)
{
	assert_int_equal(gate_with(state, "olcReadOnly", "TRUE"), HEARTBEAT_CLOSED);
}

static void a_database_that_restricts_writes_gets_none(void **state)
{
	assert_int_equal(gate_with(state, "olcRestrict", "write"), HEARTBEAT_CLOSED);
}

static void a_database_whose_changes_get_no_stamp_gets_none(void **state)
{
	assert_int_equal(gate_with(state, "olcLastMod", "FALSE"), HEARTBEAT_UNSTAMPED);
}

static void a_database_that_is_no_provider_gets_none(void **state)
{
	Gate gate;

	gate_begin(&gate, state);
	gate.scene->live.databases[0].is_multi_provider = false;
	assert_int_equal(gate_of(&gate), HEARTBEAT_CLOSED);
	gate.scene->live.databases[0].is_multi_provider = true;
	gate.scene->live.databases[0].syncprov = NULL;
	assert_int_equal(gate_of(&gate), HEARTBEAT_CLOSED);
}

static void under_another_server_id_none_is_written(void **state)
{
	Change change = {.kind = CHANGE_SERVER_ID};
	Gate gate;

	gate_begin(&gate, state);
	gate.scene->plan.changes = &change;
	gate.scene->plan.n_changes = 1;
	assert_int_equal(gate_of(&gate), HEARTBEAT_SERVER_ID);
}

/* Node 1 as a consumer of those two. */
static void consumer_begin(Gate *gate, void **state, Peer *self)
{
	gate_begin(gate, state);
	*self = *gate->scene->wanted.self;
	self->role = PEER_CONSUMER;
	gate->scene->wanted.self = self;
}

static void a_consumer_in_step_may_look_at_a_provider(void **state)
{
	WantedDatabase *wanted;
	LiveDatabase *live;
	Peer self, hub;
	size_t n_links;
	Gate gate;

	consumer_begin(&gate, state, &self);
	/* What it has of its own name is others', and its flag is nobody's matter. */
	assert_int_equal(gate_of(&gate), HEARTBEAT_MAY_WRITE);
	gate.here.n_context_csns = 0;
	assert_int_equal(gate_of(&gate), HEARTBEAT_NOT_KNOWN);
	gate.here.n_context_csns = 2;
	gate.scene->known_database.is_joining = true;
	assert_int_equal(gate_of(&gate), HEARTBEAT_JOINING);
	gate.scene->known_database.is_joining = false;
	gate.scene->known_database.suspect = "why";
	assert_int_equal(gate_of(&gate), HEARTBEAT_SUSPECT);
	gate.scene->known_database.suspect = NULL;
	live = (LiveDatabase *)(uintptr_t)gate.scene->plan.databases[0].live;
	n_links = live->n_consumers;
	live->n_consumers = 0;
	assert_int_equal(gate_of(&gate), HEARTBEAT_JOINING);
	live->n_consumers = n_links;
	wanted = &gate.scene->wanted.databases[0];
	hub = *wanted->consumers[0].peer;
	hub.role = PEER_CONSUMER;
	hub.is_hub = true;
	wanted->consumers[0].peer = &hub;
	assert_int_equal(gate_of(&gate), HEARTBEAT_ALONE);
	wanted->consumers[0].peer = wanted->consumers[1].peer;
	wanted->n_consumers = 1;
	assert_int_equal(gate_of(&gate), HEARTBEAT_ALONE);
}

/* The provider has server ID 1, and its changes until OWN_NEW. */
static HeartbeatGate gate_there(const Gate *gate, const Content *there, size_t n_others)
{
	return heartbeat_gate_there(&(HeartbeatThere){
		.sid = 1,
		.there = there,
		.here = &gate->here,
		.others = gate->peers,
		.n_others = n_others,
	});
}

static void a_consumer_writes_at_a_provider_that_others_know(void **state)
{
	const char *older[] = {OWN_OLD, OTHERS};
	Content there, old;
	Gate gate;

	gate_begin(&gate, state);
	there = content(gate.csns);
	old = content(older);
	assert_int_equal(gate_there(&gate, &there, 2), HEARTBEAT_MAY_WRITE);
	/* Its own copy may have come from there, and proves nothing. */
	assert_int_equal(gate_there(&gate, &there, 0), HEARTBEAT_THERE_UNPROVEN);
	/* Restored from an older backup: this node, or one of the others, was sent more. */
	assert_int_equal(gate_there(&gate, &old, 2), HEARTBEAT_THERE_OLDER);
	gate.peer_csns[0][0] = gate.peer_csns[1][0] = OWN_OLD;
	assert_int_equal(gate_there(&gate, &old, 2), HEARTBEAT_THERE_OLDER);
	gate.csns[0] = OWN_OLD;
	assert_int_equal(gate_there(&gate, &old, 2), HEARTBEAT_MAY_WRITE);
	gate.peer_csns[1][0] = OWN_NEW;
	assert_int_equal(gate_there(&gate, &old, 2), HEARTBEAT_THERE_OLDER);
	gate.peers[1] = (Content){.state = CONTENT_UNREACHABLE};
	gate.peers[0].entry.uuid = "another";
	assert_int_equal(gate_there(&gate, &old, 2), HEARTBEAT_THERE_OTHER);
	gate.peers[0] = gate.peers[1];
	assert_int_equal(gate_there(&gate, &old, 2), HEARTBEAT_THERE_UNPROVEN);
	old.n_context_csns = 0;
	assert_int_equal(gate_there(&gate, &old, 2), HEARTBEAT_THERE_HIDDEN);
}

/* A slapd that was killed has them, and its contextCSN is older: a heartbeat would cover them. */
static void a_consumer_writes_nothing_over_what_its_provider_never_sent(void **state)
{
	Content there;
	Gate gate;

	gate_begin(&gate, state);
	there = content(gate.csns);
	there.view.coverage = COPY_HAS_NEWER;
	assert_int_equal(gate_there(&gate, &there, 2), HEARTBEAT_THERE_UNSENT);
	there.view.coverage = COPY_COVERAGE_UNKNOWN;
	assert_int_equal(gate_there(&gate, &there, 2), HEARTBEAT_THERE_UNSENT);
}

static void the_first_change_of_a_provider_is_none_of_a_consumers(void **state)
{
	const char *never_wrote[] = {OTHERS};
	Content there;
	Gate gate;

	gate_begin(&gate, state);
	there = content(never_wrote);
	there.n_context_csns = 1;
	gate.csns[0] = gate.peer_csns[0][0] = gate.peer_csns[1][0] = OTHERS;
	assert_int_equal(gate_there(&gate, &there, 2), HEARTBEAT_THERE_UNREAD);
}

static void an_answer_counts_that_was_asked_for_behind_the_connection_and_not_long_ago(void **state)
{
	HeartbeatAsked asked = {
		.round = 3, .n_rounds = 2, .at_sec = 1000, .now_sec = 1360, .every_sec = 300};

	(void)state;
	assert_true(heartbeat_answer_counts(&asked));
	/* The round that ran already, and one that nobody counted. */
	asked.n_rounds = 3;
	assert_false(heartbeat_answer_counts(&asked));
	asked.round = asked.n_rounds = 0;
	assert_false(heartbeat_answer_counts(&asked));
	asked.round = 1;
	assert_true(heartbeat_answer_counts(&asked));
	/* The machine was set back while it ran: its connections say nothing of it. */
	asked.now_sec = 1361;
	assert_false(heartbeat_answer_counts(&asked));
	asked.now_sec = 999;
	assert_false(heartbeat_answer_counts(&asked));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(a_node_in_step_that_its_peers_know_may_write),
		SCENE_TEST(without_a_peer_that_was_seen_nothing_is_written),
		SCENE_TEST(a_peer_that_joins_proves_nothing),
		SCENE_TEST(newer_changes_of_this_node_at_any_peer_stop_it),
		SCENE_TEST(newer_changes_of_this_node_at_a_consumer_alone_stop_it),
		SCENE_TEST(consumers_are_asked_before_anything_is_written),
		SCENE_TEST(another_database_at_any_peer_stops_it),
		SCENE_TEST(what_is_here_must_be_seen),
		SCENE_TEST(changes_that_were_here_once_stop_it),
		SCENE_TEST(entries_newer_than_context_csn_stop_it),
		SCENE_TEST(a_first_change_is_none_of_ours_unless_all_read_from_here),
		SCENE_TEST(who_joins_or_was_never_in_step_writes_none),
		SCENE_TEST(what_is_held_of_the_copy_or_the_node_stops_it),
		SCENE_TEST(a_heal_or_a_fence_stops_it),
		SCENE_TEST(a_database_that_is_read_only_gets_none),
		SCENE_TEST(a_database_that_restricts_writes_gets_none),
		SCENE_TEST(a_database_whose_changes_get_no_stamp_gets_none),
		SCENE_TEST(a_database_that_is_no_provider_gets_none),
		SCENE_TEST(under_another_server_id_none_is_written),
		SCENE_TEST(a_consumer_in_step_may_look_at_a_provider),
		SCENE_TEST(a_consumer_writes_at_a_provider_that_others_know),
		SCENE_TEST(a_consumer_writes_nothing_over_what_its_provider_never_sent),
		SCENE_TEST(the_first_change_of_a_provider_is_none_of_a_consumers),
		cmocka_unit_test(
			an_answer_counts_that_was_asked_for_behind_the_connection_and_not_long_ago),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
