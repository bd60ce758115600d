# SPDX-License-Identifier: Apache-2.0
"""A full mesh in which one provider shows no log of changes: all links read databases then. What a node gets in a refresh comes
into its log in no order; who reads that takes the newest of it, and asks that provider for none of the rest any more."""

import random
import re
import time

import delta
import ldap
import pytest
from changes import Changes
from cluster import add_person
from slapd import wait_until
from test_delta_made import OF_LOGS, apply_until_delta, ring
from whole import wait_equal

BY_LOG = f' syncdata=accesslog logbase="{delta.LOG}" logfilter="{delta.FILTER}"'

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


def read_databases(node):
    """As somebody who joins begins: the node's links as they would be without logs."""
    node.edit([(ldap.MOD_REPLACE, "olcSyncrepl", [
        re.sub(r'\s(syncdata|logbase|logfilter)=("[^"]*"|\S+)', "", value) for value in node.syncrepl()])])
    assert delta.reads(node) == 0


def restricts(node):
    """What it refuses at its log."""
    return node.server.values(node.server.database_dn(delta.LOG), "olcRestrict")


def says(node):
    """Whether it says of its log that it sees all logs."""
    return restricts(node) == ["compare"]


def begin_to_differ(cluster):
    """The first node is away, and the second one begins anew with databases: the third one alone reads logs still."""
    away, plain, last = cluster
    away.server.stop()
    read_databases(plain)
    assert plain.apply().returncode in (0, 3) and delta.reads(plain) == 0 and not says(plain)
    assert delta.reads(last) == 2 and last.apply().returncode in (0, 3)
    away.server.start()


@OF_LOGS
def test_the_log_of_a_node_that_sees_not_all_logs_is_read_by_nobody(slapd_factory, program):
    """Where the third node went on reading its log something was lost within twenty rounds."""
    cluster = ring(slapd_factory, program, 3)
    delta.want_all(cluster)
    apply_until_delta(cluster)
    assert all(says(node) for node in cluster)
    begin_to_differ(cluster)
    assert delta.reads(cluster[2]) == 0
    rounds(cluster, 1)
    apply_until_delta(cluster)
    assert all(says(node) for node in cluster)


@pytest.mark.long
@OF_LOGS
def test_twenty_rounds_beside_a_node_that_sees_not_all_logs_lose_nothing(slapd_factory, program):
    cluster = ring(slapd_factory, program, 3)
    delta.want_all(cluster)
    apply_until_delta(cluster)
    begin_to_differ(cluster)
    rounds(cluster, 20)


def read_logs(node):
    """As it was before the log of a provider went missing."""
    node.edit([(ldap.MOD_REPLACE, "olcSyncrepl", [value + BY_LOG for value in node.syncrepl()])])
    node.server.modify(node.server.database_dn(delta.LOG), [(ldap.MOD_REPLACE, "olcRestrict", "compare")])


def miss_log(cluster, changes):
    """What the first node wrote while it was away is in no log when it is back; the others see that one after the other."""
    back, *others = cluster
    listeners = list(back.server.listeners)
    back.server.stop()
    for node in others:
        read_logs(node)
        assert delta.reads(node) == 2 and says(node)
    back.server.listeners = listeners[:1]
    back.server.start()
    changes.make(8)
    back.server.stop()
    back.server.listeners = listeners
    back.server.start()
    for node in others:
        assert node.apply().returncode in (0, 3)
        # The second one opens its log once the first was asked after it closed it: by this command, or the next one.
        assert delta.reads(node) == 0 and restricts(node) in ([["search"]] if node is others[0] else [["search"], []])
        wait_equal([back, node])

    def is_plain():
        for node in others:
            assert node.apply().returncode in (0, 3)
            time.sleep(1)
        return not any(delta.reads(node) for node in others)
    wait_until(is_plain, "all links read databases")
    wait_equal(cluster)


@OF_LOGS
def test_a_log_that_is_gone_has_its_database_read_at_once_and_the_readers_own_logs_give_nothing(mixed):
    """Where the third node got by the second one's log what that had of the database, 2.5.13 lost something in 2 of 6 such
    rounds."""
    miss_log(mixed, Changes(mixed[0].server, random.Random(17)))


@pytest.mark.long
@OF_LOGS
def test_ten_times_a_log_that_is_gone_lose_nothing(mixed):
    changes = Changes(mixed[0].server, random.Random(18))
    for _ in range(10):
        miss_log(mixed, changes)
