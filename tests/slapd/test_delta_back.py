# SPDX-License-Identifier: Apache-2.0
"""A node that was away is back and its links read logs, while a provider has turned to reading databases meanwhile. What that
provider got in a refresh is in its log in no order: a node that reads it from where it stopped takes the newest and asks nobody for
the rest, with equal contextCSN."""

import random
import time

import delta
import pytest
from changes import Changes
from slapd import wait_until
from test_delta_made import OF_LOGS, apply_until_delta, ring
from test_delta_mixed import fixture_mixed, read_databases, read_logs, restricts, says, write_apart
from test_joining import is_provider, replace_server
from whole import wait_equal

__all__ = ["fixture_mixed"]


def miss_turn(cluster, changes):
    """The third node is away while the second one has its readers leave its log, and had time to read the first one's database:
    that has no log, and wrote meanwhile."""
    writer, plain, away = cluster
    for node in (plain, away):
        read_logs(node)
    away.server.stop()
    write_apart(writer, changes, 8)
    assert plain.apply().returncode in (0, 3)
    assert restricts(plain) == ["search"]
    read_databases(plain)
    wait_equal([writer, plain])


def come_back(cluster, changes):
    miss_turn(cluster, changes)
    away = cluster[2]
    away.server.start()
    time.sleep(3)

    def is_plain():
        for node in cluster:
            assert node.apply().returncode in (0, 3)
        return not any(restricts(node) for node in cluster[1:])
    wait_until(is_plain, "all have left the logs of the two", 30)
    wait_equal(cluster)


@OF_LOGS
def test_a_node_that_was_away_reads_no_log_of_a_provider_that_turned_to_databases(mixed):
    come_back(mixed, Changes(mixed[0].server, random.Random(19)))


def make_anew(slapd_factory, program, cluster):
    """The first machine is new. The last node, from which it wants to know what it has, stops before it makes its log."""
    node = replace_server(slapd_factory, program, cluster, 0)
    delta.want_all(cluster)
    node.apply()
    cluster[2].server.stop()

    def has_log():
        for each in cluster[:2]:
            assert each.apply().returncode in (0, 3)
        return is_provider(node) and node.server.search("cn=config", "(olcAccessLogOps=*)")
    wait_until(has_log, "the new machine has joined and writes a log", 60)
    return node


@OF_LOGS
def test_a_node_that_was_away_does_not_go_on_in_the_log_of_a_machine_made_anew(slapd_factory, program):
    """Its own slapd reads logs still when it starts. In the new one is what came by a refresh."""
    cluster = ring(slapd_factory, program, 3)
    delta.want_all(cluster)
    apply_until_delta(cluster)
    node = make_anew(slapd_factory, program, cluster)
    assert restricts(node) == ["search"]
    write_apart(cluster[1], Changes(cluster[1].server, random.Random(21)), 8)
    wait_equal(cluster.nodes[:2])
    cluster[2].server.start()
    time.sleep(2)
    apply_until_delta(cluster)
    assert all(says(each) for each in cluster)
    wait_equal(cluster)


@pytest.mark.long
@OF_LOGS
def test_ten_nodes_that_were_away_lose_nothing(mixed):
    changes = Changes(mixed[0].server, random.Random(20))
    for _ in range(10):
        come_back(mixed, changes)
