# SPDX-License-Identifier: Apache-2.0
"""Told to end in the middle of a pass it does, whomever it waits for; a request that slapd has not answered is
left as a kill would leave it."""

import os
import re
import signal
import time

import ldap
import pytest
import traced
from daemon import Daemon
from lone import Lone
from own_time import OwnTime
from slapd import wait_until

SOON_SEC = 4  # of the daemon's own time, much of which sanitizers take; each wait would last 20 s or more


def ends_soon(daemon):
    own = OwnTime(daemon.pid)
    daemon.process.terminate()
    wait_until(lambda: own.seconds() and daemon.process.poll() is not None, "it ends", SOON_SEC * 10)
    assert own.seconds() < SOON_SEC
    assert daemon.stop() == 0
    assert daemon.events("stopped")


def has_intent(node):
    return os.path.exists(os.path.join(node.state_dir, "intent.json"))


def stands_still(pid):
    """For good, not for a system call that strace looks at."""
    for _ in range(10):
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            if not re.search(r"^State:\t[Tt]", file.read(), re.MULTILINE):
                return False
        time.sleep(0.01)
    return True


def test_it_ends_soon_although_slapd_does_not_answer(node):
    """Which says nothing about slapd."""
    with Daemon(node) as daemon:
        wait_until(lambda: daemon.sees(node.server.config_dir), "it watches slapd.d")
        daemon.wait_at_rest()  # a pass that is nearly over would wait for nobody
        with node.server.frozen():
            daemon.reload()
            wait_until(daemon.is_in_pass, "it is in a pass")
            ends_soon(daemon)
    assert not daemon.events("slapd-lost") and not has_intent(node)
    with Daemon(node) as daemon:
        wait_until(lambda: daemon.sees(node.server.config_dir), "it looked")
    assert not daemon.events("slapd-back") and not daemon.events("interrupted")


def test_a_write_without_an_answer_stays_told_as_open(node):
    with Daemon(node) as daemon:
        wait_until(lambda: daemon.sees(node.server.config_dir), "it watches slapd.d")
        before = node.server.config_writes()
        with traced.inject_into(node.server.process.pid, traced.RENAMES, "signal=STOP:when=1"):
            node.document["databases"][0]["syncprov"] = {"sessionlog": 782}
            node.write()
            daemon.wait_for("correction-intended")
            wait_until(lambda: stands_still(node.server.process.pid), "slapd stands in the middle of it")
            ends_soon(daemon)
        assert "the request stays open" in daemon.events("correction-failed")[0][1]
        assert not daemon.events("slapd-lost") and has_intent(node)
        node.server.process.send_signal(signal.SIGCONT)
    with Daemon(node) as daemon:
        daemon.wait_for("interrupted", text="olcSpSessionlog")
        wait_until(lambda: node.plan().returncode == 0, "in step")
    assert node.server.config_writes() == before + 1 and not has_intent(node)


@pytest.mark.one_release
def test_what_it_wrote_and_had_no_time_to_verify_is_nobody_elses(node):
    """It does not know its own entryCSN then; taken for another's, the next wanted change would be called a drift."""
    node.apply_ok()
    with Daemon(node, env=traced.environment()) as daemon:
        wait_until(lambda: daemon.sees(node.server.config_dir), "it watches slapd.d")
        wait_until(lambda: daemon.last_pass()[0] >= 2, "it knows the entries")
        with traced.inject_into(daemon.pid, "write", f"delay_exit={SOON_SEC * 100000}"):
            node.edit([(ldap.MOD_DELETE, "olcLimits", None)])
            daemon.wait_for("correction-applied")  # and is still in the system call that says so
            daemon.process.terminate()
            assert daemon.process.wait(60) == 0
    node.document["peers"] = node.document["peers"][:2]
    node.document["policy"]["max_removals"] = 1
    node.write()
    with Daemon(node) as daemon:
        assert "drift" not in daemon.wait_for("correction-applied", text="olcSyncrepl")
        wait_until(lambda: node.plan().returncode == 0, "in step")
    assert not daemon.events("drift-found")


def test_it_ends_soon_although_peers_do_not_answer(slapd_factory, program):
    """An empty node asks them what it must read first."""
    node = Lone(slapd_factory, program, seed=False)
    node.document["databases"][0]["syncrepl"].update({"timeout": 30, "network-timeout": 30})
    node.write()
    with node.silent_peers(), Daemon(node) as daemon:
        # The first pass waits a moment only, those by the timer longer.
        wait_until(lambda: daemon.last_pass()[0] > 0 and daemon.is_in_pass() and daemon.children(), "it asks them again", 30)
        ends_soon(daemon)
    assert not daemon.events("held") and not daemon.events("slapd-lost")
