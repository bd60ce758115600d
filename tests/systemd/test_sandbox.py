# SPDX-License-Identifier: Apache-2.0
"""What the daemon could do if it wanted to: next to nothing, and still all of its work."""

import re

import pytest
from booted import UNIT, Site

pytestmark = pytest.mark.every_systemd

# Where a folder of this machine may be written to from within the unit.
WRITABLE = {"/run/syncward", "/var/lib/syncward", "/tmp", "/var/tmp", "/dev/shm"}
PLACES = sorted(WRITABLE | {
    "/", "/boot", "/dev", "/etc", "/etc/syncward", "/etc/syncward/secrets", "/etc/openldap/slapd.d", "/home", "/opt",
    "/root", "/run", "/run/openldap", "/run/slapd", "/run/systemd", "/srv", "/usr", "/usr/sbin", "/var", "/var/lib",
    "/var/lib/ldap", "/var/log", "/sys", "/sys/fs/cgroup", "/proc/sys"})


@pytest.fixture(scope="module")
def running(systemd):
    """A machine with a running daemon that every test leaves as it was."""
    with Site(systemd) as machine:
        yield machine.started()


def in_its_place(site, *command, **options):
    """Runs a command with what the unit sees of the file systems, but with all power of root."""
    return site.run("nsenter", "--target", site.show(UNIT, "MainPID"), "--mount", *command, **options)


def test_the_process_has_no_power(running):
    text = running.read(f"/proc/{running.show(UNIT, 'MainPID')}/status")
    status = dict(re.findall(r"^(\w+):\t(.*)$", text, re.MULTILINE))
    capabilities = {name: int(value, 16) for name, value in status.items() if name.startswith("Cap")}
    assert capabilities == {"CapInh": 0, "CapPrm": 0, "CapEff": 0, "CapBnd": 0, "CapAmb": 0}
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")
    assert status["Uid"].split() == ["0"] * 4 and status["Gid"].split() == ["0"] * 4
    assert "55" in status["Groups"].split()  # ldap
    assert running.status_text.startswith("in step")

    # Every place is tried with all power, so that only the file system can refuse.
    loop = 'for place; do if touch "$place/.probe" 2>/dev/null; then rm "$place/.probe"; echo "$place"; fi; done'
    there = [place for place in PLACES if running.run("test", "-d", place, check=False).returncode == 0]
    assert set(running.run("sh", "-c", loop, "sh", *there).stdout.split()) > WRITABLE
    assert set(in_its_place(running, "sh", "-c", loop, "sh", *there).stdout.split()) == WRITABLE
    # The folders for temporary files are its own.
    running.write("/tmp/of-the-machine", "x")
    assert in_its_place(running, "ls", "-A", "/tmp").stdout == ""
    assert in_its_place(running, "ls", "-A", "/home", check=False).stdout == ""
    devices = set(in_its_place(running, "ls", "/dev").stdout.split())
    assert not devices & {"console", "mem", "kmsg", "sda", "vda"}


def test_slapd_can_be_seen_without_any_power(running):
    """Its command line tells the listeners, and whether slapd will start again."""
    slapd = running.read("/run/openldap/slapd.pid").strip()
    seen = in_its_place(running, "setpriv", "--bounding-set=-all", "--inh-caps=-all", "--clear-groups",
                        "cat", f"/proc/{slapd}/cmdline").stdout
    assert "ldapi:///" in seen


def test_its_folders_are_made_and_kept(running):
    modes = "stat -c '%n %a %U:%G' /run/syncward /var/lib/syncward"
    wanted = "/run/syncward 755 root:root\n/var/lib/syncward 700 root:root\n"
    assert running.script(modes) == wanted
    running.systemctl("stop", UNIT)
    assert running.script(modes) == wanted  # the last report outlives the daemon
    running.systemctl("start", UNIT)
