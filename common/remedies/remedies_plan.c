/* SPDX-License-Identifier: Apache-2.0 */
#include "common/remedies/remedy.h"

/* What ends other holds and findings of a plan. */

#define LDAPMODIFY " | ldapmodify -Y EXTERNAL -H {ldapi}"
#define ROOT       "dn.exact=\"gidNumber=0+uidNumber=0,cn=peercred,cn=external,cn=auth\""

const RemedyRow remedies_plan[REMEDY_COUNT] = {
	[REMEDY_PEER_LINE] = {"peer-line", REMEDY_PEERS,
			      "{ \"id\": {=free-id}, \"uri\": \"{uri}\" }",
			      "test_guards.py::test_a_node_that_is_not_listed_is_left_alone"},
	[REMEDY_PEER_OUT] = {"peer-out", REMEDY_PEERS,
			     "{ \"id\": {=listed-id}, \"uri\": \"{uri}\" }",
			     "test_guards.py::test_a_peer_that_is_this_server_itself_is_told"},
	[REMEDY_PEER_LEFT] =
		{"peer-left", REMEDY_WORDS, "take its line out of peers.json on every node",
		 "test_leave.py::test_the_line_of_a_node_that_left_is_taken_out_everywhere"},
	[REMEDY_PEER_KEEP] =
		{"peer-keep", REMEDY_PEERS, "\"keep\": [\"{uri}\"]",
		 "test_guards.py::test_a_provider_from_before_stays_for_good_when_the_file_says_so"},
	[REMEDY_PEER_RID] =
		{"peer-rid", REMEDY_PEERS, "\"rid\": {=number}",
		 "test_guards.py::test_a_rid_that_a_held_provider_has_is_given_to_nobody"},
	[REMEDY_ID_OF_OLD] = {"id-of-old", REMEDY_PEERS, "\"id\": {=free-id}",
			      "test_guards.py::test_a_used_server_id_that_no_peer_has_may_stay"},
	[REMEDY_ID_EXCHANGED] =
		{"id-exchanged", REMEDY_WORDS,
		 "{uri} has that \"id\" in peers.json: if each of the two lines has the other node's id, exchange them",
		 "test_guards.py::test_a_used_server_id_that_a_peer_has_is_not_offered"},
	[REMEDY_NODE_IS] =
		{"node-is", REMEDY_AGENT, "\"node\": \"{=own-id}\"",
		 "test_identity_guard.py::test_a_server_that_was_named_another_peer_keeps_its_server_id"},
	[REMEDY_ID_AT_TWIN] =
		{"id-at-twin", REMEDY_WORDS,
		 "give that server an olcServerID of its own, as `syncward apply --release G5` does there, or, if it is this server at another address, correct its \"uri\"",
		 "test_identity_guard.py::test_a_peer_with_our_server_id_is_told_and_nothing_makes_us_a_provider"},
	[REMEDY_ID_AT_CLONE] =
		{"id-at-clone", REMEDY_WORDS,
		 "give a clone a name and \"id\": {=free-id} in peers.json, empty its database and let it join",
		 "no test: it takes two machines"},
	[REMEDY_REVISION] = {"revision", REMEDY_PEERS, "\"revision\": {=number}",
			     "test_guards.py::test_the_revision_that_g7_asks_for_is_taken"},
	[REMEDY_SERVER_ID_AUTO] =
		{"server-id-auto", REMEDY_PEERS, "\"server_id\": \"auto\"",
		 "test_guards.py::test_a_list_that_names_no_listener_is_not_written"},
	[REMEDY_SERVER_ID_BARE] =
		{"server-id-bare", REMEDY_LDIF, "olcServerID: {=own-id}",
		 "test_guards.py::test_a_list_that_matches_through_the_host_name_is_a_warning"},
	[REMEDY_DATABASE_LINE] =
		{"database-line", REMEDY_PEERS,
		 "{ \"suffix\": \"{suffix}\", \"syncrepl\": { ... } }",
		 "no test: with which account to read is the administrator's to say"},
	[REMEDY_DATABASE_OUT] = {"database-out", REMEDY_PEERS, "\"suffix\": \"{suffix}\"",
				 "test_guards.py::test_a_backend_that_stores_nothing_is_held"},
	[REMEDY_DATABASE_HOLDERS] = {"database-holders", REMEDY_PEERS, "\"peers\": [{=ids}]",
				     "test_guards.py::test_a_missing_database_is_held"},
	[REMEDY_DATABASE_ANEW] =
		{"database-anew", REMEDY_WORDS, "empty it and let it join",
		 "test_joining.py::test_a_database_that_is_not_the_clusters_joins_when_the_printed_words_were_followed"},
	[REMEDY_DATABASE_LOAD] =
		{"database-load", REMEDY_WORDS, "load a fresh slapcat of {uri} with slapadd -w",
		 "test_joining.py::test_a_database_that_is_not_the_clusters_joins_when_the_printed_words_were_followed"},
	[REMEDY_CONSUMER_ANEW] =
		{"consumer-anew", REMEDY_WORDS,
		 "stop slapd there, empty its database, and start it",
		 "test_only_provider.py::test_a_consumer_that_nobody_needs_is_emptied_as_printed"},
	[REMEDY_ROLE_PROVIDER] =
		{"role-provider", REMEDY_PEERS, "\"role\": \"provider\"",
		 "test_consumer_role.py::test_a_provider_that_the_file_makes_a_consumer_is_held"},
	[REMEDY_ROLE_CONSUMER] =
		{"role-consumer", REMEDY_PEERS, "\"role\": \"consumer\"",
		 "test_consumer_role.py::test_a_consumer_that_the_file_makes_a_provider_is_held"},
	[REMEDY_ROLE_LEAF] = {"role-leaf", REMEDY_PEERS, "\"hub\": false",
			      "test_hubs.py::test_a_consumer_that_the_file_makes_a_hub_is_held"},
	[REMEDY_ROLE_ANEW] =
		{"role-anew", REMEDY_WORDS,
		 "`syncward leave` here, a slapd without data and without replication in its "
		 "cn=config, and then the other role in peers.json",
		 "test_consumer_role.py::test_a_consumer_that_the_file_makes_a_provider_is_held"},
	[REMEDY_COMPARE_ATTRIBUTES] =
		{"compare-attributes", REMEDY_SHELL, "syncward compare --attributes",
		 "test_promotion.py::test_a_consumer_becomes_a_provider_with_what_it_has"},
	[REMEDY_ROOT_SEES] =
		{"root-sees", REMEDY_LDIF,
		 "olcAccess: {0}to dn.subtree=\"{suffix}\" by dn.exact=\"{dn}\" read by * break",
		 "test_foreign.py::test_a_database_that_root_may_not_see_is_not_an_empty_one"},
	[REMEDY_STRANGER] =
		{"stranger", REMEDY_WORDS,
		 "empty the database of peer {=number}, {uri}, after saving what only it has (`syncward compare`), or take it out of \"peers\"",
		 "test_foreign.py::test_a_healthy_node_names_the_stranger_which_joins_when_it_was_emptied"},
	[REMEDY_SUFFIX_VISIBLE] =
		{"suffix-visible", REMEDY_WORDS,
		 "let olcAccess there give our account read on the whole suffix entry",
		 "test_joining.py::test_a_peer_that_hides_its_suffix_entry_is_read_when_it_shows_it"},
	[REMEDY_RID_OFFSET] =
		{"rid-offset", REMEDY_PEERS, "\"rid_offset\": {=number}",
		 "test_two_databases.py::test_rids_shared_by_two_databases_are_a_warning"},
	[REMEDY_ACCESS] =
		{"access", REMEDY_PEERS, "\"access\": true",
		 "test_readers.py::test_what_was_hidden_is_at_every_node_when_the_printed_line_was_followed"},
	[REMEDY_READERS_ACCESS] =
		{"readers-access", REMEDY_PEERS, "\"readers\": [{=readers}], \"access\": true",
		 "test_readers.py::test_the_account_of_the_links_is_judged_beside_those_that_readers_names"},
	[REMEDY_READERS_LINE] =
		{"readers-line", REMEDY_PEERS, "\"readers\": [{=readers}]",
		 "test_adopt_readers.py::test_who_reads_from_where_a_peer_is_and_is_not_named_is_told_with_the_line_that_names_it"},
	[REMEDY_ACCESS_OFF] =
		{"access-off", REMEDY_PEERS, "\"access\": false",
		 "no test: only a fault of syncward prints it, behind a guard that holds the same"},
	[REMEDY_ACCESS_READER] = {"access-reader", REMEDY_WORDS,
				  "let peers read with an account that has no other use",
				  "no test: which account that is the administrator says"},
	[REMEDY_RETRY] =
		{"retry", REMEDY_PEERS, "\"retry\": \"5 5 60 +\"",
		 "test_retry.py::test_a_file_with_a_retry_that_ends_is_refused_unless_it_says_so"},
	[REMEDY_INTERVAL] =
		{"interval", REMEDY_PEERS, "\"interval\": \"00:00:05:00\"",
		 "test_retry.py::test_a_link_that_never_pauses_is_told_and_ends_by_what_is_printed"},
	[REMEDY_SESSION_LOG_OFF] =
		{"session-log-off", REMEDY_PEERS, "\"syncprov\": {\"sessionlog\": false}",
		 "test_session_log.py::test_a_live_log_stays_and_is_a_critical_finding_with_the_line_that_ends_it"},
	[REMEDY_SESSION_LOG_OFF_CHECKPOINT] =
		{"session-log-off-checkpoint", REMEDY_PEERS,
		 "\"syncprov\": {\"checkpoint\": \"{numbers}\", \"sessionlog\": false}",
		 "test_session_log.py::test_a_live_log_stays_and_is_a_critical_finding_with_the_line_that_ends_it"},
	[REMEDY_SESSION_LOG_SOURCE] =
		{"session-log-source", REMEDY_SHELL,
		 "printf '%s\\n' 'dn: {dn}' 'changetype: modify' 'delete: olcSpSessionlogSource' | slapmodify -n 0",
		 "test_session_log.py::test_a_source_of_the_log_is_told_and_goes_with_slapd_stopped"},
	[REMEDY_PARTIAL_OUT] =
		{"partial-out", REMEDY_WORDS, "take that out of \"syncrepl\" in peers.json",
		 "test_guards.py::test_a_provider_does_not_get_a_link_that_reads_a_part_only"},
	[REMEDY_ROOT_DN] =
		{"root-dn", REMEDY_LDIF, "olcRootDN: cn=admin,{suffix}",
		 "test_guards.py::test_a_database_without_a_rootdn_is_held_and_the_server_id_waits_for_its_overlay"},
	[REMEDY_RESTRICT_OFF] =
		{"restrict-off", REMEDY_SHELL,
		 "printf '%s\\n' 'dn: {dn}' 'changetype: modify' 'delete: {attribute}'{=lines}" LDAPMODIFY,
		 "test_read_only.py::test_a_restriction_of_clients_is_told_with_what_ends_it"},
	[REMEDY_ENABLED] =
		{"enabled", REMEDY_SHELL,
		 "printf '%s\\n' 'dn: {dn}' 'changetype: modify' 'replace: olcDisabled' 'olcDisabled: FALSE'" LDAPMODIFY,
		 "test_disabled.py::test_a_disabled_database_is_told_and_left_alone"},
	[REMEDY_RESTRICTED_THERE] =
		{"restricted-there", REMEDY_WORDS,
		 "see olcRestrict, olcDisallows and olcRequires in cn=config there; `syncward plan` on that node has the line that takes olcRestrict of a database out",
		 "test_read_only.py::test_a_provider_that_peers_may_not_read_is_told_on_both_sides"},
	[REMEDY_PASSWORD_RESET] =
		{"password-reset", REMEDY_WORDS,
		 "remove pwdReset from the account there, as the rootdn, and exempt that account from the password policy: pwdReset comes back with each password that the rootdn sets",
		 "test_probe_round.py::test_a_password_that_a_policy_wants_changed"},
	[REMEDY_RESTRICT_OFF_STOPPED] =
		{"restrict-off-stopped", REMEDY_SHELL,
		 "printf '%s\\n' 'dn: {dn}' 'changetype: modify' 'delete: {restriction}'{=lines} | slapmodify -n 0",
		 "test_read_only.py::test_a_server_that_takes_no_change_of_cn_config_is_told_as_critical"},
	[REMEDY_RESTRICT_OFF_2_4] =
		{"restrict-off-2.4", REMEDY_WORDS,
		 "take that line out of the output of slapcat -n 0 and load it into an empty slapd.d with slapadd -n 0",
		 "test_read_only.py::test_a_server_that_takes_no_change_of_cn_config_is_told_as_critical"},
	[REMEDY_GENTLE_HUP_OFF] =
		{"gentle-hup-off", REMEDY_LDIF, "olcGentleHUP: FALSE",
		 "test_read_only.py::test_a_slapd_that_a_hangup_would_close_is_told"},
	[REMEDY_WRITABLE] =
		{"writable", REMEDY_LDIF, "olcReadOnly: FALSE",
		 "test_guards.py::test_a_provider_that_refuses_its_clients_is_told_and_left_so"},
	[REMEDY_CLOSED] =
		{"closed", REMEDY_LDIF, "olcReadOnly: TRUE",
		 "test_guards.py::test_a_provider_that_its_database_does_not_list_any_more_is_told_as_critical"},
	[REMEDY_LISTED_AGAIN] =
		{"listed-again", REMEDY_WORDS, "write {=own-id} into its \"peers\" again",
		 "test_guards.py::test_a_provider_that_its_database_does_not_list_any_more_is_told_as_critical"},
	[REMEDY_LAST_MOD] =
		{"last-mod", REMEDY_LDIF, "olcLastMod: TRUE",
		 "test_unstamped.py::test_a_database_that_stamps_no_change_becomes_no_provider"},
	[REMEDY_UNSTAMPED_ANEW] =
		{"unstamped-anew", REMEDY_WORDS,
		 "change again what was changed meanwhile, and delete and add again what was added: (!(entryUUID=*)) finds it",
		 "test_unstamped.py::test_a_provider_that_stamps_no_change_is_critical_and_what_it_kept_to_itself_comes_by_what_is_printed"},
	[REMEDY_STAMP_ALL] =
		{"stamp-all", REMEDY_WORDS,
		 "load its own slapcat with slapadd -w into the emptied folder of the database: that stamps them",
		 "test_unstamped.py::test_entries_that_were_never_stamped_are_told_until_they_are_loaded_anew"},
	[REMEDY_PRESENT] =
		{"present", REMEDY_LDIF, "olcSpNoPresent: FALSE",
		 "test_unstamped.py::test_a_peer_that_was_away_keeps_what_was_deleted_where_there_is_no_present_phase"},
	[REMEDY_PRESENT_COMPARE] =
		{"present-compare", REMEDY_WORDS,
		 "then delete at a peer what only that peer has, which syncward compare finds",
		 "test_unstamped.py::test_a_peer_that_was_away_keeps_what_was_deleted_where_there_is_no_present_phase"},
	[REMEDY_READERS_NAMED] =
		{"readers-named", REMEDY_WORDS,
		 "\"readers\", the DNs that peers get at their provider",
		 "test_authzid.py::test_a_link_that_may_not_read_as_another_does_not_replace_one_that_works"},
	[REMEDY_INDEX] = {"index", REMEDY_WORDS, "add eq to that olcDbIndex value",
			  "test_indexing.py::test_an_index_without_eq_is_told_until_it_has_one"},
	[REMEDY_MONITOR_LIMITS] =
		{"monitor-limits", REMEDY_LDIF, "olcLimits: " ROOT " size=unlimited",
		 "test_monitor_limit.py::test_more_consumers_than_the_size_limit_shows_are_unknown_and_told"},
	[REMEDY_CONFIG_ALONE] =
		{"config-alone", REMEDY_SHELL,
		 "printf '%s\\n' 'dn: {dn}' 'changetype: modify' 'delete: {attribute}' - 'delete: olcSyncrepl'" LDAPMODIFY,
		 "test_guards.py::test_a_replicated_cn_config_is_only_watched"},
	[REMEDY_CONFIG_ALONE_STOPPED] =
		{"config-alone-stopped", REMEDY_SHELL,
		 "printf '%s\\n' 'dn: {dn}' 'changetype: modify' 'delete: olcSyncrepl' | slapmodify -n 0",
		 "test_guards.py::test_a_read_only_copy_of_cn_config_is_freed_with_slapd_stopped"},
	[REMEDY_CONFIG_ALONE_STOPPED_FLAG] =
		{"config-alone-stopped-flag", REMEDY_SHELL,
		 "printf '%s\\n' 'dn: {dn}' 'changetype: modify' 'delete: {attribute}' - 'delete: olcSyncrepl' | slapmodify -n 0",
		 "test_guards.py::test_a_read_only_copy_of_cn_config_is_freed_with_slapd_stopped"},
	[REMEDY_CONFIG_ALONE_2_4] =
		{"config-alone-2.4", REMEDY_WORDS,
		 "take olcSyncrepl and olcMirrorMode out of that entry in the output of slapcat -n 0 and load that into an empty slapd.d with slapadd -n 0",
		 "test_guards.py::test_a_read_only_copy_of_cn_config_is_freed_with_slapd_stopped"},
	[REMEDY_OVERLAY_ANEW] =
		{"overlay-anew", REMEDY_SHELL,
		 "printf '%s\\n' 'dn: {dn}' 'changetype: delete' '' 'dn: olcOverlay=syncprov,{dn}' 'changetype: add' 'objectClass: olcOverlayConfig' 'objectClass: olcSyncProvConfig' 'olcOverlay: syncprov'" LDAPMODIFY,
		 "test_overlay_class.py::test_the_remedy_ends_it_and_the_links_go_on"},
	[REMEDY_OVERLAY_ANEW_2_4] =
		{"overlay-anew-2.4", REMEDY_WORDS,
		 "stop slapd, give the entry in the output of slapcat -n 0 the line objectClass: olcSyncProvConfig and, in place of its structuralObjectClass, structuralObjectClass: olcSyncProvConfig, and load that into an empty slapd.d with slapadd -n 0",
		 "test_overlay_class.py::test_the_remedy_ends_it_and_the_links_go_on"},
	[REMEDY_OVERLAY_FIRST] =
		{"overlay-first", REMEDY_WORDS, "add the overlay first",
		 "test_order.py::test_where_the_overlay_is_others_the_server_id_follows_it"},
	[REMEDY_ENTRIES_TWICE] =
		{"entries-twice", REMEDY_WORDS,
		 "with slapd stopped, take all but one out of the output of slapcat -n 0 and load it into an empty slapd.d with slapadd -n 0",
		 "test_guards.py::test_two_syncprov_overlays_are_told"},
	[REMEDY_TOUCH_SUFFIX] =
		{"touch-suffix", REMEDY_SHELL,
		 "printf '%s\\n' 'dn: {dn}' 'changetype: modify' 'replace: objectClass'{=lines} | ldapmodify -x -W -D {dn} -H {ldapi}",
		 "test_order.py::test_2_4_waits_for_a_change_by_the_rootdn_and_goes_on_by_itself"},
	[REMEDY_RESTART_SLAPD] = {"restart-slapd", REMEDY_WORDS, "restart slapd",
				  "test_guards.py::test_a_used_server_id_does_not_change"},
	[REMEDY_MAKE_ROOM] =
		{"make-room", REMEDY_WORDS, "make room there",
		 "test_disk.py::test_a_module_that_slapd_could_not_save_is_saved_before_its_overlay"},
	[REMEDY_LISTENER] =
		{"listener", REMEDY_WORDS, "start slapd with -h that contains {uri}",
		 "test_guards.py::test_a_list_that_names_no_listener_is_written_when_slapd_has_it"},
	[REMEDY_LISTENERS_SAME] =
		{"listeners-same", REMEDY_WORDS, "make both the same",
		 "no test: -h stands in a file of the system, which belongs to the administrator"},
	[REMEDY_LINKS_ANEW] =
		{"links-anew", REMEDY_WORDS,
		 "replace olcSyncrepl as a whole, in one modify, by its other values (where there are none, delete it and the multi-provider flag in one modify)",
		 "test_adopt_identity.py::test_a_link_to_the_node_itself_goes_and_the_other_one_stays"},
	[REMEDY_RENEW_TLS] =
		{"renew-tls", REMEDY_AGENT, "\"renew_tls\": true",
		 "test_tls_renewal.py::test_the_printed_line_has_the_renewed_files_taken"},
	[REMEDY_STATUS] = {"status", REMEDY_SHELL, "syncward status", "no test: it only shows"},
	[REMEDY_CLOCKS] = {"clocks", REMEDY_SHELL, "chronyc tracking",
			   "no test: it only shows; a machine's clock is not a test's to set"},
};
