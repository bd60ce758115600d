# SPDX-License-Identifier: Apache-2.0
"""`delta` goes on and off in a running ring, one node after the other, while clients write at all of them. Three daemons play it
under one clock, so that what a link waits for is a number, however busy the machine is."""

import contextlib
import json
import time

import delta
import pytest
from played import Played
from slapd import wait_until
from test_delta_made import OF_LOGS, Writers, assert_equal, ring
from test_delta_twice import begins_once

ROUNDED_MSEC = 100
BUSY_MSEC = 5000  # passes behind what was due, while slapd's own work takes time


class Time:
    """The daemons' time, which is the same for all: whose pass is due first makes it."""

    def __init__(self, nodes, players, retry_sec):
        self.nodes, self._players, self.msec, self.retry_msec = nodes, players, 0, retry_sec * 1000
        self.asked = [[] for _ in players]  # when each heard its peers

    def step(self):
        """The next pass of all, and what its probes hear."""
        waits = [player.due() for player in self._players]
        i = waits.index(min(waits))
        first = self._players[i]
        for player in self._players:
            if player is not first:
                player.ask(f"advance {min(waits)}")
        first.next()
        self.msec += min(waits)
        while first.probes():
            self.asked[i].append(self.msec)

    def until(self, claim, what, seconds):
        """Goes on until that is so; returns for how many msec."""
        began = self.msec
        while not claim():
            assert self.msec - began < seconds * 1000, f"after {seconds} s still not: {what}\n" + "\n".join(
                node.plan().stdout for node in self.nodes)
            self.step()
        return self.msec - began


@contextlib.contextmanager
def played(cluster, retry_sec, settings):
    with contextlib.ExitStack() as stack:
        players = [stack.enter_context(Played(node, settings)) for node in cluster]
        for player in players:
            player.set_day(int(time.time()))
            player.rest()
        yield Time(cluster.nodes, players, retry_sec)


def is_read(cluster, n):
    """The links read that many logs at each node."""
    return all(delta.reads(node) == n for node in cluster)


def make_logs(clock, order):
    for node in order:
        delta.want(node, clock.document)
        clock.until(lambda node=node: "log" in str(node.server.search("cn=config")), "it has a log", 120)


def ask_in_time(clock):
    """A log that its node shut looks like one into which nothing comes."""
    began = clock.msec
    clock.until(lambda: clock.msec - began > 6 * clock.retry_msec, "six times have passed", 360)
    for asked in clock.asked:
        times = [began] + [msec for msec in asked if msec >= began]
        assert max(later - one for one, later in zip(times, times[1:])) <= clock.retry_msec + ROUNDED_MSEC, times
        assert len(times) > 4, times


def turn_off(clock, order):
    """The first node gets its file alone: who reads its log, which is shut, must hear that in time."""
    order[0].write(clock.document)
    clock.until(lambda: delta.reads(order[0]) == 0, "the first node reads databases", 120)
    stood = clock.until(lambda: is_read(order, 0), "all links read databases", 600)
    print(f"links got nothing for {stood} msec")
    assert stood <= clock.retry_msec + BUSY_MSEC, f"links got nothing for {stood} msec"
    for node in order[1:]:
        node.write(clock.document)
        clock.step()


@OF_LOGS
@pytest.mark.parametrize("order, retry_sec, probe", [
    ((1, 2, 3), 60, True), ((1, 2, 3), 5, True), ((1, 2, 3), 60, False),
    pytest.param((3, 1, 2), 60, True, marks=pytest.mark.long)])
def test_no_link_gets_nothing_for_longer_than_one_retry(slapd_factory, program, tmp_path, order, retry_sec, probe):
    """A log is asked for as often, whatever "probe" says."""
    cluster = ring(slapd_factory, program, 3)
    cluster.document["databases"][0]["syncrepl"]["retry"] = f"{retry_sec} +"
    settings = tmp_path / "agent.json"
    settings.write_text(json.dumps({"probe": probe}))
    cluster.write()
    for node in cluster:
        node.apply_ok()
    cluster.wait_persistent()
    order = [cluster[i - 1] for i in order]
    with contextlib.ExitStack() as stack:
        clock = stack.enter_context(played(cluster, retry_sec, str(settings)))
        clock.document = cluster.document
        writers = stack.enter_context(Writers(cluster))
        make_logs(clock, order)
        clock.until(lambda: is_read(order, 2), "all links read logs", 300)
        assert all(begins_once(node) for node in cluster)
        ask_in_time(clock)
        turn_off(clock, order)
        n = writers.n
        wait_until(lambda: writers.n > n + 100, "clients go on")
    assert_equal(cluster, set(writers.acknowledged))
