/* SPDX-License-Identifier: Apache-2.0 */
#include "common/remedies/remedy.h"

/* What the doctor, probes and verify say to do. */

#define ROOT "dn.exact=\"gidNumber=0+uidNumber=0,cn=peercred,cn=external,cn=auth\""

const RemedyRow remedies_doctor[REMEDY_COUNT] = {
	[REMEDY_SEE_FINDING] = {"see-finding", REMEDY_WORDS, "see the finding",
				"no test: it only points at what the finding says"},
	[REMEDY_AGENT_FILE] =
		{"agent-file", REMEDY_WORDS,
		 "mend it where the finding says; every setting has a default",
		 "test_remedies_doctor.py::test_agent_json_is_used_when_it_is_mended"},
	[REMEDY_PEERS_FILE] =
		{"peers-file", REMEDY_WORDS,
		 "mend it where the finding says; `syncward validate` checks it without a server",
		 "test_remedies_doctor.py::test_peers_json_is_used_when_validate_is_content"},
	[REMEDY_SECRET] =
		{"secret", REMEDY_WORDS,
		 "write the password, alone on one line, into the file: owner root, mode 0600",
		 "test_remedies_doctor.py::test_a_password_is_used_when_it_is_written"},
	[REMEDY_NODE] =
		{"node", REMEDY_WORDS,
		 "add the node to \"peers\", name it with \"node\" in agent.json, or take it out with `syncward leave`",
		 "test_remedies_doctor.py::test_a_node_is_known_when_agent_json_names_it"},
	[REMEDY_STATE] =
		{"state", REMEDY_WORDS,
		 "keep the folder (root, 0700); `syncward apply` finishes what was interrupted",
		 "test_remedies_doctor.py::test_what_was_cut_off_is_ended_by_apply"},
	[REMEDY_DAEMON] = {"daemon", REMEDY_SHELL,
			   "systemctl enable --now syncward; journalctl -u syncward",
			   "no test: it takes a booted machine; tests/systemd enables the unit so"},
	[REMEDY_SELINUX] =
		{"selinux", REMEDY_WORDS,
		 "install syncward-selinux; restorecon -R /etc/syncward /var/lib/syncward /usr/sbin/syncward; restart the daemon",
		 "no test: it takes an enforcing machine; tests/selinux has one"},
	[REMEDY_SELINUX_SLAPD] =
		{"selinux-slapd", REMEDY_SHELL, "setsebool -P syncward_unconfined_slapd on",
		 "no test: it takes an enforcing machine; tests/selinux turns the boolean on there"},
	[REMEDY_JOURNAL] = {"journal", REMEDY_WORDS,
			    "make it persistent (Storage= in journald.conf(5))",
			    "no test: the journal is the machine's"},
	[REMEDY_CLOCK] = {"clock", REMEDY_WORDS, "run chronyd; see `chronyc tracking`",
			  "no test: the clock is the machine's"},
	[REMEDY_NAMES] = {"names", REMEDY_WORDS, "let the full name resolve; see `hostname -f`",
			  "no test: names are the machine's"},
	[REMEDY_LDAPI] = {"ldapi", REMEDY_WORDS,
			  "start slapd with ldapi:/// in its -h list; run this as root",
			  "test_remedies_doctor.py::test_slapd_is_seen_when_it_runs"},
	[REMEDY_PLAN_MENDS] =
		{"plan-mends", REMEDY_WORDS, "see the finding; `syncward plan` shows what mends it",
		 "test_remedies_doctor.py::test_a_flag_without_links_is_mended_by_the_plan"},
	[REMEDY_DISK_ROOM] =
		{"disk-room", REMEDY_WORDS,
		 "make room (see df and df -i); where the file system is read-only, see in the kernel's log (`dmesg`) why",
		 "no test: test_disk.py makes the room, behind another message"},
	[REMEDY_DISK_COPY] =
		{"disk-copy", REMEDY_WORDS,
		 "write the entry once more over LDAP (`syncward apply` does it for what it wrote); a file that was edited by hand is not read before a restart, and is then believed",
		 "test_remedies_doctor.py::test_a_file_that_slapd_could_not_write_is_written_again"},
	[REMEDY_FENCE] = {"fence", REMEDY_WORDS,
			  "systemctl enable --now syncward-fence; what it closed opens by itself",
			  "no test: it takes a booted machine; tests/systemd enables the unit"},
	[REMEDY_FENCE_BY_HAND] =
		{"fence-by-hand", REMEDY_WORDS,
		 "stop slapd, give that database the line olcReadOnly: TRUE in the output of slapcat -n 0, load that into an empty slapd.d with slapadd -n 0, and start it; after `syncward resume`, when `syncward verify` sees it in step, olcReadOnly: FALSE opens it",
		 "test_fence.py::test_an_old_backup_is_closed_until_it_has_what_its_peer_has"},
	[REMEDY_OVERLAY_LAST] =
		{"overlay-last", REMEDY_WORDS,
		 "while slapd runs, delete the entry of the overlay syncprov from cn=config and add it again, without its number: it comes last then",
		 "test_relay_away.py::test_an_overlay_behind_syncprov_keeps_its_place"},
	[REMEDY_READERS] = {"readers", REMEDY_WORDS,
			    "write \"access\": true in this database of peers.json",
			    "test_remedies_doctor.py::test_a_reader_sees_everything_with_the_line"},
	[REMEDY_MONITOR] =
		{"monitor", REMEDY_WORDS,
		 "add olcDatabase=monitor, and let root over ldapi read it; OpenLDAP 2.5.4 is the first that lists consumers",
		 "test_remedies_doctor.py::test_cn_monitor_tells_when_root_may_read_it"},
	[REMEDY_PENDING] = {"pending", REMEDY_WORDS,
			    "see `syncward plan`; `syncward apply` writes it",
			    "test_remedies_doctor.py::test_what_is_pending_is_written_by_apply"},
	[REMEDY_LIMITS_FIRST] =
		{"limits-first", REMEDY_LDIF,
		 "olcLimits: dn.exact=\"{dn}\" size=unlimited size.unchecked=unlimited time=unlimited",
		 "test_remedies_doctor.py::test_a_limit_is_lifted_by_the_line"},
	[REMEDY_LIMITS_ANEW] =
		{"limits-anew", REMEDY_WORDS,
		 "write its olcLimits anew as a whole, because slapd keeps what is added in front after the others until it starts again, with this value first",
		 "test_remedies_doctor.py::test_a_limit_is_lifted_by_the_line"},
	[REMEDY_INDEX_LINE] =
		{"index-line", REMEDY_LDIF, "olcDbIndex: {attribute} eq",
		 "test_remedies_doctor.py::test_an_index_that_is_not_ours_comes_with_the_line"},
	[REMEDY_TIMEOUTS] = {"timeouts", REMEDY_PEERS, "\"timeout\": 3, \"network-timeout\": 5",
			     "test_remedies_doctor.py::test_time_limits_come_from_peers_json"},
	[REMEDY_PROVIDER_LISTED] =
		{"provider-listed", REMEDY_WORDS,
		 "list it in \"peers\" of peers.json: what stands only in cn=config is left as it is",
		 "test_remedies_doctor.py::test_time_limits_of_a_kept_provider_come_when_it_is_listed"},
	[REMEDY_LINKS] = {"links", REMEDY_WORDS,
			  "see what the checks of that peer say, and slapd's log",
			  "no test: it only points at them"},
	[REMEDY_TLS_FILES] =
		{"tls-files", REMEDY_WORDS,
		 "write in agent.json \"renew_tls\": true, or restart slapd",
		 "no test: test_tls_renewal.py does both, behind the finding of the plan"},
	[REMEDY_SCHEMA] = {"schema", REMEDY_WORDS, "load the same schema everywhere",
			   "no test: which schema that is the administrator says"},
	[REMEDY_CLOCKS_OF_BOTH] = {"clocks-of-both", REMEDY_WORDS, "see `chronyc tracking` on both",
				   "no test: clocks are the machines'"},
	[REMEDY_IN_STEP] = {"in-step", REMEDY_WORDS, "`syncward verify` waits and looks again",
			    "test_remedies_doctor.py::test_verify_waits_for_what_is_on_its_way"},
	[REMEDY_CONFLICTS] =
		{"conflicts", REMEDY_WORDS,
		 "set the clock of the node with that server ID right; once that time has come, write these entries again, and those that `syncward compare` shows as different",
		 "no test: clocks are the machines'"},
	[REMEDY_RETIRED] =
		{"retired", REMEDY_WORDS,
		 "if the server that wrote under it is gone for good, list the id in \"retired\" of peers.json; if a server lacks its last change, let that server read a peer that has it before more servers go",
		 "test_retired.py::test_who_lacks_its_last_change_is_named"},
	[REMEDY_OLD_ENTRIES] =
		{"old-entries", REMEDY_WORDS,
		 "`syncward heal`, on the provider with the lowest id: it first tells which entries only some of the servers have, and usually needs the rootdn's password",
		 "test_heal.py::test_the_doctor_names_the_command"},
	[REMEDY_HEAL] = {"heal", REMEDY_SHELL, "syncward heal",
			 "test_heal.py::test_the_doctor_names_the_command"},
	[REMEDY_HEAL_AS_ROOT] =
		{"heal-as-root", REMEDY_SHELL, "syncward heal --rootdn-password -",
		 "test_heal.py::test_without_somebody_who_may_write_it_names_the_rootdn"},
	[REMEDY_HEAL_LATER] = {"heal-later", REMEDY_WORDS, "`syncward heal`, once they can be read",
			       "no test: what is in the way stands before it"},
	[REMEDY_HEAL_ONE_SIDED] = {"heal-one-sided", REMEDY_WORDS,
				   "the command beside each, then `syncward heal`",
				   "test_heal.py::test_an_entry_at_one_side_waits_for_a_person"},
	[REMEDY_HEAL_CLOCK] =
		{"heal-clock", REMEDY_WORDS,
		 "set the clock right if it is wrong (`chronyc tracking`); if not, wait until that time has come, or delete the entry and add it again: a mere change of it would stay on this node alone. Then `syncward heal`",
		 "test_heal.py::test_an_old_entry_from_the_future_holds"},
	[REMEDY_HEAL_STRANGE_ID] =
		{"heal-strange-id", REMEDY_WORDS,
		 "write each of these entries once, as a client of this node: those with #{name}# in their entryCSN in the output of `slapcat`",
		 "test_heal.py::test_entries_of_a_server_that_is_nobody_s_are_written_once"},
	[REMEDY_ENTRY_KEEP] =
		{"entry-keep", REMEDY_SHELL,
		 "printf '%s\\n' 'dn: {dn}' 'changetype: modify' 'replace: objectClass'{=lines} | ldapmodify -x -W{=tls} -D {dn} -H {uri}",
		 "test_heal.py::test_an_entry_at_one_side_waits_for_a_person"},
	[REMEDY_ENTRY_REMOVE] = {"entry-remove", REMEDY_SHELL,
				 "ldapdelete -x -W{=tls} -D {dn} -H {uri} {dn}",
				 "test_heal.py::test_an_entry_at_one_side_waits_for_a_person"},
	[REMEDY_GLUE_WRITE] =
		{"glue-write", REMEDY_WORDS,
		 "at {uri}, replace objectClass of that entry with the values that it has: then the whole entry comes",
		 "test_glue.py::test_a_placeholder_of_what_a_peer_has_becomes_the_entry"},
	[REMEDY_GLUE_ANEW] =
		{"glue-anew", REMEDY_WORDS,
		 "do not change that entry, because through a log of changes only that change would come; empty this node's database and let it join",
		 "test_glue.py::test_with_logs_the_copy_is_made_anew"},
	[REMEDY_GLUE_REMOVE] =
		{"glue-remove", REMEDY_WORDS,
		 "see with the doctor on each node whether one has the entry; if none has it, delete or move what lies below it, then delete the placeholder on each node that has it with `ldapdelete -M -x -W -D ROOTDN {dn}`: then the entry can be added again",
		 "test_glue.py::test_a_placeholder_that_nobody_has_the_entry_of_is_removed"},
	[REMEDY_MONITOR_COUNT] =
		{"monitor-count", REMEDY_LDIF,
		 "olcAccess: {0}to dn.subtree=\"cn=Databases,cn=Monitor\" by dn.exact=\"{dn}\" read by * break",
		 "test_heal.py::test_where_nobody_may_look_the_account_is_let_count"},
	[REMEDY_ROOT_LIMITS] =
		{"root-limits", REMEDY_LDIF,
		 "olcLimits: {0}" ROOT " size=unlimited size.unchecked=unlimited time=unlimited",
		 "test_order.py::test_entries_that_root_may_not_see_are_not_taken_for_good"},
	[REMEDY_CONFIG_DIR] = {"config-dir", REMEDY_WORDS, "set config_dir in agent.json",
			       "no test: which folder that is the administrator says"},
	[REMEDY_LDAP_URI] =
		{"ldap-uri", REMEDY_WORDS,
		 "set ldap_uri in agent.json to the socket of the slapd that is meant, as in ldapi://%2Fvar%2Frun%2Fldapi",
		 "test_layouts.py::test_of_two_slapds_none_is_chosen"},
	[REMEDY_DB_MAX_SIZE] =
		{"db-max-size", REMEDY_SHELL,
		 "printf '%s\\n' 'dn: {dn}' 'changetype: modify' 'replace: olcDbMaxSize' 'olcDbMaxSize: {number}' | slapmodify -n 0",
		 "test_doctor_machine.py::test_a_full_map_is_told_and_made_larger"},
	[REMEDY_DB_MAX_SIZE_2_4] =
		{"db-max-size-2.4", REMEDY_WORDS,
		 "give {dn} the line olcDbMaxSize: {number} in the output of slapcat -n 0, and load that into an empty slapd.d with slapadd -n 0",
		 "test_doctor_machine.py::test_a_full_map_is_told_and_made_larger"},
	[REMEDY_SLAPD_STOPPED] =
		{"slapd-stopped", REMEDY_WORDS,
		 "mend what the finding names and start slapd; `slapmodify -n0` (OpenLDAP 2.5 and later), as slapd's user, changes cn=config while slapd is stopped",
		 "test_doctor_machine.py::test_a_server_id_that_is_not_ours_is_named_and_mended"},
};
