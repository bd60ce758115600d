/* SPDX-License-Identifier: Apache-2.0 */
#include "common/remedies/remedy.h"

/*
 * What is said of a peer that cannot be used as its link says (common/probe/probe_codes.c). Where
 * the peer has to change it is that node's own syncward that changes it: it knows what must come
 * first, and sees whom a rule would take a right from. Keywords are those of peers.json, because a
 * value of olcSyncrepl that was written by hand is undone.
 */

const RemedyRow remedies_peers[REMEDY_COUNT] = {
	[REMEDY_PEER_NAME] =
		{"peer-name", REMEDY_WORDS,
		 "correct the uri in peers.json, the same on every node, or let this node resolve the name (DNS, /etc/hosts)",
		 "test_remedies_peers.py::test_a_name_that_nobody_knows_is_corrected_in_peers_json"},
	[REMEDY_PEER_RESOLVER] =
		{"peer-resolver", REMEDY_WORDS,
		 "see /etc/resolv.conf, and whether the name servers that it names answer",
		 "no test: it only points at them; name servers are the machine's"},
	[REMEDY_PEER_START] =
		{"peer-start", REMEDY_WORDS,
		 "start slapd there, unless somebody stopped it on purpose, or let its -h list and the port in peers.json agree",
		 "test_remedies_peers.py::test_a_peer_that_is_stopped_is_reached_when_it_was_started"},
	[REMEDY_PEER_ROUTE] =
		{"peer-route", REMEDY_WORDS,
		 "see whether the peer is up and how this node would reach it (ping, ip route get)",
		 "no test: it only points at the network, which is not ours to change"},
	[REMEDY_PEER_FIREWALL] =
		{"peer-firewall", REMEDY_WORDS,
		 "see whether the peer is up, and which firewall between drops the packets",
		 "no test: it only points at the network, which is not ours to change"},
	[REMEDY_PEER_FORBIDDEN] = {"peer-forbidden", REMEDY_WORDS,
				   "see what forbids this node to connect (SELinux, a firewall)",
				   "no test: it only points at what an administrator decided"},
	[REMEDY_PEER_HANGS] =
		{"peer-hangs", REMEDY_WORDS,
		 "see whether slapd there hangs or its machine is overloaded; a slapd that is killed (-9) may bring back deleted entries",
		 "test_probe.py::test_a_frozen_provider"},
	[REMEDY_PEER_LOG] = {"peer-log", REMEDY_WORDS, "see slapd's log there; it is tried again",
			     "no test: it only shows"},
	[REMEDY_PEER_STRANGE] = {"peer-strange", REMEDY_WORDS,
				 "see what listens there; it is tried again",
				 "no test: it only shows"},
	[REMEDY_PROBE_JOURNAL] = {"probe-journal", REMEDY_WORDS,
				  "see the journal of this node; it is tried again",
				  "no test: it only shows"},
	[REMEDY_SASL_BY_HAND] =
		{"sasl-by-hand", REMEDY_WORDS,
		 "try the same mechanism as slapd's user, whose keytab and settings count, with `ldapwhoami -Y`",
		 "no test: it only shows, and takes a Kerberos realm"},
	[REMEDY_PEER_URI] = {"peer-uri", REMEDY_WORDS,
			     "correct the uri in peers.json, the same on every node",
			     "no test: what libldap cannot use is refused with the file"},
	[REMEDY_PEER_PORT] =
		{"peer-port", REMEDY_WORDS,
		 "correct the port of its uri in peers.json, the same on every node, or see what listens there",
		 "test_remedies_peers.py::test_what_is_no_ldap_server_is_not_asked_when_the_port_is_right"},
	[REMEDY_LINK_FILES] =
		{"link-files", REMEDY_WORDS,
		 "let the files exist that tls_cacert, tls_cert and tls_key of \"syncrepl\" in peers.json (or olcTLS attributes of cn=config here) name, slapd's user read them, and key and certificate belong together; nobody else reads the key",
		 "test_remedies_peers_tls.py::test_a_file_that_is_missing_is_put_in_its_place"},
	[REMEDY_LDAPS_THERE] =
		{"ldaps-there", REMEDY_WORDS,
		 "write ldap:// in its uri and \"starttls\": \"critical\" into \"syncrepl\" of the database in peers.json, or let slapd there listen at ldaps:// (-h) with a certificate",
		 "test_remedies_peers_tls.py::test_a_port_without_tls_is_read_with_starttls"},
	[REMEDY_CERTIFICATE_THERE] =
		{"certificate-there", REMEDY_WORDS,
		 "set olcTLSCertificateFile and olcTLSCertificateKeyFile of cn=config there, both in one modify, to files that slapd's user can read",
		 "test_remedies_peers_tls.py::test_a_peer_gets_a_certificate_and_starts_with_it_again"},
	[REMEDY_CERTIFICATE_CA] =
		{"certificate-ca", REMEDY_WORDS,
		 "first make sure that it is the peer's own and nobody stands in between; then let tls_cacert in peers.json name the CA that signed it, beside those that others need, or renew it there with a CA that is trusted here",
		 "test_link_guard.py::test_an_authority_that_did_not_sign_the_peers_certificate_is_held"},
	[REMEDY_CERTIFICATE_RENEW] =
		{"certificate-renew", REMEDY_WORDS,
		 "renew it there, and let slapd read it: replace olcTLSCertificateFile in cn=config there, also by the same path, or restart slapd",
		 "test_remedies_peers_tls.py::test_a_certificate_that_ended_is_renewed_and_read"},
	[REMEDY_CERTIFICATE_NAME] =
		{"certificate-name", REMEDY_WORDS,
		 "use one of its names in the uri in peers.json, the same on every node, or issue it with this name as subjectAltName",
		 "test_remedies_peers_tls.py::test_a_certificate_of_another_name_is_issued_anew"},
	[REMEDY_TLS_HANDSHAKE] =
		{"tls-handshake", REMEDY_WORDS,
		 "see slapd's log there, tls_protocol_min and tls_cipher_suite; if it asks for a certificate of this node, name one with tls_cert and tls_key in peers.json",
		 "test_probe_tls.py::test_a_server_that_misses_our_certificate"},
	[REMEDY_LINK_STARTTLS] =
		{"link-starttls", REMEDY_WORDS,
		 "write \"starttls\": \"critical\" and tls_cacert into \"syncrepl\" of the database in peers.json, or ldaps:// in its uri if that port speaks TLS from the start",
		 "test_remedies_peers_tls.py::test_a_peer_that_wants_tls_is_read_with_it"},
	[REMEDY_BIND_BY_HAND] =
		{"bind-by-hand", REMEDY_WORDS,
		 "the password is wrong, the account is missing or locked there, or olcAccess there gives anonymous clients no auth on its userPassword: slapd does not say which. See there which it is (each try with a wrong password counts towards a lock), then correct the password file, which has it sent again",
		 "test_remedies_peers.py::test_a_bind_that_is_refused_is_tried_again_when_the_file_is_corrected"},
	[REMEDY_ACCOUNT_LOCKED] =
		{"account-locked", REMEDY_WORDS,
		 "first find out who binds there with a wrong password, and stop that; then delete pwdAccountLockedTime of the account there, as the rootdn, unless somebody locked it on purpose",
		 "test_probe_round.py::test_a_locked_account"},
	[REMEDY_PASSWORD_FILE] =
		{"password-file", REMEDY_WORDS,
		 "correct the password file (or peers.json), or touch it when it is right after all; until then it is not sent again, so that no account gets locked",
		 "test_probe_round.py::test_plan_sends_a_refused_password_once_until_its_file_changes"},
	[REMEDY_SUFFIX_THERE] =
		{"suffix-there", REMEDY_WORDS,
		 "correct the suffix in peers.json, name in \"peers\" of the database those that hold it, or create it there, empty, and let it join",
		 "test_remedies_peers.py::test_a_database_that_a_peer_lacks_is_created_there_and_joins"},
	[REMEDY_SUFFIX_EMPTY] =
		{"suffix-empty", REMEDY_WORDS,
		 "if it is empty, let it join, and load nothing into it; if it is not, write \"access\": true in this database of peers.json on every node, and let syncward there apply it",
		 "test_remedies_peers.py::test_a_suffix_that_a_peer_hides_is_shown_when_it_applied_the_line"},
	[REMEDY_ACCESS_THERE] =
		{"access-there", REMEDY_WORDS,
		 "write \"access\": true in this database of peers.json on every node, and let syncward there apply it: it sees whether a right would be taken away",
		 "test_remedies_peers.py::test_what_a_peer_hides_is_shown_when_it_applied_the_line"},
	[REMEDY_READ_THERE] =
		{"read-there", REMEDY_WORDS,
		 "where it reads as another one (authzid), see authzTo there and olcAuthzPolicy of cn=config; where olcAccess refuses it, write \"access\": true in this database of peers.json on every node, and let syncward there apply it",
		 "test_remedies_peers.py::test_what_a_peer_refuses_is_read_when_it_applied_the_line"},
	[REMEDY_OVERLAY_THERE] =
		{"overlay-there", REMEDY_WORDS,
		 "`syncward apply` there adds olcOverlay=syncprov before the server ID, unless \"syncprov\" is false in this database of peers.json; if that node left, `syncward apply` there says how it comes back, or take its line out on all others; if the overlay is disabled, `syncward plan` there has the line",
		 "test_remedies_peers.py::test_a_peer_that_is_no_provider_yet_becomes_one_by_apply"},
	[REMEDY_LIMITS_THERE] =
		{"limits-there", REMEDY_WORDS,
		 "`syncward apply` there lifts it; where \"limits\" is false in this database of peers.json, `syncward doctor` there has the line",
		 "test_remedies_peers.py::test_a_limit_at_a_peer_is_lifted_there_by_apply"},
	[REMEDY_SERVER_ID_THERE] =
		{"server-id-there", REMEDY_WORDS,
		 "`syncward apply` there gives it one once overlay and contextCSN are there; if it is set by hand before, entries that are deleted elsewhere stay there; if the overlay is disabled, `syncward plan` there has the line",
		 "test_remedies_peers.py::test_a_peer_without_a_server_id_gets_it_by_apply"},
	[REMEDY_ID_THERE] =
		{"id-there", REMEDY_WORDS,
		 "see `syncward plan` there: `syncward apply` changes an ID that was never used; one that was is held (G5), with what to write in peers.json",
		 "test_remedies_peers.py::test_a_peer_under_another_server_id_keeps_it_or_gets_its_own"},
	[REMEDY_ID_OF_OTHER] =
		{"id-of-other", REMEDY_WORDS,
		 "correct its \"uri\" if that leads to another server; if not, see `syncward plan` there",
		 "test_identity_guard.py::test_a_third_node_reports_two_peers_of_one_server_id"},
	[REMEDY_VIEWS_BY_HAND] =
		{"views-by-hand", REMEDY_WORDS,
		 "search with both accounts there, and compare entries and attributes",
		 "no test: it only shows"},
};
