# SPDX-License-Identifier: Apache-2.0
"""A full or read-only disk under slapd.d: told honestly, remembered, and healed when there is space again."""

import base64
import contextlib
import ctypes
import json
import os
import re
import shutil
import subprocess
import threading

import ldap
import pytest
import remedies
from cluster import Cluster
from slapd import SUFFIX, Database, wait_until
from traced import Stopped

pytestmark = pytest.mark.every_release  # what slapd does without space differs

CLONE_NEWNS = 0x00020000
libc = ctypes.CDLL(None, use_errno=True)


@contextlib.contextmanager
def private_mounts():
    """Mounts made inside are seen only by this thread and its children, and end with the block."""
    here = os.getcwd()
    namespace = os.open(f"/proc/{os.getpid()}/task/{threading.get_native_id()}/ns/mnt", os.O_RDONLY)
    try:
        call(libc.unshare(CLONE_NEWNS), "unshare")
        try:
            mount("--make-rprivate", "/")
            yield
        finally:
            # Not while a thread that was started inside, as one that reads what a daemon tells, comes to its end.
            wait_until(lambda: libc.setns(namespace, CLONE_NEWNS) == 0, "back among the mounts of all")
            os.chdir(here)
    finally:
        os.close(namespace)


def call(result, name):
    if result != 0:
        raise OSError(ctypes.get_errno(), f"{name}: {os.strerror(ctypes.get_errno())}")


def mount(*words):
    subprocess.run(["mount", *words], check=True)


class Disk:
    """A small file system of its own for slapd.d."""

    def __init__(self, server):
        self.place = server.config_dir
        aside = self.place + ".aside"
        shutil.copytree(self.place, aside)
        mount("-t", "tmpfs", "-o", "size=4m,mode=755", "syncward-test", self.place)
        shutil.copytree(aside, self.place, dirs_exist_ok=True)
        self._filler = os.path.join(self.place, "filler")

    def fill(self, leave_kib=0):
        """Uses up all space but so much."""
        status = os.statvfs(self.place)
        wanted = status.f_bavail * status.f_frsize - leave_kib * 1024
        with open(self._filler, "wb") as file:
            os.posix_fallocate(file.fileno(), 0, wanted)

    def empty(self):
        os.remove(self._filler)

    def make_read_only(self):
        mount("-o", "remount,ro", self.place)

    def make_writable(self):
        mount("-o", "remount,rw", self.place)


FAULTS = {"full": (Disk.fill, Disk.empty), "read-only": (Disk.make_read_only, Disk.make_writable)}


@pytest.fixture
def mounts(slapd_factory):  # pylint: disable=unused-argument
    """Mounts that nobody else sees; gone before the servers are, which a running slapd does not mind."""
    with private_mounts():
        yield


@pytest.fixture
def cluster(slapd_factory, mounts, program):  # pylint: disable=unused-argument
    """Two listed servers and a spare one; slapd.d of the first lies on a disk of its own."""
    def make(**options):
        made = Cluster(slapd_factory, program, 3, **options)
        made[0].server.stop()
        made.disk = Disk(made[0].server)
        made[0].server.start()
        made[0].server.seed()
        made.document["peers"].pop()
        made[0].write(made.document)
        return made
    return make


def with_limits(both):
    """Its olcLimits are right: what cannot be saved is what comes behind them."""
    both[0].edit([(ldap.MOD_ADD, "olcLimits", f'dn.exact="cn=replicator,{SUFFIX}" size=unlimited time=unlimited')])
    return both


def file_text(server, *names):
    """What slapd.d holds for an entry, lines unfolded; empty without a file."""
    path = os.path.join(server.config_dir, "cn=config", *names) + ".ldif"
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8") as file:
        return file.read().replace("\n ", "")


def base64_undone(text):
    """slapd writes values with a password in base64."""
    return re.sub(r"::? (.*)", lambda found: ": " + (base64.b64decode(found[1]).decode() if found[0][1] == ":" else
                                                     found[1]), text)


def database_name(server):
    return server.database_dn().partition(",")[0]


def unsaved(node):
    path = os.path.join(node.state_dir, "unsaved.json")
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        return json.load(file)["entries"]


@pytest.mark.parametrize("fault", FAULTS)
def test_without_space_nothing_is_written(cluster, fault):
    both = cluster()
    node = both[0]
    begin, end = FAULTS[fault]
    begin(both.disk)
    before = node.server.config_writes()
    done = node.apply()
    assert done.returncode == 1
    assert node.server.config_dir in done.stderr and {"full": "KiB", "read-only": "read-only"}[fault] in done.stderr
    assert node.server.config_writes() == before and unsaved(node) == []
    end(both.disk)
    node.apply_ok()
    node.assert_in_step()


@pytest.mark.parametrize("fault", FAULTS)
def test_consumers_that_slapd_could_not_save_are_written_again(cluster, fault):
    both = cluster()
    node, server = both[0], both[0].server
    node.apply_ok()
    both.document["peers"].append({"id": 3, "uri": both[2].server.ldap_uri})
    both.document["peers"][1]["syncrepl"] = {"keepalive": "10:1:1"}
    node.write(both.document)
    begin, end = FAULTS[fault]
    with Stopped(node) as stopped:
        begin(both.disk)
        done = stopped.go_on()
    assert done.returncode == 1
    assert f"the change of {server.database_dn()} into its memory but could not write its file" in done.stderr
    assert len(node.syncrepl()) == 2
    assert "rid=003" not in file_text(server, database_name(server))
    assert [(entry["dn"], entry["attribute"]) for entry in unsaved(node)] == [(server.database_dn(), "olcSyncrepl")]
    assert node.apply().returncode == 1
    end(both.disk)
    planned = node.plan()
    assert planned.returncode == 2 and "memory only" in planned.stdout, planned.stdout
    node.apply_ok()
    for value in node.syncrepl():
        assert "olcSyncrepl: " + value in base64_undone(file_text(server, database_name(server)))
    assert unsaved(node) == []
    node.assert_in_step()
    server.restart()
    assert len(node.syncrepl()) == 2
    node.assert_in_step()


def test_a_last_peer_whose_removal_slapd_could_not_save_is_back_at_restart_and_removed_again(cluster):
    both = cluster()
    node, server = both[0], both[0].server
    node.apply_ok()
    both.document["peers"].pop()
    node.write(both.document)
    with Stopped(node, "--release", "G4") as stopped:
        both.disk.fill()
        assert stopped.go_on().returncode == 1
    both.disk.empty()
    assert "olcSyncrepl" in file_text(server, database_name(server))
    codes = {finding["code"] for finding in node.plan_json()["findings"]}
    assert codes == {"back-at-restart"}
    node.assert_in_step()
    server.restart()
    node.apply_ok("--release", "G4")
    text = file_text(server, database_name(server))
    assert "olcSyncrepl" not in text and "olcMirrorMode" not in text and "olcMultiProvider" not in text
    server.restart()
    node.assert_in_step()
    assert node.plan_json()["findings"] == []


def test_what_was_not_saved_is_healed_together_with_a_further_change(cluster):
    both = cluster()
    node, server = both[0], both[0].server
    node.apply_ok()
    both.document["peers"].append({"id": 3, "uri": both[2].server.ldap_uri})
    node.write(both.document)
    wait_until(lambda: "indexing" not in node.plan().stdout, "the index is built")
    with Stopped(node) as stopped:
        both.disk.fill()
        assert stopped.go_on().returncode == 1
    both.disk.empty()
    both.document["peers"][1]["syncrepl"] = {"keepalive": "10:1:1"}
    node.write(both.document)
    node.apply_ok()
    assert unsaved(node) == []
    for value in node.syncrepl():
        assert "olcSyncrepl: " + value in base64_undone(file_text(server, database_name(server)))
    node.assert_in_step()


@pytest.mark.parametrize("fault", FAULTS)
def test_an_overlay_that_slapd_could_not_save_is_made_again(cluster, fault):
    both = with_limits(cluster(modules=("syncprov",), global_attributes={"olcServerID": "1"}))
    node, server = both[0], both[0].server
    begin, end = FAULTS[fault]
    with Stopped(node) as stopped:
        begin(both.disk)
        done = stopped.go_on()
    assert done.returncode == 1
    assert "olcOverlay=" in done.stderr and "into its memory but could not write its file" in done.stderr
    assert server.search("cn=config", "(olcOverlay=*)")
    assert file_text(server, database_name(server), "olcOverlay={0}syncprov") == ""
    assert len(unsaved(node)) == 1
    assert node.apply().returncode == 1
    end(both.disk)
    if server.release.number < (2, 5):
        heals_at_restart(node)
    else:
        planned = node.plan()
        assert planned.returncode == 2 and "memory only" in planned.stdout, planned.stdout
        node.apply_ok()
    assert "olcSpCheckpoint: 100 10" in file_text(server, database_name(server), "olcOverlay={0}syncprov")
    assert unsaved(node) == []
    node.assert_in_step()
    server.restart()
    assert server.search("cn=config", "(olcOverlay=*)")
    node.assert_in_step()


@pytest.mark.remedy("make-room")
@pytest.mark.parametrize("fault", FAULTS)
def test_a_module_that_slapd_could_not_save_is_saved_before_its_overlay(cluster, fault):
    """Otherwise slapd would find an overlay without its module at its next start, and refuse it."""
    both = with_limits(cluster(global_attributes={"olcServerID": "1"}))
    node, server = both[0], both[0].server
    begin, end = FAULTS[fault]
    with Stopped(node) as stopped:
        begin(both.disk)
        done = stopped.go_on()
    assert done.returncode == 1 and "cn=module{0},cn=config into its memory but" in done.stderr
    assert "syncprov" not in file_text(server, "cn=module{0}")
    remedies.printed(done.stderr, "make-room")
    end(both.disk)
    remedies.did("make-room")
    remedies.run(node, done.stderr, "apply")
    assert "syncprov" in file_text(server, "cn=module{0}")
    assert unsaved(node) == []
    node.assert_in_step()
    server.restart()
    node.assert_in_step()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_restart_ends_what_was_not_saved(cluster, fault):
    both = with_limits(cluster())
    node, server = both[0], both[0].server
    begin, end = FAULTS[fault]
    with Stopped(node) as stopped:
        begin(both.disk)
        done = stopped.go_on()
    assert done.returncode == 1 and unsaved(node)[0]["attribute"] == "olcModuleLoad"
    server.restart()
    assert server.values("cn=config", "olcServerID") == []
    end(both.disk)
    assert "memory only" not in node.plan().stdout or not server.release.has_consumer_monitor
    node.apply_ok()
    assert unsaved(node) == []
    node.assert_in_step()


def heals_at_restart(node):
    """OpenLDAP 2.4 cannot delete an overlay while it runs: it is gone at the next start and then added again."""
    node.apply_ok()
    assert [finding["code"] for finding in node.plan_json()["findings"]] == ["lost-at-restart"]
    node.server.restart()
    assert not node.server.search("cn=config", "(olcOverlay=*)")
    node.apply_ok()
