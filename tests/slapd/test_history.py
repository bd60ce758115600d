# SPDX-License-Identifier: Apache-2.0
"""The history as an audit: who changed what, when, why and by which command; each once, and as its schema says."""

import json
import os
import pwd

import ldap
import pytest
import tools
from cluster import Cluster
from daemon import Daemon
from jsonschema import Draft202012Validator
from lone import Lone
from slapd import SUFFIX, Database, wait_until

EXTERNAL_ROOT = "gidNumber=0+uidNumber=0,cn=peercred,cn=external,cn=auth"


@pytest.fixture(name="lone")
def fixture_lone(slapd_factory, program):
    return Lone(slapd_factory, program)


def history(node, *words):
    """What it tells; as the schema says, or the test fails."""
    done = node.run("history", "--output", "json", *words)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    with open(os.path.join(tools.TOP, "etc/history.schema.json"), encoding="utf-8") as file:
        schema = json.load(file)
    # Beyond what is allowed: a member that the schema does not name is a mistake of this release.
    schema["$defs"]["record"]["additionalProperties"] = schema["additionalProperties"] = False
    Draft202012Validator(schema).validate(found)
    return found["records"]


def events(node, *words):
    return [record["event"] for record in history(node, *words)]


def login_uid():
    """Of this test, and of whatever it starts; None where nobody logged in."""
    try:
        with open("/proc/self/loginuid", encoding="ascii") as file:
            uid = int(file.read())
    except FileNotFoundError:
        return None
    return None if uid == 0xffffffff else uid


def as_alice():
    return {**os.environ, "SUDO_USER": "alice"}


def test_what_people_decide_is_kept_once_with_who_did(lone):
    before = history(lone)
    assert before == []
    assert lone.run("apply", "--release", "joining,G4", env=as_alice()).returncode in (0, 3)
    [decided] = [record for record in history(lone) if record["event"] == "decided"]
    assert decided["by"] == "apply --release joining,G4" and decided["cause"] == "release"
    assert decided["text"] == "what these guards hold may pass this once: joining, G4"
    assert lone.run("pause", "we move it", "--for", "1h", env=as_alice()).returncode == 0
    assert lone.run("resume", env={**os.environ, "SUDO_USER": "ali\x1b[31mce"}).returncode == 0
    paused, resumed = history(lone)[-2:]
    assert (paused["event"], paused["by"], paused["cause"]) == ("paused", "pause", "hand") and "we move it" in paused["text"]
    assert (resumed["event"], resumed["by"], resumed["cause"]) == ("resumed", "resume", "hand")
    for record in (decided, paused, resumed):
        assert record["uid"] == os.getuid() and record.get("login_uid") == login_uid()
    assert decided["sudo_user"] == paused["sudo_user"] == "alice"
    assert "sudo_user" not in resumed  # no name that can be told
    shown = lone.run("history").stdout
    assert "(sudo says alice)  server: corrections are paused until" in shown
    assert pwd.getpwuid(os.getuid()).pw_name  # ids, not names: a name may be another person's later


def test_a_pause_is_told_once_whoever_sees_it(lone):
    lone.apply_ok()
    with Daemon(lone) as daemon:
        assert lone.run("pause", "we move it", "--for", "1h").returncode == 0
        daemon.wait_for("paused")
        assert lone.run("resume").returncode == 0
        daemon.wait_for("resumed")
        assert lone.run("pause", "again", "--for", "4s").returncode == 0
        daemon.wait_for("paused", n=2)
        wait_until(lambda: len(daemon.events("resumed")) == 2, "it is over by itself")
        wait_until(lambda: events(lone).count("resumed") == 2, "and kept")
    told = [record for record in history(lone) if record["event"] in ("paused", "resumed")]
    assert [(record["event"], record["by"]) for record in told][:3] == [
        ("paused", "pause"), ("resumed", "resume"), ("paused", "pause")]
    assert told[3]["by"] == "run" and "cause" not in told[3] and len(told) == 4


def test_a_change_that_only_a_release_lets_pass_says_so(slapd_factory, program):
    """G4: the removal of most peers. What the same apply writes besides is no release's."""
    lone = Lone(slapd_factory, program, n_peers=5)
    lone.apply_ok()
    del lone.document["peers"][2:]
    lone.write()
    assert "held G4" in lone.run("apply").stdout
    lone.edit([(ldap.MOD_DELETE, "olcLimits", None)])
    lone.apply_ok("--release", "G4")
    causes = {record["attribute"]: record["cause"] for record in history(lone)
              if record["by"] == "apply --release G4" and record["event"] == "correction-applied"}
    assert causes.pop("olcLimits") == "drift"
    assert "olcSyncrepl" in causes and set(causes.values()) == {"release"}


def test_who_changed_this_attribute_is_one_command(lone):
    lone.apply_ok()
    with Daemon(lone) as daemon:
        wait_until(lambda: daemon.sees(lone.server.config_dir), "it watches slapd.d")
        lone.edit([(ldap.MOD_DELETE, "olcLimits", None)])
        daemon.wait_for("correction-applied", text="olcLimits")
        wait_until(lambda: events(lone)[-1] == "correction-applied", "that is kept")
    found = history(lone, "--suffix", SUFFIX.upper(), "--attribute", "olclimits")
    assert [record["event"] for record in found[-3:]] == ["drift-found", "correction-intended", "correction-applied"]
    assert all(record["cause"] == "drift" and record["actor"] == EXTERNAL_ROOT for record in found[-3:])
    assert all("olcLimits" in record["attribute"].split("\n") for record in found)
    assert history(lone, "--attribute", "olcSizeLimit") == [] == history(lone, "--suffix", "cn=config", "--attribute", "olcLimits")
    done = lone.run("history", "--suffix", "dc=exmaple,dc=org")
    assert done.stdout.startswith(f"Nothing is recorded of dc=exmaple,dc=org: did you mean '{SUFFIX}'?\nThe history begins at ")
    done = lone.run("history", "--suffix", "o=nobody")
    assert done.stdout.startswith(f"Nothing is recorded of o=nobody: what is recorded is of {SUFFIX}\n")
    assert lone.run("history", "--suffix", "o=nobody", "--output", "json").stderr == (
        f"syncward: nothing is recorded of o=nobody: what is recorded is of {SUFFIX}\n")


def test_what_a_person_s_apply_wrote_is_no_drift_for_the_daemon(lone):
    """Also while it runs, and also where that apply left something undone."""
    lone.apply_ok()
    with Daemon(lone) as daemon:
        wait_until(lambda: daemon.sees(lone.server.config_dir), "it watches slapd.d")
        assert lone.run("pause", "we move it", "--for", "1h").returncode == 0
        daemon.wait_for("paused")
        lone.document["databases"][0]["syncrepl"]["retry"] = "30 +"
        lone.write()
        lone.apply_ok()
        lone.document["databases"][0]["syncrepl"]["retry"] = "20 +"
        lone.write()
        assert lone.run("resume").returncode == 0
        daemon.wait_for("correction-applied", text="olcSyncrepl")
        assert not daemon.events("drift-found")
        wait_until(lambda: history(lone)[-1]["by"] == "run", "that is kept")
    applied = history(lone)[-1]
    assert applied["cause"] == "desired-changed" and applied["actor"] == "syncward", applied


def test_leaving_is_kept_with_each_write(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2, [Database(overlays=("syncprov",))]).form_by_hand()
    node = cluster[0]
    before = len(history(node))
    done = node.run("leave", env=as_alice())
    assert done.returncode == 0, done.stdout + done.stderr
    told = history(node)[before:]
    assert told[-1]["event"] == "left" and all(record["by"] == "leave" for record in told)
    assert all(record["cause"] == "hand" and record["sudo_user"] == "alice" for record in told)
    written = [record["attribute"] for record in told if record["event"] == "correction-applied"]
    assert "olcReadOnly" in written and any("olcSyncrepl" in names for names in written)
    assert events(node)[before:].count("correction-intended") == len(written)
    # Once: who has left does not leave again.
    node.run("leave")
    assert events(node).count("left") == 1
