# SPDX-License-Identifier: Apache-2.0
"""Machines that tests boot are real, keep to themselves, and leave nothing."""

import os
import signal
import subprocess

import pytest
from nspawn import SYSTEMD, Machine, MachineFailed
from slapd import wait_until


def mounts():
    """What is mounted for this process."""
    with open("/proc/self/mounts", encoding="utf-8") as file:
        return file.read()


def processes_of(leader):
    """A function that lists the processes of that one's PID namespace."""
    namespace = os.readlink(f"/proc/{leader}/ns/pid")

    def is_in(pid):
        try:
            return os.readlink(f"/proc/{pid}/ns/pid") == namespace
        except OSError:
            return False
    return lambda: [pid for pid in filter(str.isdigit, os.listdir("/proc")) if is_in(pid)]


@pytest.mark.parametrize("version", sorted(SYSTEMD))
def test_a_machine_boots_and_goes_without_a_trace(version):
    before = mounts()
    with Machine(SYSTEMD[version]) as machine:
        assert machine.run("systemctl", "--version").stdout.startswith(f"systemd {version} ")
        assert machine.systemctl("is-system-running") == "running\n"
        assert machine.script("ls /sys/class/net").split() == ["lo"]
        machine.write("/etc/left", "x", 0o640)
        assert machine.script("stat -c '%a %U' /etc/left") == "640 root\n"
        assert not os.path.exists(machine.tree + "/etc/left")
        processes = processes_of(machine.leader)
        assert len(processes()) > 3
        assert os.path.isdir(machine.directory)
    assert not processes()
    assert not os.path.exists(machine.directory)
    assert mounts() == before


def test_what_fails_in_a_machine_fails_the_test():
    with Machine("bookworm") as machine, pytest.raises(MachineFailed, match="ended with 3"):
        machine.script("echo no; exit 3")


def test_a_machine_dies_with_the_test_that_made_it(tmp_path):
    """Also when that was killed and cleans nothing up."""
    script = ("import sys, time; sys.path.insert(0, sys.argv[1]); from nspawn import Machine; "
              "print(Machine('bookworm').leader, flush=True); time.sleep(100)")
    lib = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lib")
    environment = dict(os.environ, SYNCWARD_TEST_DIR=str(tmp_path))
    with subprocess.Popen(["/usr/bin/python3", "-c", script, lib], env=environment, text=True,
                          stdout=subprocess.PIPE) as child:
        processes = processes_of(int(child.stdout.readline()))
        child.send_signal(signal.SIGKILL)
    wait_until(lambda: not processes(), "all of its processes are gone")
    assert str(tmp_path) not in mounts()
