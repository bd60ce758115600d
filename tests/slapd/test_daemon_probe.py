# SPDX-License-Identifier: Apache-2.0
"""The daemon asks its peers beside its other work: no pass waits for them, and nothing is left of it."""

import contextlib
import json
import os
import signal
import socket
import time

import pytest
from daemon import Daemon
from lone import Lone
from slapd import wait_until

pytestmark = pytest.mark.one_release


def last_pass(node):
    """(number, trigger) of the daemon's last pass."""
    with contextlib.suppress(FileNotFoundError), \
            open(os.path.join(node.run_dir, "status.json"), encoding="utf-8") as file:
        found = json.load(file)["last_pass"] or {"number": 0, "trigger": ""}
        return found["number"], found["trigger"]
    return 0, ""


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return file.read().split()


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
    """The peers take connections and never answer."""
    with contextlib.ExitStack() as stack:
        for i in (2, 3):
            listener = stack.enter_context(socket.socket())
            listener.bind((f"127.0.0.{i}", node.server.port))
            listener.listen()
        yield


def test_passes_go_on_while_peers_are_asked(node, silent):
    with Daemon(node, "--agent-config", settings(node)) as daemon:
        wait_until(lambda: len(children(daemon.pid)) == 2, "both peers are being asked")
        began = time.monotonic()
        node.write()
        wait_until(lambda: "desired" in last_pass(node)[1].split(","), "a pass for the file")
        assert time.monotonic() - began < 1
        assert len(children(daemon.pid)) == 2  # and they are asked still
        workers = children(daemon.pid)
    assert not [pid for pid in workers if os.path.exists(f"/proc/{pid}")]


def test_a_daemon_that_is_killed_leaves_no_probe(node, silent):
    with contextlib.suppress(AssertionError), Daemon(node, "--agent-config", settings(node)) as daemon:
        wait_until(lambda: len(children(daemon.pid)) == 2, "both peers are being asked")
        workers = children(daemon.pid)
        os.kill(daemon.pid, signal.SIGKILL)
    wait_until(lambda: not [pid for pid in workers if os.path.exists(f"/proc/{pid}")], "no probe is left")


def test_all_links_are_probed_at_their_interval(node):
    with Daemon(node, "--agent-config", settings(node, interval=5, probe_interval=5)) as daemon:
        wait_until(lambda: last_pass(node)[1] == "probe", "the first round")
        ended = last_pass(node)[0]
        wait_until(lambda: last_pass(node)[1] == "probe" and last_pass(node)[0] >= ended + 2, "the next round, behind a pass by the timer")
        assert not children(daemon.pid)


def test_no_link_is_probed_when_that_is_switched_off(node):
    with Daemon(node, "--agent-config", settings(node, interval=5, probe=False)) as daemon:
        number, _ = wait_until(lambda: last_pass(node) if last_pass(node) >= (3, "timer") else None, "passes by the timer")
        assert number == 3 and not children(daemon.pid)
