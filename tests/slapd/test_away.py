# SPDX-License-Identifier: Apache-2.0
"""Whatever is changed while a peer is away, it has when it is back: each entry with all its attributes.

With what syncward writes; also where the data is older than the server IDs, and when the set-up was killed in the middle.
"""

import os
import random
import re

import pytest
import traced
from changes import Changes
from cluster import Cluster, add_person, apply_until_joined, finish_with_writes
from whole import wait_equal
from slapd import Database

pytestmark = pytest.mark.every_release

SEED = int(os.environ.get("SYNCWARD_SEED", "20261128"))
IS_LONG = bool(os.environ.get("SYNCWARD_LONG"))
# In the middle of what apply sends and writes, by the number of the write; each kind of system call is counted for itself.
# The first node has some 30: the overlay that is made twice, the server ID, the links, the files of the state folder.
KILLS = range(2, 40, 2) if IS_LONG else (14, 20, 25)


def fill(server, n=30):
    """As a stock slapd is filled: without server ID and overlay."""
    server.add_seed()
    for i in range(n):
        add_person(server, f"p{i}")


def old_cluster(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb")])  # hdb does not survive a kill here
    fill(cluster[0].server)
    return cluster


def assert_changes_arrive(cluster, rng, n):
    """Each of both is away in turn."""
    wait_equal(cluster)
    for here, away in (cluster.nodes, reversed(cluster.nodes)):
        cluster.wait_in_step()  # what is deleted while a refresh goes on may stay
        cluster.wait_persistent()
        away.server.stop()
        Changes(here.server, rng).make(n)
        away.server.start()
        wait_equal(cluster, seconds=60)


@pytest.mark.parametrize("is_older", [False, True], ids=["", "older-than-server-ids"])
def test_200_changes_while_a_peer_is_away_arrive(slapd_factory, program, is_older):
    if is_older:
        cluster = old_cluster(slapd_factory, program)
        finish_with_writes(cluster[0])
        apply_until_joined(cluster[1])
    else:
        cluster = Cluster(slapd_factory, program, 2).form()
        for i in range(30):
            add_person(cluster[0].server, f"p{i}")
    for turn in range(10 if IS_LONG else 1):
        assert_changes_arrive(cluster, random.Random(f"{SEED}/{turn}"), 200)


@pytest.mark.turns(3)
@pytest.mark.parametrize("when", KILLS)
def test_apply_and_slapd_killed_in_the_middle_of_the_set_up(slapd_factory, program, when):
    cluster = old_cluster(slapd_factory, program)
    # Not about indices: one that slapd 2.4 was building when it was killed misses entries for good.
    cluster.document["databases"][0]["index"] = False
    cluster.write()
    for node in cluster:
        calls = "sendto,write,writev,rename,renameat,renameat2,fsync"
        done = traced.run_traced(node, ["apply"], os.devnull, "-e", f"trace={calls}", "-e", f"inject={calls}:signal=KILL:when={when}")
        # Behind its last call it is over; only a long run goes as far.
        assert done.returncode == -9 or (IS_LONG and done.returncode in (0, 3)), done.stdout + done.stderr
        node.server.kill()
        node.server.tool("test", "-u")
        node.server.start()
        if node is cluster[0]:
            finish_with_writes(node)
    apply_until_joined(cluster[1])
    for node in cluster:
        assert re.search(r"Nothing to change", node.plan().stdout)
    assert_changes_arrive(cluster, random.Random(f"{SEED}/{when}"), 40)
