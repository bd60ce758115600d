# SPDX-License-Identifier: Apache-2.0
"""The daemon repairs what others change, follows its files, and tells each state change once."""

import json
import os
import signal

import ldap
import pytest
from daemon import Daemon
from lone import Lone
from played import Played
from slapd import wait_until
from traced import RENAMES, inject_into, stopped_pid

EXTERNAL_ROOT = "gidNumber=0+uidNumber=0,cn=peercred,cn=external,cn=auth"


@pytest.fixture
def node(slapd_factory, program):
    return Lone(slapd_factory, program)


def limits(node):
    return node.server.values(node.dn(), "olcLimits")


def without_probes(node):
    settings = os.path.join(node.folder, "agent.json")
    with open(os.open(settings, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
        file.write('{"probe": false}')
    return settings


def plugins_of_libsasl(pid):
    """Those that are mapped into a process."""
    with open(f"/proc/{pid}/maps", encoding="utf-8") as file:
        return {path for path in (line.split()[-1] for line in file) if "/sasl2/" in path}


def test_it_brings_the_node_in_step_and_says_so(node):
    with Daemon(node) as daemon:
        daemon.wait_for("started")
        daemon.wait_for("desired-loaded")
        daemon.wait_for("correction-applied", text="olcSyncrepl")
        wait_until(lambda: node.plan().returncode == 0, "in step")
        writes = node.server.config_writes()
        # This process has them, as has each that uses libldap and does nothing about it.
        assert plugins_of_libsasl("self") and not plugins_of_libsasl(daemon.pid)
    assert daemon.events("stopped") and not daemon.events("correction-failed")
    assert node.server.config_writes() == writes
    node.assert_in_step()


def test_a_foreign_change_is_repaired_and_attributed(node):
    node.apply_ok()
    wanted = limits(node)
    with Daemon(node) as daemon:
        daemon.wait_for("desired-loaded")
        wait_until(lambda: daemon.sees(node.server.config_dir), "it watches slapd.d")
        writes = node.server.config_writes()
        node.edit([(ldap.MOD_DELETE, "olcLimits", None)])
        told = daemon.wait_for("drift-found")
        assert "last written by " + EXTERNAL_ROOT in told and "unlimited search" in told
        daemon.wait_for("correction-applied", text="olcLimits")
        assert limits(node) == wanted
        wait_until(lambda: node.plan().returncode == 0, "in step")
        assert node.server.config_writes() == writes + 2  # theirs and ours
        assert len(daemon.events("drift-found")) == 1


def test_a_change_of_slapd_d_is_a_reason_for_a_pass(node):
    """It is not left to the timer, which may be first once and again."""
    node.apply_ok()
    with Daemon(node) as daemon:
        daemon.wait_for("desired-loaded")
        wait_until(lambda: daemon.sees(node.server.config_dir), "it watches slapd.d")
        for n in range(1, 4):
            daemon.wait_at_rest()
            node.edit([(ldap.MOD_DELETE, "olcLimits", None)])
            daemon.wait_for("correction-applied", n, text="olcLimits")
    with open(os.path.join(node.state_dir, "history.jsonl"), encoding="utf-8") as file:
        triggers = [json.loads(line)["trigger"] for line in file]
    assert "config" in ",".join(filter(None, triggers)).split(",")


@pytest.mark.one_release
def test_a_file_that_changes_during_a_pass_makes_another(node):
    """The pass is near its end, and drains what its own writes left in the watched folders."""
    node.apply_ok()
    with Played(node, without_probes(node)) as played:  # their answers would be a reason for a pass, too
        played.rest()
        trace = os.path.join(node.folder, "trace")
        with inject_into(played.pid, RENAMES, "signal=SIGSTOP:when=1", trace):
            played.begin("trigger 1")
            wait_until(lambda: stopped_pid(trace), "it stands still where it has read all files")
            node.document["peers"] = node.document["peers"][:2]
            node.document["policy"]["max_removals"] = 1
            node.write()
            os.kill(played.pid, signal.SIGCONT)
            played.answer()
        assert played.next() == 0  # and is not left to what is ill, or to the timer
        assert len(node.syncrepl()) == 1
        assert "correction-applied" in played.end()


def test_a_change_of_the_file_is_followed(node):
    """Without probes: 2.4 does not say which links work, and there the one to a peer that is found away is no reason to
    remove the other."""
    node.apply_ok()
    with Daemon(node, "--agent-config", without_probes(node)) as daemon:
        daemon.wait_for("desired-loaded")
        node.document["peers"] = node.document["peers"][:2]
        node.document["policy"]["max_removals"] = 1
        node.write()
        daemon.wait_for("correction-applied", text="olcSyncrepl")
        assert len(node.syncrepl()) == 1
        assert not daemon.events("drift-found")
