# SPDX-License-Identifier: Apache-2.0
"""A list of retries that ends, at a relay that is cut off and shut to those that read it: each try of theirs is refused, until
slapd gives the link up."""

import contextlib
import json
import os

import pytest
from daemon import Daemon
from slapd import wait_until
from test_relay_away import AWAY, begin, change
from test_relay_cut import cut_chain, wait_open, wait_shut
from test_retry import GIVEN_UP, up
from whole import wait_equal

pytestmark = pytest.mark.since("2.5")  # 2.4 shuts nobody out


def often(node):
    """A daemon that looks often: what slapd gave up is found at its interval."""
    path = os.path.join(node.folder, "agent.json")
    with open(path, "w", encoding="ascii") as file:
        json.dump({"interval": 5}, file)
    return Daemon(node, "--agent-config", path)


def test_links_that_a_shut_relay_refused_until_slapd_gave_them_up_come_back_when_it_opens(slapd_factory, program):
    """Its own links are given up as well. Each list is written once, and not while it would only be refused again."""
    with cut_chain(slapd_factory, program, retry="2 2") as (cluster, node, ends, wires), contextlib.ExitStack() as stack:
        daemon = stack.enter_context(often(node))
        begin(cluster.nodes, "a", AWAY)
        for wire in wires:
            wire.cut()
        wait_shut(node, daemon)
        change(ends, "a", AWAY)
        wires[1].heal()  # they find it again, and it finds nobody
        wait_until(lambda: all(one.server.log_count(GIVEN_UP) for one in cluster), "slapd gives all links up", 60)
        written = [end.server.config_writes() for end in ends]
        for end in ends:
            other = stack.enter_context(often(end))
            other.wait_for("link-down", text="a limit there refuses every search (result 11)")
            other.reload()
            other.wait_at_rest()
        assert [end.server.config_writes() for end in ends] == written
        for wire in wires:
            wire.heal()
        wait_open(node, daemon, 90)
        wait_until(lambda: [up(one) for one in cluster] == [1, 2, 1], "all links are up", 90)
        wait_equal(cluster.nodes, seconds=60)
        assert [end.server.config_writes() for end in ends] == [n + 1 for n in written]
