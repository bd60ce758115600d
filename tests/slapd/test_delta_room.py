# SPDX-License-Identifier: Apache-2.0
"""The disk under a log of changes is full: slapd answers its clients, leaves the changes out of the log, and writes on when
there is room again. Peers that read the log would never get them."""

import os

import delta
import pytest
import remedies
from cluster import Cluster, add_person
from slapd import Database, wait_until
from test_delta_made import OF_LOGS, apply_until_delta, held, overlay_of
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
