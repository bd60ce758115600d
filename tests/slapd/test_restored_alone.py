# SPDX-License-Identifier: Apache-2.0
"""An only provider that was put back from a dump without contextCSN, without the fence: no peer of it has another server
ID that is missing now. slapd makes a contextCSN up, and its consumers delete what it lacks."""

import json
import os
import time

import pytest
import remedies
from backups import load, put_back, saved
from cluster import add_person, apply_until_joined
from daemon import Daemon
from fence import Fence
from heartbeats import settings
from slapd import SUFFIX, wait_until
from test_consumer_role import form_providers, make
from test_emptied import has_seen_it_full
from whole import wait_equal


@pytest.fixture(name="pair")
def fixture_pair(slapd_factory, program):
    """A provider with a consumer, and its dump without contextCSN from before the last changes."""
    cluster = make(slapd_factory, program, n_providers=1, backend="mdb")
    form_providers(cluster)
    apply_until_joined(cluster[1])
    cluster.backup = saved(cluster[0].server, context_csn=False)
    for name in ("since", "deleted"):
        add_person(cluster[0].server, name)
    wait_equal(cluster.nodes)
    return cluster


def wait_noted(node):
    """The daemon noted contextCSN with the file that it is in."""
    path = os.path.join(node.state_dir, "last-seen.json")

    def is_noted():
        if not os.path.exists(path):
            return False
        with open(path, encoding="utf-8") as file:
            return all("file" in database for database in json.load(file)["databases"])
    wait_until(lambda: is_noted() and has_seen_it_full(node), "it noted what is here")


def delete_person(server, name):
    connection = server.admin()
    connection.delete_s(f"cn={name},{SUFFIX}")
    connection.unbind_s()


def is_told(node):
    return "[restored]" in node.run("status").stdout


@pytest.mark.every_release
def test_it_is_told_until_somebody_looked_into_it(pair):
    node = pair[0]
    with Daemon(node, *settings(node, interval=5)) as daemon:
        wait_noted(node)
        time.sleep(1.1)  # cn=monitor tells starts of slapd apart by the second
        put_back(node.server, pair.backup)
        told = daemon.wait_for("finding", text="[restored]")
        wait_until(lambda: is_told(node) and node.run("check").returncode == 2, "status and check say it")
        remedies.run(node, told, "resume")
        daemon.wait_for("finding-gone", text="[restored]")
        wait_until(lambda: not is_told(node), "it is over")


@pytest.mark.every_release
def test_a_whole_dump_in_another_file_and_a_crash_are_none(pair):
    node = pair[0]
    delete_person(node.server, "deleted")  # no entry has what contextCSN has now
    with Daemon(node, *settings(node, interval=5)) as daemon:
        wait_noted(node)
        folder, = node.server.values(node.server.database_dn(), "olcDbDirectory")
        node.server.stop()
        load(node.server, folder, saved(node.server))
        node.server.start()
        daemon.wait_for("slapd-back")
        add_person(node.server, "at-once")
        daemon.wait_at_rest()
        wait_noted(node)
        delete_person(node.server, "at-once")
        node.server.kill()
        node.server.start()
        daemon.wait_for("slapd-back", 2)
        daemon.wait_at_rest()
        assert not is_told(node) and not any("[restored]" in text for _, text in daemon.events("finding"))


@pytest.mark.every_release
def test_the_fence_closes_one_and_the_daemon_names_the_consumer_that_has_the_rest(pair):
    node, consumer = pair
    fence = Fence(node)
    folder, = node.server.values(node.server.database_dn(), "olcDbDirectory")
    with Daemon(node, *settings(node, interval=5)) as daemon:
        wait_noted(node)
        fence.stop()
        fence.start()
        add_person(node.server, "later")
        wait_equal(pair.nodes)
        fence.wait_noted(daemon)
        fence.stop()
        load(node.server, folder, pair.backup)
        closes = node.server.release.number >= (2, 5)
        fence.start("older", 3 if closes else 1)
        assert not closes or node.server.values(node.server.database_dn(), "olcReadOnly") == ["TRUE"]
        wait_until(lambda: not closes or f"slapcat of {consumer.server.ldap_uri}" in node.run("plan").stdout, "it is named")
