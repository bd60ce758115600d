# SPDX-License-Identifier: Apache-2.0
"""Killed anywhere in its work, syncward leaves a slapd that starts again, and its next apply ends the work.

strace kills the unmodified program at its N-th system call of a kind: before it, and if that sends something
to slapd once more behind it, when nobody reads the answer. In `make check` each scene is played on one OpenLDAP
release, with a share of these points (those that wait for consumers are slow); the commit chooses both, so that commit
after commit all have their turn; in `make check-long` all.
"""

import os
import re
import shutil
import signal

import ldap
import pytest
from cluster import Cluster
from lots import commit, number
from slapd import syncrepl, versions, wait_until
from traced import run_traced

pytestmark = pytest.mark.every_release  # where it does not take turns

# All by which the program changes anything outside of itself.
CALLS = ("write", "writev", "sendto", "sendmsg", "fsync", "fdatasync", "rename", "renameat", "renameat2", "unlink",
         "unlinkat", "mkdir", "mkdirat")
# A pending SIGKILL keeps the system call from being made; any other deadly signal comes behind it.
BEFORE, BEHIND = "KILL", "USR1"
KILLED = (-signal.SIGKILL, -signal.SIGUSR1)
LINE = re.compile(r"^(\d+) +(\w+)\((?:(\d+)<(socket|[^:>]*))?")
IS_LONG = bool(os.environ.get("SYNCWARD_LONG"))
N_PARTS = 8  # of the points of one scene and release: one test would take half an hour, while others have ended
in_parts = pytest.mark.parametrize("part", range(N_PARTS if IS_LONG else 1))


class Scene:
    """A node in the state from which each run starts, kept as copies of its folders."""

    def __init__(self, node, *words):
        self.node = node
        self.words = ["apply", *words]
        self._kept = node.server.directory + ".kept"
        node.server.stop()
        os.mkdir(self._kept)
        for name in self._names():
            shutil.copytree(os.path.join(node.server.directory, name), os.path.join(self._kept, name))
        if os.path.exists(node.state_dir):
            shutil.copytree(node.state_dir, os.path.join(self._kept, "state"))

    def _names(self):
        return [name for name in os.listdir(self.node.server.directory) if name == "slapd.d" or name.startswith("db")]

    def restore(self):
        """Puts everything back and starts slapd."""
        server = self.node.server
        server.kill()
        for name in self._names():
            shutil.rmtree(os.path.join(server.directory, name))
            shutil.copytree(os.path.join(self._kept, name), os.path.join(server.directory, name))
        shutil.rmtree(self.node.state_dir, ignore_errors=True)
        if os.path.exists(os.path.join(self._kept, "state")):
            shutil.copytree(os.path.join(self._kept, "state"), self.node.state_dir)
        server.start()

    def points(self):
        """Where a run can be killed: (system call, N, BEFORE or BEHIND), from watching one whole run."""
        self.restore()
        path = os.path.join(self.node.folder, "trace")
        done = run_traced(self.node, self.words, path, "-y", "-e", "trace=" + ",".join(CALLS))
        assert done.returncode in (0, 3), done.stdout + done.stderr
        counts, found, program = {}, [], None
        with open(path, encoding="utf-8", errors="replace") as file:
            for line in file:
                match = LINE.match(line)
                program = program or match and match[1]
                if not match or match[1] != program:  # strace counts for each process; probes have their own
                    continue
                call = match[2]
                counts[call] = counts.get(call, 0) + 1
                found.append((call, counts[call], BEFORE))
                if match[4] == "socket":
                    found.append((call, counts[call], BEHIND))
        return found

    def assert_survives(self, call, n, where):
        """One run, killed there. Returns whether it was, and whether it had said what it was about to do."""
        node, server = self.node, self.node.server
        self.restore()
        done = run_traced(node, self.words, "/dev/null", "-e", f"trace={call}", "-e",
                          f"inject={call}:signal={where}:when={n}")
        assert done.returncode in (*KILLED, 0, 3), done.stdout + done.stderr
        was_killed = done.returncode in KILLED
        has_intent = os.path.exists(os.path.join(node.state_dir, "intent.json"))
        assert was_killed or not has_intent
        server.kill()
        server.tool("test", "-u")
        server.start()
        after = finish(node, self.words)
        assert ("an earlier apply did not end" in after) == has_intent, after
        planned = node.plan()
        assert planned.returncode == 0, planned.stdout + planned.stderr
        assert not has_left(node.state_dir)
        return was_killed, has_intent


def finish(node, words=("apply",)):
    """Applies until nothing is held any more (a joining node needs two times); the first one's messages."""
    said = []

    def ends():
        done = node.run(*words)
        assert done.returncode in (0, 3), done.stdout + done.stderr
        said.append(done.stdout + done.stderr)
        return done.returncode == 0

    try:
        wait_until(ends, "apply ends in step", 30)
    except TimeoutError as error:
        raise AssertionError(f"{error}:\n{said[-1]}") from None
    return said[0]


def has_left(state_dir):
    """Files that a killed run was about to write and nobody would ever remove."""
    return [name for name in os.listdir(state_dir) if name.startswith(".")]


def run_all(scene, part, every):
    """Kills at each of the points in check-long; in check at every n-th, not at the same in each release and commit."""
    if not IS_LONG:
        part = (number(commit()) + versions().index(scene.node.server.release.version)) % every
    points = scene.points()[part::N_PARTS if IS_LONG else every]
    outcomes = [scene.assert_survives(*point) for point in points]
    n_killed = sum(was_killed for was_killed, _ in outcomes)
    n_intents = sum(has_intent for _, has_intent in outcomes)
    print(f"{len(points)} runs, {n_killed} killed, {n_intents} of them between intent and end")
    # How much of joining one pass does depends on when the refresh ends: the run that was watched may be the longest. Of
    # a share of the points more may lie in its last part.
    assert n_killed >= (0.5 if IS_LONG else 0.25) * len(points) and n_intents > 0
    assert n_intents < n_killed or not IS_LONG  # a share may lie between intent and end wholly


@pytest.mark.turns(3)
@in_parts
def test_killed_while_it_makes_a_bare_seeded_server_a_provider(slapd_factory, program, part):
    cluster = Cluster(slapd_factory, program, 2)
    cluster[0].server.seed()
    run_all(Scene(cluster[0]), part, every=4)


@pytest.mark.turns(3)
@in_parts
def test_killed_while_it_repairs_a_damaged_server(slapd_factory, program, part):
    cluster = Cluster(slapd_factory, program, 3).form()
    node = cluster[0]
    cluster[2].server.stop()
    flag = [name for name in ("olcMultiProvider", "olcMirrorMode")
            if node.server.values(node.server.database_dn(), name)][0]
    # Two values are foreign, one declared is wrong, one is missing; the flag, limits and index are gone.
    node.edit([(ldap.MOD_DELETE, flag, None), (ldap.MOD_REPLACE, "olcSyncrepl", [
        syncrepl(77, "ldap://127.0.0.1:9", timeout="1", network_timeout="1"),
        syncrepl(2, cluster[1].server.ldap_uri, timeout="2", network_timeout="1")]),
               (ldap.MOD_DELETE, "olcLimits", None), (ldap.MOD_DELETE, "olcDbIndex", None)])
    run_all(Scene(node), part, every=12)


@pytest.mark.turns(3)
@in_parts
def test_killed_while_it_joins(slapd_factory, program, part):
    cluster = Cluster(slapd_factory, program, 2)
    cluster[1].server.seed()
    finish(cluster[1])
    run_all(Scene(cluster[0]), part, every=18)


@pytest.mark.turns(3)
@in_parts
def test_killed_while_the_last_peer_goes(slapd_factory, program, part):
    """slapd does not start with multi-provider and nobody to read from."""
    cluster = Cluster(slapd_factory, program, 2)
    node = cluster[0]
    node.server.seed()
    finish(node)
    cluster.document["peers"].pop()
    node.write(cluster.document)
    run_all(Scene(node, "--release", "G4"), part, every=4)
    assert node.syncrepl() == []


def test_killed_before_it_renames_a_state_file_leaves_nothing_for_ever(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2)
    cluster[0].server.seed()
    assert Scene(cluster[0]).assert_survives("renameat", 1, BEFORE) == (True, False)
    # Of a file that is not written again, and of a process that is gone.
    with open(os.path.join(cluster[0].state_dir, ".left.json.12345"), "w", encoding="ascii"):
        pass
    cluster[0].apply()
    assert not has_left(cluster[0].state_dir)
