# SPDX-License-Identifier: Apache-2.0
"""status --wait, on which scripts build: it opens only for this revision, verified, with links that work; and --watch."""

import json
import signal
import subprocess
import time

import ldap
import pytest
from cluster import Cluster
from daemon import Daemon
from lone import Lone
from slapd import wait_until


def waiting(node, *words):
    """status --wait, begun; its end is told by communicate()."""
    return subprocess.Popen(node.command("status", "--wait=60s", *words), stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.every_release
def test_it_waits_for_the_daemon_and_for_the_link(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2, modules=("syncprov",)).form_by_hand()
    node, peer = cluster
    peer.server.stop()
    is_told = node.server.release.has_consumer_monitor  # else peers are asked, and only now and then
    if not is_told:
        peer.server.start()
    with waiting(node) as gate:
        assert "waiting:" in gate.stderr.readline()  # there is no daemon yet
        with Daemon(node):
            if is_told:
                wait_until(lambda: "link" in gate.stderr.readline(), "it waits for the link")
                assert gate.poll() is None
                peer.server.start()
            text, said = gate.communicate(timeout=60)
            assert gate.returncode == 0, text + said
            assert "Nothing is held, found or left" in text
            assert node.run("status", "--wait=20s").returncode == 0  # at once, also a second time


def test_a_new_revision_shuts_it_until_it_is_in_slapd(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2, modules=("syncprov",)).form_by_hand()
    node = cluster[0]
    with Daemon(node) as daemon:
        assert node.run("status", "--wait=60s").returncode == 0
        daemon.process.send_signal(signal.SIGSTOP)  # it stands still, and does not read the new one
        document = dict(cluster.document, revision=7)
        document["databases"][0]["syncrepl"]["retry"] = "2 +"
        node.write(document)
        late = node.run("status", "--wait=1s")
        daemon.process.send_signal(signal.SIGCONT)
        assert late.returncode == 1 and "not in force" in late.stderr, late.stderr
        done = node.run("status", "--wait=60s", "--output", "json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["desired"]["revision"] == 7
        assert 'retry="2 +"' in node.syncrepl()[0]


def test_what_is_held_ends_it_with_three(slapd_factory, program):
    node = Lone(slapd_factory, program)
    node.apply_ok()
    node.document["policy"]["max_removals"] = 0
    node.write()
    foreign = node.value(9).replace("127.0.0.9", "127.0.0.19")
    node.edit([(ldap.MOD_ADD, "olcSyncrepl", foreign)])
    with Daemon(node) as daemon:
        daemon.wait_for("held")
        done = node.run("status", "--wait=1s")
    assert done.returncode == 3 and "held:" in done.stderr, done.stderr
    assert "--release G4" in done.stdout


def test_a_peers_json_that_cannot_be_read_ends_it_at_once(slapd_factory, program):
    node = Lone(slapd_factory, program)
    with open(node.peers_file, "w", encoding="utf-8") as file:
        file.write("{")
    began = time.monotonic()
    done = node.run("status", "--wait=60s")
    assert done.returncode == 78 and time.monotonic() - began < 30, done.stderr


def test_watch_shows_each_new_status_until_it_is_ended(slapd_factory, program):
    node = Lone(slapd_factory, program)
    node.apply_ok()
    with Daemon(node) as daemon, subprocess.Popen(
            node.command("status", "--watch", "--output", "json"), stdout=subprocess.PIPE, text=True) as watch:
        wait_until(daemon.last_pass, "a pass")
        lines = iter(watch.stdout.readline, "")
        first = next(line for line in lines if '"number"' in line)
        daemon.process.send_signal(signal.SIGHUP)
        wait_until(lambda: next(line for line in lines if '"number"' in line) != first, "the next pass is shown")
        assert watch.poll() is None
        watch.send_signal(signal.SIGTERM)
        assert watch.wait(20) == -signal.SIGTERM
