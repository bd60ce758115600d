# SPDX-License-Identifier: Apache-2.0
"""One writer at a time, and one daemon: what finds the lock taken does no harm and tells nothing untrue."""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import stat
import subprocess

import ldap
import pytest
import traced
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


def ended(daemon, timeout=60):
    """Its status; it is not asked to end."""
    status = daemon.process.wait(timeout)
    daemon.stop = lambda *_: 0
    return status


def test_a_daemon_whose_lock_somebody_removed_ends_when_another_runs(node):
    """Two would undo each other's work; alone it takes the lock again."""
    with Daemon(node) as first:
        first.wait_for("desired-loaded")
        shutil.rmtree(node.run_dir)
        first.reload()
        wait_until(lambda: os.path.exists(os.path.join(node.run_dir, "daemon.lock")), "it takes the lock again")
        assert node.run("run", timeout=30).returncode == 75
        shutil.rmtree(node.run_dir)
        with Daemon(node) as second:
            second.wait_for("desired-loaded")
            before = node.server.config_writes()
            node.edit([(ldap.MOD_DELETE, "olcLimits", None)])
            second.wait_for("correction-applied")
            assert ended(first) == 75
            assert "another one runs by now: this one ended" in first.lines[-1], first.lines
            assert node.server.config_writes() == before + 2 and not first.events("correction-applied")


def test_a_daemon_that_could_not_lock_at_its_start_does_so_when_it_can(node):
    """What is no folder is in the place of the run folder for a while."""
    shutil.rmtree(node.run_dir, ignore_errors=True)
    with open(node.run_dir, "w", encoding="ascii"):
        pass
    with Daemon(node) as daemon:
        daemon.wait_for("started")
        os.unlink(node.run_dir)
        daemon.reload()
        wait_until(lambda: os.path.exists(os.path.join(node.run_dir, "daemon.lock")), "it has a lock")
        assert node.run("run", timeout=30).returncode == 75


def test_a_writer_whose_lock_somebody_removed_writes_nothing(node):
    node.edit([(ldap.MOD_DELETE, "olcLimits", None)])
    before = node.server.config_writes()
    with traced.Stopped(node) as stopped:
        os.unlink(os.path.join(node.run_dir, "lock"))
        done = stopped.go_on()
    assert done.returncode == 75 and "somebody removed it while it was held" in done.stderr, done.stderr
    assert node.server.config_writes() == before and not os.path.exists(os.path.join(node.state_dir, "intent.json"))
    node.apply_ok()


def test_who_waited_for_a_file_that_is_gone_takes_the_one_that_is_there(node):
    path = os.path.join(node.run_dir, "lock")
    with open(path, "rb+") as old:
        assert taken(old)
        waiting = subprocess.Popen(node.command("apply"), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        wait_until(lambda: any(os.path.realpath(f"/proc/{waiting.pid}/fd/{fd}") == path
                               for fd in os.listdir(f"/proc/{waiting.pid}/fd")), "it waits for the lock")
        os.rename(path, path + ".old")
        with open(path, "wb") as new:
            assert taken(new)
            fcntl.flock(old, fcntl.LOCK_UN)
            with pytest.raises(subprocess.TimeoutExpired):
                waiting.wait(0.5)  # the one that is there is held
        assert waiting.wait(60) == 0, waiting.communicate()
    waiting.stderr.close()


@pytest.mark.parametrize("words, statuses", [(("apply",), (1,)), (("plan", "-v"), (1, 2))])
def test_closed_standard_streams_take_in_no_file(node, words, statuses):
    """Neither does text go into the lock nor the trace to slapd; what could not be printed is a failure."""
    node.edit([(ldap.MOD_DELETE, "olcLimits", None)])
    shutil.rmtree(node.run_dir)
    closed = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *node.command(*words)]
    assert subprocess.run(closed, timeout=120, check=False).returncode in statuses
    if words[0] == "apply":
        assert node.server.values(node.server.database_dn(), "olcLimits")
        with open(os.path.join(node.run_dir, "lock"), encoding="ascii") as file:
            assert file.read().strip().isdigit()
