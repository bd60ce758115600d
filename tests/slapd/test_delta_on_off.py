# SPDX-License-Identifier: Apache-2.0
"""`delta` goes on and off in a running ring, one node after the other, while clients write at all of them. Three daemons play it
under one clock, so that what a link waits for is a number, however busy the machine is."""

import contextlib
import time

import delta
import pytest
from played import Played
from slapd import wait_until
from test_delta_made import OF_LOGS, Writers, assert_equal, ring

RETRY_SEC = 60
BUSY_MSEC = 5000  # passes and probes behind what was due


class Time:
    """The daemons' time: the one whose last pass is the longest ago makes the next."""

    def __init__(self, cluster, players):
        self.nodes, self._players = list(cluster), players
        self._at_msec = [0] * len(players)

    @property
    def msec(self):
        return min(self._at_msec)

    def step(self):
        """The next pass of all, and what its probes hear."""
        i = self._at_msec.index(self.msec)
        self._at_msec[i] += self._players[i].next()
        while self._players[i].probes():
            pass

    def until(self, claim, what, seconds):
        """Goes on until that is so; returns for how many msec."""
        began = self.msec
        while not claim():
            assert self.msec - began < seconds * 1000, f"after {seconds} s still not: {what}\n" + "\n".join(
                node.plan().stdout for node in self.nodes)
            self.step()
        return self.msec - began


@contextlib.contextmanager
def played(cluster):
    with contextlib.ExitStack() as stack:
        players = [stack.enter_context(Played(node)) for node in cluster]
        for player in players:
            player.set_day(int(time.time()))
            player.rest()
        yield Time(cluster, players)


def is_read(cluster, n):
    """The links read that many logs at each node, and slapd calls them all up."""
    return all(delta.reads(node) == n and all(c.connection for c in node.server.consumers()) for node in cluster)


def turn_on(clock, order):
    """A link that reads databases breaks nowhere by that."""
    for node in order:
        delta.want(node, clock.document)
        clock.until(lambda node=node: "log" in str(node.server.search("cn=config")), "it has a log", 120)
    clock.until(lambda: is_read(order, 2), "all links read logs", 300)


def turn_off(clock, order):
    """The first node gets its file alone: who reads its log, which is shut, must hear that in time."""
    order[0].write(clock.document)
    clock.until(lambda: delta.reads(order[0]) == 0, "the first node reads databases", 120)
    stood = clock.until(lambda: is_read(order, 0), "all links read databases", 600)
    print(f"links got nothing for {stood} msec")
    assert stood <= RETRY_SEC * 1000 + BUSY_MSEC, f"links got nothing for {stood} msec"
    for node in order[1:]:
        node.write(clock.document)
        clock.step()


@OF_LOGS
@pytest.mark.parametrize("order", [(1, 2, 3), pytest.param((3, 1, 2), marks=pytest.mark.long)])
def test_no_link_gets_nothing_for_longer_than_one_retry(slapd_factory, program, order):
    cluster = ring(slapd_factory, program, 3)
    cluster.document["databases"][0]["syncrepl"]["retry"] = f"{RETRY_SEC} +"
    cluster.write()
    for node in cluster:
        node.apply_ok()
    cluster.wait_persistent()
    order = [cluster[i - 1] for i in order]
    with Writers(cluster) as writers, played(cluster) as clock:
        clock.document = cluster.document
        turn_on(clock, order)
        turn_off(clock, order)
        n = writers.n
        wait_until(lambda: writers.n > n + 100, "clients go on")
    assert_equal(cluster, set(writers.acknowledged))
