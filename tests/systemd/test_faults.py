# SPDX-License-Identifier: Apache-2.0
"""What goes wrong around a running daemon, and what systemd makes of it."""

import os
import signal
import time

import pytest
from booted import UNIT
from slapd import wait_until


@pytest.mark.every_systemd
def test_slapd_restarts_under_it(site):
    site.started()
    pid = site.show(UNIT, "MainPID")
    site.ldap_close()
    site.systemctl("stop", "slapd")
    wait_until(lambda: not site.status_text.startswith("in step"), "STATUS= tells that slapd is away")
    assert site.show(UNIT, "ActiveState") == "active"
    site.start_slapd()
    wait_until(lambda: site.status_text.startswith("in step"), "it has found slapd again", 5)
    site.drift()
    site.ldap_close()
    site.systemctl("restart", "slapd")
    site.start_slapd()
    site.drift()
    assert (site.show(UNIT, "MainPID"), site.show(UNIT, "NRestarts")) == (pid, "0")


def test_without_slapd_it_starts_and_waits(site):
    site.ldap_close()
    site.systemctl("stop", "slapd")
    site.started()
    assert site.show(UNIT, "ActiveState") == "active"
    site.start_slapd()
    wait_until(lambda: site.checkpoint() == "100 10", "slapd has got its replication", 5)


def test_a_hung_daemon_is_killed_and_replaced(site):
    site.configure()
    site.drop_in("short.conf", "[Service]\nWatchdogSec=1\nRestartSec=100ms\n")
    site.start()
    first = site.show(UNIT, "MainPID")
    time.sleep(2.5)  # It must live for longer than WatchdogSec= by its signs of life alone.
    assert site.show(UNIT, "MainPID") == first and site.show(UNIT, "NRestarts") == "0"
    os.kill(site.pid(UNIT), signal.SIGSTOP)
    site.wait_show(UNIT, "NRestarts", "1")
    assert any("Watchdog timeout" in message for message in site.messages())
    site.wait_show(UNIT, "ActiveState", "active")
    assert site.show(UNIT, "MainPID") != first
    site.drift()


def test_a_slow_slapd_is_no_hung_daemon(site):
    site.configure()
    site.drop_in("short.conf", "[Service]\nWatchdogSec=4\n")
    site.start()
    slapd = site.pid("slapd")
    pid = site.show(UNIT, "MainPID")
    os.kill(slapd, signal.SIGSTOP)
    try:
        site.systemctl("kill", "--signal=HUP", UNIT)
        time.sleep(3)  # less than WatchdogSec=, as every pass is
    finally:
        os.kill(slapd, signal.SIGCONT)
    wait_until(lambda: site.status_text.startswith("in step"), "the answer has come")
    site.drift()
    assert (site.show(UNIT, "MainPID"), site.show(UNIT, "NRestarts")) == (pid, "0")


def test_settings_that_must_be_mended_end_it_for_good(site):
    """No restart can help: systemd must not try."""
    site.configure()
    site.write("/etc/syncward/agent.json", '{ "intervall": 30 }\n')
    started = site.run("systemctl", "enable", "--now", UNIT, check=False)
    assert started.returncode != 0
    assert (site.show(UNIT, "ActiveState"), site.show(UNIT, "SubState")) == ("failed", "failed")
    assert (site.show(UNIT, "ExecMainStatus"), site.show(UNIT, "NRestarts")) == ("78", "0")
    assert any("/etc/syncward/agent.json:1:3:" in message and "interval" in message for message in site.messages())
    site.write("/etc/syncward/agent.json", '{ "node": "1" }\n')
    site.systemctl("start", UNIT)
    assert site.show(UNIT, "ActiveState") == "active"


def test_a_crash_is_mended_by_systemd(site):
    site.configure()
    site.drop_in("short.conf", "[Service]\nRestartSec=100ms\n")
    site.start()
    os.kill(site.pid(UNIT), signal.SIGKILL)
    site.wait_show(UNIT, "NRestarts", "1")
    site.wait_show(UNIT, "ActiveState", "active")
    site.drift()


def test_it_stops_in_order_while_slapd_hangs(site):
    """A request that was sent is waited for, but not for longer than ldap_timeout."""
    site.configure()
    site.write("/etc/syncward/agent.json", '{ "node": "1", "ldap_timeout": 2 }\n')
    site.start()
    slapd = site.pid("slapd")
    os.kill(slapd, signal.SIGSTOP)
    try:
        site.systemctl("kill", "--signal=HUP", UNIT)
        wait_until(lambda: site.status_text == "reading the files again", "a pass has begun")
        site.systemctl("stop", UNIT, timeout=20)
    finally:
        os.kill(slapd, signal.SIGCONT)
    assert (site.show(UNIT, "Result"), site.show(UNIT, "ExecMainStatus")) == ("success", "0")
