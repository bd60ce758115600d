/* SPDX-License-Identifier: Apache-2.0 */
#include "common/remedies/remedy.h"

/* What a log of changes lacks (delta-syncrepl). */

#define LDAPMODIFY " | ldapmodify -Y EXTERNAL -H {ldapi}"

const RemedyRow remedies_delta[REMEDY_COUNT] = {
	[REMEDY_LOG_THERE] =
		{"log-there", REMEDY_WORDS,
		 "mend what `syncward plan` there says about that log, or take what asks for it (\"delta\", or syncdata, logbase and logfilter) out of peers.json",
		 "test_delta.py::test_a_link_reads_the_database_until_its_provider_shows_the_log"},
	[REMEDY_LOG_COMPARE] =
		{"log-compare", REMEDY_WORDS,
		 "once the log is mended, see with `syncward compare` what is still missing here",
		 "test_delta.py::test_what_was_written_under_a_hidden_log_stays_away_and_compare_finds_it"},
	[REMEDY_LOG_DATABASE] =
		{"log-database", REMEDY_WORDS,
		 "make one with a folder of its own, a rootdn and the indices that slapo-accesslog(5) names",
		 "test_delta.py::test_what_a_log_lacks_is_told_piece_by_piece_and_made_as_it_is_printed"},
	[REMEDY_LOG_MODULE] =
		{"log-module", REMEDY_LDIF, "olcModuleLoad: accesslog",
		 "test_delta.py::test_what_a_log_lacks_is_told_piece_by_piece_and_made_as_it_is_printed"},
	[REMEDY_LOG_OVERLAY] =
		{"log-overlay", REMEDY_SHELL,
		 "printf '%s\\n' 'dn: olcOverlay=accesslog,{dn}' 'changetype: add' 'objectClass: olcAccessLogConfig' 'olcOverlay: accesslog' 'olcAccessLogDB: {suffix}' 'olcAccessLogOps: writes' 'olcAccessLogSuccess: TRUE' 'olcAccessLogPurge: 07+00:00 01+00:00'" LDAPMODIFY,
		 "test_delta.py::test_what_a_log_lacks_is_told_piece_by_piece_and_made_as_it_is_printed"},
	[REMEDY_LOG_OPERATIONS] =
		{"log-operations", REMEDY_LDIF, "olcAccessLogOps: writes",
		 "test_delta.py::test_what_a_log_lacks_is_told_piece_by_piece_and_made_as_it_is_printed"},
	[REMEDY_LOG_SYNCPROV] =
		{"log-syncprov", REMEDY_SHELL,
		 "printf '%s\\n' 'dn: olcOverlay=syncprov,{dn}' 'changetype: add' 'objectClass: olcOverlayConfig' 'objectClass: olcSyncProvConfig' 'olcOverlay: syncprov' 'olcSpNoPresent: TRUE' 'olcSpReloadHint: TRUE'" LDAPMODIFY,
		 "test_delta.py::test_what_a_log_lacks_is_told_piece_by_piece_and_made_as_it_is_printed"},
	[REMEDY_LOG_NO_PRESENT] =
		{"log-no-present", REMEDY_LDIF, "olcSpNoPresent: TRUE",
		 "test_delta.py::test_what_a_log_lacks_is_told_piece_by_piece_and_made_as_it_is_printed"},
	[REMEDY_LOG_RELOAD_HINT] =
		{"log-reload-hint", REMEDY_LDIF, "olcSpReloadHint: TRUE",
		 "test_delta.py::test_what_a_log_lacks_is_told_piece_by_piece_and_made_as_it_is_printed"},
	[REMEDY_LOG_ACCESS] =
		{"log-access", REMEDY_LDIF,
		 "olcAccess: {0}to * by dn.exact=\"{dn}\" read by * break",
		 "test_delta.py::test_what_a_log_lacks_is_told_piece_by_piece_and_made_as_it_is_printed"},
	[REMEDY_LOG_LIMITS] =
		{"log-limits", REMEDY_LDIF,
		 "olcLimits: {0}dn.exact=\"{dn}\" size=unlimited size.unchecked=unlimited time=unlimited",
		 "test_delta.py::test_what_a_log_lacks_is_told_piece_by_piece_and_made_as_it_is_printed"},
	[REMEDY_LOG_FOLDER] =
		{"log-folder", REMEDY_SHELL, "install -d -m 0750 -o {user} -g {group} {directory}",
		 "test_delta_made.py::test_a_folder_that_is_not_slapds_is_held_with_the_command_that_makes_it"},
	[REMEDY_LOG_FOLDER_EMPTY] =
		{"log-folder-empty", REMEDY_WORDS, "name an empty folder in \"directory\"",
		 "test_delta_made.py::test_a_log_is_not_begun_among_what_is_left_of_another"},
	[REMEDY_LOG_ANEW] =
		{"log-anew", REMEDY_SHELL,
		 "printf '%s\\n' 'dn: {dn}' 'changetype: modify' 'replace: olcReadOnly' 'olcReadOnly: TRUE'" LDAPMODIFY,
		 "test_delta_made.py::test_a_log_with_a_gap_is_not_written_on_and_begins_anew"},
	[REMEDY_LOG_PURGE] =
		{"log-purge", REMEDY_PEERS, "\"purge\": \"{=number}+00:00 01+00:00\"",
		 "test_delta_health.py::test_a_peer_that_is_away_too_long_for_the_log_is_foretold"},
	[REMEDY_LOG_WRITE] =
		{"log-write", REMEDY_WORDS,
		 "change some entry once on each node: that brings what the logs lack",
		 "test_delta_health.py::test_a_link_that_begins_again_and_again_is_told_with_its_cause"},
	[REMEDY_LOG_ROOM] =
		{"log-room", REMEDY_WORDS,
		 "make room on that disk, or have the log keep less (\"purge\")",
		 "test_delta_room.py::test_a_log_is_not_written_on_when_its_disk_is_nearly_full"},
	[REMEDY_LOG_ROOM_BY_HAND] =
		{"log-room-by-hand", REMEDY_WORDS,
		 "make room on that disk, or have the log keep less (olcAccessLogPurge)",
		 "test_delta_room.py::test_the_disk_under_a_log_that_somebody_made_is_watched"},
	[REMEDY_LOG_ALONE] =
		{"log-alone", REMEDY_WORDS, "give that database a log of its own, or none",
		 "test_delta_health.py::test_a_link_that_falls_back_again_and_again_is_told_and_so_is_the_cause"},
	[REMEDY_LOG_OWN] =
		{"log-own", REMEDY_WORDS,
		 "make such a log here as well, or have this node read the database",
		 "test_delta.py::test_a_log_that_is_hidden_or_gone_under_a_link_that_reads_it_is_critical"},
	[REMEDY_LOG_TWICE] =
		{"log-twice", REMEDY_WORDS,
		 "there, with slapd stopped, delete data.mdb and lock.mdb of the log; start slapd, stop it and start it again before anybody writes",
		 "test_delta_twice.py::test_a_log_made_by_hand_that_2_5_begins_twice_with_a_server_is_not_read_and_begins_anew"},
	[REMEDY_LOG_END] =
		{"log-end", REMEDY_SHELL, "ldapdelete -Y EXTERNAL -H {ldapi} {dn} {dn} {dn}",
		 "test_delta_made.py::test_without_delta_links_read_the_database_again_and_what_is_left_is_told"},
	[REMEDY_DELTA_OUT] =
		{"delta-out", REMEDY_WORDS, "take \"delta\" out of that database in peers.json",
		 "test_delta_made.py::test_a_log_that_another_overlay_writes_is_not_made"},
};
