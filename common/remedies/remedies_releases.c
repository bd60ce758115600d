/* SPDX-License-Identifier: Apache-2.0 */
#include "common/remedies/remedy.h"

/* Commands by which a person decides what holds leave to them. */

const RemedyRow remedies_releases[REMEDY_COUNT] = {
	[REMEDY_APPLY] =
		{"apply", REMEDY_SHELL, "syncward apply",
		 "test_joining.py::test_an_empty_node_reads_one_peer_until_it_has_everything_of_it"},
	[REMEDY_RELEASE_G4] =
		{"release-g4", REMEDY_SHELL, "syncward apply --release G4",
		 "test_guards.py::test_more_removals_than_max_removals_are_held_together"},
	[REMEDY_RELEASE_G5] = {"release-g5", REMEDY_SHELL, "syncward apply --release G5",
			       "test_guards.py::test_a_used_server_id_does_not_change"},
	[REMEDY_RELEASE_G6] = {"release-g6", REMEDY_SHELL, "syncward apply --release G6",
			       "test_link_guard.py::test_a_person_may_write_it_all_the_same"},
	[REMEDY_RELEASE_G7] =
		{"release-g7", REMEDY_SHELL, "syncward apply --release G7",
		 "test_guards.py::test_a_revision_that_does_not_go_forward_is_refused"},
	[REMEDY_RELEASE_G10] =
		{"release-g10", REMEDY_SHELL, "syncward apply --release G10",
		 "test_joining.py::test_a_database_that_the_cluster_does_not_know_is_held"},
	[REMEDY_RELEASE_G11] =
		{"release-g11", REMEDY_SHELL, "syncward apply --release G11",
		 "test_identity_guard.py::test_a_machine_that_took_anothers_place_writes_only_when_a_person_says_so"},
	[REMEDY_RELEASE_AGAIN] =
		{"release-again", REMEDY_SHELL, "syncward apply --release {=guards}",
		 "test_order.py::test_ids_that_are_exchanged_by_release_are_so_beside_daemons"},
	[REMEDY_RELEASE_G12] = {"release-g12", REMEDY_SHELL, "syncward apply --release G12",
				"test_readers.py::test_released_the_hold_lets_go"},
	[REMEDY_RELEASE_G13] =
		{"release-g13", REMEDY_SHELL, "syncward apply --release G13",
		 "test_guards.py::test_a_provider_does_not_get_a_link_that_reads_a_part_only"},
	[REMEDY_RELEASE_ACCESS] =
		{"release-access", REMEDY_SHELL, "syncward apply --release access",
		 "test_readers.py::test_a_right_that_may_come_from_a_group_is_not_taken_unasked"},
	[REMEDY_RELEASE_JOINING] =
		{"release-joining", REMEDY_SHELL, "syncward apply --release joining",
		 "test_joining.py::test_what_cannot_be_proven_any_more_is_released_by_a_person"},
	[REMEDY_RELEASE_LEFT] =
		{"release-left", REMEDY_SHELL, "syncward apply --release left",
		 "test_leave.py::test_it_stays_out_until_a_person_lets_it_back_and_reads_before_it_takes_writes"},
	[REMEDY_RELEASE_NOT_UNDERSTOOD] =
		{"release-not-understood", REMEDY_SHELL, "syncward apply --release not-understood",
		 "test_guards.py::test_a_value_that_is_not_understood_is_not_sent_again"},
	[REMEDY_RELEASE_ORDER] = {"release-order", REMEDY_SHELL, "syncward apply --release order",
				  "test_order.py::test_release_order_writes_the_server_id_at_once"},
	[REMEDY_RELEASE_SESSION_LOG] =
		{"release-session-log", REMEDY_SHELL, "syncward apply --release session-log",
		 "test_session_log.py::test_a_log_goes_by_release_when_the_peer_that_is_away_is_gone_for_good"},
	[REMEDY_RELEASE_SUFFIX] =
		{"release-suffix", REMEDY_SHELL, "{=release} --suffix {suffix}",
		 "test_foreign.py::test_a_release_is_of_one_database_and_the_other_is_not_merged"},
	[REMEDY_FIRST_NODE] = {"first-node", REMEDY_SHELL, "syncward apply --first-node",
			       "test_joining.py::test_the_first_node_is_declared_by_a_person"},
	[REMEDY_FIRST_NODE_EMPTY] =
		{"first-node-empty", REMEDY_SHELL, "syncward apply --first-node --empty {=ids}",
		 "test_joining.py::test_beside_peers_that_refuse_the_first_node_is_believed_only_about_those_that_somebody_looked_at"},
	[REMEDY_LEAVE] = {"leave", REMEDY_SHELL, "syncward leave",
			  "test_leave.py::test_a_node_that_is_not_listed_any_more_leaves"},
	[REMEDY_LEAVE_DESPITE_READERS] =
		{"leave-despite-readers", REMEDY_SHELL, "syncward leave --despite-readers",
		 "test_topology.py::test_a_gateway_whose_line_is_gone_leaves_nobody_behind"},
	[REMEDY_RESUME] = {"resume", REMEDY_SHELL, "syncward resume",
			   "test_daemon_contested.py::test_resume_lets_it_correct_again"},
	[REMEDY_RELEASE_ROLE] =
		{"release-role", REMEDY_SHELL, "syncward apply --release role",
		 "test_promotion.py::test_a_consumer_becomes_a_provider_with_what_it_has"},
	[REMEDY_RELEASE_ROLLOUT] =
		{"release-rollout", REMEDY_SHELL, "syncward apply --release rollout",
		 "test_rollout.py::test_a_dead_canary_holds_nobody_whom_a_person_releases"},
	[REMEDY_ROLLOUT_OFF] = {"rollout-off", REMEDY_PEERS, "\"rollout\": false",
				"test_rollout.py::test_a_revision_that_lost_its_rollout_waits"},
};
