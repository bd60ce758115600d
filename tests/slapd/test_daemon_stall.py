# SPDX-License-Identifier: Apache-2.0
"""Clients never wait longer for the daemon's corrections than for one modify by hand at the same moment.

The moment is the worst one: the consumers were restarted just before, and slapd waits for them.
"""

import contextlib
import copy
import signal
import threading
import time

import ldap
import pytest
from client import Client
from cluster import Cluster
from daemon import Daemon

pytestmark = pytest.mark.quiet
TIMEOUT_SEC = 2
NOISE_SEC = 0.3  # a search that waits for nothing, on a busy machine
GAP_SEC = 0.1


def form(slapd_factory, program, network=None):
    cluster = Cluster(slapd_factory, program, 2, network=network)
    cluster.document["databases"][0]["syncrepl"].update({"timeout": TIMEOUT_SEC, "network-timeout": TIMEOUT_SEC,
                                                             "retry": "4 +"})
    cluster.write()
    return cluster.form()


def slowest(nodes, act):
    """How long the longest search at any of the nodes took while something is done at all of them at once."""
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(Client(node.server)) for node in nodes]
        barrier = threading.Barrier(len(nodes))
        problems = []

        def run(node):
            try:
                barrier.wait()
                act(node)
            except Exception as error:  # pylint: disable=broad-except
                problems.append(error)
        threads = [threading.Thread(target=run, args=(node,)) for node in nodes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        time.sleep(GAP_SEC)  # a search that began during the last write ends
    assert not problems, problems
    return max(client.slowest for client in clients)


def by_daemon(cluster, nodes):
    """Two corrections, the first of which restarts the consumers."""
    document = copy.deepcopy(cluster.document)
    for i, peer in enumerate(document["peers"]):
        peer["syncrepl"] = {"keepalive": f"{10 + i}:1:1"}
    last = copy.deepcopy(document)
    last["databases"][0]["syncprov"] = {"sessionlog": 500}
    with contextlib.ExitStack() as stack:
        daemons = {node: stack.enter_context(Daemon(node)) for node in nodes}
        for daemon in daemons.values():
            daemon.wait_for("desired-loaded")

        def act(node):
            node.write(document)
            daemons[node].wait_for("correction-applied", text="olcSyncrepl")
            node.write(last)
            daemons[node].wait_for("correction-applied", text="olcSpSessionlog")
        stall = slowest(nodes, act)
        assert not any(daemon.events("correction-failed") for daemon in daemons.values())
    return stall


def by_hand(nodes):
    """The same with ldapmodify: the second one is the one that waits."""
    def act(node):
        values = [value.split("}", 1)[1].replace(":1:1", ":2:2") for value in node.syncrepl()]
        node.edit([(ldap.MOD_REPLACE, "olcSyncrepl", values)])
        time.sleep(GAP_SEC)
        node.edit([(ldap.MOD_REPLACE, "olcLimits", node.server.values(node.server.database_dn(), "olcLimits"))])
    return slowest(nodes, act)


def compare(cluster, nodes):
    daemon = by_daemon(cluster, nodes)
    hand = by_hand(nodes)
    print(f"longest search: {daemon:.2f} s during the daemon's corrections, {hand:.2f} s during the modify by hand")
    assert daemon <= hand + NOISE_SEC
    return daemon, hand


def test_a_peer_swallows_packets(slapd_factory, program, network):
    cluster = form(slapd_factory, program, network)
    one, other = (node.server.host for node in cluster)
    other.swallow(one)
    try:
        daemon, hand = compare(cluster, [cluster[0]])
    finally:
        other.answer(one)
    assert daemon < TIMEOUT_SEC / 2 < hand


def test_a_provider_is_frozen(slapd_factory, program):
    cluster = form(slapd_factory, program)
    with cluster[1].server.frozen():
        daemon, hand = compare(cluster, [cluster[0]])
    assert daemon < TIMEOUT_SEC / 2 < hand


@pytest.mark.every_release
def test_two_agents_write_at_once_on_nodes_that_replicate_from_each_other(slapd_factory, program):
    cluster = form(slapd_factory, program)
    daemon, hand = compare(cluster, list(cluster))
    assert daemon < TIMEOUT_SEC / 2
    assert hand > TIMEOUT_SEC / 2 or not cluster[0].server.release.has_consumer_monitor  # 2.4 stalls at silent peers only


@pytest.mark.long
def test_values_without_timeout(slapd_factory, program):
    """Nothing ends such a wait but the provider itself: the daemon's write ends with it, and is not sent twice."""
    cluster = form(slapd_factory, program)
    cluster.document["databases"][0]["syncrepl"].update({"timeout": 0, "network-timeout": 0})
    cluster.write()
    cluster[0].apply_ok()
    stalls = []
    for act in (lambda: by_daemon(cluster, [cluster[0]]), lambda: by_hand([cluster[0]])):
        server = cluster[1].server
        with server.frozen():
            thaw = threading.Timer(4, server.process.send_signal, (signal.SIGCONT,))
            thaw.start()
            stalls.append(act())
            thaw.join()
        cluster.wait_sessions_settled()
    daemon, hand = stalls
    assert daemon <= hand + NOISE_SEC, f"{daemon:.2f} s, by hand {hand:.2f} s"
    assert hand > TIMEOUT_SEC / 2
