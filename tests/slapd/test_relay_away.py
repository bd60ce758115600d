# SPDX-License-Identifier: Apache-2.0
"""A relay, through which alone others get each other's changes, is away while both sides write: with the fence nobody
reads it before it has what both have, and nothing is lost."""

import json
import os
import time

import ldap
import pytest
from cluster import Cluster, add_person
from daemon import Daemon
from fence import Fence, refuses_writes
from ldap.syncrepl import SyncRequestControl
from slapd import SUFFIX, Database, wait_until
from test_topology import by_hand
from whole import wait_equal

MIDDLE = 1  # by position


def chain(slapd_factory, program, n, **database):
    """n providers in a row, by hand as peers.json has it."""
    cluster = Cluster(slapd_factory, program, n, [Database(backend="mdb", overlays=("syncprov",), **database)])
    links = {i: tuple(k for k in (i - 1, i + 1) if 1 <= k <= n) for i in range(1, n + 1)}
    for peer in cluster.document["peers"]:
        peer["reads"] = list(links[peer["id"]])
    cluster.write()
    by_hand(cluster, links)
    return cluster


def knows_relay(fence):
    with open(os.path.join(fence.node.state_dir, "last-seen.json"), encoding="utf-8") as file:
        return json.load(file)["databases"][0].get("relay", False)


def is_provider(server):
    return (bool([dn for dn, _ in server.search(server.database_dn()) if "syncprov" in dn]) and
            "TRUE" in server.values(server.database_dn(), server.flag()))


def can_be_read(server):
    connection = server.admin()
    try:
        connection.result(connection.search_ext(SUFFIX, ldap.SCOPE_BASE, serverctrls=[
            SyncRequestControl(criticality=True, mode="refreshOnly")]))
    except ldap.UNAVAILABLE_CRITICAL_EXTENSION:
        return False
    finally:
        connection.unbind_s()
    return True


def person(admin, cn):
    admin.add_s(f"cn={cn},{SUFFIX}", [("objectClass", [b"person"]), ("sn", [b"x"]), ("cn", [cn.encode()])])


def begin(nodes, name, n):
    for node in nodes:
        admin = node.server.admin()
        for k in range(n):
            for what in ("goes", "stays", "moves"):
                person(admin, f"{name}-{what}-{node.id}-{k}")
        admin.unbind_s()
    wait_equal(nodes, seconds=90)


def change(ends, name, n):
    """Each end adds, and modifies, renames and deletes what the other one has."""
    for node, other in (ends, ends[::-1]):
        admin = node.server.admin()
        for k in range(n):
            person(admin, f"{name}-late-{node.id}-{k}")
            admin.modify_s(f"cn={name}-stays-{other.id}-{k},{SUFFIX}", [(ldap.MOD_REPLACE, "sn", b"y")])
            admin.rename_s(f"cn={name}-moves-{other.id}-{k},{SUFFIX}", f"cn={name}-moved-{other.id}-{k}")
            admin.delete_s(f"cn={name}-goes-{other.id}-{k},{SUFFIX}")
        admin.unbind_s()


def go_on(ends, name, n):
    """Clients write on both sides while the relay comes back."""
    admins = [(node.id, node.server.admin()) for node in ends]
    for k in range(n):
        for i, admin in admins:
            person(admin, f"{name}-live-{i}-{k}")
            if k % 3 == 2:
                admin.delete_s(f"cn={name}-live-{i}-{k - 1},{SUFFIX}")
        time.sleep(0.05)
    for _, admin in admins:
        admin.unbind_s()


def wait_given_back(fence, daemon, seconds=60):
    try:
        wait_until(lambda: is_provider(fence.server), "it is a provider again", seconds)
    except TimeoutError as error:
        raise AssertionError(f"{error}:\n" + "\n".join(daemon.lines) + fence.node.run("status").stdout) from None
    wait_until(lambda: not {"apart", "parting"} & set(fence.record()), "the daemon forgets that it was apart")


@pytest.mark.every_release
def test_nobody_reads_a_relay_that_was_away_before_it_has_what_its_peers_have(slapd_factory, program):
    cluster = chain(slapd_factory, program, 3)
    node, ends = cluster[MIDDLE], (cluster[0], cluster[2])
    has_slapmodify = node.server.release.number >= (2, 5)
    [overlay] = [dn for dn, _ in node.server.search(node.server.database_dn()) if "syncprov" in dn]
    node.server.modify(overlay, [(ldap.MOD_ADD, "olcSpReloadHint", "TRUE")])
    fence = Fence(node)
    with Daemon(node) as daemon:
        begin(cluster.nodes, "a", 4)
        fence.wait_noted(daemon)
        assert knows_relay(fence)
        fence.stop()
        change(ends, "a", 4)
        if not has_slapmodify:
            done = fence.start("right", 1)
            assert "could not be closed" in done.stdout and "syncward compare" in done.stderr
            assert is_provider(node.server), "it is as it was"
            wait_until(lambda: not {"apart", "parting"} & set(fence.record()), "the daemon sees that nothing was taken")
            return
        ends[1].server.stop()  # so that it stays apart
        done = fence.start("right", 3)
        assert "others get each other's changes through this node alone" in done.stdout and "relay-apart" in done.stderr
        assert not can_be_read(node.server) and refuses_writes(node.server)
        daemon.wait_for("joining", text=ends[1].server.ldap_uri)
        assert not is_provider(node.server)
        ends[1].server.start()
        go_on(ends, "a", 30)
        wait_given_back(fence, daemon)
        wait_equal(cluster.nodes, seconds=90)
        [overlay] = [dn for dn, _ in node.server.search(node.server.database_dn()) if "syncprov" in dn]
        assert node.server.values(overlay, "olcSpReloadHint") == ["TRUE"], "as it was"
        assert can_be_read(node.server)
        add_person(node.server, "afterwards")
        wait_equal(cluster.nodes)
        fence.wait_noted(daemon)
    node.assert_in_step()
