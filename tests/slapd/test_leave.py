# SPDX-License-Identifier: Apache-2.0
"""leave: a node goes without losing a change, stays out until a person lets it back, and comes back whole."""

import json
import os
import subprocess
import threading
import time

import by_hand
import ldap
import pytest
import remedies
from ldap.syncrepl import SyncRequestControl
from cluster import Cluster, add_person, apply_until_joined, wait_entry
from slapd import PASSWORD, SUFFIX, Database, SlapdFailed, syncrepl, wait_until
from test_fence import load


@pytest.fixture(name="cluster")
def fixture_cluster(slapd_factory, program):
    """Three nodes in step, written by hand."""
    return Cluster(slapd_factory, program, 3, [Database(overlays=("syncprov",))]).form_by_hand()


def left(node):
    """What the state folder remembers of leaving; None when nothing."""
    path = os.path.join(node.state_dir, "left.json")
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def values(node, name):
    return node.server.values(node.server.database_dn(), name)


def replicates(node):
    return bool(values(node, "olcSyncrepl") or values(node, node.server.flag()))


def read_only(node):
    return values(node, "olcReadOnly") == ["TRUE"]


def leave(node, *words, status=0):
    done = node.run("leave", *words)
    assert done.returncode == status, done.stdout + done.stderr
    assert "secret" not in done.stdout + done.stderr
    return done.stdout


def unread(cluster, node):
    """As when the others have a peers.json without it."""
    for other in cluster:
        if other is not node:
            other.edit([(ldap.MOD_REPLACE, "olcSyncrepl", [
                value for value in values(other, "olcSyncrepl") if node.server.ldap_uri not in value])])
    if not node.server.release.has_consumer_monitor:  # 2.4 goes on in the session of a link that is gone
        node.server.restart()
    wait_until(lambda: not node.server.sessions(), "nobody reads there")


def catch_up(node):
    """It reads, and nobody reads it."""
    def is_complete():
        done = node.apply()
        return done.returncode == 0 or "everything is here" in done.stdout
    wait_until(is_complete, "it has everything", 90)


def join_again(cluster, node):
    """The others have its line again."""
    for other in cluster:
        if other is not node:
            other.apply_ok()
    apply_until_joined(node)


def delete(node, name):
    connection = node.server.admin()
    connection.delete_s(f"cn={name},{SUFFIX}")
    connection.unbind_s()


def dns(server):
    """All entries, as the rootdn sees them: no size limit."""
    connection = server.admin()
    found = connection.search_s(SUFFIX, ldap.SCOPE_SUBTREE, attrlist=["1.1"])
    connection.unbind_s()
    return {dn for dn, _ in found}


class Client(threading.Thread):
    """Adds entries at a server until it is told to stop; remembers what was accepted."""

    def __init__(self, server):
        super().__init__()
        self.server = server
        self.accepted = []
        self.refused = 0
        self.is_done = threading.Event()

    def run(self):
        connection = self.server.admin()
        for i in range(1000000):
            if self.is_done.wait(0.002):
                break
            dn = f"cn=client{i},{SUFFIX}"
            try:
                connection.add_s(dn, [("objectClass", [b"organizationalRole"]), ("cn", [f"client{i}".encode()])])
                self.accepted.append(dn)
            except ldap.UNWILLING_TO_PERFORM:
                self.refused += 1
        connection.unbind_s()


def test_nothing_that_a_client_wrote_meanwhile_is_lost(cluster):
    node = cluster[2]
    client = Client(node.server)
    client.start()
    try:
        wait_until(lambda: len(client.accepted) > 20, "writes")
        output = leave(node)
        wait_until(lambda: client.refused, "writes are refused")
    finally:
        client.is_done.set()
        client.join()
    assert "This node has left" in output and "peers.json on every node" in output
    assert not replicates(node) and read_only(node)
    assert not node.consumers()
    for server in (cluster[0].server, cluster[1].server):
        wait_entry(server, client.accepted[-1])
        assert set(client.accepted) <= dns(server)
    node.server.restart()
    assert leave(node) == "This node replicates nothing that peers.json names: nothing to leave.\n"


@pytest.mark.one_release
def test_it_is_held_while_a_change_is_nowhere_else(cluster):
    node = cluster[2]
    cluster[0].server.stop()
    cluster[1].server.stop()
    add_person(node.server, "lonely")
    before = node.server.config_writes()
    output = leave(node, "--timeout", 0, status=3)
    assert f"held left: not every change of {SUFFIX} is at a peer: no peer that could be asked has all of " \
           "server ID 1 (hex 001), all of server ID 3 (hex 003); ldap://" in output
    assert output.endswith("      syncward leave\n\nNothing was written.\n")
    assert node.server.config_writes() == before and left(node) is None
    add_person(node.server, "still-writable")
    cluster[0].server.start()
    wait_entry(cluster[0].server, f"cn=still-writable,{SUFFIX}")
    assert "This node has left" in leave(node)


@pytest.mark.one_release
def test_a_write_behind_the_first_look_is_noticed_and_the_door_opened_again(cluster):
    """Peers that read from this node no more: what is written here between look and closing stays here."""
    node = cluster[2]
    for peer, other in ((cluster[0], cluster[1]), (cluster[1], cluster[0])):
        peer.edit([(ldap.MOD_REPLACE, "olcSyncrepl", syncrepl(other.id, other.server.ldap_uri, timeout=1))])
    node.edit([(ldap.MOD_REPLACE, "olcSyncrepl", [  # young sessions: a write of cn=config waits for calm
        syncrepl(peer.id, peer.server.ldap_uri, timeout=4) for peer in (cluster[0], cluster[1])])])
    wait_until(lambda: all(c.phase == "Persist" for c in node.server.consumers()), "sessions")
    process = subprocess.Popen(node.command("leave", "--timeout", "1"), text=True, stdout=subprocess.PIPE)
    wait_until(lambda: left(node), "it is about to close")
    add_person(node.server, "late")
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 3, output
    assert "server ID 3 (hex 003)" in output and "is open again: it has not left" in output
    assert replicates(node) and not read_only(node) and left(node) is None
    told = [(r["event"], r["trigger"], r["cause"], r.get("new")) for r in json.loads(
        node.run("history", "--attribute", "olcReadOnly", "--output", "json").stdout)["records"]]
    assert told == [(event, "leave", cause, value) for cause, value in (("hand", "TRUE"), ("put-back", "FALSE"))
                    for event in ("correction-intended", "correction-applied")]
    add_person(node.server, "later")


@pytest.mark.remedy("leave")
def test_a_node_that_is_not_listed_any_more_leaves(cluster):
    node = cluster[2]
    cluster.document["peers"].pop()
    cluster.write()
    planned = node.plan()
    assert planned.returncode == 3 and "end its part with `syncward leave`" in planned.stdout
    for peer in (cluster[0], cluster[1]):
        peer.apply_ok("--release", "G4")
    assert "Its syncward service may be disabled" in remedies.run(node, planned.stdout, "leave").stdout
    assert not replicates(node) and read_only(node)
    again = node.plan()
    assert again.returncode == 3 and "it left the cluster" in again.stdout


@pytest.mark.remedy("peer-left")
def test_the_line_of_a_node_that_left_is_taken_out_everywhere(cluster):
    node = cluster[2]
    leave(node)
    remedies.printed(node.plan().stdout, "peer-left")
    cluster.document["peers"].pop()
    cluster.write()
    remedies.did("peer-left")
    for peer in (cluster[0], cluster[1]):
        peer.apply("--release", "G4")
        assert len(peer.syncrepl()) == 1
        peer.assert_in_step()
    assert "its syncward service has nothing to do" in node.plan().stdout


@pytest.mark.remedy("release-left")
def test_it_stays_out_until_a_person_lets_it_back_and_reads_before_it_takes_writes(cluster):
    node, other = cluster[2], cluster[0]
    add_person(other.server, "to-be-deleted")
    cluster.wait_in_step()
    leave(node)
    before = node.server.config_writes()
    for words in (("plan",), ("apply",)):
        held = node.run(*words)
        assert held.returncode == 3 and "held left: this node left the cluster" in held.stdout, held.stdout
        assert "syncward apply --release left" in held.stdout
    assert node.server.config_writes() == before
    delete(other, "to-be-deleted")
    add_person(other.server, "meanwhile")
    other.server.stop()
    cluster[1].server.stop()
    # Nobody to read from yet: it reads one peer first, and the door stays closed.
    first = remedies.run(node, held.stdout, "release-left", statuses=(3,))
    assert first.returncode == 3 and "held joining" in first.stdout, first.stdout + first.stderr
    assert read_only(node) and not values(node, "olcSyncrepl") and not values(node, node.server.flag())
    assert left(node)["rejoining"] is True
    other.server.start()
    cluster[1].server.start()
    unread(cluster, node)
    catch_up(node)
    join_again(cluster, node)
    assert not read_only(node) and values(node, node.server.flag()) == ["TRUE"] and left(node) is None
    entries = node.server.entries(attributes=["1.1"])
    assert f"cn=meanwhile,{SUFFIX}" in entries and f"cn=to-be-deleted,{SUFFIX}" not in entries
    add_person(node.server, "back")
    wait_entry(other.server, f"cn=back,{SUFFIX}")
    node.assert_in_step()


def test_while_nodes_read_there_who_comes_back_reads_nobody(cluster):
    """On 2.4 they took back some of what was deleted meanwhile, in each round."""
    node, other = cluster[2], cluster[0]
    add_person(other.server, "to-be-deleted")
    cluster.wait_in_step()
    leave(node)
    delete(other, "to-be-deleted")
    for words in (("--release", "left"), (), ()):
        held = node.apply(*words)
        assert held.returncode == 3 and "a node that reads here would be sent what this node reads first" in held.stdout, held.stdout
        assert "syncward apply --release joining" in held.stdout
        assert read_only(node) and not values(node, "olcSyncrepl") and not values(node, node.server.flag())
        assert left(node)["rejoining"] is True
    unread(cluster, node)
    catch_up(node)
    join_again(cluster, node)
    assert not read_only(node) and left(node) is None
    cluster.wait_in_step()
    for each in cluster:
        assert f"cn=to-be-deleted,{SUFFIX}" not in dns(each.server)


def has_overlay(node):
    return any("syncprov" in name for name, _ in node.server.search(node.server.database_dn()))


def leave_unread(cluster, node):
    """Only when nobody reads there its overlay goes, as slapd may die of it before."""
    unread(cluster, node)
    wait_until(lambda: "This node has left" in node.run("leave").stdout, "the readers are gone")
    assert not has_overlay(node)


class Busy(threading.Thread):
    """Adds entries at one server and deletes them a little later."""

    def __init__(self, node):
        super().__init__(daemon=True)
        self.server, self.name, self.gone, self.is_over = node.server, f"busy{node.id}", set(), threading.Event()

    def run(self):
        connection, there = self.server.admin(), []
        while not self.is_over.wait(0.03):  # oftener than that, and slapd dies of a search that begins meanwhile
            there.append(f"cn={self.name}-{len(self.gone) + len(there)},{SUFFIX}")
            connection.add_s(there[-1], [("objectClass", [b"organizationalRole"]), ("cn", [there[-1][3:].split(",")[0].encode()])])
            connection.modify_s(there[-1], [(ldap.MOD_REPLACE, "description", [b"changed"])])
            if len(there) > 30:
                connection.delete_s(there[0])
                self.gone.add(there.pop(0))


@pytest.mark.long
@pytest.mark.since("2.5")
def test_what_is_deleted_while_a_node_comes_back_stays_deleted(cluster):
    """With its overlay some came back in half of the rounds: what it read first went on to those that it was read from."""
    cluster.be_seen_to_work()  # with limits, so that who comes back can look at what was deleted
    load(cluster[0].server, "old", 1500)
    busy = [Busy(node) for node in cluster.nodes[:2]]
    for client in busy:
        client.start()
    for _ in range(6):
        leave(cluster[2])
        leave_unread(cluster, cluster[2])
        time.sleep(6)
        cluster[2].apply("--release", "left")
        catch_up(cluster[2])
        join_again(cluster, cluster[2])
    for client in busy:
        client.is_over.set()
        client.join()
    cluster.wait_in_step()
    for node in cluster:
        assert not dns(node.server) & (busy[0].gone | busy[1].gone)


def test_who_comes_back_under_another_id_is_closed_until_a_person_lets_it_have_that(cluster):
    """What holds the flag holds the door, too: clients would write beside the others."""
    node, other = cluster[2], cluster[0]
    add_person(node.server, "under-three")
    cluster.wait_in_step()
    leave(node)
    add_person(other.server, "meanwhile")
    cluster.document["peers"][2]["id"] = node.id = 7
    cluster.write()
    unread(cluster, node)
    for words in (("--release", "left"), (), ()):
        held = node.apply(*words)
        assert held.returncode == 3 and "held G5" in held.stdout, held.stdout + held.stderr
        assert read_only(node) and not values(node, node.server.flag()) and left(node)["rejoining"] is True
        wait_entry(node.server, f"cn=meanwhile,{SUFFIX}")
    if "restart slapd, because slapd writes it when it stops" in node.apply("--release", "G5").stdout:  # 2.4
        node.server.stop()
        time.sleep(1.1)  # contextCSN is older than slapd then
        node.server.start()
        node.apply("--release", "G5")
    join_again(cluster, node)
    assert not read_only(node) and values(node, node.server.flag()) == ["TRUE"] and left(node) is None
    assert node.server.values("cn=config", "olcServerID") == ["7"]
    assert f"cn=meanwhile,{SUFFIX}" in node.server.entries(attributes=["1.1"])


@pytest.mark.one_release
def test_a_read_only_of_somebody_else_is_not_ours(cluster):
    node = cluster[2]
    node.edit([(ldap.MOD_REPLACE, "olcReadOnly", "TRUE")])
    leave(node)
    assert left(node)["databases"] == [{"suffix": SUFFIX}]
    unread(cluster, node)
    assert node.apply("--release", "left").returncode in (0, 3)
    catch_up(node)
    join_again(cluster, node)
    assert read_only(node) and left(node) is None


@pytest.mark.every_release
def test_who_still_reads_there_is_not_shut_out_for_good(cluster):
    """As a relay is that was cut off: nobody looks after it any more."""
    reader, mine = f"cn=replicator,{SUFFIX}", 'dn.exact="cn=mine" size=7'
    node = cluster[2]
    node.edit([(ldap.MOD_REPLACE, "olcLimits", [
        f'{{0}}dn.exact="{reader}" size.unchecked=disabled size.unchecked=disabled', f"{{1}}{mine}"])])
    with pytest.raises(ldap.ADMINLIMIT_EXCEEDED):
        node.server.bind(reader, PASSWORD).search_s(SUFFIX, ldap.SCOPE_BASE)
    assert f"new sessions of {reader}" in " ".join(leave(node).split())
    assert values(node, "olcLimits") == [f"{{0}}{mine}"] and not replicates(node)
    assert node.server.bind(reader, PASSWORD).search_s(SUFFIX, ldap.SCOPE_BASE)
    node.server.restart()
    assert node.server.bind(reader, PASSWORD).search_s(SUFFIX, ldap.SCOPE_BASE)


@pytest.mark.one_release
def test_a_provider_that_is_kept_stays(cluster):
    node = cluster[2]
    node.edit([(ldap.MOD_ADD, "olcSyncrepl", syncrepl(77, "ldap://127.0.0.1:9", network_timeout=1, timeout=1))])
    cluster.document["policy"]["keep"] = ["ldap://127.0.0.1:9"]
    cluster.write()
    leave(node)
    (value,) = values(node, "olcSyncrepl")
    assert "rid=077" in value and not values(node, node.server.flag())
    assert [rid for rid, _ in node.consumers()] == [77]


@pytest.mark.one_release
def test_what_is_written_is_shown_and_audit_writes_nothing(cluster):
    node = cluster[2]
    cluster.document["policy"]["mode"] = "audit"
    cluster.write()
    before = node.server.config_writes()
    output = leave(node, status=3)
    assert output.count("[this node leaves]") == 3 and "read-only database" in output and "overlay" not in output
    assert '"mode": "enforce"' in output
    document = json.loads(leave(node, "--output", "json", status=3))
    assert [change["kind"] for change in document["changes"]] == [
        "read-only-on", "peer-remove", "peer-remove", "multi-provider-off"]
    assert node.server.config_writes() == before and left(node) is None


@pytest.mark.one_release
def test_a_replicated_cn_config_is_not_written(cluster):
    node = cluster[2]
    node.server.modify("olcDatabase={0}config,cn=config", [(ldap.MOD_ADD, "olcSyncrepl", syncrepl(
        99, "ldap://127.0.0.1:9", "cn=config", network_timeout=1, timeout=1))])
    before = node.server.config_writes()
    assert "held G8" in leave(node, status=3)
    assert node.server.config_writes() == before and left(node) is None


@pytest.mark.one_release
def test_a_killed_leave_is_finished_by_the_next(cluster):
    node = cluster[2]
    node.edit([(ldap.MOD_REPLACE, "olcSyncrepl", [
        syncrepl(peer.id, peer.server.ldap_uri, timeout=4) for peer in (cluster[0], cluster[1])])])
    wait_until(lambda: all(c.phase == "Persist" for c in node.server.consumers()), "sessions")
    process = subprocess.Popen(node.command("leave"), stdout=subprocess.DEVNULL)
    wait_until(lambda: left(node), "it is about to close")
    process.kill()
    process.wait()
    assert "held left" in node.plan().stdout
    assert "This node has left" in leave(node)
    assert left(node)["databases"] == [{"suffix": SUFFIX, "closed": True}] and read_only(node)


@pytest.mark.one_release
@pytest.mark.since("2.5")
def test_the_overlay_goes_when_no_node_reads_any_more(cluster):
    node = cluster[2]
    assert "overlay stays while other nodes read here" in leave(node) and has_overlay(node)
    assert "nothing to leave" in leave(node) and has_overlay(node)
    leave_unread(cluster, node)
    told = cluster[0].run("doctor").stdout
    assert "[no-syncprov]" in told and "says how it comes back, or take its line out on all others" in told, told
    assert left(node)["databases"] == [{"suffix": SUFFIX, "closed": True}] and read_only(node)
    assert "nothing to leave" in leave(node)


def listen(server):
    """A search that goes on, as a consumer has, by an anonymous client; unbind_s() ends it."""
    connection = server.connect(server.ldap_uri)
    connection.search_ext(SUFFIX, ldap.SCOPE_SUBTREE, serverctrls=[SyncRequestControl(mode="refreshAndPersist")])
    wait_until(lambda: any(session.authz_dn == "" for session in server.sessions()), "the session")
    return connection


@pytest.mark.since("2.5")
def test_the_overlay_stays_beneath_whoever_reads(cluster):
    """By a name that peers.json does not have, and also if it came behind the first look."""
    node = cluster[2]
    unread(cluster, node)
    stranger = listen(node.server)
    cluster.document["policy"]["mode"] = "audit"
    cluster.write()
    assert "overlay" not in leave(node, status=3)
    stranger.unbind_s()
    wait_until(lambda: "overlay syncprov" in leave(node, status=3), "nobody reads")
    cluster.document["policy"]["mode"] = "enforce"
    cluster.write()
    node.edit([(ldap.MOD_REPLACE, "olcSyncrepl", [  # young sessions: a write of cn=config waits for calm
        syncrepl(peer.id, peer.server.ldap_uri, timeout=4) for peer in (cluster[0], cluster[1])])])
    wait_until(lambda: all(c.phase == "Persist" for c in node.server.consumers()), "sessions")
    process = subprocess.Popen(node.command("leave"), text=True, stdout=subprocess.PIPE)
    wait_until(lambda: left(node), "it has looked, and is about to close")
    stranger = listen(node.server)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0 and "overlay stays while other nodes read here" in output, output
    assert has_overlay(node) and not replicates(node)
    stranger.unbind_s()
    wait_until(lambda: "This node has left" in leave(node), "nobody reads")
    assert not has_overlay(node)


def test_slapd_starts_again_after_each_write(cluster):
    """Closed, but still replicating, is what a killed leave leaves."""
    node = cluster[2]
    node.edit([(ldap.MOD_REPLACE, "olcReadOnly", "TRUE")])
    try:
        node.server.restart()
    except SlapdFailed as error:
        pytest.fail(str(error))
    add_person(cluster[0].server, "still-read")
    wait_entry(node.server, f"cn=still-read,{SUFFIX}")
    node.edit([(ldap.MOD_REPLACE, "olcReadOnly", "FALSE")])
    add_person(node.server, "open-again")
    wait_entry(cluster[0].server, f"cn=open-again,{SUFFIX}")
