# SPDX-License-Identifier: Apache-2.0
"""Another writer holds the lock: what a pass could not look at goes on as it was."""

import contextlib
import fcntl
import json
import os

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
