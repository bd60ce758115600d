# SPDX-License-Identifier: Apache-2.0
"""OpenLDAP 2.4, 2.5 and 2.6 in one cluster with one peers.json, and a node that goes from one to another: a fleet on its way."""

import contextlib
import os
import random

import pytest
from changes import Changes
from cluster import Cluster, add_person
from copies import fill
from daemon import Daemon
from slapd import SUFFIX, Database, release, wait_until
from whole import wait_equal

pytestmark = pytest.mark.one_release  # each test has servers of several
ALL = ("2.4", "2.5", "2.6")
OF_2_5 = ("tcp-user-timeout", "lazycommit")
BAD = ("restored", "replaced", "older", "perhaps-older", "diverged", "extra", "unfenced")


def make(slapd_factory, program, versions):
    cluster = Cluster(slapd_factory, program, len(versions), [Database(backend="mdb", overlays=("syncprov",))],
                      releases=[release(version) for version in versions])
    cluster.document["databases"][0]["syncrepl"].update({"keepalive": "240:10:30", "tcp-user-timeout": 30000, "lazycommit": True})
    cluster.write()
    return cluster


@contextlib.contextmanager
def daemons(cluster):
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(Daemon(node)) for node in cluster]


def wait_well(cluster):
    """Each node says that all is well, and all have the same."""
    wait_equal(cluster, seconds=60)
    for node in cluster:
        done = node.run("status", "--wait=60s")
        assert done.returncode == 0, f"{node.server.release}: {done.stdout}{done.stderr}"


def assert_no_alarm(running):
    told = [sentence for daemon in running for _, sentence in daemon.events("finding")]
    assert not [sentence for sentence in told if any(f"[{code}]" in sentence for code in BAD)], told
    assert not [daemon.lines for daemon in running if daemon.events("correction-failed") or daemon.events("hand-edit")]


def lacks(node):
    """The keywords of 2.5 that its links do not have."""
    return [word for word in OF_2_5 if not all(word in value for value in node.syncrepl())]


def upgrade(node, version):
    """syncward-operations(7), "A newer OpenLDAP by slapcat and slapadd"."""
    server, newer = node.server, release(version)
    folder = server.values(server.database_dn(), "olcDbDirectory")[0]
    config, data = (os.path.join(node.folder, name) for name in ("config.ldif", "data.ldif"))
    assert node.run("pause", "upgrade of OpenLDAP", "--for", "1h").returncode == 0
    server.stop()
    server.tool("cat", "-n", "0", "-l", config)
    server.tool("cat", "-b", SUFFIX, "-l", data)
    for path in (server.config_dir, folder):
        os.rename(path, path + ".old")
        os.mkdir(path)
    with open(config, encoding="utf-8") as file:
        text = file.read().replace(server.release.modules, newer.modules)
    with open(config, "w", encoding="utf-8") as file:
        file.write(text)
    server.release = newer
    server.tool("add", "-n", "0", "-l", config)
    server.tool("add", "-q", "-b", SUFFIX, "-l", data)


def test_three_releases_replicate_side_by_side_and_the_oldest_is_upgraded(slapd_factory, program):
    cluster = make(slapd_factory, program, ALL)
    oldest = cluster[0]
    cluster.form_by_hand()  # a peer that is empty still refuses the password, and is asked again after a minute and more
    fill(oldest.server, 60)
    wait_equal(cluster)
    with daemons(cluster) as running:
        wait_until(lambda: all("keepalive" in value for node in cluster for value in node.syncrepl()), "the links are as wanted")
        wait_well(cluster)
        assert [bool(lacks(node)) for node in cluster] == [True, False, False]
        assert all("keepalive=240:10:30" in value for node in cluster for value in node.syncrepl())
        told = oldest.plan().stdout
        assert [found["code"] for found in oldest.plan_json()["findings"]].count("keyword-not-known") == 1
        assert "Nothing to change" in told and "slapd 2.4 does not know" in told and all(word in told for word in OF_2_5)
        rng = random.Random(24)
        for i, node in enumerate(cluster):
            node.server.kill() if i else node.server.stop()
            Changes(cluster[i - 1].server, rng).make(60)
            node.server.start()
            wait_equal(cluster, seconds=60)
        upgrade(oldest, "2.6")
        Changes(cluster[1].server, rng).make(40)
        oldest.server.start()
        assert oldest.run("resume").returncode == 0
        wait_until(lambda: not lacks(oldest), "its links have what it knows now")
        add_person(oldest.server, "afterwards")
        wait_well(cluster)
        assert_no_alarm(running)
    assert "does not know" not in oldest.plan().stdout
