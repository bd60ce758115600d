# SPDX-License-Identifier: Apache-2.0
"""One writer at a time, and one daemon: what finds the lock taken does no harm and tells nothing untrue."""

import contextlib
import fcntl
import json
import os
import signal
import stat

import pytest
from daemon import Daemon
from slapd import wait_until


def document(node):
    with open(os.path.join(node.run_dir, "status.json"), encoding="utf-8") as file:
        return json.load(file)


def passes(node, outcome):
    return document(node)["counters"]["passes"][outcome]


@contextlib.contextmanager
def another_writer(node):
    """Somebody holds the lock; inside, passes of the daemon end without having looked at anything."""
    with open(os.path.join(node.run_dir, "lock"), "rb+") as file:
        wait_until(lambda: taken(file), "no pass holds the lock")
        yield


def taken(file):
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def turned_away(node, daemon):
    before = passes(node, "busy")
    daemon.reload()
    wait_until(lambda: passes(node, "busy") > before + 1, "passes that found the lock taken")


@contextlib.contextmanager
def slapd_away(node):
    node.server.stop()
    yield
    node.server.start()


@contextlib.contextmanager
def no_desired_state(node):
    kept = os.path.join(node.state_dir, "peers.json")
    for path in (kept, node.peers_file):
        with contextlib.suppress(FileNotFoundError):
            os.rename(path, path + ".away")
    yield
    os.rename(node.peers_file + ".away", node.peers_file)


@contextlib.contextmanager
def state_open_to_others(node):
    os.chmod(node.state_dir, 0o777)
    yield
    os.chmod(node.state_dir, 0o700)


@pytest.mark.parametrize("trouble, begins, ends", [
    (slapd_away, "slapd-lost", "slapd-back"), (no_desired_state, "desired-refused", "desired-loaded"),
    (state_open_to_others, "state-trouble", "state-mended")])
def test_a_pass_that_finds_the_lock_taken_ends_no_trouble(node, trouble, begins, ends):
    """Neither is the end told while it lasts, nor its beginning once more."""
    with trouble(node), Daemon(node) as daemon:
        daemon.wait_for(begins)
        with another_writer(node):
            turned_away(node, daemon)
        before = document(node)["last_pass"]["number"]
        daemon.reload()
        wait_until(lambda: document(node)["last_pass"]["number"] > before, "a pass that looked")
        assert len(daemon.events(begins)) == 1 and not daemon.events(ends), daemon.lines


def test_a_second_daemon_does_not_start(node):
    """It names the first, which goes on; one that was killed is in nobody's way."""
    with Daemon(node) as daemon:
        daemon.wait_for("desired-loaded")
        done = node.run("run", timeout=30)
        assert done.returncode == 75 and not done.stdout
        assert f"only one daemon may keep this node, and one runs already: process {daemon.pid} holds " in done.stderr
        assert "started" not in done.stderr and document(node)["pid"] == daemon.pid
        daemon.process.send_signal(signal.SIGKILL)
        daemon.process.wait()
        with Daemon(node) as next_one:
            next_one.wait_for("desired-loaded")
        daemon.stop = lambda *_: 0


def test_nobody_else_may_hold_a_lock(node):
    """Whoever can open the file can lock it: also one that an older release left open to all."""
    os.chmod(os.path.join(node.run_dir, "lock"), 0o644)
    with Daemon(node) as daemon:
        daemon.wait_for("desired-loaded")
        for name in ("lock", "daemon.lock"):
            assert stat.S_IMODE(os.stat(os.path.join(node.run_dir, name)).st_mode) == 0o600
