# SPDX-License-Identifier: Apache-2.0
"""What journald gets of the daemon: each event with its id and the fields that apply."""

import hashlib
import json
import os

import ldap
import pytest
from daemon import Daemon
from journald import Journald
from lone import Lone
from slapd import wait_until

EXTERNAL_ROOT = "gidNumber=0+uidNumber=0,cn=peercred,cn=external,cn=auth"
ALWAYS = {"MESSAGE", "MESSAGE_ID", "PRIORITY", "SYNCWARD_EVENT", "DOCUMENTATION"}


@pytest.fixture
def node(slapd_factory, program):
    node = Lone(slapd_factory, program)
    node.document["revision"] = 7
    node.write()
    return node


@pytest.fixture
def journald(tmp_path):
    with Journald(tmp_path) as server:
        yield server


def n_passes(node):
    """How many passes the daemon has made, as its status says."""
    with open(os.path.join(node.run_dir, "status.json"), encoding="utf-8") as file:
        return (json.load(file)["last_pass"] or {"number": 0})["number"]


def test_a_correction_is_told_before_and_after_with_all_that_is_known(node, journald):
    node.apply_ok()
    wanted = node.server.values(node.dn(), "olcLimits")[0].partition("}")[2]
    with open(node.peers_file, "rb") as file:
        sha256 = hashlib.sha256(file.read()).hexdigest()
    with Daemon(node, prefix=journald.prefix) as daemon:
        loaded = journald.wait_for("desired-loaded")
        # One more pass looks for what changed before the first one watched slapd.d, or is made for the first probe.
        wait_until(lambda: n_passes(node) >= 2, "it watches slapd.d")
        daemon.wait_at_rest()
        node.edit([(ldap.MOD_DELETE, "olcLimits", None)])
        applied = journald.wait_for("correction-applied")
        drift, intended = journald.wait_for("drift-found"), journald.wait_for("correction-intended")
    order = [record["SYNCWARD_EVENT"] for record in journald.events()]
    assert order[0] == "started" and order[-1] == "stopped"
    assert order[order.index("drift-found"):][:3] == ["drift-found", "correction-intended", "correction-applied"]
    assert all(record.keys() >= ALWAYS and len(record["MESSAGE_ID"]) == 32 for record in journald.events())
    assert daemon.lines == []  # journald has it
    assert loaded["SYNCWARD_REVISION"] == "7" and loaded["SYNCWARD_DESIRED_SHA256"] == sha256
    assert "start" in loaded["SYNCWARD_TRIGGER"]
    for record in (drift, intended, applied):
        assert record["SYNCWARD_PASS"] == drift["SYNCWARD_PASS"] != loaded["SYNCWARD_PASS"]
        expected = {"TRIGGER": "config", "CAUSE": "drift", "SUFFIX": node.server.databases[0].suffix, "DN": node.dn(),
                    "ATTRIBUTE": "olcLimits", "NEW": wanted, "ACTOR": EXTERNAL_ROOT, "REVISION": "7",
                    "DESIRED_SHA256": sha256}
        assert {name: record.get("SYNCWARD_" + name) for name in expected} == expected
        assert len(record["SYNCWARD_ACTOR_TIME"]) == 15 and "SYNCWARD_OLD" not in record
    assert "SYNCWARD_RESULT" not in intended and "SYNCWARD_DURATION_USEC" not in intended
    assert applied["SYNCWARD_RESULT"] == "success" and 0 < int(applied["SYNCWARD_DURATION_USEC"]) < 20e6


def test_a_change_of_a_peer_names_it_and_masks_its_password(node, journald):
    node.apply_ok()
    with Daemon(node, prefix=journald.prefix) as daemon:
        journald.wait_for("desired-loaded")
        wait_until(lambda: daemon.sees(node.server.config_dir), "it watches slapd.d")
        values = node.syncrepl()
        node.edit([(ldap.MOD_REPLACE, "olcSyncrepl", [values[0].replace("secret", "other"), values[1]])])
        applied = journald.wait_for("correction-applied", text="olcSyncrepl")
    assert applied["SYNCWARD_PEER"] == node.uri(2) and applied["SYNCWARD_ATTRIBUTE"] == "olcSyncrepl"
    for name in ("SYNCWARD_OLD", "SYNCWARD_NEW"):
        assert 'credentials="********"' in applied[name] and node.uri(2) in applied[name]
    assert b"secret" not in journald.raw and b"other" not in journald.raw


def test_what_is_wanted_anew_is_no_drift(node, journald):
    node.apply_ok()
    with Daemon(node, prefix=journald.prefix):
        journald.wait_for("desired-loaded")
        node.document["revision"] = 8
        node.document["databases"][0]["syncrepl"]["retry"] = "30 +"
        node.document["databases"][0]["syncprov"] = {"checkpoint": "7 7"}
        node.write()
        applied = [journald.wait_for("correction-applied", text=text) for text in ("olcSpCheckpoint", "olcSyncrepl")]
    assert [record["SYNCWARD_CAUSE"] for record in applied] == ["desired-changed"] * 2
    assert [record["SYNCWARD_REVISION"] for record in applied] == ["8"] * 2
    assert [record["SYNCWARD_ACTOR"] for record in applied] == ["syncward"] * 2  # who wrote what was there
    assert applied[0]["SYNCWARD_NEW"] == "7 7" and applied[0]["SYNCWARD_DN"].startswith("olcOverlay=")
    # Two peers in one write: both are told, a line each.
    assert applied[1]["SYNCWARD_NEW"].count("\n") == 1 and "SYNCWARD_PEER" not in applied[1]
    assert not journald.events("drift-found")


def test_a_refused_correction_is_told_with_its_place(node, journald):
    node.apply_ok()
    with Daemon(node, prefix=journald.prefix):
        journald.wait_for("desired-loaded")
        node.server.modify("olcDatabase={0}config,cn=config", [(ldap.MOD_REPLACE, "olcReadOnly", "TRUE")])
        node.document["databases"][0]["syncrepl"]["timeout"] = 7
        node.document["revision"] = 8
        node.write()
        failed = journald.wait_for("correction-failed")
    assert failed["SYNCWARD_RESULT"] == "failed" and failed["SYNCWARD_ATTRIBUTE"] == "olcSyncrepl"
    assert failed["SYNCWARD_DN"] == node.dn() and "slapd" in failed["MESSAGE"], failed["MESSAGE"]


def test_what_a_person_does_is_told_once_with_who_did(node, journald):
    """By the command, whether the daemon runs or not; it repeats nothing."""
    alice = {**os.environ, "SUDO_USER": "alice"}
    with Daemon(node, prefix=journald.prefix):
        journald.wait_for("desired-loaded")
        assert node.run("pause", "we move it", "--for", "1h", prefix=journald.prefix, env=alice).returncode == 0
        wait_until(lambda: "corrections are paused" in node.run("status").stdout, "the daemon saw it")
        assert node.run("resume", prefix=journald.prefix, env=alice).returncode == 0
        wait_until(lambda: "corrections are paused" not in node.run("status").stdout, "and that it is over")
        assert node.run("apply", "--release", "G4", prefix=journald.prefix, env=alice).returncode in (0, 3)
        for name, by, cause in (("paused", "pause", "hand"), ("resumed", "resume", "hand"),
                                ("decided", "apply --release G4", "release")):
            [told] = journald.events(name)
            assert (told["SYNCWARD_BY"], told["SYNCWARD_CAUSE"], told["SYNCWARD_SUDO_USER"]) == (by, cause, "alice")
            assert told["SYNCWARD_UID"] == str(os.getuid())
