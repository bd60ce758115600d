# SPDX-License-Identifier: Apache-2.0
"""Delta-syncrepl that people made: a link reads a log of changes only where its provider was seen to show one, what a log
lacks is told where it is missing and where it is read, and a log that is whole is left alone."""

import json
import os
import subprocess
import time

import delta
import ldap
import pytest
import remedies
from cluster import Cluster, add_person, wait_entry
from daemon import Daemon
from jsonschema import Draft202012Validator
from slapd import SUFFIX, Database, wait_until

REPLICATOR = "cn=replicator," + SUFFIX
MODULES = ["syncprov", "accesslog"]


def read_from_logs(cluster):
    cluster.document["databases"][0]["syncrepl"].update(delta.KEYWORDS)
    cluster.write()


def wait_settled(cluster):
    """Waits until all links keep their connections for longer than a retry: at first they begin anew until each log has a
    change of every node."""
    def sessions():
        return [node.server.tcp_peers() for node in cluster]

    def is_settled():
        before = sessions()
        time.sleep(1.5)
        return all(before) and before == sessions()
    wait_until(is_settled, "the links keep their connections", 30)


@pytest.fixture(name="plain")
def fixture_plain(slapd_factory, program):
    """Two nodes that read each other's database, known to be in step. The first one writes a log: else it may read none."""
    cluster = Cluster(slapd_factory, program, 2, modules=MODULES)
    delta.add_delta(cluster[0].server, [REPLICATOR])
    return cluster.form_by_hand().be_seen_to_work()


@pytest.fixture(name="whole")
def fixture_whole(slapd_factory, program):
    """Two nodes that read each other's log, as an administrator made it."""
    cluster = Cluster(slapd_factory, program, 2, modules=MODULES)
    for node in cluster:
        delta.add_delta(node.server, [REPLICATOR])
    cluster.form_by_hand()
    for node in cluster:
        delta.read_log(node, cluster)
    read_from_logs(cluster)
    delta.write_everywhere(cluster, "first")
    for node in cluster:
        node.apply_ok()
    wait_settled(cluster)
    return cluster


def assert_plain(node, cause):
    """Nothing is written nor held, and the plan says that the log is not read, and why."""
    before = node.syncrepl()
    node.apply_ok()
    assert node.syncrepl() == before and not any("logbase" in value for value in before)
    (severity, text), = delta.findings(node, "no-log")
    assert severity == "warning" and "'cn=accesslog' (logbase)" in text and cause in text, text
    assert "reads no log of this database" in text
    return text


@pytest.mark.remedy("log-there")
def test_a_link_reads_the_database_until_its_provider_shows_the_log(plain):
    node, peer = plain
    read_from_logs(plain)
    text = assert_plain(node, "is not there")
    assert "cn=accesslog" in node.run("doctor", "logs").stdout
    delta.add_log(peer.server, ["cn=nobody"])
    delta.add_log_provider(peer.server)
    assert_plain(node, "may not read it")
    peer.server.modify(peer.server.database_dn(delta.LOG), [(ldap.MOD_REPLACE, "olcAccess", delta.access([REPLICATOR]))])
    assert_plain(node, "is not there")  # no overlay made its base entry
    delta.add_logging(peer.server)
    add_person(peer.server, "logged")
    remedies.printed(text, "log-there")
    remedies.did("log-there")
    wait_until(lambda: node.apply().returncode == 0 and "logbase=" in node.syncrepl()[0], "the log is read")
    assert delta.findings(node, "no-log") == []
    plain.wait_persistent()
    wait_entry(node.server, add_person(peer.server, "new"))
    wait_entry(peer.server, add_person(node.server, "other"))


def test_a_log_of_another_name_is_none(plain):
    """The peer writes one, and peers.json has a slip in its name."""
    node, peer = plain
    delta.add_delta(peer.server, [REPLICATOR])
    add_person(peer.server, "logged")
    plain.document["databases"][0]["syncrepl"].update({**delta.KEYWORDS, "logbase": "cn=changelog"})
    plain.write()
    before = node.syncrepl()
    node.apply_ok()
    (severity, text), = delta.findings(node, "no-log")
    assert severity == "warning" and "'cn=changelog' (logbase)" in text and node.syncrepl() == before
    wait_entry(node.server, add_person(peer.server, "still"))


def test_of_two_databases_the_one_without_a_log_is_read_itself(slapd_factory, program):
    other = Database(suffix="o=two")
    cluster = Cluster(slapd_factory, program, 2, [Database(), other], modules=MODULES)
    cluster.document["databases"][1]["rid_offset"] = 100
    for node in cluster:
        delta.add_delta(node.server, [REPLICATOR])
    cluster.form_by_hand().be_seen_to_work()
    add_person(cluster[0].server, "logged")
    for database in cluster.document["databases"]:
        database["syncrepl"].update(delta.KEYWORDS)
    cluster.write()
    node, peer = cluster[1], cluster[0]
    wait_until(lambda: node.apply() and "logbase=" in node.syncrepl()[0], "the log of the first one is read")
    assert not any("logbase=" in value for value in node.syncrepl(other.suffix))
    for database in cluster.databases:
        wait_entry(node.server, add_person(peer.server, "still", database))


def test_a_log_that_shows_no_change_may_be_hidden_and_is_not_read(plain):
    node, peer = plain
    delta.add_delta(peer.server, [REPLICATOR])
    read_from_logs(plain)
    node.apply_ok()
    (severity, text), = delta.findings(node, "log-not-known")
    assert severity == "warning" and "shows no change" in text and "logbase" not in node.syncrepl()[0]
    wait_entry(node.server, add_person(peer.server, "logged"))
    plain.wait_in_step()
    node.apply_ok()
    assert "logbase=" in node.syncrepl()[0] and delta.findings(node, "log-not-known") == []


def test_a_peer_that_cannot_be_asked_is_read_plainly(plain):
    node, peer = plain
    delta.add_delta(peer.server, [REPLICATOR])
    read_from_logs(plain)
    peer.server.kill()
    node.apply()
    (severity, text), = delta.findings(node, "log-not-known")
    assert severity == "warning" and "could not be asked" in text and "logbase" not in node.syncrepl()[0]
    peer.server.start()


def test_the_daemon_tells_of_a_log_that_is_missing_and_reads_it_when_it_is_there(plain):
    node, peer = plain
    with Daemon(node) as daemon:
        read_from_logs(plain)
        wait_until(lambda: "'cn=accesslog' (logbase)" in node.run("status").stdout, "status names the log")
        assert node.run("check").returncode == 1
        passes = daemon.last_pass()[0]
        delta.add_delta(peer.server, [REPLICATOR])
        add_person(peer.server, "logged")
        assert "logbase" not in node.syncrepl()[0]
        daemon.reload()  # has the peers asked again, which else is done at intervals
        wait_until(lambda: "logbase=" in node.syncrepl()[0], "the log is read")
        wait_until(lambda: "no-log" not in node.run("status").stdout, "and nothing is told any more")
        assert daemon.last_pass()[0] - passes < 20
        told = json.loads(node.run("status", "--output", "json").stdout)
        log, = told["logs"]
        assert (log["suffix"], log["logbase"], log["keeps_seconds"]) == (SUFFIX, delta.LOG, 7 * 86400)
        assert log["room_bytes"] > 0 and (log["size_bytes"] or node.server.databases[0].backend_on(node.server.release) != "mdb")
        assert told["databases"][0]["peers"][0]["log_oldest"]
        with open(os.path.join(remedies.TOP, "etc/status.schema.json"), encoding="utf-8") as file:
            Draft202012Validator(json.load(file)).validate(told)
    wait_entry(node.server, add_person(peer.server, "new"))


@pytest.mark.every_release
def test_a_log_that_is_whole_is_adopted_and_left_alone(whole):
    for node in whole:
        folder = os.path.join(node.folder, "adopted")
        os.makedirs(folder, 0o700)
        done = subprocess.run([node.program, "adopt", "--secrets", folder, "--ldap-uri", node.server.ldapi_uri], text=True,
                              capture_output=True, check=True)
        (database,) = json.loads(done.stdout)["databases"]
        assert database["suffix"] == SUFFIX and database["syncrepl"]["logbase"] == delta.LOG
        assert f"({delta.LOG}) is left out" in done.stderr and "log of changes" in done.stderr
        node.write(json.loads(done.stdout))
        planned = node.plan_json()
        assert (planned["changes"], planned["holds"], planned["findings"]) == ([], [], []), planned
        node.assert_in_step()
        doctor = node.run("doctor", "logs")
        assert doctor.returncode == 0 and "not checked" not in doctor.stdout, doctor.stdout
        assert node.run("verify").returncode == 0
    for how in (whole[0].server.stop, whole[0].server.kill):  # what contextCSN of the log says then
        how()
        whole[0].server.start()
        assert delta.findings(whole[1], "no-log") == []
    delta.write_everywhere(whole, "again")


def hide(node):
    """What a consumer needs of each change. The whole log hidden makes slapd 2.6.10 hang when a consumer connects again and
    somebody writes (syncprov_findbase)."""
    node.server.modify(node.server.database_dn(delta.LOG), [
        (ldap.MOD_REPLACE, "olcAccess", ["to attrs=reqMod by * none", delta.access([REPLICATOR])])])


@pytest.mark.remedy("log-own")
@pytest.mark.newest_release
def test_a_log_that_is_hidden_or_gone_under_a_link_that_reads_it_is_critical(whole):
    node, peer = whole
    log = peer.server.database_dn(delta.LOG)
    before = node.syncrepl()

    def assert_critical(cause):
        (severity, text), = delta.findings(node, "no-log")
        assert severity == "critical" and cause in text and peer.server.ldap_uri in text, text
        node.apply_ok()
        assert node.syncrepl() == before, "what somebody made stays as it is"
    hide(peer)
    assert_critical("without reqMod")
    peer.server.modify(log, [(ldap.MOD_REPLACE, "olcAccess", delta.access([REPLICATOR]))])
    assert delta.findings(node, "no-log") == []
    if peer.server.release.version == "2.4":
        remedies.is_not_printed(peer.plan().stdout, "log-own")
        return  # takes no overlay away
    assert delta.findings(peer, "log-own") == []
    overlay, = (dn for dn, _ in peer.server.search(peer.server.database_dn()) if "accesslog" in dn)
    peer.server.root.delete_s(overlay)
    add_person(peer.server, "unlogged")
    assert_critical("lacks changes that its database has: slapd there was killed before it wrote them down, which its next change "
                    "ends, no accesslog overlay writes into it")
    (severity, text), = delta.findings(peer, "log-own")
    assert severity == "critical"
    remedies.printed(text, "log-own")
    delta.add_logging(peer.server)
    remedies.did("log-own")
    assert delta.findings(peer, "log-own") == []


@pytest.mark.remedy("log-compare")
def test_what_was_written_under_a_hidden_log_stays_away_and_compare_finds_it(whole):
    node, peer = whole
    log = peer.server.database_dn(delta.LOG)
    hide(peer)
    hidden = add_person(peer.server, "hidden")
    (_, text), = delta.findings(node, "no-log")
    remedies.printed(text, "log-compare")
    (severity, there), = delta.findings(peer, "log-incomplete")
    assert severity == "critical" and "may not read" in there
    name, value = remedies.attribute(there, "log-access")
    peer.server.modify(log, [(ldap.MOD_ADD, name, value)])
    wait_entry(node.server, add_person(peer.server, "shown"))
    whole.wait_in_step()
    compared = node.run("compare", "--lag", "0").stdout
    assert "missing here: 1\n" in compared and f" {hidden};" in compared
    remedies.did("log-compare")


def test_links_inside_a_site_read_logs_and_those_across_the_database(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 3, modules=MODULES)
    near = cluster.nodes[:2]
    for node in near:
        delta.add_delta(node.server, [REPLICATOR], with_root=True)
    cluster.form_by_hand()
    for node in near:
        delta.read_log(node, cluster, near)
    for peer in cluster.document["peers"][:2]:
        peer["syncrepl"] = dict(delta.KEYWORDS)
    cluster.document["peers"][2]["as_consumer"] = {"syncdata": "default", "logbase": None, "logfilter": None}
    cluster.write()
    delta.write_everywhere(cluster, "first")
    for node in cluster:
        node.apply_ok()
        node.assert_in_step()
        planned = node.plan_json()
        assert planned["findings"] == [], planned
        assert sum("logbase" in value for value in node.syncrepl()) == (1 if node in near else 0)
    delta.write_everywhere(cluster, "second")


def pieces(node):
    return [text for _, text in delta.findings(node, "log-incomplete")]


def piece(node, words):
    """The one finding with these words."""
    return next(text for text in pieces(node) if words in text)


def give(server, dn, text, code):
    """Gives the entry the line that the text wants."""
    name, value = remedies.attribute(text, code)
    server.modify(dn, [(ldap.MOD_ADD if name in ("olcAccess", "olcLimits", "olcModuleLoad") else ldap.MOD_REPLACE, name, value)])


@pytest.mark.remedy("log-database", "log-module", "log-overlay", "log-operations", "log-syncprov", "log-no-present",
                    "log-reload-hint", "log-access", "log-limits")
def test_what_a_log_lacks_is_told_piece_by_piece_and_made_as_it_is_printed(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2, modules=["syncprov"]).form_by_hand()
    node, peer = cluster
    server = node.server
    node.apply_ok()
    read_from_logs(cluster)
    remedies.printed(piece(node, "no database has that suffix"), "log-database")
    assert "no database has that suffix" in node.run("doctor", "logs").stdout
    give(server, "cn=module{0},cn=config", piece(node, "module"), "log-module")
    delta.add_log(server, ["cn=nobody"], rootdn="cn=admin," + delta.LOG)
    remedies.did("log-database")
    log = server.database_dn(delta.LOG)
    remedies.run(node, piece(node, "no overlay writes"), "log-overlay")
    remedies.run(node, piece(node, "no syncprov overlay"), "log-syncprov")
    give(server, log, piece(node, "replicator," + SUFFIX + " may not read"), "log-access")
    give(server, log, piece(node, "the rootdn of the database, may not read"), "log-access")
    give(server, log, piece(node, "a limit cuts off"), "log-limits")
    assert pieces(node) == []
    add_person(server, "logged")
    peer.apply_ok()
    (severity, text), = delta.findings(peer, "log-own")
    assert severity == "warning" and "reads no log of this database" in text and "logbase" not in peer.syncrepl()[0]
    peer.server.modify("cn=module{0},cn=config", [(ldap.MOD_ADD, "olcModuleLoad", "accesslog")])
    delta.add_delta(peer.server, [REPLICATOR])
    peer.apply_ok()
    assert any("logbase" in value for value in peer.syncrepl()), "what was made can be read"
    wait_entry(peer.server, add_person(server, "new"))
    provider, = (dn for dn, _ in server.search(log) if "syncprov" in dn)
    writer, = (dn for dn, _ in server.search(server.database_dn()) if "accesslog" in dn)
    server.modify(provider, [(ldap.MOD_REPLACE, "olcSpNoPresent", "FALSE"), (ldap.MOD_REPLACE, "olcSpReloadHint", "FALSE")])
    server.modify(writer, [(ldap.MOD_REPLACE, "olcAccessLogOps", "add modify")])
    give(server, provider, piece(node, "olcSpNoPresent"), "log-no-present")
    give(server, provider, piece(node, "olcSpReloadHint"), "log-reload-hint")
    give(server, writer, piece(node, "leaves out kinds"), "log-operations")
    assert pieces(node) == []
