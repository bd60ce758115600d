# SPDX-License-Identifier: Apache-2.0
"""No password is in what the daemon tells or keeps: journal, standard error, STATUS=, status, metrics, history, state."""

import contextlib
import json
import os
import resource
import signal
import stat
import subprocess

import canary
import ldap
import pytest
from cluster import Cluster
from daemon import Daemon
from journald import Journald
from manager import Manager
from slapd import wait_until


@pytest.fixture(name="node")
def fixture_node(slapd_factory, program):
    """In step; its replication password is the canary."""
    cluster = Cluster(slapd_factory, program, 2)
    cluster[0].server.seed(password=canary.OLD)
    for made in cluster:
        made.write_secret(canary.OLD)
    cluster[0].document = cluster.document
    cluster[0].apply_ok()
    return cluster[0]


def everything_happens(node, told):
    """All that makes the daemon tell of passwords; told(event, n) waits."""
    wanted = node.syncrepl()[0]
    for n in range(1, 4):  # both the old and the new value hold one; three times are a contest
        node.edit([(ldap.MOD_REPLACE, "olcSyncrepl", [wanted.replace(canary.OLD, canary.NEW)])])
        told("correction-applied", n)
    node.edit([(ldap.MOD_REPLACE, "olcSyncrepl", [wanted.replace(canary.OLD, canary.NEW)])])
    told("contested", 1)
    assert node.run("resume").returncode == 0
    told("correction-applied", 4)
    assert node.run("pause", "we look", "--for", "1h").returncode == 0
    wait_until(lambda: "corrections are paused" in node.run("status").stdout, "the daemon saw it")
    node.edit([(ldap.MOD_REPLACE, "olcSyncrepl", [wanted.replace(canary.OLD, canary.NEW)])])
    assert node.run("resume").returncode == 0
    told("correction-applied", 5)
    node.write_secret(f"{canary.OLD}\n{canary.NEW}\n")  # two lines
    told("desired-refused", 1)
    node.write_secret(canary.NEW)  # a new password
    told("correction-applied", 6)
    with open(node.peers_file, "w", encoding="utf-8") as file:
        file.write(json.dumps(node.document)[:-1] + ', "' + canary.OLD + '": "' + canary.OLD + '"}')
    told("desired-refused", 2)
    node.server.modify("olcDatabase={0}config,cn=config", [(ldap.MOD_REPLACE, "olcReadOnly", "TRUE")])
    node.document["databases"][0]["syncrepl"].update(timeout=7, credentials=canary.OLD)
    node.document["revision"] = 2
    node.write(node.document)
    told("correction-failed", 1)


def search_files(node):
    """All that it keeps, also in the middle of a pass; returns the names."""
    names = set()
    for top in (node.state_dir, node.run_dir):
        for folder, _, files in os.walk(top):
            for name in files:
                with contextlib.suppress(FileNotFoundError), open(os.path.join(folder, name), "rb") as file:
                    assert canary.leaks(file.read()) == [], name
                    mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
                    assert not mode & (0o077 if top == node.state_dir else 0o022), name
                    names.add(name)
    return names


@pytest.mark.one_release
def test_the_journal_and_all_files_are_without_it(node, tmp_path):
    with Journald(tmp_path) as journald:
        with Daemon(node, "-v", prefix=journald.prefix) as daemon:
            wait_until(lambda: daemon.sees(node.server.config_dir), "it watches slapd.d")
            everything_happens(node, lambda event, n: journald.wait_for(event, n))
            names = search_files(node)
            for words in (("status",), ("status", "--output", "json"), ("history",), ("history", "--output", "json"),
                          ("check",), ("plan",)):
                done = node.run(*words)
                assert done.stdout and canary.leaks(done.stdout + done.stderr) == [], words
        assert canary.leaks(journald.raw) == []
        assert b'credentials="********"' in journald.raw and b"credentials=********" not in journald.raw
    assert canary.leaks("\n".join(daemon.lines)) == [] and any("ldap: " in line for line in daemon.lines)
    assert names >= {"history.jsonl", "entries.json", "conditions.json", "status.json", "pause.json"}
    assert search_files(node)


@pytest.mark.one_release
def test_standard_error_and_what_systemd_hears_are_without_it(node):
    manager = Manager(node.folder)
    try:
        with Daemon(node, "-v", env=manager.environment()) as daemon:
            wait_until(lambda: daemon.sees(node.server.config_dir), "it watches slapd.d")
            everything_happens(node, lambda event, n: daemon.wait_for(event, n))
    finally:
        manager.close()
    assert canary.leaks("\n".join(daemon.lines)) == [] and len(daemon.lines) > 20
    assert canary.leaks(str(manager.messages)) == [] and len(manager.messages) > 5


@pytest.mark.one_release
def test_a_crash_of_the_daemon_writes_no_core(node):
    def unlimited():
        resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2)

    with subprocess.Popen(node.command("run"), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                          cwd=node.folder, preexec_fn=unlimited) as process:
        try:
            assert any("is in force" in line for line in process.stderr)
            with open(f"/proc/{process.pid}/limits", encoding="ascii") as file:
                assert [line.split()[4:6] for line in file if line.startswith("Max core file size")] == [["0", "0"]]
            # A process that may not be dumped belongs to root in /proc, whoever it runs as.
            for name in ("cmdline", "environ", "comm", "maps", "mountinfo"):
                with open(f"/proc/{process.pid}/{name}", "rb") as file:
                    assert canary.leaks(file.read()) == [], name
            os.kill(process.pid, signal.SIGABRT)
            _, status = os.waitpid(process.pid, 0)
            process.returncode = -os.WTERMSIG(status)
            assert os.WTERMSIG(status) == signal.SIGABRT and not os.WCOREDUMP(status)
        finally:
            if process.returncode is None:
                process.kill()
    assert [name for name in os.listdir(node.folder) if name.startswith("core")] == []
