# SPDX-License-Identifier: Apache-2.0
"""The package on a booted machine with slapd: what rpm does to a daemon that runs."""

import json

import pytest
from booted import UNIT, Site

# EL enables nothing that its presets do not name; Debian enables everything.
DISABLE_ALL = "/usr/lib/systemd/system-preset/99-default-disable.preset"


def rpm(site, *words):
    """rpm on a tree of Debian: its database is empty, so nothing that a package requires is known to it."""
    return site.run("rpm", "--define", "_dbpath /var/lib/rpm", "--nodeps", *words).stdout


def state(site):
    """What systemd knows of the unit: enabled?, active?"""
    return tuple(site.run("systemctl", verb, UNIT, check=False).stdout.strip() for verb in ("is-enabled", "is-active"))


@pytest.fixture
def site(request):
    """A machine on which syncward is not installed yet."""
    machine = Site("252", install=False)
    try:
        machine.write(DISABLE_ALL, "disable *\n")
        yield machine
        if request.session.testsfailed:
            print(machine.describe_failure())
    finally:
        machine.close()


def test_installed_upgraded_and_erased(built, site):
    for name, packages in (("first", built.first), ("newer", built.newer)):
        site.install(packages.paths["syncward"], f"/root/{name}.rpm")
    rpm(site, "--install", "/root/first.rpm")
    assert state(site) == ("disabled", "inactive")

    site.systemctl("enable", "--now", UNIT)  # before there is a peers.json
    assert state(site) == ("enabled", "inactive")
    assert site.systemctl("--failed", "--plain", "--no-legend") == ""

    site.configure()
    site.systemctl("start", UNIT)
    assert site.status_text.startswith("in step")
    before = site.show(UNIT, "MainPID")

    rpm(site, "--upgrade", "/root/newer.rpm")
    assert state(site) == ("enabled", "active")
    assert site.show(UNIT, "MainPID") != before and site.show(UNIT, "NeedDaemonReload") == "no"
    assert json.loads(site.read("/etc/syncward/peers.json")) == site.document()
    site.drift()

    rpm(site, "--erase", "syncward")
    site.systemctl("daemon-reload")  # on EL a trigger of systemd's own package does that
    assert site.show(UNIT, "LoadState") == "not-found" and site.show(UNIT, "ActiveState") == "inactive"
    assert site.script("find /etc/systemd /usr/lib/systemd /usr/sbin -name 'syncward*'") == ""
    assert site.run("pgrep", "-x", "syncward", check=False).returncode == 1


def test_what_was_stopped_stays_stopped(built, site):
    """An upgrade starts nothing, enables nothing."""
    site.install(built.first.paths["syncward"], "/root/first.rpm")
    site.install(built.newer.paths["syncward"], "/root/newer.rpm")
    rpm(site, "--install", "/root/first.rpm")
    site.configure()
    rpm(site, "--upgrade", "/root/newer.rpm")
    assert state(site) == ("disabled", "inactive")
    assert site.checkpoint() is None
