# SPDX-License-Identifier: Apache-2.0
"""slapd ends no search that has begun in a log which is closed. What comes into the log from then on comes in no order: who gets it
takes the newest and asks nobody for the rest, with equal contextCSN. So it is hidden from such searches."""

import random
import time

import delta
import ldap
import pytest
from changes import Changes
from slapd import wait_until
from test_delta_made import OF_LOGS, apply_until_delta, ring
from test_delta_mixed import BY_LOG, read_databases, restricts
from whole import wait_equal


@pytest.fixture(name="logged")
def fixture_logged(slapd_factory, program):
    """Three nodes that read each other's logs."""
    cluster = ring(slapd_factory, program, 3)
    delta.want_all(cluster)
    apply_until_delta(cluster)
    return cluster


def restrict(node, value):
    """What its log refuses, as somebody wrote it."""
    node.server.modify(node.server.database_dn(delta.LOG), [(ldap.MOD_REPLACE, "olcRestrict", value)])


def is_shut(node):
    """Whether its log gives nothing to its readers."""
    return any("attrs=entry" in value for value in node.server.values(node.server.database_dn(delta.LOG), "olcAccess"))


def write_closed(node, changes, n):
    """At that node, which turns to reading databases meanwhile, while no other one reaches it."""
    listeners = list(node.server.listeners)
    node.server.stop()
    node.server.listeners = listeners[:1]
    node.server.start()
    changes.make(n)
    restrict(node, "search")
    read_databases(node)
    node.server.stop()
    node.server.listeners = listeners
    node.server.start()


def be_first(cluster, changes):
    """The second node alone hears that the first one's log is closed, and reads the database there; the third one reads the second
    one's log still."""
    writer, first, last = cluster
    write_closed(writer, changes, 8)
    wait_until(lambda: first.apply().returncode in (0, 3) and delta.reads(first) == 0, "the second node reads databases")
    assert restricts(first) == ["search"] and is_shut(first)
    assert delta.reads(last) == 2
    wait_equal([writer, first])
    apply_until_delta(cluster)
    assert not any(is_shut(node) for node in cluster)
    wait_equal(cluster)


def change_before(cluster):
    """Changes at the first node, of which there must be some before changes made apart can be lost."""
    changes = Changes(cluster[0].server, random.Random(20))
    changes.make(12)
    wait_equal(cluster)
    return changes


@OF_LOGS
def test_who_reads_the_log_of_a_node_that_turns_to_databases_first_loses_nothing(logged):
    """Where the log was only closed, something was lost."""
    be_first(logged, change_before(logged))


@pytest.mark.long
@OF_LOGS
def test_ten_nodes_that_turn_to_databases_first_lose_nothing(logged):
    changes = change_before(logged)
    for _ in range(10):
        be_first(logged, changes)


def stand_still(cluster, changes):
    """The third node's slapd stands still, in the middle of a search of the second one's log, while that node turns to databases."""
    writer, plain, still = cluster
    with still.server.frozen():
        restrict(plain, "search")
        read_databases(plain)
        assert plain.apply().returncode in (0, 3) and is_shut(plain)
        write_closed(writer, changes, 8)
        wait_equal([writer, plain])
    time.sleep(3)
    apply_until_delta(cluster)
    assert not any(is_shut(node) for node in cluster)
    wait_equal(cluster)


@OF_LOGS
def test_a_slapd_that_stood_still_loses_nothing_by_a_log_that_it_reads(logged):
    stand_still(logged, change_before(logged))


@pytest.mark.long
@OF_LOGS
def test_slapds_that_stood_still_ten_times_lose_nothing(logged):
    changes = change_before(logged)
    for _ in range(10):
        stand_still(logged, changes)
