# SPDX-License-Identifier: Apache-2.0
"""The daemon, killed at any system call by which it changes something: the next start tells what was being
done and ends it. One writer at a time, also beside a person's apply."""

import contextlib
import os
import re
import signal
import subprocess

import ldap
import pytest
import traced
from daemon import Daemon
from slapd import wait_until

CALLS = ("write", "writev", "pwrite64", "ftruncate", "sendto", "sendmsg", "fsync", "fdatasync", "rename", "renameat",
         "renameat2", "unlink", "unlinkat", "mkdir", "mkdirat")
EVERY = 1 if os.environ.get("SYNCWARD_LONG") else 2


def patient(node):
    """Options of a daemon that corrects for ever: so many damages of one attribute are a contest (G9)."""
    path = os.path.join(node.folder, "agent.json")
    with open(path, "w", encoding="ascii") as file:
        file.write('{"hold_contested": false}')
    return "--agent-config", path


def damage(node):
    node.edit([(ldap.MOD_REPLACE, "olcLimits", None), (ldap.MOD_REPLACE, "olcSyncrepl", [node.value(2)])])


def is_in_step(node):
    return node.plan().returncode == 0


def run_until_in_step(node, *options):
    """A daemon under strace that corrects the damage, unless it is killed over it; -9 when it was."""
    command = ["strace", "-f", "-qq", *options, *node.command("run", *patient(node))]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          env=traced.environment(), text=True, errors="replace") as process:
        try:
            wait_until(lambda: process.poll() is not None or is_in_step(node), "in step, or killed", 60)
        finally:
            if process.poll() is None:
                child = traced.only_child(process.pid)
                if child:
                    with contextlib.suppress(ProcessLookupError):  # killed just now
                        os.kill(child, signal.SIGTERM)
        process.communicate(timeout=60)
        return process.returncode


def points(node, path):
    """(system call, N) of everything that one run does until it is in step."""
    damage(node)
    assert run_until_in_step(node, "-o", path, "-e", "trace=" + ",".join(CALLS)) == 0
    counts, found = {}, []
    with open(path, encoding="utf-8", errors="replace") as file:
        for call in re.findall(r"^\d+ +(\w+)\(", file.read(), re.MULTILINE):
            counts[call] = counts.get(call, 0) + 1
            found.append((call, counts[call]))
    return found


@pytest.mark.one_release
def test_killed_anywhere(node, tmp_path):
    chosen = points(node, str(tmp_path / "trace"))[::EVERY]
    n_killed = n_told = 0
    for call, n in chosen:
        damage(node)
        status = run_until_in_step(node, "-o", "/dev/null", "-e", f"trace={call}", "-e",
                                   f"inject={call}:signal=KILL:when={n}")
        has_intent = os.path.exists(os.path.join(node.state_dir, "intent.json"))
        n_killed += status != 0
        with Daemon(node, *patient(node)) as daemon:
            wait_until(lambda: is_in_step(node), f"in step after {call} {n}")
            if has_intent:
                daemon.wait_for("interrupted")
            else:
                daemon.wait_for("desired-loaded")
        assert bool(daemon.events("interrupted")) == has_intent, f"{call} {n}: {daemon.lines}"
        assert not daemon.events("correction-failed") and not daemon.events("state-trouble"), f"{call} {n}"
        assert not [name for name in os.listdir(node.state_dir) if name.startswith(".")], f"{call} {n}"
        n_told += has_intent
    print(f"{len(chosen)} points, {n_killed} killed, {n_told} of them in the middle of a correction")
    assert n_killed >= 0.6 * len(chosen) and n_told > 0


def test_a_person_and_the_daemon_take_turns(node):
    with Daemon(node) as daemon:
        wait_until(lambda: daemon.sees(node.server.config_dir), "it watches slapd.d")
        with traced.Stopped(node, calls="flock") as stopped:  # holds the lock, or is about to
            before = node.server.config_writes()
            node.edit([(ldap.MOD_DELETE, "olcLimits", None)])
            done = stopped.go_on()
        assert done.returncode == 0, done.stdout + done.stderr
        wait_until(lambda: is_in_step(node), "in step")
        assert node.server.config_writes() == before + 2  # the damage, and one correction
    assert not daemon.events("correction-failed")
