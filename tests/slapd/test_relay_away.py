# SPDX-License-Identifier: Apache-2.0
"""A relay, through which alone others get each other's changes, is away while both sides write: with the fence nobody
reads it before it has what both have, and nothing is lost."""

import contextlib
import json
import os
import re
import signal
import time

import ldap
import pytest
import remedies
from cluster import Cluster, add_person
from copies import change as change_copy, renamed
from daemon import Daemon
from fence import Fence, refuses_writes
from ldap.syncrepl import SyncRequestControl
from relay import Relay
from slapd import SUFFIX, Database, wait_until
from test_topology import by_hand
from whole import wait_equal, whole

MIDDLE = 1  # by position
ALONE = "others get each other's changes through this node alone"
AWAY, LIVE = 6, 30  # changes of each kind on each side while the relay is away, and while it comes back


def chain(slapd_factory, program, n, overlays=("syncprov",), wires=None, **link):
    """n providers in a row, by hand as peers.json has it. wires: a list that gets what can cut each of them off. link:
    keywords of "syncrepl" that shall be other ones; with its "retry" a list may end."""
    cluster = Cluster(slapd_factory, program, n, [Database(backend="mdb", overlays=overlays)])
    cluster.document["databases"][0]["syncrepl"].update(link)
    cluster.document["policy"]["retry_may_end"] = not link.get("retry", "+").endswith("+")
    for node, peer in zip(cluster, cluster.document["peers"] if wires is not None else ()):
        wires.append(Relay(node.server).__enter__())
        peer["uri"] = node.server.ldap_uri
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
    """What is there before; more of it than is changed while the relay is away."""
    for node in nodes:
        admin = node.server.admin()
        for k in range(n):
            for what in ("goes", "stays", "moves", "live-goes", "live-moves"):
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
    """Clients write on both sides while the relay comes back: each adds, and modifies, renames and deletes what was there
    before. (What is younger than the relay's absence may come back if it is deleted just when a node catches up with it.)"""
    admins = [(node.id, node.server.admin()) for node in ends]
    for k in range(n):
        for i, admin in admins:
            person(admin, f"{name}-live-{i}-{k}")
            admin.modify_s(f"cn={name}-stays-{i}-{k},{SUFFIX}", [(ldap.MOD_REPLACE, "sn", b"z")])
            admin.rename_s(f"cn={name}-live-moves-{i}-{k},{SUFFIX}", f"cn={name}-live-moved-{i}-{k}")
            admin.delete_s(f"cn={name}-live-goes-{i}-{k},{SUFFIX}")
        time.sleep(0.05)
    for _, admin in admins:
        admin.unbind_s()


def clear(server, name):
    """The next round shall find as much room."""
    admin = server.admin()
    for dn, _ in admin.search_s(SUFFIX, ldap.SCOPE_ONELEVEL, f"(cn={name}-*)", ["1.1"]):
        admin.delete_s(dn)
    admin.unbind_s()


def wait_given_back(fence, daemon, seconds=60):
    try:
        wait_until(lambda: is_provider(fence.server), "it is a provider again", seconds)
    except TimeoutError as error:
        raise AssertionError(f"{error}:\n" + "\n".join(daemon.lines) + fence.node.run("status").stdout) from None
    wait_until(lambda: not {"apart", "parting"} & set(fence.record()), "the daemon forgets that it was apart")


def test_nobody_reads_a_relay_that_was_away_before_it_has_what_its_peers_have(slapd_factory, program):
    cluster = chain(slapd_factory, program, 3)
    node, ends = cluster[MIDDLE], (cluster[0], cluster[2])
    has_slapmodify = node.server.release.number >= (2, 5)
    [overlay] = [dn for dn, _ in node.server.search(node.server.database_dn()) if "syncprov" in dn]
    node.server.modify(overlay, [(ldap.MOD_ADD, "olcSpReloadHint", "TRUE")])
    assert ALONE in node.run("doctor", "old-backup").stdout and ALONE not in ends[0].run("doctor", "old-backup").stdout
    fence = Fence(node)
    with Daemon(node) as daemon:
        begin(cluster.nodes, "a", LIVE)
        fence.wait_noted(daemon)
        assert knows_relay(fence)
        fence.stop()
        change(ends, "a", AWAY)
        if not has_slapmodify:
            done = fence.start("right", 1)
            assert "could not be closed" in done.stdout and "syncward compare" in done.stderr
            assert is_provider(node.server), "it is as it was"
            wait_until(lambda: not {"apart", "parting"} & set(fence.record()), "the daemon sees that nothing was taken")
            return
        ends[1].server.stop()  # so that it stays apart
        done = fence.start("right", 3)
        assert ALONE in done.stdout and "relay-apart" in done.stderr
        assert not can_be_read(node.server) and refuses_writes(node.server)
        daemon.wait_for("joining", text=ALONE)
        wait_until(lambda: re.search(rf"has what its peers have: {ends[1].server.ldap_uri}: ", node.plan().stdout), "it says for whom it waits")
        assert "it was away when slapd started" in node.run("doctor", "old-backup").stdout
        assert not is_provider(node.server)
        ends[1].server.start()
        go_on(ends, "a", LIVE)
        wait_given_back(fence, daemon)
        wait_equal(cluster.nodes, seconds=90)
        [overlay] = [dn for dn, _ in node.server.search(node.server.database_dn()) if "syncprov" in dn]
        assert node.server.values(overlay, "olcSpReloadHint") == ["TRUE"], "as it was"
        assert can_be_read(node.server)
        add_person(node.server, "afterwards")
        wait_equal(cluster.nodes)
        fence.wait_noted(daemon)
    node.assert_in_step()


@pytest.mark.every_release
def test_what_a_relay_kept_is_named_and_goes(slapd_factory, program):
    """A client deleted it everywhere else, just when the relay caught up: slapd there stops, an entry is changed elsewhere."""
    cluster = chain(slapd_factory, program, 3)
    node, kept = cluster[MIDDLE], f"cn=kept,{SUFFIX}"
    begin(cluster.nodes, "a", 1)
    goes, stays = f"cn=a-goes-1-0,{SUFFIX}", f"cn=a-stays-1-0,{SUFFIX}"
    change_copy(node.server, lambda records: {**records, kept: renamed(records[goes], "kept")})
    fence = Fence(node)
    with Daemon(node) as daemon:
        fence.wait_noted(daemon)
        done = node.run("compare", "--lag", "0", "--output", "json")
        peers = json.loads(done.stdout)["databases"][0]["peers"]
        assert [[(found["kind"], found["dn"]) for found in peer["differences"]] for peer in peers] == 2 * [[("missing-there", kept)]]
        fence.stop()
        admin = cluster[0].server.admin()
        admin.modify_s(stays, [(ldap.MOD_REPLACE, "sn", b"y")])
        admin.unbind_s()
        fence.start("right", 3 if node.server.release.number >= (2, 5) else 1)
        wait_until(lambda: kept not in node.server.entries(), "it is gone", 60)
        wait_equal(cluster.nodes, seconds=90)
        wait_until(lambda: is_provider(node.server), "it is a provider again", 60)
        assert "othing differs" in node.run("compare", "--lag", "20").stdout


def kill_while_taking(fence, is_written):
    """Runs the fence, which is killed at its first slapmodify, before or behind it."""
    with open(fence.slapd, encoding="utf-8") as file:
        real = file.read()
    kill = 'case "$*" in *-Tmodify*) %s kill -9 $PPID; exit 1;; esac\n' % (
        real.splitlines()[1].removeprefix("exec ") + ";" if is_written else "")
    with open(fence.slapd, "w", encoding="utf-8") as file:
        file.write(real.replace("exec ", kill + "exec ", 1))
    assert fence.run().returncode == -signal.SIGKILL and fence.record()["parting"]
    with open(fence.slapd, "w", encoding="utf-8") as file:
        file.write(real)


@pytest.mark.one_release
def test_a_fence_that_is_killed_or_paused_leaves_what_the_daemon_ends(slapd_factory, program):
    """The flag goes first, so that no client writes without the overlay; while the daemon writes nothing nothing is taken."""
    cluster = chain(slapd_factory, program, 3)
    node = cluster[MIDDLE]
    fence = Fence(node)
    with Daemon(node) as daemon:
        fence.wait_noted(daemon)
        fence.stop()
        kill_while_taking(fence, is_written=False)
        node.server.start()
        assert is_provider(node.server)
        wait_given_back(fence, daemon)
        fence.stop()
        kill_while_taking(fence, is_written=True)
        node.server.start()
        assert "TRUE" not in node.server.values(node.server.database_dn(), node.server.flag())
        assert can_be_read(node.server) and refuses_writes(node.server)
        wait_given_back(fence, daemon)
        assert node.run("pause", "maintenance", "--for", "1h").returncode == 0
        fence.stop()
        fence.start("right", 0)
        assert is_provider(node.server)
        assert node.run("resume").returncode == 0
        fence.stop()
        fence.look("right", 3)
        fence.look("right", 0)  # nothing is left to take, and it stays known
        assert fence.record()["apart"]
        node.server.start()
        wait_given_back(fence, daemon)
        done = node.run("history", "--suffix", SUFFIX, "--output", "json")
    told = [(record["event"], record["by"], record.get("cause")) for record in json.loads(done.stdout)["records"]]
    assert told.count(("relay-apart", "fence", None)) == 1, "by whom that was cut off nobody tells"
    assert {cause for event, _, cause in told if event == "correction-applied"} == {"desired-changed", "put-back"}, told


@pytest.mark.remedy("overlay-last")
@pytest.mark.since("2.5")
def test_an_overlay_behind_syncprov_keeps_its_place(slapd_factory, program):
    """slapmodify leaves the numbers in slapd.d as they are, and slapd counts anew: nothing is taken, until syncprov is last."""
    cluster = chain(slapd_factory, program, 3, overlays=("syncprov", "memberof"))
    node = cluster[MIDDLE]
    fence = Fence(node)
    [overlay] = [dn for dn, _ in node.server.search(node.server.database_dn()) if "syncprov" in dn]
    with Daemon(node) as daemon:
        fence.wait_noted(daemon)
        remedies.printed(node.run("doctor", "old-backup").stdout, "overlay-last")
        fence.stop()
        done = fence.start("right", 1)
        assert "could not be closed" in done.stdout and "overlay {1}memberof comes after syncprov" in done.stderr
        remedies.printed(done.stderr, "overlay-last")
        assert is_provider(node.server) and not {"apart", "parting"} & set(fence.record())
        assert node.run("pause", "order", "--for", "1h").returncode == 0
        entry = node.server.search(overlay)[0][1]
        node.server.root.delete_s(overlay)
        node.server.add(overlay.replace("{0}", ""), {**entry, "olcOverlay": "syncprov"})
        remedies.did("overlay-last")
        assert node.run("resume").returncode == 0
        assert "comes last" not in node.run("doctor", "old-backup").stdout
        fence.wait_noted(daemon)
        fence.stop()
        fence.start("right", 3)
        wait_given_back(fence, daemon)
        wait_equal(cluster.nodes)
    node.server.stop()
    node.server.start()
    assert overlays_on_disk(node.server) == [dn for dn, _ in node.server.search(node.server.database_dn()) if "olcOverlay" in dn]


def overlays_on_disk(server):
    """As slapd will look for them when one is changed."""
    return sorted(re.findall(r"^dn: (olcOverlay=.*)$", server.tool("cat", "-n0").stdout, re.M))


ROUNDS = 8


@pytest.mark.long
@pytest.mark.since("2.5")
@pytest.mark.parametrize("n, away", [(3, (1,)), (4, (1,)), (4, (1, 2))], ids=["three", "four", "both"])
def test_a_chain_whose_middle_was_away_loses_nothing(slapd_factory, program, n, away):
    """Rounds of changes at both ends, also while it comes back; every other time it was killed."""
    cluster = chain(slapd_factory, program, n)
    ends = (cluster[0], cluster[n - 1])
    fences = [Fence(cluster[i]) for i in away]
    with contextlib.ExitStack() as stack:
        daemons = [stack.enter_context(Daemon(fence.node)) for fence in fences]
        for turn in range(ROUNDS):
            name = f"r{turn}"
            begin(cluster.nodes, name, LIVE)
            for fence, daemon in zip(fences, daemons):
                fence.wait_noted(daemon)
            for fence in fences:
                fence.stop(kills=turn % 2 > 0)
            change(ends, name, AWAY)
            for fence in fences:
                fence.start("right", 3)
            go_on(ends, name, LIVE)
            for fence, daemon in zip(fences, daemons):
                wait_given_back(fence, daemon)
            wait_equal(cluster.nodes, seconds=90)
            clear(cluster[0].server, name)


def differing(nodes):
    """DNs of entries that are not the same everywhere, although contextCSN is."""
    with contextlib.suppress(TimeoutError):
        wait_until(lambda: len({frozenset(node.server.context_csns()) for node in nodes}) == 1, "all took note of all", 90)
    with contextlib.suppress(AssertionError, TimeoutError):
        wait_equal(nodes, seconds=15)
        return set()
    copies = [whole(node.server) for node in nodes]
    return {as_it_was(dn) for copy in copies for dn in copy if any(copy.get(dn) != other.get(dn) for other in copies)}


def as_it_was(dn):
    """Before somebody renamed it: it is one entry."""
    return dn.replace("-moved-", "-moves-")


@pytest.mark.long
def test_what_a_relay_loses_that_is_cut_off_is_named(slapd_factory, program):
    """slapd goes on, and no daemon shuts it (with 2.4 none can): of what is lost then compare names every entry."""
    wires = []
    cluster = chain(slapd_factory, program, 3, wires=wires)
    node, ends = cluster[MIDDLE], (cluster[0], cluster[2])
    try:
        for turn in range(ROUNDS):
            name = f"r{turn}"
            begin(cluster.nodes, name, LIVE)
            for wire in wires:
                wire.cut()
            change(ends, name, AWAY)
            for wire in wires:
                wire.heal()
            go_on(ends, name, LIVE)
            lost = differing(cluster.nodes)
            print(f"{node.server.release}, round {turn}: {len(lost)} lost")
            if lost:
                done = node.run("compare", "--lag", "0", "--output", "json")
                peers = json.loads(done.stdout)["databases"][0]["peers"]
                assert {as_it_was(found["dn"]) for peer in peers for found in peer["differences"]} == lost
                break
            clear(cluster[0].server, name)
    finally:
        for wire in wires:
            wire.__exit__(None, None, None)
