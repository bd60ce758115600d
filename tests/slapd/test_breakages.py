# SPDX-License-Identifier: Apache-2.0
"""One breakage for every check of the doctor and every finding: who says what while it lasts, and when it is mended.

Each is made on one pair of servers beside a daemon. What status, check, doctor and verify say then is a row of
BREAKAGES.txt (SYNCWARD_GOLDEN=write writes it anew: read the diff), one of them names the cause, none says the contrary,
and none goes on when it is over.
"""

import contextlib
import functools
import glob
import json
import os
import re
import shutil
import time
import uuid

import ldap
import messages
import pytest
from cluster import Cluster, add_person
from daemon import Daemon
from lone import Lone
from releases import release, versions
from slapd import ROOT_DN, SUFFIX, Database, syncrepl, wait_until
from slapd_farm import SlapdFarm

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
GOLDEN = os.path.join(HERE, "BREAKAGES.txt")
OTHER = "dc=other"  # a database that peers.json does not name
MONITOR = "olcDatabase={1}monitor,cn=config"
REPLICATOR = "cn=replicator," + SUFFIX
FEW = "(|(objectClass=monitorServer)(labeledURI=*)(namingContexts=*)(cn=Start)(cn=Runqueue)(cn=Tasklist))"
OWN_ATTRIBUTE = "( 1.3.6.1.4.1.99999.1 NAME 'ownAttribute' SUP name )"
SECONDS_AFTER = 10  # so long somebody may go on telling what is mended
# What this machine, or a cluster without further rights, has all the time.
OF_THE_MACHINE = {"clock", "journal", "old-backup", "selinux", "peer-clock"}
# While one of these is an error check may not say OK; a link or a peer that lacks something is told when it lasts.
SEEN_BY_THE_DAEMON = {"peers-file", "secrets", "node", "state", "ldapi"}

# Codes that are broken elsewhere, by why they are not broken on the pair of this file, which must be well again in seconds.
ELSEWHERE = {
    "it is the machine's, or takes another machine": {
        "selinux": "../selinux/vm/scenario.sh",
        "clock": "test_doctor.py::test_the_clock_is_what_the_kernel_says",
        "journal": "test_doctor.py::test_a_journal_in_memory",
        "old-backup": "test_fence.py::test_doctor_tells_what_the_fence_found",
        "fenced": "test_fence.py::test_doctor_tells_what_the_fence_found",
        "listeners-differ": "test_next_start.py::test_a_list_that_the_next_start_refuses_is_mended_before",
        "server-id-by-name": "test_guards.py::test_a_list_that_matches_through_the_host_name_is_a_warning",
        "many-databases": "test_two_databases.py::test_more_databases_than_a_thread_of_slapd_can_work_on_are_told",
        "server-id-unverified": "test_breakages.py::test_server_ids_without_known_listeners_are_not_called_right",
        "back-at-restart":
            "test_disk.py::test_a_last_peer_whose_removal_slapd_could_not_save_is_back_at_restart_and_removed_again",
        "lost-at-restart": "test_disk.py::test_an_overlay_that_slapd_could_not_save_is_made_again",
    },
    "slapd cannot be told to undo it while it runs": {
        "config-replicated": "test_doctor.py::test_cn_config_that_is_replicated",
        "scrambled-again": "test_consumers.py::test_scrambled_consumers_are_found_and_healed_once_per_start_of_slapd",
    },
    "only OpenLDAP 2.4 takes it": {
        "not-understood": "test_guards.py::test_a_value_that_is_not_understood_is_told_and_left_alone",
        "syncprov-twice": "test_guards.py::test_two_syncprov_overlays_are_told",
        "syncprov-without-class": "test_overlay_class.py::test_what_the_entry_cannot_take_is_not_sent_and_the_rest_is",
    },
    "it takes OpenLDAP 2.4 beside later releases": {
        "keyword-not-known":
            "test_mixed_releases.py::test_three_releases_replicate_side_by_side_and_the_oldest_is_upgraded",
    },
    "it stays in the database, in its entries or its contextCSN": {
        "ahead-of-time":
            "test_unstamped.py::test_a_change_from_the_future_is_told_while_it_hides_what_is_written_under_its_server_id",
        "conflicts": "test_doctor.py::test_a_strange_peer_with_a_fast_clock",
        "diverged": "test_daemon_copies.py::test_a_peer_that_diverged_and_one_with_another_database_are_told_apart",
        "empty": "test_daemon_health.py::test_an_emptied_database_is_told_until_its_peer_is_back",
        "glue": "test_glue.py::test_a_placeholder_of_what_a_peer_has_becomes_the_entry",
        "joining-released": "test_joining_lost.py::test_of_two_that_wait_for_one_lost_for_good_a_person_lets_one_go_on",
        "old-entries":
            "test_doctor.py::test_entries_that_are_hidden_from_root_are_looked_at_with_the_account_of_the_links",
        "older": "test_daemon_health.py::test_an_old_backup_is_told_until_somebody_looked_into_it",
        "other-database":
            "test_daemon_copies.py::test_a_peer_that_diverged_and_one_with_another_database_are_told_apart",
        "perhaps-older": "test_daemon_health.py::test_an_old_backup_is_told_until_somebody_looked_into_it",
        "replaced": "test_daemon_copies.py::"
                    "test_a_database_that_a_peer_loaded_anew_has_replaced_is_told_until_somebody_looked_into_it",
        "restored": "test_restored.py::test_what_an_old_backup_without_context_csn_took_away_is_told_until_somebody_looked_into_it",
        "relay-was-cut": "test_relay_lost.py::test_a_relay_whose_links_broke_is_named_until_compare_finds_nothing",
        "retired-ids": "test_doctor.py::test_a_server_id_that_is_nobodys",
        "fence-unknown": "test_fence.py::test_what_the_fence_could_not_tell_is_reported_until_somebody_looked_into_it",
        "unfenced": "test_fence.py::test_what_the_fence_could_not_close_is_closed_late_and_told_until_somebody_looked_into_it",
        "unstamped-entries":
            "test_unstamped.py::test_entries_that_were_never_stamped_are_told_until_they_are_loaded_anew",
    },
    "it takes links with TLS or SASL, a peer with another clock, a third node, or a reader at a peer's address": {
        "beyond-us": "test_probe.py::test_a_mechanism_that_we_do_not_speak",
        "certificates": "test_doctor.py::test_a_strange_peer_with_a_fast_clock",
        "id-of-other": "test_identity_guard.py::test_a_third_node_reports_two_peers_of_one_server_id",
        "old-tls-files": "test_tls_renewal.py::test_renewed_files_are_told_once_in_every_report_until_slapd_restarts",
        "peer-clock": "test_doctor.py::test_a_strange_peer_with_a_fast_clock",
        "readers-compared": "test_reader_views.py::test_who_sees_everything_holds_nothing_and_is_a_note",
        "readers-unnamed": "test_reader_views.py::test_where_slapd_gave_no_answer_it_is_asked_again_who_reads",
        "tls-file": "test_tls.py::test_a_file_that_slapd_may_not_read_is_warned_about",
        "tls-files": "test_tls.py::test_the_key_of_another_certificate_is_told_and_not_shown",
    },
    "it takes logs of changes": {
        "logs": "test_delta_made.py::test_a_link_goes_back_when_its_provider_shows_that_the_log_is_gone",
        "log-falls-back":
            "test_delta_health.py::test_a_link_that_falls_back_again_and_again_is_told_and_so_is_the_cause",
        "log-left": "test_delta_made.py::test_without_delta_links_read_the_database_again_and_what_is_left_is_told",
        "log-not-known": "test_delta.py::test_a_log_that_shows_no_change_may_be_hidden_and_is_not_read",
        "log-room": "test_delta_room.py::test_a_log_is_not_written_on_when_its_disk_is_nearly_full",
        "log-short": "test_delta_health.py::test_a_peer_that_is_away_too_long_for_the_log_is_foretold",
    },
    "it takes heartbeats, which make every row wait for a change of each server": {
        "canary": "test_rollout.py::test_only_what_the_canary_itself_shows_of_this_file_counts",
        "heartbeat-ignored": "test_heartbeat.py::test_silence_is_told_and_so_is_what_does_not_count",
    },
}

# What was not told truly once, in use: the breakage here that makes it, or where else it is made.
FIELD = {
    "where the doctor could not look it said ok": "a_peer_that_speaks_no_tls",
    "nothing is pending where peers.json names nothing": "a_peers_json_that_names_no_database",
    "a full folder of the database: an entry is missing, and all is in step": "a_database_that_is_full",
    "a hidden subtree: nobody says a word": "a_subtree_that_the_account_does_not_see",
    "contextCSN in a subentry, databases beneath a suffix: all in step": "a_context_csn_in_a_subentry",
    "links up while slapd is down, and in step above links that are down": "slapd_stopped",
    "a link with SASL that works is an error":
        "test_daemon_rotation.py::test_a_mechanism_that_nobody_can_test_is_written_and_stays_when_the_link_comes_up",
    "a peer two minutes ahead: its clock is right": "test_doctor.py::test_a_strange_peer_with_a_fast_clock",
    "slapd does not start for olcServerID: not checked":
        "test_doctor_machine.py::test_a_server_id_that_is_not_ours_is_named_and_mended",
    "olcConfigDir is believed over slapd's own -F":
        "test_layouts.py::test_commands_and_the_doctor",
}


# --- what somebody reads ---

class Reports:
    """What status, check and doctor say at one moment; verify, which waits for the peers, when it is asked."""

    def __init__(self, node, passing=()):
        self.node = node
        self.passing = OF_THE_MACHINE | set(passing)
        done = node.run("status", "--output", "json")
        self.status = json.loads(done.stdout) if done.stdout.startswith("{") else {"text": done.stderr}
        done = node.run("check")
        self.check = done.stdout
        self.doctor = {check["code"]: check for check in json.loads(node.run("doctor", "--output", "json").stdout)["checks"]}

    @functools.cached_property
    def verify(self):
        """Its answer, or what it says instead of one."""
        done = self.node.run("verify", "--timeout", "1", "--output", "json")
        return json.loads(done.stdout) if done.stdout.startswith("{") else {"text": done.stderr, "exit": done.returncode}

    @functools.cached_property
    def planned(self):
        """Findings of the plan: notes stand nowhere else."""
        done = self.node.run("plan", "--output", "json")
        return {one["code"] for one in json.loads(done.stdout)["findings"]} if done.stdout.startswith("{") else set()

    def told(self):
        """Codes of what lasts, by status."""
        names = {"troubles": "event", "holds": "guard", "findings": "code"}
        found = {str(one[code]) for kind, code in names.items() for one in self.status.get(kind, [])}
        found |= {"change" for _ in self.status.get("changes", [])} | {"link-down" for _ in self.status.get("links_down", [])}
        return found

    def bad(self):
        return {f"{code}={one['severity']}" for code, one in self.doctor.items()
                if one["severity"] not in ("ok", "unknown") and code not in self.passing}

    def verified(self):
        """Who is not in step, and how."""
        if "exit" in self.verify:
            return {f"refuses with {self.verify['exit']}"}
        return {f"{'here' if one['this_node'] else 'peer'}={one['state']}" for database in self.verify["databases"]
                for one in database["servers"] if one["state"] != "in-step"}

    def level(self):
        return self.check.split()[1]

    def text(self):
        """All words, for the cause."""
        return "\n".join([self.check, json.dumps(self.status, ensure_ascii=False), json.dumps(self.verify, ensure_ascii=False),
                          *(f"{one['text']}: {one['remedy']}" for check in self.doctor.values() for one in check["findings"])])

    def messages(self):
        """Each text for people, alone."""
        kinds = ("troubles", "holds", "findings", "links_down", "changes")
        yield self.check.partition(" | ")[0].partition(" - ")[2]
        yield from (one["text"] for kind in kinds for one in self.status.get(kind, []))
        yield from (text for check in self.doctor.values() for one in check["findings"] for text in (one["text"], one["remedy"]))

    def row(self):
        """A line of the golden table. Nobody else looks at all peers, so verify is asked only when the rest is as it should."""
        return f"{self.rest()}; verify: {', '.join(sorted(self.verified())) or '-'}"

    def rest(self):
        def words(found):
            return ", ".join(sorted(found)) or "-"
        return f"status: {words(self.told())}; check: {self.level()}; doctor: {words(self.bad())}"

    def is_as(self, row):
        return row is not None and self.rest() == row.rpartition("; verify: ")[0] and self.row() == row

    def contradictions(self):
        """Two that cannot both be true."""
        found = set()
        links = re.search(r"\blinks_up=(\d+);;;0;(\d+)", self.check)
        if self.verified() and "in-step" not in self.passing and self.severity("in-step") == "ok":
            found.add("not in step by verify, in step by doctor")
        # A server that takes no bind goes on with the sessions that it has: its links and the daemon's.
        is_away = self.severity("ldapi") == "error" and "unreadable" not in self.told()
        if links and links[1] == links[2] != "0" and (is_away or self.severity("peer-reach") == "error"):
            found.add("all links up by check, not so by doctor")
        if is_away and re.search(r"\bin_step=[1-9]", self.check):
            found.add("in step by check, and slapd is away")
        for blind, of in (("peer-tls", "peer-bind"), ("peer-reach", "peer-tls"), ("peer-bind", "peer-read"), ("ldapi", "pending")):
            if self.severity(blind) == "error" and self.severity(of) == "ok":
                found.add(f"{of} is ok, and nobody could look: {blind}")
        return found

    def severity(self, *codes):
        """The worst of these checks."""
        order = ["ok", "unknown", "note", "warning", "error"]
        return max((self.doctor[code]["severity"] for code in codes), key=order.index)


# --- the pair ---

class Site:
    """Two nodes in step, a daemon at the first one. Breakages are made at the node, or at its peer."""

    def __init__(self, farm):
        program = os.environ.get("SYNCWARD_PROGRAM", os.path.join(TOP, "build", "syncward"))
        room = {"olcDbMaxSize": "4194304"}
        other = Database(OTHER, backend="mdb", attributes=room)
        self.pair = Cluster(farm, os.path.abspath(program), 2, [Database(backend="mdb", attributes=room), other])
        self.document = self.pair.document
        del self.document["databases"][1]
        self.pair.write()
        self.pair.databases.pop()
        self.pair.form()
        self.node, self.peer = self.pair
        self.settings = os.path.join(self.node.folder, "agent.json")
        self.write_settings("{}")
        plain = self.node.command
        self.node.command = lambda *words: plain(*words, "--agent-config", self.settings)
        self.daemon = None

    def write_settings(self, text):
        with open(os.open(self.settings, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)

    def start(self):
        self.daemon = Daemon(self.node)
        self.daemon.__enter__()
        self.daemon.wait_for("desired-loaded")

    def pass_again(self):
        """Has the daemon read its files and make a pass, and waits for one."""
        before = self.daemon.last_pass()[0]
        self.daemon.reload()
        wait_until(lambda: self.daemon.last_pass()[0] > before, "a pass is made")

    def look(self):
        """Has the daemon look now: what it would say a minute later."""
        if self.daemon.process.poll() is None:
            self.daemon.reload()

    @contextlib.contextmanager
    def changed(self, node, dn, *changes):
        """cn=config changed, and put back."""
        names = {name for _, name, _ in changes}
        before = {name: node.server.values(dn, name) for name in names}
        node.server.modify(dn, list(changes))
        try:
            yield
        finally:
            node.server.modify(dn, [(ldap.MOD_REPLACE, name, before[name] or None) for name in sorted(before)])

    def database(self, node, *changes, suffix=SUFFIX):
        return self.changed(node, node.server.database_dn(suffix), *changes)

    @contextlib.contextmanager
    def written(self, change):
        """peers.json of the node changed by a function, and put back."""
        document = json.loads(json.dumps(self.document))
        change(document)
        self.node.write(document)
        try:
            yield
        finally:
            self.node.write(self.document)


@pytest.fixture(name="site", scope="module")
def fixture_site():
    every = versions()
    with SlapdFarm(release("2.5" if "2.5" in every else every[-1])) as farm:
        site = Site(farm)
        site.start()
        yield site
        site.daemon.__exit__(None, None, None)
        assert not farm.problems()


def wait_untold(site, code):
    """Before what was changed here is put back, which would end it as well."""
    began = time.monotonic()
    wait_until(lambda: code not in Reports(site.node).told(), f"{code} is told no longer", SECONDS_AFTER)
    print(f"{code}: {time.monotonic() - began:.1f} s")


# --- breakages: each names the codes that it is the one of, and words of its cause ---

ROWS = []
PASSING = {}


def breakage(*codes, cause, passing=(), marks=()):
    """passing: checks of the doctor that say now this and now that meanwhile."""
    def note(function):
        PASSING[function.__name__] = passing
        ROWS.append((function.__name__, set(codes), cause, contextlib.contextmanager(function), marks))
        return function
    return note


@breakage("agent-file", cause="agent.json:1:2")
def a_bad_agent_json(site):
    site.write_settings("{")
    yield
    site.write_settings("{}")


@breakage("peers-file", cause=r"peers\.json:\d+:\d+")
def a_bad_peers_json(site):
    with open(site.node.peers_file, "w", encoding="utf-8") as file:
        file.write('{"format": 1,')
    yield
    site.node.write(site.document)


@breakage("secrets", cause="chmod 0600 .*secret")
def a_password_that_others_may_read(site):
    os.chmod(site.node.secret_file, 0o644)
    yield
    os.chmod(site.node.secret_file, 0o600)


@breakage("node", cause="no peer is the node")
def a_node_that_is_not_listed(site):
    with site.written(lambda document: document["peers"].pop(0)):
        yield


@breakage("state", cause="install -d")
def a_state_folder_that_others_may_write(site):
    os.chmod(site.node.state_dir, 0o777)
    yield
    os.chmod(site.node.state_dir, 0o700)


@breakage("daemon", cause="daemon does not run")
def no_daemon(site):
    site.daemon.__exit__(None, None, None)
    yield
    site.start()


@breakage("ldapi", cause="cannot be reached")
def slapd_stopped(site):
    site.node.server.stop()
    yield
    site.node.server.start()


@breakage("rights", cause="shows us no cn=config")
def slapd_shows_root_nothing(site):
    """The daemon's connection is older, and has what it needs."""
    mapping = re.escape(ROOT_DN).replace("\\,", ",").replace("\\=", "=") + " cn=nobody"
    site.node.server.modify("cn=config", [(ldap.MOD_ADD, "olcAuthzRegexp", mapping)])
    yield
    site.node.server.modify("cn=config", [(ldap.MOD_DELETE, "olcAuthzRegexp", None)])


@breakage("restart", "restart-unsafe", cause="database is not a shadow")
def a_flag_without_links(site):
    dn = site.node.server.database_dn(OTHER)
    server = site.node.server
    server.modify(dn, [(ldap.MOD_ADD, "olcSyncrepl", syncrepl(90, "ldap://127.0.0.9:9", OTHER)),
                       (ldap.MOD_ADD, server.flag(), "TRUE")])
    server.modify(dn, [(ldap.MOD_DELETE, "olcSyncrepl", None)])
    yield
    server.modify(dn, [(ldap.MOD_DELETE, server.flag(), None)])


@breakage("disk", cause="of olcDbMaxSize is in use")
def a_map_that_is_nearly_full(site):
    with site.database(site.node, (ldap.MOD_REPLACE, "olcDbMaxSize", "98304"), suffix=OTHER):
        yield


@breakage("disk-copy", "hand-edit", cause=r"\{2\}mdb.ldif was (?:edited|written) by hand")
def a_file_of_slapd_edited_by_hand(site):
    path = os.path.join(site.node.server.config_dir, "cn=config", "olcDatabase={2}mdb.ldif")
    shutil.copy2(path, path + ".kept")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace("entryCSN eq", "entryCSN pres"))
    yield
    os.rename(path + ".kept", path)
    # As the advice says: written once more over LDAP.
    server = site.node.server
    server.modify(server.database_dn(), [(ldap.MOD_REPLACE, "olcSizeLimit", "501")])
    server.modify(server.database_dn(), [(ldap.MOD_DELETE, "olcSizeLimit", None)])


@breakage("monitor", cause="may not read it")
def no_cn_monitor(site):
    with site.changed(site.node, MONITOR, (ldap.MOD_REPLACE, "olcAccess", "to * by * none")):
        yield


@breakage("pending", "audit", cause="audit")
def a_change_that_audit_does_not_write(site):
    def audit(document):
        document["policy"]["mode"] = "audit"
        document["databases"][0]["syncrepl"]["retry"] = "2 +"
    with site.written(audit):
        yield


@breakage("readers", cause="may not read userPassword")
def an_account_that_may_not_read_passwords(site):
    rules = ["to attrs=userPassword by self write by anonymous auth by * none", "to * by * read"]
    with site.database(site.node, (ldap.MOD_REPLACE, "olcAccess", rules)):
        yield


@breakage("limits", cause="olcLimits")
def a_limit_that_is_not_ours(site):
    def without(document):
        document["databases"][0]["limits"] = False
    with site.written(without), site.database(site.node, (ldap.MOD_REPLACE, "olcLimits", "users size=5")):
        yield


@breakage("indices", "index-without-eq", cause="entryCSN is (?:not )?indexed")
def an_index_of_another_kind(site):
    with site.database(site.node, (ldap.MOD_REPLACE, "olcDbIndex", ["entryUUID eq", "entryCSN pres"])):
        yield


@breakage("timeouts", "no-timeout", "kept", cause="ldap://127.0.0.9:9")
def a_provider_that_is_kept_without_timeouts(site):
    def keep(document):
        document["policy"]["keep"] = ["ldap://127.0.0.9:9"]
    value = syncrepl(99, "ldap://127.0.0.9:9", timeout=None, network_timeout=None)
    with site.written(keep):
        with site.database(site.node, (ldap.MOD_ADD, "olcSyncrepl", value)):
            yield


@breakage("partial-link", cause="read in part only", marks=pytest.mark.long)
def a_provider_that_is_kept_and_read_in_part(site):
    def keep(document):
        document["policy"]["keep"] = ["ldap://127.0.0.9:9"]
    with site.written(keep):
        with site.database(site.node, (ldap.MOD_ADD, "olcSyncrepl", syncrepl(99, "ldap://127.0.0.9:9", filter="(cn=a)"))):
            yield


@breakage("links", "peer-reach", cause="start slapd there")
def a_peer_that_is_stopped(site):
    site.peer.server.stop()
    yield
    site.peer.server.start()


@breakage("peer-tls", cause="starttls-refused")
def a_peer_that_speaks_no_tls(site):
    def starttls(document):
        document["databases"][0]["syncrepl"].update({"starttls": "critical", "tls_reqcert": "never"})
    with site.written(starttls):
        yield


@breakage("peer-bind", cause="bind-refused|bind-not-repeated")
def a_peer_that_refuses_the_password(site):
    site.node.write_secret("wr0ng-canary")
    yield
    site.node.write_secret("secret")


@breakage("G6", cause="restricted")
def a_peer_that_refuses_a_changed_link(site):
    """Mended there: the change is written then, and put back."""
    def named(document):
        document["peers"][1]["uri"] = document["peers"][1]["uri"].replace("127.0.0.1", "localhost")
    with contextlib.ExitStack() as stack:
        with site.database(site.peer, (ldap.MOD_ADD, "olcRestrict", "search")):
            stack.enter_context(site.written(named))
            yield
        wait_untold(site, "G6")


@breakage("behind", cause="lacks|behind", passing=("in-step",))
def a_peer_that_stays_behind(site):
    with contextlib.contextmanager(a_peer_that_reads_nobody)(site):
        def is_told():
            site.look()  # a change that is on its way is not asked for again
            return "behind" in Reports(site.node).told()
        wait_until(is_told, "it lasts", 40)
        yield


@breakage("peer-read", cause="passwords-hidden")
def a_peer_that_hides_passwords(site):
    with site.database(site.peer, (ldap.MOD_REPLACE, "olcAccess", ["to attrs=userPassword by anonymous auth", "to * by * read"])):
        yield


@breakage("peer-provider", cause="same-server-id|shows our server ID|server ID 1")
def a_peer_under_our_server_id(site):
    with site.changed(site.peer, "cn=config", (ldap.MOD_REPLACE, "olcServerID", "1")):
        yield


@breakage("peer-limits", cause="a limit for the bind DN ends a search")
def a_peer_that_limits(site):
    with site.database(site.peer, (ldap.MOD_REPLACE, "olcLimits", "users size=1")):
        yield


@breakage("in-step", cause="lacks .*server ID 1")
def a_peer_that_reads_nobody(site):
    server = site.peer.server
    values = [re.sub(r"^\{\d+\}", "", value) for value in site.peer.syncrepl()]
    site.peer.edit([(ldap.MOD_DELETE, server.flag(), None), (ldap.MOD_DELETE, "olcSyncrepl", None)])
    add_person(site.node.server, f"unheard-of-{uuid.uuid4()}")  # two rows break it so
    yield
    site.peer.edit([(ldap.MOD_ADD, "olcSyncrepl", values), (ldap.MOD_ADD, server.flag(), "TRUE")])
    site.pair.wait_in_step()


@breakage("read-only", cause="olcReadOnly")
def a_database_that_is_read_only(site):
    with site.database(site.node, (ldap.MOD_REPLACE, "olcReadOnly", "TRUE")):
        yield


@breakage("unreadable", cause="olcRestrict")
def a_database_that_peers_may_not_read(site):
    with site.database(site.node, (ldap.MOD_ADD, "olcRestrict", "search")):
        yield


@breakage(cause="refuse every bind")
def a_server_that_takes_no_bind(site):
    """The daemon's session is older, and sees why nobody else gets in."""
    with site.changed(site.node, "cn=config", (ldap.MOD_ADD, "olcRestrict", "bind")):
        yield


@breakage("gentle-hup", cause="olcGentleHUP of cn=config is TRUE")
def a_slapd_that_a_hangup_would_close(site):
    with site.changed(site.node, "cn=config", (ldap.MOD_REPLACE, "olcGentleHUP", "TRUE")):
        yield


@breakage(cause=r"\[restricted\]", marks=pytest.mark.long)
def a_peer_that_may_not_be_read(site):
    with site.database(site.peer, (ldap.MOD_ADD, "olcRestrict", "search")):
        yield


@breakage("unlisted", cause="for other nodes but not for this one")
def a_database_that_peers_json_has_at_others_only(site):
    with site.written(lambda document: document["databases"][0].update(peers=[2])):
        yield


@breakage("unstamped", cause="olcLastMod")
def a_database_that_stamps_nothing(site):
    with site.database(site.node, (ldap.MOD_REPLACE, "olcLastMod", "FALSE")):
        yield


@breakage("no-present", cause="olcSpNoPresent")
def an_overlay_that_never_tells_who_is_gone(site):
    dn = f"olcOverlay={{0}}syncprov,{site.node.server.database_dn()}"
    with site.changed(site.node, dn, (ldap.MOD_REPLACE, "olcSpNoPresent", "TRUE")):
        yield


@breakage("session-log", cause="olcSpSessionlog")
def a_session_log(site):
    dn = f"olcOverlay={{0}}syncprov,{site.node.server.database_dn()}"
    with site.changed(site.node, dn, (ldap.MOD_REPLACE, "olcSpSessionlog", "10")):
        yield
    add_person(site.node.server, "after-the-log")  # slapd replays what it has until somebody writes
    site.pair.wait_in_step()


@breakage("schema", cause="attribute types or object classes are not those of this node")
def a_peer_with_a_schema_of_its_own(site):
    dn, = (one for one in site.peer.server.config() if one.endswith("core,cn=schema,cn=config"))
    with site.changed(site.peer, dn, (ldap.MOD_ADD, "olcAttributeTypes", OWN_ATTRIBUTE)):
        yield


@breakage("names", cause="nowhere.invalid")
def a_host_name_that_does_not_resolve(site):
    """As a person's commands see it; the daemon has looked its names up before."""
    plain = site.node.command
    site.node.command = lambda *words: ["unshare", "-u", "sh", "-c", 'hostname nowhere.invalid && exec "$@"', "-", *plain(*words)]
    yield
    site.node.command = plain


@breakage("monitor-limited", cause="cuts off what cn=monitor shows")
def consumers_that_a_limit_hides(site):
    with site.changed(site.node, MONITOR, (ldap.MOD_REPLACE, "olcSizeLimit", str(len(site.node.server.search("cn=Monitor", FEW))))):
        yield


@breakage("replicates-from-itself", cause="replicates from itself")
def a_link_to_this_node_itself(site):
    def keep(document):
        document["policy"]["prune"] = False
    value = syncrepl(98, site.node.server.ldap_uri + "/", timeout=1, network_timeout=1)
    with site.written(keep):
        for _ in range(2):  # by the former file the daemon would remove it; the first of these passes may have begun before
            site.pass_again()
        with site.database(site.node, (ldap.MOD_ADD, "olcSyncrepl", value)):
            yield


@breakage("retry-ends", cause="never tries again by itself")
def a_retry_that_ends(site):
    def ends(document):
        document["policy"]["retry_may_end"] = True
        document["databases"][0]["syncrepl"]["retry"] = "60 100"
    with site.written(ends):
        yield


@breakage("rid-shared", cause="rid_offset")
def two_databases_with_the_same_rids(site):
    def twice(document):
        document["policy"]["mode"] = "audit"
        document["databases"].append({**document["databases"][0], "suffix": OTHER})
    with site.written(twice):
        yield


@breakage("no-log", "log-own", "log-incomplete", cause="cn=accesslog")
def logs_of_changes_that_nobody_writes(site):
    def read_logs(document):
        document["databases"][0]["syncrepl"].update(
            {"syncdata": "accesslog", "logbase": "cn=accesslog", "logfilter": "(&(objectClass=auditWriteObject)(reqResult=0))"})
    with site.written(read_logs):
        yield


@breakage("readers-not-proven", cause="cannot be told from olcAccess")
def rights_that_only_slapd_knows(site):
    with site.database(site.node, (ldap.MOD_REPLACE, "olcAccess", ["to * by dnattr=owner none by * read"])):
        yield


@breakage("paused", cause="while somebody moves it")
def a_pause(site):
    assert site.node.run("pause", "while somebody moves it", "--for", "1h").returncode == 0
    yield
    assert site.node.run("resume").returncode == 0


@breakage("heartbeat", cause="agent.json names no account")
def heartbeats_without_an_account(site):
    def beat(document):
        document["databases"][0]["heartbeat"] = {"container": f"ou=heartbeats,{SUFFIX}", "interval": 60}
    with site.written(beat):
        yield


# What the field showed, and no code of its own is for.

@breakage("G3", cause="no databases|\"databases\"")
def a_peers_json_that_names_no_database(site):
    with site.written(lambda document: document["databases"].clear()):
        yield


@breakage(cause="of olcDbMaxSize is in use", passing=("links", "in-step"))
def a_database_that_is_full(site):
    """Here it takes nothing more; what the peer took is missing, however small the difference in time."""
    connection = site.peer.server.admin()
    with site.database(site.node, (ldap.MOD_REPLACE, "olcDbMaxSize", "32768")):  # less than it has: no page more
        site.peer.server.add(f"cn=large,{SUFFIX}", {"objectClass": ["organizationalRole"], "cn": "large",
                                                    "description": "x" * 65536}, connection)
        yield
    connection.unbind_s()
    site.pair.wait_in_step()


@breakage("readers-denied", cause="cn=hidden|dn.subtree")
def a_subtree_that_the_account_does_not_see(site):
    rules = [f'to dn.subtree="cn=hidden,{SUFFIX}" by * none', "to * by * read"]
    add_person(site.node.server, "hidden")
    with site.database(site.node, (ldap.MOD_REPLACE, "olcAccess", rules)):
        yield


@breakage("database", cause="olcSyncUseSubentry")
def a_context_csn_in_a_subentry(site):
    with site.database(site.node, (ldap.MOD_REPLACE, "olcSyncUseSubentry", "TRUE")):
        yield


# --- the golden table ---

def golden():
    if not os.path.exists(GOLDEN):
        return {}
    with open(GOLDEN, encoding="utf-8") as file:
        return dict(line.rstrip("\n").split(" | ") for line in file if " | " in line)


def golden_write(name, row):
    rows = {**golden(), name: row}
    with open(GOLDEN, "w", encoding="utf-8") as file:
        file.write("Who says what: a breakage of test_breakages.py, and what status, check, doctor and verify then have.\n\n")
        file.writelines(f"{one} | {rows[one]}\n" for one, *_ in ROWS if one in rows)


def wait_well(site, row, seconds):
    """Waits until everybody says what they said before."""
    end = time.monotonic() + seconds
    while True:
        reports = Reports(site.node)
        if reports.is_as(row):
            print(f"well after {seconds - (end - time.monotonic()):.1f} s")
            return
        assert time.monotonic() < end, f"after {seconds} s still: {reports.row()}\n{reports.text()}"


def measure(site, name):
    """The reports as the golden table has them; in time, for some are told only when they last."""
    if os.environ.get("SYNCWARD_GOLDEN") == "write":
        time.sleep(15)
        golden_write(name, Reports(site.node, PASSING[name]).row())
    end = time.monotonic() + 20
    while True:
        reports = Reports(site.node, PASSING[name])
        if reports.is_as(golden().get(name)) or time.monotonic() > end:
            return reports


HEALTHY = "status: -; check: OK; doctor: -; verify: -"


@pytest.mark.one_release
@pytest.mark.turns(2)
@pytest.mark.parametrize("name, codes, cause, breaks", [pytest.param(*row[:4], marks=row[4], id=row[0]) for row in ROWS])
def test_a_breakage_is_told_as_the_table_says_and_no_longer_than_it_lasts(site, name, codes, cause, breaks):
    wait_well(site, HEALTHY, 30)
    with breaks(site):
        site.look()
        reports = measure(site, name)
        planned = reports.planned
    wait_well(site, HEALTHY, SECONDS_AFTER)
    assert reports.row() == golden().get(name), reports.text()
    assert re.search(cause, reports.text()), reports.text()
    assert not reports.contradictions(), reports.text()
    errors = {code for code, check in reports.doctor.items() if check["severity"] == "error"}
    assert not errors & SEEN_BY_THE_DAEMON or reports.level() != "OK", reports.text()
    told = reports.told() | {code.split("=")[0] for code in reports.bad()} | planned
    assert codes <= told, (codes - told, reports.text())
    assert "canary" not in reports.text()
    assert not [fault for text in reports.messages() for fault in messages.faults(text)]


# --- a note of the plan alone ---

def test_server_ids_without_known_listeners_are_not_called_right(slapd_factory, program):
    node = Lone(slapd_factory, program)
    node.document["server_id"] = "list"
    node.write()
    node.apply_ok()
    hidden = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs none /proc; mount --bind /dev/null "$1"; shift; exec "$@"', "-",
              os.path.join(node.server.directory, "slapd.args")]

    def found():
        done = node.run("plan", "--output", "json", prefix=hidden)
        return {one["code"] for one in json.loads(done.stdout)["findings"]}
    assert "server-id-unverified" not in found()  # cn=monitor tells them
    node.server.modify(MONITOR, [(ldap.MOD_REPLACE, "olcAccess", "to * by * none")])
    assert "server-id-unverified" in found()


# --- every code has its breakage ---

def arguments_of_calls(text, function):
    """What stands between the brackets of each call in C."""
    for found in re.finditer(rf"\b{function}\(", text):
        depth, at = 1, found.end()
        while depth:
            token = re.compile(r'"(?:[^"\\]|\\.)*"|.', re.DOTALL).match(text, at)
            depth += {"(": 1, ")": -1}.get(token[0], 0)
            at = token.end()
        yield text[found.end():at - 1]


# Where a code stands in the sources: beside its severity, in a table of states, or under a name of its own.
FINDING_CODE = re.compile(r'SEVERITY_\w+,\s*"([a-z][a-z-]+)"|(?<!\w)\.code = "([a-z-]+)"|#define \w+_CODE\s+"([a-z-]+)"|'
                          r'\[HEALTH_\w+\] = \{"([a-z-]+)"|(?:\bcode|replaced|restored)\[\] = "([a-z-]+)"|'
                          r'(?<!\w)code = [^;"]*\? "([a-z-]+)"')


def codes_of(text):
    """Of the findings that a file makes."""
    codes = {next(filter(None, groups)) for groups in FINDING_CODE.findall(text)}
    for call in arguments_of_calls(text, "plan_add_finding"):
        codes |= {one for one in re.findall(r'"((?:[^"\\]|\\.)*)"', call)[:2]
                  if re.fullmatch(r"[a-z][a-z-]+", one) and "," in call.split(f'"{one}"')[0]}
    return codes


def finding_codes():
    """Of all findings, by the calls that make them and the tables that those use."""
    codes = set()
    paths = [*glob.glob(os.path.join(TOP, "common", "*", "*.[ch]")),
             *(path for room in ("daemon", "edits", "found", "heartbeat", "kept", "links")
               for path in glob.glob(os.path.join(TOP, "agent", room, "*.c")))]
    for path in paths:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        found = codes_of(text)
        named = any("_CODE" in call for call in arguments_of_calls(text, "plan_add_finding"))
        makes = "CONDITION_FINDING" in text or "plan_add_finding(" in text
        assert found or named or not makes or os.path.basename(path) in NO_CODE_OF_ITS_OWN, f"{path}: which code?"
        codes |= found
    return codes


# Where findings are handed on, shown or declared.
NO_CODE_OF_ITS_OWN = {"check_numbers.c", "plan.c", "plan.h", "told_plan.c", "status_gate.c", "status_text.c", "status_check.c", "status_print.c",
                      "status.c", "status_metrics.c", "status_parse.c", "condition.h",
                      "joining_missing.c"}


def doctor_codes():
    with open(os.path.join(TOP, "common/report/doctor_checks.c"), encoding="utf-8") as file:
        return set(re.findall(r'\[DOCTOR_\w+\] =\s*\{"([a-z-]+)"', file.read()))


@pytest.mark.one_release
def test_every_check_and_every_finding_has_a_breakage():
    broken = {code for _, codes, *_ in ROWS for code in codes}
    wanted = doctor_codes() | finding_codes()
    elsewhere = {code: place for places in ELSEWHERE.values() for code, place in places.items()}
    assert len(elsewhere) == sum(map(len, ELSEWHERE.values())), "a code stands under two reasons"
    assert len(doctor_codes()) == 40 and len(wanted) > 90
    assert wanted - broken - set(elsewhere) == set()
    assert set(elsewhere) <= wanted, "nobody says that any more"
    assert not broken & set(elsewhere), "made here as well as elsewhere"
    for code, place in elsewhere.items():
        assert_is_there(place, code)
    assert set(golden()) == {row[0] for row in ROWS}


def assert_is_there(place, code=None):
    """A test of that name, which names the code, itself or in what it uses of its file; or a script that does."""
    path, _, test = place.partition("::")
    with open(os.path.join(HERE, path), encoding="utf-8") as file:
        text = file.read()
    if path.endswith(".py"):
        bodies = dict(re.findall(r"^(?:def )?(\w+)((?:\(| = ).*(?:\n(?:[ )].*)?)*)", text, re.MULTILINE))
        assert test in bodies, place
        used = [body for name, body in bodies.items() if re.search(rf"\b{name}\b", bodies[test])]
        text = "\n".join([bodies[test], *used])
    assert code is None or re.search(rf"(?<![\w-]){code}(?![\w-])", text), (code, place)


@pytest.mark.one_release
def test_what_was_not_told_truly_in_use_has_its_breakage():
    assert len(FIELD) == 10
    for what, place in FIELD.items():
        assert place in golden() or "::" in place, what
        if "::" in place:
            assert_is_there(place)
