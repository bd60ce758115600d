# SPDX-License-Identifier: Apache-2.0
"""A full mesh in which one provider shows no log of changes: all links read databases then. What a node gets in a refresh comes
into its log in no order; who reads that takes the newest of it, and asks that provider for none of the rest any more."""

import random

import delta
import pytest
from changes import Changes
from cluster import add_person
from test_delta_made import OF_LOGS, apply_until_delta, ring
from whole import wait_equal


@pytest.fixture(name="mixed")
def fixture_mixed(slapd_factory, program):
    """The first of three nodes has no folder for its log; each has had time to read those of the others."""
    cluster = ring(slapd_factory, program, 3)
    for node in cluster:
        delta.want(node, cluster.document, make_folder=node is not cluster[0])
    for i in range(4):
        for node in cluster:
            assert node.apply().returncode in (0, 3)
            add_person(node.server, f"begins{i}x{node.id}")
        cluster.wait_in_step()
    cluster.wait_persistent()
    return cluster


def write_apart(node, changes, n):
    """At that node while no other one reaches it."""
    listeners = list(node.server.listeners)
    node.server.stop()
    node.server.listeners = listeners[:1]
    node.server.start()
    changes.make(n)
    node.server.stop()
    node.server.listeners = listeners
    node.server.start()


def rounds(cluster, n):
    changes = Changes(cluster[0].server, random.Random(16))
    for _ in range(n):
        write_apart(cluster[0], changes, 8)
        wait_equal(cluster)


@OF_LOGS
def test_where_one_provider_shows_no_log_none_is_read_and_nothing_is_lost(mixed):
    """Where the other two read each other's log and its database something was lost in most of such rounds."""
    assert [delta.reads(node) for node in mixed] == [0, 0, 0]
    rounds(mixed, 3)
    for node in mixed:
        delta.want(node, mixed.document)
    apply_until_delta(mixed)
    rounds(mixed, 1)


@pytest.mark.long
@OF_LOGS
def test_twenty_rounds_beside_a_provider_without_a_log_lose_nothing(mixed):
    rounds(mixed, 20)
