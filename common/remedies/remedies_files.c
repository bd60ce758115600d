/* SPDX-License-Identifier: Apache-2.0 */
#include "common/remedies/remedy.h"

/* What mends files and folders that people make, and what a command line lacks. */

const RemedyRow remedies_files[REMEDY_COUNT] = {
	[REMEDY_FILE_MODE] =
		{"file-mode", REMEDY_SHELL, "chmod {=mode} {file}",
		 "test_remedies_files.py::test_a_file_that_others_may_change_or_read_is_taken_when_its_mode_is_mended"},
	[REMEDY_FILE_OWNER] =
		{"file-owner", REMEDY_SHELL, "chown root:root {file}",
		 "test_remedies_files.py::test_a_file_of_somebody_else_is_taken_when_it_is_roots"},
	[REMEDY_FILE_ITSELF] =
		{"file-itself", REMEDY_SHELL, "cp --remove-destination {path} {file}",
		 "test_remedies_files.py::test_a_symbolic_link_is_taken_when_it_is_a_file"},
	[REMEDY_FILE_ASIDE] =
		{"file-aside", REMEDY_SHELL, "mv {file} {path}",
		 "test_remedies_files.py::test_what_is_no_file_in_the_run_folder_is_put_aside"},
	[REMEDY_FILE_OF_ITS_OWN] =
		{"file-of-its-own", REMEDY_WORDS,
		 "if somebody else needs this file, name a copy of it",
		 "test_remedies_files.py::test_a_password_that_another_service_reads_is_copied"},
	[REMEDY_FOLDER_MODE] =
		{"folder-mode", REMEDY_SHELL, "chmod go-w {folder}",
		 "test_remedies_files.py::test_the_state_folder_is_used_when_its_mode_is_mended"},
	[REMEDY_FOLDER_OWNER] =
		{"folder-owner", REMEDY_SHELL, "chown root:root {folder}",
		 "test_remedies_files.py::test_the_state_folder_is_used_when_it_is_roots"},
	[REMEDY_FOLDER_OF_ITS_OWN] =
		{"folder-of-its-own", REMEDY_SHELL, "install -d -m 0700 {folder}",
		 "test_remedies_files.py::test_a_folder_of_the_systems_stays_as_it_is_and_another_is_named"},
	[REMEDY_AS_ROOT] = {"as-root", REMEDY_WORDS, "run as root",
			    "test_remedies_files.py::test_who_may_not_read_a_file_may_as_root"},
	[REMEDY_PASSWORD_ALONE] =
		{"password-alone", REMEDY_WORDS, "write the password alone, with `printf %s`",
		 "test_remedies_files.py::test_a_password_file_with_more_than_a_password_is_taken_when_it_has_that_alone"},
	[REMEDY_CREDENTIALS_FILE] =
		{"credentials-file", REMEDY_PEERS, "\"credentials\": {\"file\": \"{path}\"}",
		 "test_remedies_files.py::test_a_password_in_a_readable_file_moves_into_one_of_its_own"},
	[REMEDY_CREDENTIAL_UNIT] =
		{"credential-unit", REMEDY_WORDS,
		 "add LoadCredential={name}:PATH to the unit, then restart it",
		 "no test: it takes a booted machine; tests/systemd has a unit with such a line"},
	[REMEDY_DOCTOR] = {"doctor", REMEDY_SHELL, "syncward doctor", "no test: it only shows"},
	[REMEDY_DOCTOR_LIST] = {"doctor-list", REMEDY_SHELL, "syncward doctor --list",
				"no test: it only shows"},
	[REMEDY_HELP] = {"help", REMEDY_SHELL, "syncward {=name} --help",
			 "test_remedies_files.py::test_help_is_where_a_wrong_command_line_says"},
	[REMEDY_HELP_OF_ALL] =
		{"help-of-all", REMEDY_SHELL, "syncward --help",
		 "test_remedies_files.py::test_help_is_where_a_wrong_command_line_says"},
	[REMEDY_INIT] =
		{"init", REMEDY_SHELL,
		 "syncward init --suffix dc=example,dc=com --peer ldap://ldap1.example.com ldap://ldap2.example.com",
		 "test_remedies_files.py::test_init_shows_a_command_that_prints_a_file"},
	[REMEDY_DAEMON_FILE] =
		{"daemon-file", REMEDY_WORDS,
		 "change that file, or name this one with \"peers_file\" in agent.json",
		 "test_remedies_files.py::test_what_the_daemon_would_undo_is_written_into_its_file"},
	[REMEDY_SLAPD_TOOL] =
		{"slapd-tool", REMEDY_WORDS,
		 "run as slapd's user, and not as root, whose files slapd cannot write, it says why",
		 "no test: it only shows"},
	[REMEDY_VERIFY_ACCOUNT] =
		{"verify-account", REMEDY_AGENT,
		 "\"verify\": { \"binddn\": \"cn=syncward-verify,{suffix}\", \"credentials\": { \"file\": \"/etc/syncward/secrets/verify\" }, \"container\": \"ou=syncward-verify,{suffix}\" }",
		 "test_verify.py::test_it_writes_under_an_identity_of_its_own_only"},
	[REMEDY_COMPARE] = {"compare", REMEDY_SHELL, "syncward compare", "no test: it only shows"},
	[REMEDY_COMPARE_RECORD] =
		{"compare-record", REMEDY_SHELL, "syncward compare --record",
		 "test_relay_lost.py::test_a_relay_whose_links_broke_is_named_until_compare_finds_nothing"},
	[REMEDY_PLAN] = {"plan", REMEDY_SHELL, "syncward plan",
			 "test_remedies_files.py::test_in_audit_the_line_has_it_written"},
	[REMEDY_PLAN_SAVE] = {"plan-save", REMEDY_SHELL, "syncward plan --save {file}",
			      "test_remedies_files.py::test_a_stale_plan_is_made_anew"},
	[REMEDY_MODE_ENFORCE] = {"mode-enforce", REMEDY_PEERS, "\"mode\": \"enforce\"",
				 "test_remedies_files.py::test_in_audit_the_line_has_it_written"},
	[REMEDY_PAUSE] = {"pause", REMEDY_SHELL, "syncward pause \"we move the database\" --for 2h",
			  "test_remedies_files.py::test_a_pause_without_a_reason_shows_one"},
	[REMEDY_PROCESS] = {"process", REMEDY_SHELL, "ps -fp {=pid}", "no test: it only shows"},
	[REMEDY_PATH_RIGHTS] = {"path-rights", REMEDY_SHELL, "namei -l {path}",
				"no test: it only shows"},
	[REMEDY_DISK_SOUND] =
		{"disk-sound", REMEDY_WORDS,
		 "see in the kernel's log (`dmesg`) why, and mount it read-write when its disk is sound",
		 "no test: a broken disk is not a test's to make"},
	[REMEDY_ACCOUNT] =
		{"account", REMEDY_WORDS,
		 "add it once, on the node that has the data, as the rootdn (ldapadd -x -W -D ROOTDN), for example\n\ndn: cn=replicator,{suffix}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: replicator\nuserPassword: what slappasswd prints for its password\n",
		 "test_readers.py::test_with_debians_rules_the_ten_lines_bring_every_password_to_every_node"},
	[REMEDY_HEARTBEAT_ACCOUNT] =
		{"heartbeat-account", REMEDY_AGENT,
		 "\"verify\": {\"binddn\": \"cn=syncward-verify,{suffix}\", \"credentials\": {\"file\": \"/etc/syncward/secrets/verify\"}}",
		 "test_heartbeat.py::test_without_an_account_the_line_for_agent_json_is_told"},
	[REMEDY_HEARTBEAT_CONTAINER] =
		{"heartbeat-container", REMEDY_WORDS,
		 "add it once, on one node, as the rootdn (`ldapadd -x -W -D ROOTDN`), for example as an organizationalUnit, and let the account of \"verify\" write below it (olcAccess)",
		 "test_heartbeat.py::test_a_missing_container_is_told_and_an_administrator_adds_it"},
	[REMEDY_HEARTBEAT_RELOAD] =
		{"heartbeat-reload", REMEDY_WORDS,
		 "when the password is right, let the daemon try it again, with `systemctl reload syncward`",
		 "test_heartbeat.py::test_a_refused_password_is_not_sent_again_until_the_daemon_is_told_to"},
	[REMEDY_ACCOUNT_PASSWORD] =
		{"account-password", REMEDY_WORDS,
		 "write the password of that account into /etc/syncward/secrets/replicator (0600)",
		 "test_readers.py::test_with_debians_rules_the_ten_lines_bring_every_password_to_every_node"},
	[REMEDY_ADOPT_SECRETS] =
		{"adopt-secrets", REMEDY_SHELL, "syncward adopt --secrets {path}",
		 "no test: it writes /etc/syncward of the machine; test_adopt.py does it with another folder"},
	[REMEDY_CONFIG_ON_DISK] = {"config-on-disk", REMEDY_SHELL, "slapcat -n 0",
				   "no test: it only shows"},
	[REMEDY_CONFIG_MANAGE] =
		{"config-manage", REMEDY_WORDS,
		 "let olcAccess of olcDatabase={0}config give manage to gidNumber=0+uidNumber=0,cn=peercred,cn=external,cn=auth, or to the name that olcAuthzRegexp gives it",
		 "test_remedies_files.py::test_root_sees_cn_config_when_olcaccess_lets_it"},
	[REMEDY_LOCAL_SSF] =
		{"local-ssf", REMEDY_WORDS,
		 "to slapd ldapi is no TLS, and as strong as olcLocalSSF says (71): in cn=config let olcSecurity have tls=0 sasl=0 ssf=71 for what it has of these (what is left out stays until a restart), and olcSaslSecProps no greater minssf=; where root may not, as its rootdn over TLS, or with slapd stopped",
		 "test_remedies_files.py::test_root_sees_again_what_olcsecurity_kept_for_tls"},
	[REMEDY_DAEMON_START] =
		{"daemon-start", REMEDY_SHELL, "systemctl start syncward",
		 "no test: it takes a booted machine; tests/systemd starts the unit so"},
	[REMEDY_DAEMON_STOP] =
		{"daemon-stop", REMEDY_SHELL, "systemctl stop syncward",
		 "no test: it takes a booted machine; tests/systemd stops the unit so"},
};
