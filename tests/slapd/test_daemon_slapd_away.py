# SPDX-License-Identifier: Apache-2.0
"""slapd goes, comes back, stands still or dies in the middle of a write: the daemon survives, tells it once,
never sends a request twice, and repairs within a second of slapd's return."""

import contextlib
import json
import os
import signal
import subprocess
import time

import ldap
import pytest
import traced
from daemon import Daemon
from own_time import OwnTime
from slapd import wait_until

pytestmark = pytest.mark.quiet


def settings(node, **values):
    path = os.path.join(node.folder, "agent.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(values, file)
    return "--agent-config", path


@contextlib.contextmanager
def following(node, *words):
    """A daemon that has made its first passes and watches slapd.d."""
    with Daemon(node, *words) as daemon:
        wait_until(lambda: daemon.sees(node.server.config_dir), "it watches slapd.d")
        yield daemon


def want_a_longer_interval(node, sessionlog):
    """A change of peers.json that needs one write."""
    node.document["databases"][0]["syncprov"] = {"sessionlog": sessionlog}
    node.write()


def has_sessionlog(node, sessionlog):
    values = node.server.values(f"olcOverlay={{0}}syncprov,{node.dn()}", "olcSpSessionlog")
    return values == [str(sessionlog)]


def test_slapd_is_stopped_and_started_again(node):
    with following(node) as daemon:
        node.server.stop()
        daemon.wait_for("slapd-lost")
        want_a_longer_interval(node, 777)
        time.sleep(3)  # time for more attempts: none of them is told
        node.server.start()
        own = OwnTime(daemon.pid)
        daemon.wait_for("correction-applied", text="olcSpSessionlog")
        assert own.seconds() < 1
        assert has_sessionlog(node, 777)
        daemon.wait_for("slapd-back")
        assert len(daemon.events("slapd-lost")) == len(daemon.events("slapd-back")) == 1
        assert not daemon.events("correction-failed")


def test_slapd_is_there_only_after_the_daemon(node):
    node.server.stop()
    with Daemon(node) as daemon:
        daemon.wait_for("slapd-lost")
        want_a_longer_interval(node, 778)
        node.server.start()
        own = OwnTime(daemon.pid)
        daemon.wait_for("correction-applied", text="olcSpSessionlog")
        assert own.seconds() < 1.5


def test_the_socket_is_gone_and_comes_back(node):
    with following(node) as daemon:
        hidden = node.server.socket_path + ".hidden"
        os.rename(node.server.socket_path, hidden)
        want_a_longer_interval(node, 779)  # over the connection that is kept
        daemon.wait_for("correction-applied", text="olcSpSessionlog")
        node.server.process.send_signal(signal.SIGTERM)
        daemon.wait_for("slapd-lost")
        node.server.stop()
        node.server.start()
        daemon.wait_for("slapd-back")


def test_slapd_dies_in_the_middle_of_a_write(node):
    with following(node) as daemon:
        with traced.inject_into(node.server.process.pid, traced.RENAMES, "signal=KILL:when=1"):
            want_a_longer_interval(node, 780)
            node.server.wait()
        node.server.should_run = False
        daemon.wait_for("slapd-lost")
        node.server.start()
        wait_until(lambda: has_sessionlog(node, 780), "corrected after its return")
        daemon.wait_for("slapd-back")
        wait_until(lambda: node.plan().returncode == 0, "in step")
    told = [name for name, _ in daemon.events()]
    assert told.count("slapd-lost") == 1
    failed = [text for name, text in daemon.events("correction-failed")]
    assert len(failed) <= 1  # the request whose answer never came


def unread(server):
    """Bytes that were sent to slapd over ldapi and that it has not read."""
    said = subprocess.run(["ss", "-xHn"], capture_output=True, text=True, check=True).stdout
    return sum(int(line.split()[2]) for line in said.splitlines() if server.socket_path in line.split())


def test_slapd_stands_still_before_it_reads_a_request(node):
    with following(node, *settings(node, ldap_timeout=1)) as daemon:
        daemon.wait_at_rest()  # what slapd has read by then is not unread
        before = node.server.config_writes()
        with node.server.frozen():
            want_a_longer_interval(node, 781)
            daemon.wait_for("slapd-lost")
            asked = unread(node.server)
            time.sleep(2.5)
            assert unread(node.server) == asked > 0, "it asked again before it had an answer"
        own = OwnTime(daemon.pid)
        wait_until(lambda: has_sessionlog(node, 781), "corrected")
        assert own.seconds() < 1
        daemon.wait_for("slapd-back")
        wait_until(lambda: node.plan().returncode == 0, "in step")
        assert node.server.config_writes() == before + 1
        assert len(daemon.events("slapd-lost")) == len(daemon.events("slapd-back")) == 1


def test_slapd_stands_still_in_the_middle_of_a_write(node):
    with following(node, *settings(node, ldap_timeout=1)) as daemon:
        before = node.server.config_writes()
        with traced.inject_into(node.server.process.pid, traced.RENAMES, "signal=STOP:when=1"):
            want_a_longer_interval(node, 782)
            daemon.wait_for("slapd-lost", timeout=30)
            assert "stays open" in daemon.events("slapd-lost")[0][1]
            time.sleep(2.5)
            node.server.process.send_signal(signal.SIGCONT)
            daemon.wait_for("slapd-back")
        wait_until(lambda: node.plan().returncode == 0, "in step")
        assert has_sessionlog(node, 782)
        assert node.server.config_writes() == before + 1
