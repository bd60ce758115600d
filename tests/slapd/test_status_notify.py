# SPDX-License-Identifier: Apache-2.0
"""What the daemon tells systemd: ready, reloading, stopping, alive, and one sentence that is always right."""

import json
import os
import re
import signal
import time

import pytest
from daemon import Daemon
from lone import Lone
from manager import Manager
from slapd import wait_until


@pytest.fixture
def node(slapd_factory, program):
    node = Lone(slapd_factory, program)
    node.apply_ok()
    return node


@pytest.fixture
def manager(node):
    manager = Manager(node.folder)
    yield manager
    manager.close()


def test_it_is_ready_after_the_first_pass_and_says_when_it_ends(node, manager):
    with Daemon(node, env=manager.environment()):
        wait_until(lambda: manager.with_name("READY"), "READY=1")
        ready = manager.with_name("READY")[0][1]
        assert ready["READY"] == "1" and ready["STATUS"] == "in step: peer 1, 1 database"
        assert not manager.with_name("STOPPING")
    assert manager.messages[-1][1]["STOPPING"] == "1"
    assert len(manager.with_name("READY")) == 1


def test_it_is_ready_when_slapd_is_away_and_says_so(node, manager):
    node.server.stop()
    with Daemon(node, env=manager.environment()):
        wait_until(lambda: manager.with_name("READY"), "READY=1")
        assert node.server.ldapi_uri in manager.status() and "is it running" in manager.status()
        node.server.start()
        manager.wait_status("^in step")


def test_a_reload_with_a_bad_file_stays_active_and_says_where(node, manager):
    with Daemon(node, env=manager.environment()) as daemon:
        wait_until(lambda: manager.with_name("READY"), "READY=1")
        with open(node.peers_file, "a", encoding="utf-8") as file:
            file.write('"canary-secret"')
        daemon.reload()
        wait_until(lambda: len(manager.with_name("READY")) == 2, "READY=1 after the reload")
        reloading = manager.with_name("RELOADING")
        assert len(reloading) == 1 and reloading[0][1]["RELOADING"] == "1"
        ready_usec, ready = manager.with_name("READY")[1]
        # systemd ignores a READY=1 that it thinks older than the reload.
        assert 0 < int(reloading[0][1]["MONOTONIC_USEC"]) <= reloading[0][0] <= ready_usec
        assert re.match(re.escape(node.peers_file) + r":\d+:\d+: ", ready["STATUS"])
        assert daemon.process.poll() is None
        node.write()
        manager.wait_status("^in step")
    assert not any("canary" in str(message) for _, message in manager.messages)


def test_every_status_is_one_line_and_holds_no_secret(node, manager):
    """What others put into cn=config or into file names cannot add an assignment of their own."""
    settings = os.path.join(node.folder, "agent.json")
    with open(settings, "w", encoding="utf-8") as file:
        json.dump({"interval": 5}, file)
    with Daemon(node, "--agent-config", settings, env=manager.environment()) as daemon:
        wait_until(lambda: manager.with_name("READY"), "READY=1")
        document = json.loads(json.dumps(node.document))
        document["databases"][0]["syncrepl"]["credentials"] = {"file": node.folder + "/none\nX_EVIL=1"}
        node.write(document)
        manager.wait_status("none.X_EVIL=1: there is no such file")
        daemon.wait_for("desired-refused", text="none X_EVIL=1")
    assert not manager.with_name("X_EVIL")


def test_the_watchdog_is_fed_while_the_loop_turns_and_only_then(node, manager):
    env = manager.environment(WATCHDOG_USEC="1000000")
    with Daemon(node, env=env) as daemon:
        wait_until(lambda: manager.with_name("READY"), "READY=1")
        fed = len(manager.with_name("WATCHDOG"))
        wait_until(lambda: len(manager.with_name("WATCHDOG")) >= fed + 4, "it is fed without any pass")
        times = [when for when, _ in manager.with_name("WATCHDOG")][fed:]
        assert max(later - earlier for earlier, later in zip(times, times[1:])) < 1000000
        os.kill(daemon.pid, signal.SIGSTOP)
        try:
            time.sleep(0.1)  # what was sent before has arrived
            hung = len(manager.with_name("WATCHDOG"))
            time.sleep(1.2)
            assert len(manager.with_name("WATCHDOG")) == hung
        finally:
            os.kill(daemon.pid, signal.SIGCONT)
        wait_until(lambda: len(manager.with_name("WATCHDOG")) > hung, "it goes on")
