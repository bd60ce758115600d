# SPDX-License-Identifier: Apache-2.0
"""Trouble with the agent's own files: it is told once, the daemon goes on, and nothing is written to slapd
whose intent cannot be put on disk first."""

import json
import os
import subprocess

import ldap
import pytest
from daemon import Daemon
from lone import Lone
from slapd import wait_until
from test_disk import mount, private_mounts

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount")


@pytest.fixture
def node(slapd_factory, program):
    return Lone(slapd_factory, program)


@pytest.fixture
def small(node):
    """The node's state folder is a file system of its own: remount(option), filler()."""
    with private_mounts():
        os.mkdir(node.state_dir, 0o700)
        mount("-t", "tmpfs", "-o", "size=256k,mode=700", "syncward-test", node.state_dir)
        node.apply_ok()
        yield node


def fill(node):
    path = os.path.join(node.state_dir, "filler")
    status = os.statvfs(node.state_dir)
    with open(path, "wb") as file:
        os.posix_fallocate(file.fileno(), 0, status.f_bavail * status.f_frsize)
    return path


def remounted(path):
    """Makes it read-only, unless somebody is writing there just now."""
    return subprocess.run(["mount", "-o", "remount,ro", path], stderr=subprocess.DEVNULL, check=False).returncode == 0


def start(node, *words):
    """The daemon with a short interval: what ends unseen is seen soon."""
    path = os.path.join(node.folder, "agent.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"interval": 5, "probe": False}, file)
    os.chmod(path, 0o644)
    return Daemon(node, "--agent-config", path, *words)


def limits(node):
    return node.server.values(node.dn(), "olcLimits")


def document(node):
    with open(os.path.join(node.run_dir, "status.json"), encoding="utf-8") as file:
        return json.load(file)


def pass_number(node):
    """Of the last pass that ended; 0 before the first has."""
    last = document(node)["last_pass"]
    return last["number"] if last else 0


def wait_for_passes(node, daemon, n):
    for _ in range(n):
        daemon.reload()
        seen = pass_number(node)
        wait_until(lambda: pass_number(node) > seen, "a pass")  # noqa: B023


def drift_is_left_while(node, daemon, wanted):
    """Somebody changes something: it is found, told and not corrected, and no intent is told either."""
    writes = node.server.config_writes()
    node.edit([(ldap.MOD_DELETE, "olcLimits", None)])
    daemon.wait_for("drift-found")
    wait_until(lambda: document(node)["changes"], "it is left to be changed")
    wait_for_passes(node, daemon, 3)
    assert node.server.config_writes() == writes + 1 and limits(node) != wanted
    assert len(daemon.events("state-trouble")) == 1 and len(daemon.events("drift-found")) == 1
    assert not daemon.events("correction-intended") and not daemon.events("interrupted")
    assert node.run("check").returncode == 2


def test_a_full_state_folder_is_told_once_and_stops_writes_only(small):
    node, wanted = small, limits(small)
    filler = fill(node)
    with start(node) as daemon:
        assert node.state_dir + ": cannot be written: 0 KiB are free" in daemon.wait_for("state-trouble")
        wait_until(lambda: daemon.sees(node.server.config_dir), "it watches slapd.d")
        drift_is_left_while(node, daemon, wanted)
        os.remove(filler)
        daemon.wait_for("correction-applied", text="olcLimits")
        daemon.wait_for("state-mended")
        assert limits(node) == wanted and len(daemon.events("correction-intended")) == 1


def test_a_read_only_state_folder_is_told_once_and_stops_writes_only(small):
    node, wanted = small, limits(small)
    with start(node) as daemon:
        daemon.wait_for("desired-loaded")
        wait_until(lambda: daemon.sees(node.server.config_dir), "it watches slapd.d")
        assert not daemon.events("state-trouble")
        wait_until(lambda: remounted(node.state_dir), "no pass is writing")
        daemon.reload()
        assert node.state_dir + ": cannot be written: the file system is read-only" in daemon.wait_for("state-trouble")
        drift_is_left_while(node, daemon, wanted)
        mount("-o", "remount,rw", node.state_dir)
        daemon.reload()
        daemon.wait_for("correction-applied", text="olcLimits")
        daemon.wait_for("state-mended")
        assert limits(node) == wanted


def test_a_new_file_is_in_force_although_it_cannot_be_remembered_yet(small):
    node = small
    with start(node) as daemon:
        daemon.wait_for("desired-loaded")
        filler = fill(node)
        node.document["revision"] = 7
        node.write()
        assert "revision 7" in daemon.wait_for("desired-loaded", 2)
        daemon.wait_for("state-trouble")
        wait_until(lambda: document(node)["desired"]["revision"] == 7, "it is in force")
        assert daemon.events("state-mended") == []
        os.remove(filler)
        daemon.reload()
        daemon.wait_for("state-mended")

        def remembered():
            with open(os.path.join(node.state_dir, "revision.json"), encoding="utf-8") as file:
                revision = json.load(file)["revision"]
            with open(os.path.join(node.state_dir, "peers.json"), encoding="utf-8") as kept, \
                    open(node.peers_file, encoding="utf-8") as file:
                return revision == 7 and kept.read() == file.read()
        wait_until(remembered, "revision and last good file are kept")
    assert len(daemon.events("state-trouble")) == 1


def test_apply_says_that_it_could_not_remember_and_fails(small):
    node = small
    filler = fill(node)
    node.edit([(ldap.MOD_DELETE, "olcLimits", None)])
    writes = node.server.config_writes()
    done = node.apply()
    assert done.returncode == 1 and node.server.config_writes() == writes
    assert f"nothing is written before its intent is on disk: {node.state_dir}/intent.json" in done.stderr
    os.remove(filler)
    node.apply_ok()


@pytest.mark.parametrize("name", ["revision", "databases", "unsaved", "restarted"])
def test_damaged_state_is_put_aside_and_drift_is_repaired_all_the_same(node, name):
    node.document["revision"] = 3
    node.write()
    node.apply_ok()
    wanted = limits(node)
    with start(node) as daemon:
        daemon.wait_for("desired-loaded")
        wait_until(lambda: daemon.sees(node.server.config_dir), "it watches slapd.d")
        path = os.path.join(node.state_dir, name + ".json")
        with open(os.open(path + ".new", os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
            file.write("{")
        os.rename(path + ".new", path)
        node.edit([(ldap.MOD_DELETE, "olcLimits", None)])
        assert f"{path} is damaged: it is kept as {name}.json.damaged-1" in daemon.wait_for("state-trouble")
        daemon.wait_for("correction-applied", text="olcLimits")
        assert limits(node) == wanted and len(daemon.events("state-trouble")) == 1
    assert os.path.exists(path + ".damaged-1")


def test_what_cannot_be_put_aside_is_told_once(small):
    node = small
    path = os.path.join(node.state_dir, "unsaved.json")
    with open(path, "w", encoding="utf-8") as file:
        file.write("{")
    os.chmod(path, 0o600)
    mount("-o", "remount,ro", node.state_dir)
    with start(node) as daemon:
        daemon.wait_for("state-trouble", text=path + " is damaged: it is not used")
        wait_for_passes(node, daemon, 3)
        assert len(daemon.events("state-trouble")) == 2  # and that the folder is read-only
        assert document(node)["databases"][0]["in_step"] is True


def test_a_state_folder_that_others_may_change_is_not_believed(node):
    node.apply_ok()
    wanted = limits(node)
    with start(node) as daemon:
        daemon.wait_for("desired-loaded")
        wait_until(lambda: daemon.sees(node.server.config_dir), "it watches slapd.d")
        os.chmod(node.state_dir, 0o777)
        writes = node.server.config_writes()
        node.edit([(ldap.MOD_DELETE, "olcLimits", None)])
        assert "install -d -m 0700 " + node.state_dir in daemon.wait_for("state-trouble")
        assert node.server.config_writes() == writes + 1
        os.chmod(node.state_dir, 0o700)
        daemon.reload()
        daemon.wait_for("correction-applied", text="olcLimits")
        daemon.wait_for("state-mended")
        assert limits(node) == wanted and len(daemon.events("state-trouble")) == 1
        assert not daemon.events("desired-refused") and not daemon.events("slapd-lost")


def test_a_downgrade_keeps_the_revision_and_the_last_good_file(node):
    """A newer syncward left its state: an older peers.json is refused, and the last good one goes on."""
    node.document["revision"] = 9
    node.write()
    node.apply_ok()
    with start(node) as daemon:
        daemon.wait_for("desired-loaded")
        kept = os.path.join(node.state_dir, "peers.json")
        wait_until(lambda: os.path.exists(kept), "the last good file is kept")
    for name in ("revision", "databases"):
        path = os.path.join(node.state_dir, name + ".json")
        with open(path, encoding="utf-8") as file:
            newer = {**json.load(file), "schema_version": 2}
        with open(path, "w", encoding="utf-8") as file:
            json.dump(newer, file)
    node.document["revision"] = 8
    node.write()
    with start(node) as daemon:
        daemon.wait_for("state-trouble", 2)
        assert "revision 8" in daemon.wait_for("desired-refused")
        daemon.reload()
        found = wait_until(lambda: document(node) if document(node)["desired"]["revision"] else None, "in force")
        assert found["desired"]["revision"] == 9 and found["databases"][0]["in_step"] is True
        assert len(daemon.events("state-trouble")) == 2
    assert sorted(name for name in os.listdir(node.state_dir) if "newer" in name) == [
        "databases.json.newer-1", "revision.json.newer-1"]


def test_a_file_that_an_earlier_release_took_stays_in_force(node):
    """0.1.0 took a retry that ends. Whoever upgrades is told of it, and the node stays guarded meanwhile."""
    node.apply_ok()
    wanted = limits(node)
    node.document["databases"][0]["syncrepl"]["retry"] = "5 5 300 3"
    node.write()
    assert node.run("validate").returncode == 78
    with open(os.path.join(node.state_dir, "peers.json"), "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as kept:
        with open(node.peers_file, "rb") as file:
            kept.write(file.read())
    with start(node) as daemon:
        assert 'has a "retry" that ends' in daemon.wait_for("desired-refused")
        wait_until(lambda: any(database["in_step"] for database in document(node)["databases"]), "in force")
        node.edit([(ldap.MOD_DELETE, "olcLimits", None)])
        daemon.wait_for("correction-applied", text="olcLimits")
        assert limits(node) == wanted


def test_a_run_folder_that_cannot_be_used_is_no_trouble_of_slapd(node):
    node.apply_ok()
    with private_mounts(), start(node) as daemon:
        daemon.wait_for("desired-loaded")
        mount("-t", "tmpfs", "-o", "ro,mode=755", "syncward-test", node.run_dir)
        daemon.reload()
        assert node.run_dir in daemon.wait_for("state-trouble")
        daemon.reload()
        subprocess.run(["umount", node.run_dir], check=True)
        daemon.reload()
        daemon.wait_for("state-mended")
        assert not daemon.events("slapd-lost") and not daemon.events("desired-refused")
