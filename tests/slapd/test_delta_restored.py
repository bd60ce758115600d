# SPDX-License-Identifier: Apache-2.0
"""A node is put back to a state from before a log of changes began, and its link reads that log. The log says that it begins with
the contextCSN that was on disk (minCSN), which is older, so slapd sends what is in it and never what came between."""

import json
import os
import re
import signal
import time

import delta
import pytest
from backups import load, put_back, saved
from cluster import add_person, wait_entry
from daemon import Daemon
from fence import Fence
from slapd import wait_until
from test_delta_made import OF_LOGS, apply_until_delta, contents, ring
from test_delta_mixed import says


@pytest.fixture(name="pair")
def fixture_pair(slapd_factory, program):
    """Two nodes in step whose contextCSN on disk is older than what they have."""
    cluster = ring(slapd_factory, program, 2)
    for node in cluster:
        node.server.restart()
    cluster.wait_persistent()
    delta.write_everywhere(cluster, "before")
    return cluster


def restricts_on_disk(node):
    """What it refuses at its log, with slapd stopped."""
    return re.findall("^olcRestrict: (.*)", node.server.tool("cat", "-n0", "-a", f"(olcSuffix={delta.LOG})").stdout, re.MULTILINE)


def settled(pair):
    """A daemon that heard something older of the other log, before `apply` made it, turns to the database for some seconds."""
    return all(says(node) and delta.reads(node) == 1 for node in pair)


def begin_logs_behind_a_backup(pair):
    """Returns what slapcat says of the second node, and the entry that is in neither that nor a log."""
    first, second = pair
    text = saved(second.server)
    gap = add_person(first.server, "gap")
    wait_entry(second.server, gap)
    delta.want_all(pair)
    apply_until_delta(pair)
    wait_until(lambda: settled(pair) and not time.sleep(3) and settled(pair), "both read logs, and go on to", 60)
    return text, gap


def kill_at_the_second_change(fence):
    """Runs the fence, which closes the database and is killed before it changes the links."""
    with open(fence.slapd, encoding="utf-8") as file:
        real = file.read()
    mark = os.path.join(fence.node.folder, "changed-once")
    kill = f'case "$*" in *-Tmodify*) if [ -e {mark} ]; then kill -9 $PPID; exit 1; fi; : >{mark};; esac\n'
    with open(fence.slapd, "w", encoding="utf-8") as file:
        file.write(real.replace("exec ", kill + "exec ", 1))
    assert fence.run().returncode == -signal.SIGKILL
    with open(fence.slapd, "w", encoding="utf-8") as file:
        file.write(real)


def told_of_links(node):
    done = node.run("history", "--attribute", "olcSyncrepl", "--output", "json")
    assert "credentials=secret" not in done.stdout
    return [record for record in json.loads(done.stdout)["records"] if record["by"] == "fence"]


@OF_LOGS
def test_the_fence_has_an_older_database_read_databases_until_it_has_all(pair):
    first, second = pair
    fence = Fence(second, first)
    with Daemon(second) as daemon, Daemon(first) as other:
        text, gap = begin_logs_behind_a_backup(pair)
        fence.wait_noted(daemon)
        fence.stop()
        assert restricts_on_disk(second) == ["compare"]
        load(second.server, fence.folder, text)
        kill_at_the_second_change(fence)
        assert fence.is_closed_on_disk() and fence.record()["plaining"], "first closed; the intent is known"
        intended, = told_of_links(second)
        assert intended["event"] == "correction-intended" and "logbase=" in intended["old"], intended
        assert "credentials=" in intended["old"] and "logbase=" not in intended["new"], intended
        done = fence.look("older", 3)
        assert [record["event"] for record in told_of_links(second)][1:] == ["correction-intended", "correction-applied"]
        assert "plaining" not in fence.record()
        assert "until then its links read databases, not logs of changes" in done.stdout
        assert restricts_on_disk(second) == ["search"]
        second.server.start()
        wait_entry(second.server, gap)
        wait_until(lambda: not fence.is_closed(), "the daemon opens it", 60)

        def reads_log():
            daemon.reload()
            other.reload()
            return delta.reads(second) == delta.reads(first) == 1
        wait_until(reads_log, "both links read logs again", 60)
        delta.write_everywhere(pair, "behind")
        assert contents(second) == contents(first)


@OF_LOGS
def test_without_the_fence_what_is_between_stays_away_and_compare_finds_it(pair):
    first, second = pair
    text, gap = begin_logs_behind_a_backup(pair)
    put_back(second.server, text)
    delta.write_everywhere(pair, "after")
    pair.wait_in_step()
    assert gap in contents(first) and gap not in contents(second)
    assert f" {gap};" in second.run("compare", "--lag", "5").stdout
