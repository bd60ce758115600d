# SPDX-License-Identifier: Apache-2.0
"""The daemon asks its peers beside its other work: no pass waits for them, and nothing is left of it."""

import contextlib
import json
import os
import signal

import pytest
from cluster import Cluster
from daemon import Daemon
from lone import Lone
from own_time import OwnTime
from slapd import wait_until

pytestmark = pytest.mark.one_release


def settings(node, **keys):
    path = os.path.join(node.folder, "agent.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(keys, file)
    return path


@pytest.fixture(name="node")
def fixture_node(slapd_factory, program):
    """A node whose peers are away; from now on only the daemon's own probes would wait long for them."""
    node = Lone(slapd_factory, program)
    node.apply_ok()
    node.document["policy"]["mode"] = "audit"
    node.document["databases"][0]["syncrepl"].update({"timeout": 20, "network-timeout": 20})
    node.write()
    return node


@pytest.fixture(name="silent")
def fixture_silent(node):
    with node.silent_peers():
        yield


def test_passes_go_on_while_peers_are_asked(node, silent):
    with Daemon(node, "--agent-config", settings(node)) as daemon:
        wait_until(lambda: len(daemon.children()) == 2, "both peers are being asked")
        own = OwnTime(daemon.pid)
        node.write()
        wait_until(lambda: "desired" in daemon.last_pass()[1], "a pass for the file")
        assert own.seconds() < 1
        assert len(daemon.children()) == 2  # and they are asked still
        workers = daemon.children()
    assert not [pid for pid in workers if os.path.exists(f"/proc/{pid}")]


def test_a_daemon_that_is_killed_leaves_no_probe(node, silent):
    with contextlib.suppress(AssertionError), Daemon(node, "--agent-config", settings(node)) as daemon:
        wait_until(lambda: len(daemon.children()) == 2, "both peers are being asked")
        workers = daemon.children()
        os.kill(daemon.pid, signal.SIGKILL)
    wait_until(lambda: not [pid for pid in workers if os.path.exists(f"/proc/{pid}")], "no probe is left")


def test_all_links_are_probed_at_their_interval(node):
    with Daemon(node, "--agent-config", settings(node, interval=5, probe_interval=5)) as daemon:
        wait_until(lambda: daemon.last_pass()[1] == ["probe"], "the first round")
        ended = daemon.last_pass()[0]
        wait_until(lambda: daemon.last_pass()[1] == ["probe"] and daemon.last_pass()[0] >= ended + 2, "the next round, behind a pass by the timer")
        assert not daemon.children()


def test_what_was_seen_before_that_is_switched_off_does_not_grow_old(slapd_factory, program):
    """As what nobody could read for a quarter of an hour it would be UNKNOWN for good."""
    cluster = Cluster(slapd_factory, program, 2, modules=("syncprov",)).form_by_hand()
    node = cluster[0]
    with Daemon(node, "--agent-config", settings(node)) as daemon:
        wait_until(lambda: " lag_2=" in node.run("check").stdout, "the peer was read", 60)
        settings(node, probe=False)
        daemon.reload()
        wait_until(lambda: " lag_2=" not in node.run("check").stdout, "nothing is said of what it had")
        wait_until(lambda: node.run("check").returncode == 0, "all is well")


def test_no_link_is_probed_when_that_is_switched_off(node, silent):
    """Whoever asked one of these peers would still wait for its answer."""
    with Daemon(node, "--agent-config", settings(node, interval=5, probe=False)) as daemon:
        wait_until(lambda: daemon.last_pass()[0] >= 3, "passes by the timer")
        assert daemon.last_pass()[1] == ["timer"] and not daemon.children()
