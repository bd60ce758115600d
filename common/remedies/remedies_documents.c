/* SPDX-License-Identifier: Apache-2.0 */
#include "common/remedies/remedy.h"

/* What adopt needs of a server that nobody looks after yet, and what a peers.json lacks. */

const RemedyRow remedies_documents[REMEDY_COUNT] = {
	[REMEDY_ADOPT_NODE] =
		{"adopt-node", REMEDY_AGENT, "\"node\": \"{=own-id}\"",
		 "test_adopt_identity.py::test_a_node_of_which_no_name_tells_is_told_how_to_say_it"},
	[REMEDY_ADOPT_WHICH] =
		{"adopt-which", REMEDY_WORDS,
		 "correct the name, the address or --node, but keep an ID under which anything was written. Then adopt again",
		 "test_adopt_identity.py::test_a_name_that_is_another_peers_is_refused"},
	[REMEDY_ADOPT_WHO_ANSWERS] =
		{"adopt-who-answers", REMEDY_WORDS,
		 "find out which server answers there, and correct what is said of it, not the ID of a server that clients have written to",
		 "test_adopt_identity.py::test_what_a_server_says_of_itself_is_not_overruled"},
	[REMEDY_ADOPT_ONE_NAME] =
		{"adopt-one-name", REMEDY_WORDS,
		 "replace olcSyncrepl as a whole, in one modify, by values of which one reads from it",
		 "test_adopt_identity.py::test_two_names_of_one_server_become_one"},
	[REMEDY_ADOPT_ID_SHARED] =
		{"adopt-id-shared", REMEDY_WORDS,
		 "give the one with fewer writes an olcServerID that no server ever had",
		 "test_adopt_identity.py::test_two_servers_under_one_id_are_no_cluster"},
	[REMEDY_ADOPT_NO_SERVER_ID] =
		{"adopt-no-server-id", REMEDY_WORDS,
		 "restart slapd once with its syncprov overlays in place, which has contextCSN written, then give olcServerID of cn=config a number from 1 to 4095 that no server ever had, and adopt again",
		 "test_adopt_identity.py::test_a_node_without_a_server_id_gets_one_behind_its_context_csn"},
	[REMEDY_ADOPT_SERVER_ID] =
		{"adopt-server-id", REMEDY_WORDS,
		 "before you restart slapd, let the olcServerID value with the ID under which this node writes name a URL of slapd's -h list, or make it the only value, without a URL",
		 "test_adopt_identity.py::test_a_list_that_names_no_listener_is_corrected_first"},
	[REMEDY_ADOPT_MERGE] =
		{"adopt-merge", REMEDY_SHELL, "syncward adopt --merge FILE FILE",
		 "test_adopt_merge.py::test_what_a_consumer_is_told_to_do_makes_one_file_of_all"},
	[REMEDY_MERGE_ANEW] = {"merge-anew", REMEDY_WORDS, "adopt on that node again",
			       "test_adopt_merge.py::test_a_file_that_is_not_adopts_own_is_told"},
	[REMEDY_MERGE_MISSING] =
		{"merge-missing", REMEDY_WORDS, "adopt there too, and name its file as well",
		 "test_adopt_merge.py::test_a_node_of_which_there_is_no_file_is_told"},
	[REMEDY_MERGE_ONE_URI] =
		{"merge-one-uri", REMEDY_WORDS,
		 "if both are one server, write in all files the one by which others read it; if not, two servers share an id",
		 "test_adopt_merge.py::test_a_node_that_calls_itself_otherwise_than_others_do"},
	[REMEDY_MERGE_AGREE] =
		{"merge-agree", REMEDY_WORDS,
		 "make the files agree by changing the one whose node is to change: its plan then shows what changes",
		 "test_adopt_merge.py::test_what_no_level_can_say_is_told_and_goes_by_a_file_that_is_changed"},
	[REMEDY_MERGE_RID] =
		{"merge-rid", REMEDY_WORDS,
		 "write one \"rid\" of its own for each peer into all files: a node that used another one shows this in its plan",
		 "test_adopt_merge.py::test_two_nodes_that_call_each_other_by_one_rid"},
	[REMEDY_STARTTLS_ONCE] =
		{"starttls-once", REMEDY_PEERS, "\"starttls\": \"no\"",
		 "test_remedies_files.py::test_what_a_document_lacks_is_taken_when_it_is_written"},
	[REMEDY_PLAN_LDIF] = {"plan-ldif", REMEDY_SHELL,
			      "syncward plan --output ldif --show-secrets --save FILE",
			      "test_remedies_files.py::test_a_plan_with_its_passwords_loads"},
};
