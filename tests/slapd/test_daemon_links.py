# SPDX-License-Identifier: Apache-2.0
"""A replication link that breaks is told once, with its reason, when it lasts; and once when it is back."""

import json
import os

import pytest
from cluster import Cluster
from daemon import Daemon
from slapd import SUFFIX, wait_until

pytestmark = pytest.mark.one_release


def document(node):
    with open(os.path.join(node.run_dir, "status.json"), encoding="utf-8") as file:
        return json.load(file)


def link(node, peer_id):
    databases = document(node)["databases"]
    return next((p for d in databases for p in d["peers"] if p["id"] == peer_id), None)


def wait_link(node, claim, what, peer_id=2):
    def claimed():
        found = link(node, peer_id) if os.path.exists(os.path.join(node.run_dir, "status.json")) else None
        return found if found and claim(found) else None
    return wait_until(claimed, what)


def wait_up(node):
    return wait_link(node, lambda p: p["state"] == "up" and p["seen"], "the link is up")


def wait_metric(node, name, value):
    """metrics.prom is written behind status.json."""
    def said():
        with open(os.path.join(node.run_dir, "metrics.prom"), encoding="utf-8") as file:
            return [line.rpartition(" ")[2] for line in file if line.startswith(name + "{")] == [value]
    wait_until(said, f"{name} {value}")


@pytest.fixture
def pair(slapd_factory, program):
    return Cluster(slapd_factory, program, 2, modules=("syncprov",)).form_by_hand()


def test_a_peer_that_stops_and_starts_is_told_once_each_also_over_a_restart_of_the_daemon(pair, tmp_path):
    node, peer = pair
    settings = tmp_path / "agent.json"
    settings.write_text(json.dumps({"interval": 5}))
    with Daemon(node, "--agent-config", settings) as daemon:
        wait_up(node)
        wait_metric(node, "syncward_link_down", "0\n")
        assert node.run("check").returncode == 0
        peer.server.stop()
        told = daemon.wait_for("link-down")
        assert told.startswith(f"{SUFFIX} is not read from peer 2, {peer.server.ldap_uri}: nobody listens at ")
        assert told.endswith("[port-closed]")
        found = wait_link(node, lambda p: p["down"], "the link is down")
        assert found["state"] == "down"
        wait_metric(node, "syncward_link_down", "1\n")
        [down] = document(node)["links_down"]
        assert (down["suffix"], down["peer"]) == (SUFFIX, peer.server.ldap_uri)
        checked = node.run("check")
        assert checked.returncode == 2
        assert f"{SUFFIX}: none of its 1 links is up: peer 2, {peer.server.ldap_uri}: nobody" in checked.stdout
        assert "Links that do not work:" in node.run("status").stdout
        assert len(daemon.events("link-down")) == 1
    with Daemon(node, "--agent-config", settings) as daemon:
        wait_link(node, lambda p: p["down"] and document(node)["last_pass"]["number"] > 1, "two more passes")
        peer.server.start()
        daemon.wait_for("link-up", text=f"{SUFFIX} is read from peer 2 ({peer.server.ldap_uri}) again")
        wait_link(node, lambda p: not p["down"] and p["state"] == "up", "the link is up again")
        assert node.run("check").returncode == 0 and document(node)["links_down"] == []
        assert [name for name, _ in daemon.events() if name.startswith("link")] == ["link-up"]


def test_a_consumer_that_comes_back_in_its_time_is_no_break(pair):
    node, peer = pair
    pair.document["databases"][0]["syncrepl"].update({"retry": "5 +", "timeout": 3, "network-timeout": 5})
    node.write(pair.document)
    with Daemon(node) as daemon:
        daemon.wait_for("correction-applied")  # it restarts the consumer
        wait_up(node)
        peer.server.stop()
        daemon.reload()
        assert not wait_link(node, lambda p: p["state"] == "down", "it is seen without a connection")["down"]
        assert node.run("check").returncode == 0
        peer.server.start()
        # The look that decides comes by itself, long before the interval is over.
        wait_up(node)
        assert [name for name, _ in daemon.events() if name.startswith("link")] == []


def test_a_peer_that_is_removed_is_no_link_that_works_again(slapd_factory, program, tmp_path):
    cluster = Cluster(slapd_factory, program, 3, modules=("syncprov",)).form_by_hand()
    node = cluster[0]
    settings = tmp_path / "agent.json"
    settings.write_text(json.dumps({"interval": 5}))
    with Daemon(node, "--agent-config", settings) as daemon:
        wait_up(node)
        cluster[1].server.stop()
        daemon.wait_for("link-down")
        checked = node.run("check")
        assert checked.returncode == 1 and f"{SUFFIX}: 1 of its 2 links are not up: peer 2" in checked.stdout
        del cluster.document["peers"][1]
        node.write(cluster.document)
        wait_until(lambda: document(node)["links_down"] == [], "its link is no matter any more")
        assert daemon.events("link-up") == []
