# SPDX-License-Identifier: Apache-2.0
"""A replication link that breaks is told once, with its reason, when it lasts; and once when it is back."""

import json
import os
import re
import time

import pytest
from cluster import Cluster
from daemon import Daemon
from played import SECOND, Played
from slapd import SUFFIX, wait_until

pytestmark = pytest.mark.one_release
HERE = rf'SRCH base="{SUFFIX}" scope=0'


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


def wait_up(node, peer_id=2):
    return wait_link(node, lambda p: p["state"] == "up" and p["seen"] and not p["down"], "the link is up", peer_id)


def wait_metric(node, name, values):
    """metrics.prom is written behind status.json."""
    def said():
        with open(os.path.join(node.run_dir, "metrics.prom"), encoding="utf-8") as file:
            return re.findall(rf"^{name}{{.*}} (.*)$", file.read(), re.MULTILINE) == values
    wait_until(said, f"{name} {values}")


def test_peers_that_stop_start_and_go_are_told_once_each_also_over_a_restart_of_the_daemon(slapd_factory, program, tmp_path):
    cluster = Cluster(slapd_factory, program, 3, modules=("syncprov",)).form_by_hand()
    node, peer, other = cluster
    settings = tmp_path / "agent.json"
    settings.write_text(json.dumps({"interval": 5}))
    with Daemon(node, "--agent-config", settings) as daemon:
        wait_up(node)
        wait_up(node, 3)
        wait_metric(node, "syncward_link_down", ["0", "0"])
        wait_until(lambda: document(node)["databases"][0]["content"], "the peers were asked")
        # What is here is read when peers were asked, not in each pass.
        reads, passes = node.server.log_count(HERE), document(node)["last_pass"]["number"]
        node.write(cluster.document)
        wait_until(lambda: document(node)["last_pass"]["number"] > passes, "one more pass")
        assert node.server.log_count(HERE) == reads
        assert node.run("check").returncode == 0
        peer.server.stop()
        told = daemon.wait_for("link-down")
        assert told.startswith(f"{SUFFIX} is not read from peer 2, {peer.server.ldap_uri}: nobody listens at ")
        assert told.endswith("[port-closed]")
        wait_link(node, lambda p: p["down"], "the link is down")
        wait_metric(node, "syncward_link_down", ["1", "0"])
        [down] = document(node)["links_down"]
        assert (down["suffix"], down["peer"]) == (SUFFIX, peer.server.ldap_uri)
        checked = node.run("check")
        assert checked.returncode == 1
        assert f"{SUFFIX}: 1 of its 2 links are not up: peer 2, {peer.server.ldap_uri}: nobody" in checked.stdout
        assert "Links that do not work:" in node.run("status").stdout
        assert len(daemon.events("link-down")) == 1
    with Daemon(node, "--agent-config", settings) as daemon:
        wait_link(node, lambda p: p["down"] and document(node)["last_pass"]["number"] > 1, "two more passes")
        peer.server.start()
        daemon.wait_for("link-up", text=f"{SUFFIX} is read from peer 2 ({peer.server.ldap_uri}) again")
        wait_up(node)
        assert node.run("check").returncode == 0 and document(node)["links_down"] == []
        assert [name for name, _ in daemon.events() if name.startswith("link")] == ["link-up"]
        other.server.stop()
        daemon.wait_for("link-down")
        del cluster.document["peers"][2]
        node.write(cluster.document)
        wait_until(lambda: document(node)["links_down"] == [], "its link is no matter any more")
        assert len(daemon.events("link-up")) == 1


def wait_connected(node, is_connected):
    wait_until(lambda: any(c.connection for c in node.server.consumers()) == is_connected, f"connected: {is_connected}")


def test_a_link_without_a_connection_is_decided_when_one_try_of_it_is_over(slapd_factory, program, tmp_path):
    """That is no break when the consumer comes back in its time."""
    cluster = Cluster(slapd_factory, program, 2, modules=("syncprov",)).form_by_hand()
    node, peer = cluster
    cluster.document["databases"][0]["syncrepl"].update({"retry": "1 +", "timeout": 1, "network-timeout": 1})
    node.write(cluster.document)
    node.apply_ok()
    settings = tmp_path / "agent.json"
    settings.write_text(json.dumps({"probe": False}))  # whose answers are a reason to look, too
    one_try = 3 * SECOND  # connect, bind, and the second that cn=monitor counts; what is ill waits for 5
    with Played(node, str(settings)) as played:
        played.set_day(int(time.time()) + 3600)  # its next try is always due
        wait_connected(node, True)
        played.rest()
        assert link(node, 2)["state"] == "up" and link(node, 2)["seen"]
        for comes_back in (True, False):
            peer.server.stop()
            wait_connected(node, False)
            played.ask("trigger 1")
            assert link(node, 2)["state"] == "down" and not link(node, 2)["down"]
            if comes_back:
                peer.server.start()
                wait_connected(node, True)
            assert played.next() <= one_try
            assert link(node, 2)["down"] != comes_back
            assert (link(node, 2)["state"] == "up") == comes_back
        told = played.end()
    assert told.count(" link-down: ") == 1 and " link-up: " not in told
