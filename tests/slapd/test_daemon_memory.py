# SPDX-License-Identifier: Apache-2.0
"""What outlives the daemon: the history of corrections, who changed what meanwhile, what was told already."""

import json
import os
import re
import stat
import subprocess

import ldap
import pytest
import traced
from daemon import Daemon
from lone import Lone
from slapd import wait_until
from test_status_state import wait_for_passes

EXTERNAL_ROOT = "gidNumber=0+uidNumber=0,cn=peercred,cn=external,cn=auth"


def path(node):
    return os.path.join(node.state_dir, "history.jsonl")


def records(node, *words):
    done = node.run("history", "--output", "json", *words)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["records"]


def damage(node):
    node.edit([(ldap.MOD_DELETE, "olcLimits", None)])


# History

def test_each_correction_is_kept_with_its_intent_and_outcome(node):
    assert {r["event"] for r in records(node)} == {"correction-intended", "correction-applied"}
    assert all(r["by"].startswith("apply") and r["cause"] == "desired-changed" for r in records(node))
    before = len(records(node))
    with Daemon(node) as daemon:
        wait_until(lambda: daemon.sees(node.server.config_dir), "it watches slapd.d")
        damage(node)
        daemon.wait_for("correction-applied", text="olcLimits")
        wait_until(lambda: len(records(node)) == before + 3, "all are kept")
    found, intended, applied = records(node)[before:]
    assert [r["event"] for r in (found, intended, applied)] == ["drift-found", "correction-intended", "correction-applied"]
    for record in (found, intended, applied):
        assert record["by"] == "run" and record["cause"] == "drift" and record["actor"] == EXTERNAL_ROOT
        assert record["dn"] == node.dn() and record["attribute"] == "olcLimits" and "unlimited" in record["new"]
        assert record["pass"] == intended["pass"] and len(record["desired_sha256"]) == 64
    assert applied["result"] == "success" and applied["duration_usec"] > 0
    assert stat.S_IMODE(os.stat(path(node)).st_mode) == 0o600
    shown = node.run("history").stdout.splitlines()
    assert len(shown) == before + 3
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ  drift  run  dc=example,dc=org: corrected: modify .*; last written "
                    r"by gidNumber=0.* \(\d+ ms\)$", shown[-1]), shown[-1]


def test_a_correction_that_the_history_could_not_take_is_told_until_it_has_it(node):
    """Other files of ours could be written meanwhile: that mends nothing."""
    before = len(records(node))
    with Daemon(node) as daemon:
        wait_until(lambda: daemon.sees(node.server.config_dir), "it watches slapd.d")
        os.rename(path(node), path(node) + ".aside")
        os.mkdir(path(node))
        damage(node)
        daemon.wait_for("correction-applied", text="olcLimits")
        assert "history.jsonl" in daemon.wait_for("state-trouble")
        wait_for_passes(node, daemon, 2)
        assert daemon.events("state-mended") == []
        os.rmdir(path(node))
        os.rename(path(node) + ".aside", path(node))
        daemon.reload()
        assert "history.jsonl" in daemon.wait_for("state-mended")
    kept = [record["event"] for record in records(node)[before:]]
    assert kept == ["drift-found", "correction-intended", "correction-applied"]


def test_a_person_s_apply_tells_what_it_intends_only_when_that_is_on_disk(node):
    """What cannot be put there is not about to happen."""
    before = len(records(node))
    damage(node)
    with traced.Stopped(node) as stopped:  # has renamed the intent, and not waited for the disk
        assert len(records(node)) == before
        assert stopped.go_on().returncode == 0
    assert [r["event"] for r in records(node)[before:]] == ["correction-intended", "correction-applied"]


def test_history_since_a_time(node):
    assert records(node, "--since", "1h") == records(node)
    assert records(node, "--since", "2099-01-01") == []
    assert records(node, "--since", "2020-01-01 10:00") == records(node)
    assert node.run("history", "--since", "2099-01-01").stdout.startswith("Nothing is recorded\nThe history begins at 2")
    done = node.run("history", "--since", "yesteryear")
    assert done.returncode == 64 and "--since 'yesteryear'" in done.stderr


def test_damaged_lines_are_left_out_and_counted(node):
    good = records(node)
    with open(path(node), "ab") as file:
        file.write(b"{\"time\"\nnonsense\n\xff\xfe\n{\"cut")
    damage(node)
    node.apply_ok()
    assert len(records(node)) == len(good) + 2  # the cut line did not spoil the next
    done = node.run("history")
    assert "4 lines could not be read and were left out" in done.stderr and done.returncode == 0


def test_history_is_capped_and_keeps_one_older_file(node):
    with open(path(node), "rb") as file:
        lines = file.read()
    with open(path(node), "wb") as file:
        file.write(lines * (1 + 1024 * 1024 // len(lines)))
    for _ in range(2):
        damage(node)
        node.apply_ok()
    assert 0 < os.stat(path(node)).st_size < 10000 and os.stat(path(node) + ".1").st_size > 1024 * 1024 - 10000
    assert records(node)[-1]["event"] == "correction-applied" and len(records(node)) > 1000
    assert sorted(name for name in os.listdir(node.state_dir) if name.startswith("history")) == [
        "history.jsonl", "history.jsonl.1"]


def test_no_history_is_no_error(node):
    os.unlink(path(node))
    assert records(node) == []


# Who changed what meanwhile

def test_a_change_made_while_the_daemon_was_down_is_attributed(node):
    with Daemon(node) as daemon:
        daemon.wait_for("desired-loaded")
    damage(node)
    with Daemon(node) as daemon:
        told = daemon.wait_for("drift-found")
        assert "last written by " + EXTERNAL_ROOT in told and "unlimited search" in told
        daemon.wait_for("correction-applied")


def test_a_file_changed_while_the_daemon_was_down_is_no_drift(node):
    """Not even where the entry was written last by the daemon itself."""
    with Daemon(node) as daemon:
        wait_until(lambda: daemon.sees(node.server.config_dir), "it watches slapd.d")
        damage(node)
        daemon.wait_for("correction-applied")
        wait_until(lambda: not daemon.is_in_pass(), "it has seen what it wrote")
    node.document["databases"][0]["syncrepl"]["retry"] = "30 +"
    node.write()
    with Daemon(node) as daemon:
        daemon.wait_for("correction-applied", text="olcSyncrepl")
        assert not daemon.events("drift-found")
    assert records(node)[-1]["cause"] == "desired-changed"


def test_a_person_s_apply_keeps_the_memory_true(node):
    with Daemon(node) as daemon:
        daemon.wait_for("desired-loaded")
    damage(node)
    node.apply_ok()
    assert records(node)[-1]["cause"] == "drift" and records(node)[-1]["by"].startswith("apply")
    node.document["databases"][0]["syncrepl"]["retry"] = "30 +"
    node.write()
    with Daemon(node) as daemon:
        daemon.wait_for("correction-applied", text="olcSyncrepl")
        assert not daemon.events("drift-found")


# What was told already

def test_what_lasts_over_a_restart_is_not_told_again(node):
    node.document["policy"]["mode"] = "audit"
    node.write()
    damage(node)
    with Daemon(node) as daemon:
        daemon.wait_for("held", text="audit")
        daemon.wait_for("drift-found")
    with open(os.path.join(node.state_dir, "conditions.json"), encoding="utf-8") as file:
        kept = {c["key"]: c for c in json.load(file)["conditions"]}
    assert "audit" in kept and any(key.startswith("change limits ") for key in kept)
    with Daemon(node) as daemon:
        daemon.wait_for("desired-loaded")
        wait_until(lambda: daemon.sees(node.server.config_dir), "it watches slapd.d")
        assert not daemon.events("held") and not daemon.events("drift-found")
        node.document["policy"]["mode"] = "enforce"
        node.write()
        daemon.wait_for("released", text="audit")
    with open(os.path.join(node.state_dir, "conditions.json"), encoding="utf-8") as file:
        assert json.load(file)["conditions"] == []


def test_a_limit_of_file_sizes_is_told_and_ends_no_daemon(node):
    """ulimit -f has the kernel send SIGXFSZ, which ends a process that does not ignore it."""
    with Daemon(node, prefix=("prlimit", "--fsize=64")) as daemon:
        assert "File too large" in daemon.wait_for("state-trouble")
        wait_until(lambda: any("status.json" in line and "File too large" in line for line in daemon.lines), "the status as well")
        assert daemon.process.poll() is None


@pytest.mark.parametrize("text", ["{", '{"schema_version": 2, "entries": [], "conditions": []}',
                                  '{"schema_version": 1}', '{"schema_version": 1, "entries": [1], "conditions": [{}]}'])
def test_a_memory_that_cannot_be_used_is_put_aside_and_told(node, text):
    for name in ("entries.json", "conditions.json"):
        with open(os.path.join(node.state_dir, name), "w", encoding="utf-8") as file:
            file.write(text)
    with Daemon(node) as daemon:
        daemon.wait_for("desired-loaded")
        told = [sentence for _, sentence in daemon.events("state-trouble")]
    assert len(told) == 2 and all("is kept as" in sentence for sentence in told)
    with Daemon(node) as daemon:
        daemon.wait_for("desired-loaded")
        assert not daemon.events("state-trouble")


def test_an_empty_memory_is_what_a_power_cut_left(node):
    for name in ("entries.json", "conditions.json"):
        with open(os.path.join(node.state_dir, name), "w", encoding="utf-8"):
            pass
    with Daemon(node) as daemon:
        daemon.wait_for("desired-loaded")
    assert not daemon.events("state-trouble")


def test_a_repair_waits_for_the_disk_once(node, tmp_path):
    """Each fsync(2) costs what the whole rest does: only the intent is worth one."""
    damage(node)
    trace = tmp_path / "trace"
    done = node.run("apply", prefix=("strace", "-f", "-o", str(trace), "-e", "trace=fsync,fdatasync,sync,syncfs"),
                    env={**os.environ, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"})
    assert done.returncode == 0, done.stderr
    assert len(re.findall(r"sync\(", trace.read_text())) == 1


@pytest.mark.quiet  # a pass for another reason, seconds late, would be seen, too
@pytest.mark.one_release
def test_a_repair_by_the_daemon_looks_up_nothing_that_it_knows(node, tmp_path):
    """Each moment counts: slapd.d is watched already, the host has its name, agent.json did not change."""
    trace = tmp_path / "trace"
    settings = os.path.join(node.folder, "agent.json")
    with open(os.open(settings, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
        file.write('{"probe": false}')
    with Daemon(node, "--agent-config", settings) as daemon:
        wait_until(lambda: daemon.sees(node.server.config_dir), "it watches slapd.d")
        damage(node)
        daemon.wait_for("correction-applied")
        wait_until(lambda: not daemon.is_in_pass(), "the pass is over")
        calls = "trace=openat,inotify_init1,ftruncate,fsync,fdatasync,renameat"
        with subprocess.Popen(["strace", "-f", "-qq", "-o", str(trace), "-e", calls, "-p", str(daemon.pid)],
                              stderr=subprocess.DEVNULL) as tracer:
            traced.wait_traced(daemon.pid, tracer.pid)
            damage(node)
            daemon.wait_for("correction-applied", n=2)
            tracer.terminate()
    text = trace.read_text()
    assert "intent.spare" in text and text.count("sync(") == 1
    for call in ("inotify_init1", "ftruncate", "agent.json", "/etc/hosts", "/etc/nsswitch.conf", "cmdline"):
        assert call not in text, text


def test_what_hundreds_of_peers_make_long_is_read_again(slapd_factory, program):
    """No file of its own is longer than what it reads: all would be told anew, and status and check would fail."""
    node = Lone(slapd_factory, program)
    node.apply_ok()
    node.server.stop()
    kept = os.path.join(node.state_dir, "conditions.json")
    with Daemon(node) as daemon:
        daemon.wait_for("slapd-lost")
        wait_until(lambda: os.path.exists(kept), "that is kept")
    with open(kept, encoding="utf-8") as file:
        document = json.load(file)
    [lost] = [c for c in document["conditions"] if c["key"] == "slapd"]
    document["conditions"] += [{**lost, "key": f"link dc=x {n}", "kind": "link", "text": "x" * 500} for n in range(4000)]
    with open(kept, "w", encoding="utf-8") as file:
        json.dump(document, file)
    assert os.path.getsize(kept) > 2 << 20
    with Daemon(node) as daemon:
        wait_until(lambda: os.path.getsize(os.path.join(node.run_dir, "status.json")) > 2 << 20, "a pass")
        assert node.run("status").returncode == 0
        assert node.run("check").stdout.startswith("SYNCWARD CRITICAL")
        assert not daemon.events("state-trouble") and not daemon.events("slapd-lost"), daemon.lines[:5]
