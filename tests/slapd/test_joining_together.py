# SPDX-License-Identifier: Apache-2.0
"""Several nodes join at once, with daemons, while clients write to every node and servers are killed: nothing is lost.

What a server accepted that was killed meanwhile is not counted: slapd may lose that by itself, and a run without syncward
that would tell the two apart is not made here.

SYNCWARD_SEED repeats a run; SYNCWARD_LONG=1 plays more of them, with more entries.
"""

import contextlib
import os
import random
import threading
import time

import ldap
import pytest
from cluster import Cluster
from daemon import Daemon
from slapd import SUFFIX, wait_until

SEED = int(os.environ.get("SYNCWARD_SEED", "20261128"))
IS_LONG = bool(os.environ.get("SYNCWARD_LONG"))
PEOPLE = 3000 if IS_LONG else 400


class Writer(threading.Thread):
    """Adds entries at one server for as long as it lives or comes back; knows which of them were accepted."""

    def __init__(self, server, name):
        super().__init__()
        self.server, self.name_part = server, name
        self.accepted, self.refused = set(), 0
        self.is_done = threading.Event()

    def run(self):
        connection, i = None, 0
        while not self.is_done.wait(0.01):
            try:
                connection = connection or self.server.admin()
                i += 1
                dn = f"cn={self.name_part}-{i},{SUFFIX}"
                connection.add_s(dn, [("objectClass", [b"organizationalRole"]), ("cn", [dn[3:dn.index(",")].encode()])])
                self.accepted.add(dn)
            except (ldap.UNWILLING_TO_PERFORM, ldap.NO_SUCH_OBJECT, ldap.REFERRAL):
                self.refused += 1
            except (ldap.LDAPError, OSError):  # it was killed, or is not there yet
                connection = None
        if connection:
            connection.unbind_s()


def load(server, n):
    connection = server.admin()
    for i in range(n):
        connection.add_s(f"cn=old{i},{SUFFIX}", [("objectClass", [b"organizationalRole"]), ("cn", [f"old{i}".encode()])])
    connection.unbind_s()


def contents(server):
    """{DN: (entryUUID, entryCSN)} as the rootdn sees them."""
    connection = server.admin()
    found = connection.search_s(SUFFIX, ldap.SCOPE_SUBTREE, attrlist=["entryUUID", "entryCSN"])
    connection.unbind_s()
    return {dn: (entry["entryUUID"][0], entry["entryCSN"][0]) for dn, entry in found}


def is_provider(node):
    return bool(node.server.values(node.server.database_dn(), node.server.flag()))


def begin(cluster, n_established):
    """So many nodes are a cluster with data already; none: a person declares the first one."""
    first = cluster[0]
    if n_established == 0:
        first.apply_ok("--first-node", "--empty", ",".join(str(node.id) for node in cluster.nodes[1:]))
    first.server.seed()
    everybody = cluster.nodes
    cluster.nodes = everybody[:max(n_established, 1)]
    for _ in range(2):
        for node in cluster:
            node.apply()
    load(first.server, PEOPLE)
    cluster.nodes = everybody


def disturb(rng, cluster, n_kills):
    """Kills servers without warning, one at a time, and starts them again; returns them."""
    killed = []
    for _ in range(n_kills):
        time.sleep(rng.uniform(0.2, 1.5))
        server = rng.choice(cluster.nodes).server
        server.kill()
        killed.append(server)
        time.sleep(rng.uniform(0.1, 1.0))
        server.start()
    return killed


SCENES = [(0, 2, 0), (1, 2, 0), (1, 3, 2), (2, 2, 2)]


@pytest.mark.parametrize("n_established, n_joiners, n_kills", SCENES)
@pytest.mark.parametrize("turn", range(10 if IS_LONG else 1))
def test_whoever_joins_beside_others_loses_nothing(slapd_factory, program, n_established, n_joiners, n_kills, turn):
    rng = random.Random(f"{SEED}/{n_established}/{n_joiners}/{n_kills}/{turn}")
    cluster = Cluster(slapd_factory, program, max(n_established, 1) + n_joiners)
    begin(cluster, n_established)
    deleted = [f"cn=old{i},{SUFFIX}" for i in rng.sample(range(PEOPLE), 30)]
    writers = [Writer(node.server, f"at{node.id}") for node in cluster]
    with contextlib.ExitStack() as stack:
        daemons = [stack.enter_context(Daemon(node)) for node in cluster]
        for writer in writers:
            writer.start()
        try:
            admin = cluster[0].server.admin()
            for dn in deleted if n_kills == 0 else []:  # what a kill forgets is no deletion (fact of slapd alone)
                admin.delete_s(dn)
                time.sleep(0.02)
            admin.unbind_s()
            killed = disturb(rng, cluster, n_kills)
            wait_until(lambda: all(is_provider(node) for node in cluster), "every node has joined", 90)
        finally:
            for writer in writers:
                writer.is_done.set()
            for writer in writers:
                writer.join()
            for daemon in daemons:
                print("\n".join([f"--- node {daemon.node.id}", *daemon.lines]))
        cluster.wait_in_step()
        wait_until(lambda: len({tuple(sorted(contents(node.server).items())) for node in cluster}) == 1,
                   "all copies are equal", 30)
    found = set(contents(cluster[0].server))
    accepted = set().union(*(writer.accepted for writer in writers if writer.server not in killed))
    assert any(writer.accepted for writer in writers) and not accepted - found, f"lost: {sorted(accepted - found)[:5]} (SYNCWARD_SEED={SEED})"
    gone = set(deleted) if n_kills == 0 else set()
    old = {f"cn=old{i},{SUFFIX}" for i in range(PEOPLE)} - gone
    assert old <= found and not gone & found
