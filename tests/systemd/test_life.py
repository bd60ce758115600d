# SPDX-License-Identifier: Apache-2.0
"""From installed to stopped: what an administrator does with systemctl, and what systemd then says."""

import json

import pytest
from booted import PEERS_FILE, UNIT
from slapd import wait_until

pytestmark = pytest.mark.every_systemd


def test_enabled_before_it_is_configured_it_waits(site):
    """A condition that is not met is no failure; once configured the next start is a real one."""
    site.systemctl("enable", "--now", UNIT)
    assert site.show(UNIT, "ActiveState") == "inactive"
    assert site.show(UNIT, "ConditionResult") == "no"
    assert site.systemctl("--failed", "--plain", "--no-legend") == ""
    assert site.systemctl("is-system-running") == "running\n"
    site.configure()
    site.systemctl("start", UNIT)
    assert site.show(UNIT, "ActiveState") == "active"


def test_started_reloaded_and_stopped(site):
    site.configure()
    assert site.checkpoint() is None
    site.start()
    # systemctl came back after READY=1, which follows the first pass.
    assert site.checkpoint() == "100 10"
    assert (site.show(UNIT, "ActiveState"), site.show(UNIT, "SubState")) == ("active", "running")
    assert site.status_text.startswith("in step")

    document = site.document()
    document["databases"][0]["syncprov"]["checkpoint"] = "200 20"
    site.write_peers(document)
    site.systemctl("reload", UNIT)
    wait_until(lambda: site.checkpoint() == "200 20", "the new file is in force")

    pid = site.show(UNIT, "MainPID")
    site.write_peers(json.dumps(document, indent=2).replace('"format": 1,', '"format": one,'))
    site.systemctl("reload", UNIT)
    wait_until(lambda: PEERS_FILE + ":2:13:" in site.status_text, "STATUS= names the mistake")
    assert (site.show(UNIT, "ActiveState"), site.show(UNIT, "SubState")) == ("active", "running")
    assert site.show(UNIT, "MainPID") == pid
    site.drift()  # the last good file is still in force
    assert site.checkpoint() == "200 20"

    site.write_peers(document)
    site.systemctl("reload", UNIT)
    wait_until(lambda: site.status_text.startswith("in step"), "the mistake is forgotten")

    site.systemctl("stop", UNIT)
    assert (site.show(UNIT, "ActiveState"), site.show(UNIT, "Result")) == ("inactive", "success")
    assert (site.show(UNIT, "ExecMainCode"), site.show(UNIT, "ExecMainStatus")) == ("1", "0")  # CLD_EXITED


def test_drift_is_repaired_at_once(site):
    """slapd.d is seen through the group ldap: the next look by the timer would be a minute away. How soon it is on a machine
    that has nothing else to do, others measure."""
    site.started()
    assert min(site.drift(f"{i} 7") for i in range(1, 4)) < 5
    corrections = site.journal("--unit", UNIT, "SYNCWARD_EVENT=correction-applied")
    assert "config" in {trigger for entry in corrections for trigger in entry["SYNCWARD_TRIGGER"].split(",")}
