# SPDX-License-Identifier: Apache-2.0
"""The fence's units: ahead of every start of slapd, behind every stop, and slapd starts whatever comes of them."""

import json

import ldap
import pytest
from booted import DATABASE_DN, UNIT
from slapd import wait_until
from slapd_ldif import SUFFIX

FENCE, STOP = "syncward-fence.service", "syncward-fence-stop.service"


def set_up(site):
    """As the guide says, on a node that runs."""
    site.started()
    site.systemctl("enable", "--now", "syncward-fence")
    assert "slapd runs" in "\n".join(entry.get("MESSAGE", "") for entry in site.journal("--unit", FENCE))
    assert site.show(STOP, "ActiveState") == "active"  # slapd's next stop is noted


def add(site, name):
    site.ldap.add_s(f"cn={name},{SUFFIX}", [("objectClass", [b"organizationalRole"]), ("cn", [name.encode()])])


def wait_noted(site):
    """Has the daemon ask its peers until it noted what is here."""
    def is_noted():
        site.systemctl("reload", UNIT)
        found = json.loads(site.read("/var/lib/syncward/last-seen.json"))["databases"] if site.run(
            "test", "-e", "/var/lib/syncward/last-seen.json", check=False).returncode == 0 else []
        return found and set(found[0]["contextCSN"]) == set(site.values(SUFFIX, "contextCSN"))
    wait_until(is_noted, "the daemon noted contextCSN", 60)


def record(site):
    [found] = json.loads(site.read("/var/lib/syncward/fence.json"))["databases"]
    return found


def ran(site, unit):
    """(when it ended, its exit status), in microseconds since the machine booted."""
    return int(site.show(unit, "ExecMainExitTimestampMonotonic")), site.show(unit, "ExecMainStatus")


def slapd_started(site):
    return int(site.show("slapd", "ExecMainStartTimestampMonotonic"))


@pytest.mark.systemd("252", "257")
def test_an_old_backup_is_closed_before_slapd_starts(site):
    set_up(site)
    add(site, "one")
    wait_noted(site)
    first = slapd_started(site)
    site.start_slapd("restart")
    assert first < ran(site, FENCE)[0] <= slapd_started(site) and ran(site, FENCE)[1] == "0"
    assert record(site)["verdict"] == "right"

    site.systemctl("stop", "slapd")
    wait_until(lambda: record(site).get("after_stop"), "how slapd left its database is noted")
    site.script("cp -a /var/lib/ldap /root/backup")
    site.start_slapd()
    add(site, "two")
    wait_noted(site)
    # It crashes, and a person puts the backup back.
    site.systemctl("kill", "--signal=KILL", "slapd")
    wait_until(lambda: site.show("slapd", "ActiveState") in ("failed", "inactive"), "slapd is gone")
    site.script("rm /var/lib/ldap/*; cp -a /root/backup/. /var/lib/ldap")
    before = site.script("stat -c '%n %U:%G %a' $(find /etc/openldap/slapd.d | sort)")
    site.start_slapd()
    assert ran(site, FENCE) <= (slapd_started(site), "3") and ran(site, FENCE)[1] == "3"
    assert site.show(FENCE, "Result") == "success"
    assert record(site)["closed"] and record(site)["verdict"] == "older"
    assert site.script("stat -c '%n %U:%G %a' $(find /etc/openldap/slapd.d | sort)") == before
    assert site.values(DATABASE_DN, "olcReadOnly") == ["TRUE"]
    with pytest.raises(ldap.UNWILLING_TO_PERFORM):
        add(site, "three")
    closed = site.journal("SYNCWARD_EVENT=fence-closed")
    assert len(closed) == 1 and closed[0]["SYNCWARD_SUFFIX"] == SUFFIX and closed[0]["PRIORITY"] == "2"


@pytest.mark.systemd("247", "252")
def test_slapd_starts_whatever_comes_of_it(site):
    set_up(site)
    wait_noted(site)
    site.script("mv /usr/sbin/syncward /usr/sbin/syncward.aside; cp /bin/false /usr/sbin/syncward")
    site.start_slapd("restart")
    assert site.show(FENCE, "Result") == "exit-code"
    site.script("printf '#!/bin/sh\\nsleep 1000\\n' > /usr/sbin/syncward")
    site.write(f"/etc/systemd/system/{FENCE}.d/short.conf", "[Service]\nTimeoutStartSec=1\n")
    site.write(f"/etc/systemd/system/{STOP}.d/short.conf", "[Service]\nTimeoutStopSec=1\n")
    site.systemctl("daemon-reload")
    site.start_slapd("restart")
    assert site.show(FENCE, "Result") == "timeout"
    site.script("mv /usr/sbin/syncward.aside /usr/sbin/syncward")
    # What is right stays open, also behind a crash.
    site.systemctl("kill", "--signal=KILL", "slapd")
    wait_until(lambda: site.show("slapd", "ActiveState") in ("failed", "inactive"), "slapd is gone")
    site.start_slapd()
    assert site.show(FENCE, "Result") == "success" and record(site)["verdict"] == "right"
    assert "TRUE" not in site.values(DATABASE_DN, "olcReadOnly")
