# SPDX-License-Identifier: Apache-2.0
"""A person pauses the daemon: it looks and tells, and does not write, until the time is over or `resume`."""

import datetime
import fcntl
import json
import os
import re
import shutil

import ldap
import pytest
from daemon import Daemon
from played import SECOND, Played
from slapd import wait_until

UNTIL = re.compile(r"corrections are paused until \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ( by login uid \d+)?: we move it")


def damage(node):
    node.edit([(ldap.MOD_DELETE, "olcLimits", None)])


def limits(node):
    return node.server.values(node.dn(), "olcLimits")


def pause(node, duration="2h"):
    done = node.run("pause", "we move it", "--for", duration)
    assert done.returncode == 0 and UNTIL.match(done.stdout), done.stdout + done.stderr


def resume(node):
    done = node.run("resume")
    assert (done.returncode, done.stdout) == (0, "Corrections are made again.\n"), done.stderr


def test_a_paused_daemon_looks_and_tells_and_does_not_write(node):
    with Daemon(node) as daemon:
        wait_until(lambda: daemon.sees(node.server.config_dir), "it watches slapd.d")
        pause(node)
        assert UNTIL.search(daemon.wait_for("paused")) and "syncward resume" in daemon.wait_for("paused")
        damage(node)
        writes = node.server.config_writes()
        daemon.wait_for("drift-found", text="unlimited search")
        daemon.reload()
        node.document["databases"][0]["syncprov"] = {"checkpoint": "7 7"}
        node.write()
        daemon.wait_for("desired-loaded", n=2)
        assert node.server.config_writes() == writes and not daemon.events("correction-intended")
        resume(node)
        daemon.wait_for("resumed", text="it was: corrections are paused")
        daemon.wait_for("correction-applied", text="olcLimits")
        daemon.wait_for("correction-applied", text="olcSpCheckpoint")
        assert len(daemon.events("paused")) == len(daemon.events("drift-found")) == 1
        wait_until(lambda: node.plan().returncode == 0, "in step")


def test_a_pause_ends_by_itself(node):
    """Also without any trigger, and on time: what is held or ill would be looked at later, or a minute later."""
    pause(node)
    with open(os.path.join(node.state_dir, "pause.json"), encoding="utf-8") as file:
        until = datetime.datetime.fromisoformat(json.load(file)["until"].replace("Z", "+00:00"))
    damage(node)
    with Played(node) as played:
        played.set_day(int(until.timestamp()) - 2)
        waited = played.next()
        assert limits(node) == []
        while not limits(node):
            waited += played.next()
            assert waited <= 4 * SECOND  # what is held or ill waits for 5
        told = played.end()
    assert {told.count(f" {name}: ") for name in ("drift-found", "paused", "resumed", "correction-applied")} == {1}, told


def test_a_pause_lasts_over_a_restart_and_is_told_once(node):
    pause(node)
    damage(node)
    with Daemon(node) as daemon:
        daemon.wait_for("drift-found")
    assert len(daemon.events("paused")) == 1
    with Daemon(node) as daemon:
        wait_until(lambda: daemon.sees(node.server.config_dir), "it watches slapd.d")
    assert not daemon.events("paused") and limits(node) == []


def test_a_person_s_apply_goes_ahead_and_says_so(node):
    pause(node)
    damage(node)
    done = node.apply()
    assert done.returncode == 0 and UNTIL.search(done.stderr) and "this apply goes ahead" in done.stderr
    assert limits(node)
    resume(node)
    assert "paused" not in node.apply().stderr


def test_no_write_is_on_its_way_when_pause_returns(node):
    """It waits for the lock, as every writer does."""
    with node.server.frozen(), Daemon(node) as daemon:
        wait_until(daemon.is_in_pass, "the daemon is in a pass")
        settings = os.path.join(node.folder, "agent.json")
        with open(os.open(settings, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
            file.write('{"ldap_timeout": 1}')
        done = node.run("pause", "we move it", "--for", "1m", "--agent-config", settings)
        assert done.returncode == 75 and f"process {daemon.pid}" in done.stderr
        daemon.process.kill()
        daemon.process.wait()
        daemon.process.terminate = lambda: None
        daemon.stop = lambda *_: 0


def test_what_a_person_did_is_heard_when_the_lock_is_free_again(node):
    """resume writes its file and has the lock for a moment more: the pass that this wakes cannot look."""
    assert node.run("resume").returncode == 0
    path = os.path.join(node.state_dir, "pause.json")
    with Daemon(node) as daemon:
        daemon.wait_for("desired-loaded")
        daemon.wait_at_rest()
        before, _ = daemon.last_pass()
        with open(os.path.join(node.run_dir, "lock"), "rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            shutil.copy2(path, path + ".new")
            os.rename(path + ".new", path)
            wait_until(lambda: daemon.last_pass()[0] > before, "a pass finds the lock taken")
            busy, triggers = daemon.last_pass()
            assert triggers == ["state"]
        wait_until(lambda: daemon.last_pass()[0] > busy, "a pass that looks", 40)
        assert "state" in daemon.last_pass()[1]


@pytest.mark.parametrize("words, message", [
    ([], "pause needs a reason and a time"), (["why"], "pause needs a reason and a time"),
    (["why", "--for", "8d"], "--for '8d' is not a time of 1s to 7d"), (["why", "--for", "0"], "--for '0'"),
    (["why", "--for", "2 h"], "--for '2 h'"), (["why", "--for", "h"], "--for 'h'"),
    (["two\nlines", "--for", "1h"], "one line of 1 to 200 bytes of UTF-8"),
    (["x" * 201, "--for", "1h"], "one line"), (["why", "not", "--for", "1h"], "'not' is one argument too many")])
def test_what_cannot_be_a_pause(node, words, message):
    done = node.run("pause", *words)
    assert done.returncode == 64 and message in done.stderr, done.stderr
    assert not os.path.exists(os.path.join(node.state_dir, "pause.json"))


def test_the_file_says_who_and_why(node):
    pause(node, "1h30m")
    with open(os.path.join(node.state_dir, "pause.json"), encoding="utf-8") as file:
        kept = json.load(file)
    assert kept["reason"] == "we move it" and kept["since"] < kept["until"] and "by" in kept
