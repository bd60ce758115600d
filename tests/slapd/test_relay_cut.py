# SPDX-License-Identifier: Apache-2.0
"""A relay, through which alone others get each other's changes, is cut off from all of them while its slapd runs: nodes that
connect anew cannot read it before it has what its peers have. What such a node got meanwhile would lack entries for good."""

import contextlib
import json
import os
import threading
import time

import ldap
import pytest
import remedies
from cluster import Cluster
from daemon import Daemon
from fence import refuses_writes
from ldap.syncrepl import SyncRequestControl
from slapd import PASSWORD, SUFFIX, wait_until
from test_relay_away import ALONE, AWAY, LIVE, MIDDLE, ROUNDS, begin, chain, change, clear, differing, go_on, person
from whole import wait_equal

pytestmark = pytest.mark.since("2.5")
SHUT = f'dn.exact="cn=replicator,{SUFFIX}" size.unchecked=disabled size.unchecked=disabled'
MANY = 500


@contextlib.contextmanager
def cut_chain(slapd_factory, program, n=3, **link):
    """A chain, its relay in the middle, and its ends; and what cuts each node off."""
    wires = []
    cluster = chain(slapd_factory, program, n, wires=wires, **link)
    try:
        for node in cluster:
            # What syncward asks an index for, and cannot see built without cn=monitor, holds all else for ten minutes.
            node.server.modify(node.server.database_dn(), [(ldap.MOD_REPLACE, "olcDbIndex", "entryCSN,entryUUID eq")])
            node.apply_ok()
        yield cluster, cluster[MIDDLE], (cluster[0], cluster[n - 1]), wires
    finally:
        for wire in wires:
            wire.__exit__(None, None, None)


def limits(node):
    return [value.partition("}")[2] for value in node.server.values(node.server.database_dn(), "olcLimits")]


def is_shut(node):
    return limits(node)[0] == SHUT


def reads(node):
    """As its peers do, past what cuts it off."""
    connection = node.server.bind(f"cn=replicator,{SUFFIX}", PASSWORD, node.server.ldapi_uri)
    try:
        return bool(connection.search_s(SUFFIX, ldap.SCOPE_BASE))
    except ldap.ADMINLIMIT_EXCEEDED:
        return False
    finally:
        connection.unbind_s()


def wait_shut(node, daemon):
    asked = 0.0

    def done():
        nonlocal asked
        if time.monotonic() - asked > 1:
            asked = time.monotonic()
            daemon.reload()
        return is_shut(node)
    wait_until(done, "it is shut")


def wait_open(node, daemon, seconds=60):
    try:
        wait_until(lambda: not is_shut(node), "it is open", seconds)
    except TimeoutError as error:
        raise AssertionError(f"{error}:\n" + "\n".join(daemon.lines) + node.run("status").stdout) from None


def test_a_relay_that_is_cut_off_is_shut_until_it_has_what_its_peers_have(slapd_factory, program):
    """It stands in cn=config: another daemon than the one that shut it may open it."""
    with cut_chain(slapd_factory, program) as (cluster, node, ends, wires):
        before = limits(node)
        with Daemon(node) as daemon:
            begin(cluster.nodes, "a", LIVE)
            wires[0].cut()
            wait_until(lambda: node.server.consumers()[0].connection == "", "a link is down")
            daemon.reload()
            daemon.wait_at_rest()
            assert reads(node), "one side alone loses nothing"
            for wire in wires:
                wire.cut()
            wait_shut(node, daemon)
            assert limits(node) == [SHUT, *before] and not reads(node) and not refuses_writes(node.server)
            wait_until(lambda: f"{ALONE}, and it was cut off" in node.run("status").stdout, "status says it")
            daemon.wait_for("link-down", n=2)
            assert not [line for line in daemon.lines if "relay-was-cut" in line], "one that is shut loses nothing"
        change(ends, "a", AWAY)
        with Daemon(node) as daemon:
            for wire in wires:
                wire.heal()
            go_on(ends, "a", LIVE)
            wait_open(node, daemon)
            assert limits(node) == before and reads(node)
            wait_equal(cluster.nodes, seconds=90)
            daemon.wait_at_rest()
        done = node.run("history", "--suffix", SUFFIX, "--output", "json")
        told = [record["cause"] for record in json.loads(done.stdout)["records"] if record["event"] == "correction-applied"]
        assert told[-2:] == ["fence", "put-back"]
        node.assert_in_step()


def stay_down(node, wires):
    """Slapd sometimes tries a link again at once, whatever `retry` says (2.5.13, 2.6.10); then it is cut anew."""
    for wire in wires:
        wire.cut()
        wire.heal()
    time.sleep(1)
    return not any(consumer.connection for consumer in node.server.consumers())


def test_a_cut_that_is_over_at_once_shuts_it_before_its_links_try_again(slapd_factory, program):
    """The daemon is not told: it looks twice as often as they try."""
    with cut_chain(slapd_factory, program, retry="12 +") as (cluster, node, ends, wires), Daemon(node) as daemon:
        daemon.wait_at_rest()
        wait_until(lambda: stay_down(node, wires), "no link is back at once", 10)
        wait_until(lambda: is_shut(node), "it is shut", 10)
        assert not any(consumer.connection for consumer in node.server.consumers()), "they wait for their next try"
        wait_open(node, daemon)
        wait_equal(cluster.nodes, seconds=60)


@pytest.mark.remedy("release-joining")
def test_what_a_person_opened_stays_open_until_a_peer_is_back(slapd_factory, program):
    with cut_chain(slapd_factory, program) as (_, node, __, wires), Daemon(node) as daemon:
        before = limits(node)
        daemon.wait_for("desired-loaded")
        for wire in wires:
            wire.cut()
        wait_shut(node, daemon)
        daemon.wait_for("joining", text=f"{ALONE}, and it was cut off")
        remedies.run(node, node.plan().stdout, "release-joining")
        assert limits(node) == [*before, SHUT] and reads(node)
        daemon.reload()
        daemon.wait_at_rest()
        assert limits(node) == [*before, SHUT]
        wires[0].heal()
        wait_until(lambda: limits(node) == before, "it is forgotten")


def test_one_that_peers_json_does_not_list_any_more_is_opened_when_its_links_are_up(slapd_factory, program):
    with cut_chain(slapd_factory, program) as (cluster, node, _, wires), Daemon(node) as daemon:
        before = limits(node)
        daemon.wait_for("desired-loaded")
        for wire in wires:
            wire.cut()
        wait_shut(node, daemon)
        cluster.document["databases"][0]["suffix"] = "dc=elsewhere"
        node.write(cluster.document)
        wait_until(lambda: "peers.json does not list it" in node.run("status").stdout, "status says it")
        wires[0].heal()
        daemon.reload()
        daemon.wait_at_rest()
        assert is_shut(node), "its other link may bring what a node that reads it now would lack"
        wires[2].heal()
        wait_open(node, daemon)
        assert limits(node) == before and reads(node)


@pytest.mark.remedy("release-joining")
def test_one_that_peers_json_does_not_list_and_whose_links_stay_down_is_opened_by_a_person(slapd_factory, program):
    with cut_chain(slapd_factory, program) as (cluster, node, _, wires):
        before = limits(node)
        with Daemon(node) as daemon:
            daemon.wait_for("desired-loaded")
            for wire in wires:
                wire.cut()
            wait_shut(node, daemon)
        cluster.document["databases"][0]["suffix"] = "dc=elsewhere"
        node.write(cluster.document)
        told = node.plan().stdout
        assert "peers.json does not list it" in told and is_shut(node), told
        remedies.run(node, told, "release-joining", statuses=(0, 3))
        assert limits(node) == before and reads(node)


def add_many(ends, name):
    for end in ends:
        admin = end.server.admin()
        for k in range(MANY):
            person(admin, f"{name}-many-{end.id}-{k}")
        admin.unbind_s()


@pytest.mark.long
@pytest.mark.parametrize("n, away, rounds", [(3, (1,), ROUNDS), (4, (1,), ROUNDS), (4, (1, 2), 3)], ids=["three", "four", "both"])
def test_a_relay_that_was_cut_off_loses_nothing(slapd_factory, program, n, away, rounds):
    """Rounds of many changes at both ends, so that the relay's own refresh takes a while, and more while it comes back. Of
    two that read each other and are both shut one waits half a minute."""
    with cut_chain(slapd_factory, program, n) as (cluster, _, ends, wires), contextlib.ExitStack() as stack:
        nodes = [(cluster[i], stack.enter_context(Daemon(cluster[i]))) for i in away]
        for turn in range(rounds):
            name = f"r{turn}"
            begin(cluster.nodes, name, LIVE)
            for wire in wires:
                wire.cut()
            for node, daemon in nodes:
                wait_shut(node, daemon)
            change(ends, name, AWAY)
            add_many(ends, name)
            for wire in wires:
                wire.heal()
            go_on(ends, name, LIVE)
            for node, daemon in nodes:
                wait_open(node, daemon, 150)
            assert not differing(cluster.nodes)
            clear(cluster[0].server, name)


@pytest.mark.long
def test_cuts_that_are_over_at_once_lose_nothing(slapd_factory, program):
    """All try again together, the relay and those that read it, and the daemon is not asked to look."""
    with cut_chain(slapd_factory, program, retry="20 +") as (cluster, node, ends, wires), Daemon(node) as daemon:
        daemon.wait_at_rest()
        for turn in range(3):
            name = f"r{turn}"
            begin(cluster.nodes, name, LIVE)
            for wire in wires:
                wire.cut()
            change(ends, name, AWAY)
            add_many(ends, name)
            for wire in wires:
                wire.heal()
            wait_until(lambda: is_shut(node), "it is shut", 15)
            wait_until(lambda: all(link.connection for one in cluster for link in one.server.consumers()), "all are back", 90)
            go_on(ends, name, LIVE)
            wait_open(node, daemon)
            assert not differing(cluster.nodes)
            clear(cluster[0].server, name)


def let_poll(cluster, node):
    cluster.document["databases"][0]["syncrepl"].update({"type": "refreshOnly", "interval": "00:00:00:05"})
    cluster.write()
    node.apply_ok()


def let_be_silent(_, node):
    """While a database is disabled cn=monitor is not asked: slapd 2.5.13 would die."""
    folder = os.path.join(node.folder, "other")
    os.mkdir(folder)
    node.server.add("olcDatabase=mdb,cn=config", {
        "objectClass": ["olcDatabaseConfig", "olcMdbConfig"], "olcDatabase": "mdb", "olcSuffix": "dc=other",
        "olcDbDirectory": folder, "olcDisabled": "TRUE"})


@pytest.mark.long
@pytest.mark.parametrize("before, meanwhile", [(let_poll, None), (None, let_be_silent)], ids=["polls", "untold"])
def test_where_no_link_is_seen_up_one_peer_that_is_back_is_enough(slapd_factory, program, before, meanwhile):
    with cut_chain(slapd_factory, program) as (cluster, node, _, wires):
        if before:
            before(cluster, node)
        with Daemon(node) as daemon:
            daemon.wait_for("desired-loaded")
            daemon.wait_at_rest()
            for wire in wires:
                wire.cut()
            wait_shut(node, daemon)
            if meanwhile:
                meanwhile(cluster, node)
            daemon.wait_for("joining", text=f"{ALONE}, and it was cut off")
            daemon.wait_for("link-down")
            assert not [line for line in daemon.lines if "relay-was-cut" in line], "it is shut"
            wires[0].heal()
            wait_open(node, daemon, 120)
            assert reads(node) and node.server.is_running()


CHANGES_SEC = 20


@pytest.mark.long
def test_a_session_goes_on_while_others_are_refused_and_let_in(slapd_factory, program):
    """syncprov keeps persistent searches in a list: one that slapd refuses must never come there."""
    provider, reader = chain(slapd_factory, program, 2)
    end = time.monotonic() + CHANGES_SEC
    dn = provider.server.database_dn()
    free = f'dn.exact="cn=replicator,{SUFFIX}" size=unlimited size.unchecked=unlimited time=unlimited'
    seen = {"refused": 0, "read": 0}

    def read():
        while time.monotonic() < end:
            connection = provider.server.bind(f"cn=replicator,{SUFFIX}", PASSWORD)
            search = connection.search_ext(SUFFIX, ldap.SCOPE_SUBTREE, serverctrls=[
                SyncRequestControl(criticality=True, mode="refreshAndPersist")])
            try:
                connection.result(search, all=0, timeout=1)
                seen["read"] += 1
            except ldap.ADMINLIMIT_EXCEEDED:
                seen["refused"] += 1
            connection.unbind_s()

    def write():
        admin = provider.server.admin()
        k = 0
        while time.monotonic() < end:
            person(admin, f"w-{k}")
            if k >= LIVE:
                admin.delete_s(f"cn=w-{k - LIVE},{SUFFIX}")
            k += 1
            time.sleep(0.005)
        admin.unbind_s()

    threads = [threading.Thread(target=work) for work in (read, write)]
    for thread in threads:
        thread.start()
    provider.server.modify(dn, [(ldap.MOD_REPLACE, "olcLimits", [free])])
    while time.monotonic() < end:
        for before, after in ((["{0}" + free], [SHUT, free]), (["{0}" + SHUT, "{1}" + free], [free])):
            provider.server.modify(dn, [(ldap.MOD_DELETE, "olcLimits", before), (ldap.MOD_REPLACE, "olcLimits", after)])
            time.sleep(0.02)
    for thread in threads:
        thread.join()
    wait_equal([provider, reader], seconds=60)
    assert min(seen.values()) > 100, seen
    assert reader.server.log_count(r"do_syncrep1: .*starting refresh") == 1, "its session never ended"


def test_in_audit_a_relay_is_opened_and_nothing_else_is_written(slapd_factory, program):
    """The limits that peers.json wants wait for enforce, though they are in the same list."""
    cluster = Cluster(slapd_factory, program, 2).form()
    node = cluster[1]
    node.edit([(ldap.MOD_REPLACE, "olcLimits", ["{0}" + SHUT, "{1}users size=7"])])
    cluster.document["policy"]["mode"] = "audit"
    cluster.write()
    planned = node.plan().stdout
    assert "new sessions of" in planned and "unlimited search for" in planned, planned
    done = node.apply()
    assert limits(node) == ["users size=7"], done.stdout + done.stderr
