# SPDX-License-Identifier: Apache-2.0
"""A log of changes is full, its disk or its map (olcDbMaxSize): slapd answers its clients, leaves the changes out of the log, and
writes on when there is room again. Peers that read the log would never get them."""

import os

import delta
import pytest
import remedies
from cluster import Cluster, add_person, wait_entry
from slapd import Database, wait_until
from test_delta_made import OF_LOGS, apply_until_delta, contents, held, overlay_of, ring
from test_disk import mount, private_mounts

MIB = 1024 * 1024


@pytest.fixture(name="mounts")
def fixture_mounts(slapd_factory):  # pylint: disable=unused-argument
    """Mounts that nobody else sees; gone before the servers are."""
    with private_mounts():
        yield


def fill(folder, leave):
    """Uses up the disk of the folder but so much."""
    status = os.statvfs(folder)
    with open(os.path.join(folder, "filler"), "wb") as file:
        os.posix_fallocate(file.fileno(), 0, status.f_bavail * status.f_frsize - leave)


def make_room(folder):
    os.remove(os.path.join(folder, "filler"))


def begin_anew(node, release):
    """As the hold says."""
    node.server.stop()
    for name in ("data.mdb", "lock.mdb"):
        os.remove(os.path.join(delta.folder_of(node), name))
    node.server.start()
    remedies.run(node, release, "log-anew")


@pytest.mark.remedy("log-room")
@OF_LOGS
def test_a_log_is_not_written_on_when_its_disk_is_nearly_full(slapd_factory, mounts, program):  # pylint: disable=unused-argument
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb")], modules=["syncprov"])
    node, peer = cluster
    os.makedirs(delta.folder_of(node), 0o700)
    mount("-t", "tmpfs", "-o", "size=400m,mode=700", "syncward-test", delta.folder_of(node))
    cluster.form_by_hand().be_seen_to_work()
    delta.want_all(cluster)
    apply_until_delta(cluster)
    assert delta.findings(node, "log-room") == []
    fill(delta.folder_of(node), 100 * MIB)
    (severity, text), = delta.findings(node, "log-room")
    assert severity == "warning" and "less than 256 MiB" in text
    node.assert_in_step()
    make_room(delta.folder_of(node))
    fill(delta.folder_of(node), 8 * MIB)
    (severity, text), = delta.findings(node, "log-room")
    remedies.printed(text, "log-room")
    assert severity == "critical"
    assert [one["kind"] for one in node.plan_json()["changes"]] == ["log-stop"]
    node.apply()
    pytest.raises(ValueError, overlay_of, node)
    fill_up = [add_person(node.server, f"unlogged{i}") for i in range(20)]
    make_room(delta.folder_of(node))
    wait_until(lambda: peer.apply().returncode == 0 and delta.reads(peer) == 0, "the peer reads the database again")
    fill_up.append(add_person(node.server, "later"))
    cluster.wait_in_step()
    there = {dn for dn, _ in peer.server.search(node.server.databases[0].suffix)}
    assert set(fill_up) <= there, "nothing is lost"
    remedies.did("log-room")
    (text, release), = held(node)
    assert "would be missing" in text
    fill(delta.folder_of(node), 8 * MIB)
    begin_anew(node, release)
    (text, _), = held(node)
    assert "less than 16 MiB" in text and node.apply().returncode == 3, "none is begun without room"
    make_room(delta.folder_of(node))
    node.apply_ok()
    apply_until_delta(cluster)
    delta.write_everywhere(cluster, "anew")
    for one in cluster:
        one.server.stop()


@pytest.mark.remedy("log-room-by-hand")
@OF_LOGS
def test_the_disk_under_a_log_that_somebody_made_is_watched(slapd_factory, mounts, program):  # pylint: disable=unused-argument
    """It stays as it is: it is not syncward's."""
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb")], modules=["syncprov", "accesslog"])
    node = cluster[0]
    folder = delta.folder_by_hand(node.server)
    os.makedirs(folder, 0o700)
    mount("-t", "tmpfs", "-o", "size=400m,mode=700", "syncward-test", folder)
    delta.add_delta(node.server, [node.server.databases[0].replicator])
    cluster.form_by_hand()
    cluster.document["peers"][0]["syncrepl"] = dict(delta.KEYWORDS)
    cluster.write()
    node.apply_ok()
    assert delta.findings(node, "log-room") == []
    fill(folder, 100 * MIB)
    (severity, text), = delta.findings(node, "log-room")
    assert severity == "warning" and "less than 256 MiB" in text and folder in text
    make_room(folder)
    fill(folder, 8 * MIB)
    (severity, text), = delta.findings(node, "log-room")
    assert severity == "critical" and "less than 16 MiB" in text
    remedies.printed(text, "log-room-by-hand")
    node.assert_in_step()
    make_room(folder)
    remedies.did("log-room-by-hand")
    assert delta.findings(node, "log-room") == [] and overlay_of(node)
    for one in cluster:
        one.server.stop()


# --- its map ---

def limit(node, size):
    """Makes the map of its log as small, with slapd stopped: beside a reader 2.6.10 died of 2 in 102 such changes."""
    path = os.path.join(node.server.directory, "limit.ldif")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"dn: {node.server.database_dn(delta.LOG)}\nchangetype: modify\nreplace: olcDbMaxSize\nolcDbMaxSize: {size}\n")
    node.server.stop()
    node.server.tool("modify", "-n0", "-l", path)
    node.server.start()


def write_until(node, claim, what):
    """Clients write, and have an answer for all; returns what they added."""
    added = []

    def claimed():
        connection = node.server.admin()
        for _ in range(25):
            name = f"p{node.id}-{len(added)}"
            added.append(f"cn={name},{node.server.databases[0].suffix}")
            connection.add_s(added[-1], [("objectClass", [b"person"]), ("sn", [b"x" * 6000]), ("cn", [name.encode()])])
        connection.unbind_s()
        return claim()
    wait_until(claimed, what, 60)
    return added


def log_room(node, severity, words):
    """The text of that finding where it has that severity and these words, else nothing."""
    return next((text for found, text in delta.findings(node, "log-room") if found == severity and words in text), None)


def give_room(node, text):
    """As the text wants it: slapd may die of a map that grows while nodes read."""
    node.server.stop()
    remedies.run(node, text, "db-max-size")
    node.server.start()


@pytest.mark.long
@OF_LOGS
def test_a_log_is_not_written_on_when_its_map_is_nearly_full(slapd_factory, program):
    cluster = ring(slapd_factory, program, 2)
    node, peer = cluster
    delta.want_all(cluster)
    apply_until_delta(cluster)
    limit(node, 4 * MIB)
    assert delta.findings(node, "log-room") == []
    added = write_until(node, lambda: log_room(node, "warning", "of its map"), "it is foretold")
    assert "from 90 % on nothing writes into it any more" in log_room(node, "warning", "of its map")
    node.assert_in_step()
    added += write_until(peer, lambda: log_room(node, "critical", "of its map"), "it is nearly full")
    assert [one["kind"] for one in node.plan_json()["changes"]] == ["log-stop"]
    text = log_room(node, "critical", "of its map")
    node.apply()
    pytest.raises(ValueError, overlay_of, node)
    added.append(add_person(node.server, "unlogged"))
    wait_until(lambda: peer.apply().returncode == 0 and delta.reads(peer) == 0, "the peer reads the database again")
    cluster.wait_in_step()
    assert set(added) <= set(contents(peer)), "nothing is lost"
    ((held_text, _),) = held(node)
    assert "of its map" in held_text
    give_room(node, text)
    ((held_text, _),) = held(node)
    assert "would be missing" in held_text


@OF_LOGS
def test_the_map_of_a_log_that_somebody_made_is_watched(slapd_factory, program):
    """slapd leaves changes out of it: its peer never gets them, contextCSN equal."""
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb")], modules=["syncprov", "accesslog"])
    node, peer = cluster
    for one in cluster:
        delta.add_delta(one.server, [one.server.databases[0].replicator], with_root=True)
    limit(node, 4 * MIB)
    cluster.form_by_hand()
    for one in cluster:
        delta.read_log(one, cluster)
    cluster.document["databases"][0]["syncrepl"].update(delta.KEYWORDS)
    cluster.write()
    delta.write_everywhere(cluster, "first")
    assert delta.findings(node, "log-room") == []
    added = write_until(node, lambda: node.server.log_count("got result 0x50 adding log entry"), "the log is full")
    text = log_room(node, "critical", "slapd does not report that")
    assert "of its map" in text
    ((severity, told),) = delta.doctor(node, "disk")
    assert severity == "error" and "leaves changes out of this log" in told
    give_room(node, text)
    assert delta.findings(node, "log-room") == [] and delta.doctor(node, "disk") == []
    wait_entry(peer.server, add_person(node.server, "later"))
    assert set(added) - set(contents(peer)), "what was left out stays away"
    assert "log-stop" not in [one["kind"] for one in node.plan_json()["changes"]]
