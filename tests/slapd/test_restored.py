# SPDX-License-Identifier: Apache-2.0
"""An old backup without contextCSN, put back under a running configuration: to slapd what it has is newer than all that it
lacks, and peers delete that (2.5 and later). It is closed as soon as it is seen, and told where that came too late."""

import json
import os
import time

import pytest
import remedies
import traced
from backups import put_back, saved
from cluster import Cluster, add_person, apply_until_joined, wait_entry
from daemon import Daemon
from fence import refuses_writes
from heartbeats import settings
from slapd import SUFFIX, Database, wait_until
from test_emptied import has_seen_it_full, is_closed
from test_fence import contents, load
from test_joining import cut_refreshes, replace_server

PAUSE_SEC = 1


def noted(node):
    """The server IDs that the daemon noted of what is here."""
    path = os.path.join(node.state_dir, "last-seen.json")
    if not os.path.exists(path):
        return set()
    with open(path, encoding="utf-8") as file:
        return {csn.split("#")[2] for database in json.load(file)["databases"] for csn in database["contextCSN"]}


def wait_noted(node, daemon):
    wait_until(daemon.has_asked_all, "it asked its peer")
    wait_until(lambda: {"001", "002"} <= noted(node) and has_seen_it_full(node), "the daemon noted what is here")


@pytest.fixture(name="pair")
def fixture_pair(slapd_factory, program):
    """The second has a backup without contextCSN, from before both wrote."""
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb")]).form()
    load(cluster[1].server, "early", 3)
    cluster.wait_in_step()
    cluster.backup = saved(cluster[1].server, context_csn=False)
    for node in cluster:
        load(node.server, f"of{node.id}-", 10)
    cluster.wait_in_step()
    cluster.wait_persistent()
    return cluster


def is_told(node):
    return "[restored]" in node.run("status").stdout


def ordered_beside_no_slapd(node, daemon, n, *words):
    """While slapd is away for the nth time somebody orders it: passes see that, and get no further."""
    node.server.stop()
    daemon.wait_for("slapd-lost", n)
    assert node.run(*words).returncode == 0
    ordered = time.monotonic()
    seen, _ = daemon.last_pass()
    wait_until(lambda: daemon.last_pass()[0] >= seen + 2, "passes that see no slapd", 40)
    time.sleep(max(0.0, ordered + PAUSE_SEC + 1 - time.monotonic()))  # whole seconds count: it is over by then
    node.server.start()


@pytest.mark.every_release
def test_what_an_old_backup_without_context_csn_took_away_is_told_until_somebody_looked_into_it(pair):
    healthy, node = pair
    wanted = contents(healthy.server)
    with Daemon(node) as daemon:
        wait_noted(node, daemon)
        put_back(node.server, pair.backup)
        add_person(node.server, "client")
        wait_entry(healthy.server, f"cn=client,{SUFFIX}")
        if node.server.release.number < (2, 5):
            # It makes no contextCSN up, and a client's write there loses nothing.
            wait_until(lambda: wanted.keys() <= contents(node.server).keys(), "it has everything")
            assert wanted.keys() <= contents(healthy.server).keys()
            return
        told = daemon.wait_for("finding", text="[restored]")
        remedies.printed(told, "resume")
        pair.wait_in_step()
        wait_until(lambda: node.run("check").returncode == 2 and not is_closed(node), "it is whole, and told")
        assert "Look in a backup" in node.run("check").stdout
    os.unlink(os.path.join(node.run_dir, "status.json"))
    with Daemon(node, *settings(node, interval=5), prefix=traced.BLIND, env=traced.environment()) as daemon:  # another one
        wait_until(daemon.has_asked_all, "it asked by itself")
        assert "cannot be watched" in daemon.wait_for("state-trouble")
        daemon.wait_at_rest()
        wait_until(lambda: node.run("check").returncode == 2 and is_told(node), "it is told still")
        ordered_beside_no_slapd(node, daemon, 1, "pause", "a disk is replaced", "--for", f"{PAUSE_SEC}s")
        daemon.wait_for("slapd-back")
        daemon.wait_at_rest()
        wait_until(lambda: node.run("check").returncode == 2 and is_told(node), "a pause over by then looked into nothing")
        ordered_beside_no_slapd(node, daemon, 2, "resume")
        daemon.wait_for("finding-gone", text="[restored]")
        wait_until(lambda: node.run("check").returncode == 1 and not is_told(node), "only what cannot be watched is told")


@pytest.mark.every_release
def test_an_old_backup_that_took_a_write_is_closed_until_it_has_what_its_peer_has(pair):
    healthy, node = pair
    with Daemon(node) as daemon:
        wait_noted(node, daemon)
        let_go_on = cut_refreshes(healthy, pair.databases[0].replicator)
        put_back(node.server, pair.backup)
        add_person(node.server, "client")
        wait_until(lambda: is_closed(node), "the daemon closes what it has not all of", 60)
        assert refuses_writes(node.server)
        wait_until(lambda: "fenced" in node.run("status").stdout and is_told(node), "it is told", 30)
        let_go_on()
        wait_until(lambda: not is_closed(node), "it opens", 120)
        pair.wait_in_step()
        assert contents(node.server) == contents(healthy.server)
        add_person(node.server, "afterwards")
        wait_entry(healthy.server, f"cn=afterwards,{SUFFIX}")
        assert is_told(node)


@pytest.mark.every_release
def test_a_fresh_copy_and_a_crash_are_no_old_backup(pair):
    """What a person loads as the guide says, what a killed slapd left, and one that is empty and reads everything anew
    without a write in between."""
    healthy, node = pair
    with Daemon(node) as daemon:
        wait_noted(node, daemon)
        put_back(node.server, saved(healthy.server), "-w")
        wait_until(lambda: has_seen_it_full(node), "the daemon looked")
        for i in range(3):
            add_person(node.server, f"before{i}")
            node.server.kill()
            node.server.start()
            add_person(node.server, f"behind{i}")
            wait_until(lambda: has_seen_it_full(node), "the daemon looked")
        pair.wait_in_step()
        put_back(node.server, None)
        wait_until(lambda: has_seen_it_full(node) and not is_closed(node), "it is full again", 120)
        assert contents(node.server) == contents(healthy.server)
        daemon.wait_at_rest()
        assert not is_told(node) and not [text for _, text in daemon.events("finding") if "[restored]" in text]


@pytest.mark.one_release
def test_one_that_reached_nobody_since_its_start_is_no_old_backup(pair):
    """slapd shows an empty cookie until it asked a provider for the first time."""
    healthy, node = pair
    with Daemon(node) as daemon:
        wait_noted(node, daemon)
    healthy.server.stop()
    node.server.restart()
    add_person(node.server, "client")
    with Daemon(node) as daemon:
        wait_until(daemon.has_asked_all, "it asked by itself")
        wait_until(lambda: has_seen_it_full(node), "the daemon looked")
        assert not is_told(node)
        healthy.server.start()
        pair.wait_in_step()
        daemon.wait_at_rest()
        assert not is_told(node) and not is_closed(node)


@pytest.mark.parametrize("options", [(), ("-w",)], ids=["", "w"])
def test_a_machine_made_anew_with_an_old_backup_gets_no_server_id_while_clients_write_to_it(slapd_factory, program, options):
    """Under it they would hide, from the peers that read it, what it lacks, and these would delete that."""
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb", overlays=("syncprov",))]).form_by_hand()
    healthy = cluster[0].server
    backup = saved(cluster[1].server)
    load(cluster[1].server, "of2-", 10)
    cluster.wait_in_step()
    wanted = contents(healthy)
    node = replace_server(slapd_factory, program, cluster, 1)
    put_back(node.server, backup, *options)
    for i in range(2):
        done = node.apply()
        assert done.returncode == 3 and "held G10" in done.stdout and "in doubt (G10)" in done.stdout, done.stdout
        add_person(node.server, f"client{i}")
    assert node.server.values("cn=config", "olcServerID") == []
    cluster[0].apply()  # its link to there is made anew, and reads
    add_person(healthy, "meanwhile")
    assert wanted.keys() <= contents(healthy).keys()
    remedies.printed(done.stdout, "database-anew")
    put_back(node.server, None)
    remedies.did("database-anew")
    apply_until_joined(node)
    cluster.wait_in_step()
    assert wanted.keys() <= contents(healthy).keys() == contents(node.server).keys()
