# SPDX-License-Identifier: Apache-2.0
"""A node that was away is back and its links read logs, while a provider has turned to reading databases meanwhile. What that
provider got in a refresh is in its log in no order: a node that reads it from where it stopped takes the newest and asks nobody for
the rest, with equal contextCSN."""

import random
import time

import pytest
from changes import Changes
from slapd import wait_until
from test_delta_made import OF_LOGS
from test_delta_mixed import fixture_mixed, read_databases, read_logs, restricts, write_apart
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


@pytest.mark.long
@OF_LOGS
def test_ten_nodes_that_were_away_lose_nothing(mixed):
    changes = Changes(mixed[0].server, random.Random(20))
    for _ in range(10):
        come_back(mixed, changes)
