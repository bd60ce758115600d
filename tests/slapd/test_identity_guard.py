# SPDX-License-Identifier: Apache-2.0
"""G11: no server ID and no multi-provider flag where another node has this one's identity, or its clock differs."""

import copy
import json
import os
import re

import faketime
import ldap
import pytest
import remedies
from cluster import Cluster
from daemon import Daemon
from slapd import Database

MONITOR = "olcDatabase={1}monitor,cn=config"


@pytest.fixture(name="cluster")
def fixture_cluster(slapd_factory, program):
    """Two nodes that replicate, of which the first lost its multi-provider flag."""
    made = Cluster(slapd_factory, program, 2, modules=["syncprov"]).form_by_hand()
    made[0].apply_ok()
    made[0].edit([(ldap.MOD_DELETE, made[0].server.flag(), None)])
    return made


def held(done):
    """Only G11 holds something; returns its text."""
    assert done.returncode == 3, done.stdout + done.stderr
    (guard, text, command), = re.findall(r"^  held (\S+): (.*):\n      (.*)$", done.stdout, re.MULTILINE)
    assert guard == "G11" and remedies.unbound(command) == "syncward apply --release G11"
    return text


def is_provider(node):
    return node.server.values(node.server.database_dn(), node.server.flag()) == ["TRUE"]


@pytest.mark.remedy("id-at-twin")
def test_a_peer_with_our_server_id_is_told_and_nothing_makes_us_a_provider(cluster):
    node, peer = cluster
    peer.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID", "1")])
    assert f"{peer.server.ldap_uri} runs under server ID 1, which is this node's" in held(node.apply())
    assert not is_provider(node)
    node.server.modify("cn=config", [(ldap.MOD_DELETE, "olcServerID", None)])
    remedies.printed(held(node.apply()), "id-at-twin")
    assert not node.server.values("cn=config", "olcServerID")
    if peer.server.release.version == "2.4":
        peer.server.save_context_csn()
    peer.apply("--release", "G5")
    remedies.did("id-at-twin")
    assert peer.server.values("cn=config", "olcServerID") == ["2"]
    node.apply_ok()
    assert is_provider(node)


def test_this_server_at_another_address_is_no_twin_that_needs_an_id(cluster):
    """slapd here does not take the URL for its own: where the peer was reached tells."""
    node, peer = cluster
    cluster.document["peers"][1]["uri"] = node.server.ldap_uri.replace("127.0.0.1", "127.1")
    cluster.write()
    done = node.apply()
    assert done.returncode == 3 and "held self-named: peer 2, " in done.stdout and "G11" not in done.stdout, done.stdout + done.stderr
    assert not is_provider(node)
    cluster.document["peers"][1]["uri"] = peer.server.ldap_uri
    cluster.write()
    node.apply_ok()
    assert is_provider(node)


@pytest.mark.remedy("id-of-other")
def test_a_third_node_reports_two_peers_of_one_server_id(slapd_factory, program, tmp_path):
    """It holds nothing there, as its own ID is its alone; to compare contextCSN of one server with itself proves nothing."""
    node, twin, owner = cluster = Cluster(slapd_factory, program, 3, modules=["syncprov"]).form()
    settings = tmp_path / "agent.json"
    settings.write_text(json.dumps({"interval": 5, "probe_interval": 3600}))
    settings.chmod(0o600)
    with Daemon(node, "--agent-config", settings) as daemon:
        daemon.wait_for("desired-loaded")
        daemon.wait_at_rest()
        twin.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID", str(owner.id))])
        daemon.reload()
        text = daemon.wait_for("finding", text="[id-of-other]")
        assert f"{twin.server.ldap_uri} runs under server ID 3, that of {owner.server.ldap_uri}" in text
        done = node.run("check")
        assert done.returncode == 2 and "runs under server ID 3" in done.stdout, done.stdout
        done = node.run("verify", "--timeout", "2")
        assert done.returncode == 1 and "runs under server ID 3, that of" in done.stdout, done.stdout
        done = node.run("compare")
        assert done.returncode == 3 and "it runs under server ID 3, that of" in done.stdout, done.stdout
        planned = remedies.run(twin, text, "plan", statuses=(2,)).stdout
        assert "server ID of this node: 3 -> 2" in planned
        twin.apply_ok()
        remedies.did("id-of-other")
        daemon.wait_for("finding-gone", text="[id-of-other]", timeout=30)
        done = node.run("verify")
        assert done.returncode == 0, done.stdout
    cluster.wait_in_step()


@pytest.mark.remedy("id-exchanged")
def test_lines_that_have_each_others_id_are_to_be_exchanged(cluster):
    """To release G5 at each of them would only change who is the twin."""
    node, peer = cluster
    before = copy.deepcopy(cluster.document)
    one, other = cluster.document["peers"]
    one["uri"], other["uri"] = other["uri"], one["uri"]
    cluster.write()
    node.id, peer.id = 2, 1
    done = node.apply()
    assert done.returncode == 3 and not is_provider(node), done.stdout + done.stderr
    assert (f"held G11: {peer.server.ldap_uri} runs under server ID 2, which peers.json gives this node, and this node runs "
            "under 1: " in done.stdout), done.stdout
    assert remedies.printed(done.stdout, "id-exchanged").startswith(peer.server.ldap_uri) and "G5` there" not in done.stdout
    node.id, peer.id = 1, 2
    cluster.document = before
    cluster.write()
    remedies.did("id-exchanged")
    node.apply_ok()
    assert is_provider(node)


@pytest.mark.remedy("node-is")
def test_a_server_that_was_named_another_peer_keeps_its_server_id(slapd_factory, program):
    """agent.json of node 1, copied to node 3 with its "node": both would write under server ID 1."""
    cluster = Cluster(slapd_factory, program, 3, [Database(overlays=("syncprov",))]).form_by_hand()
    node = cluster[2]
    node.id = 1
    told = ""
    for words in ([], ["--release", "G4"]):
        done = node.apply(*words)
        told += done.stdout
        assert done.returncode == 3 and "held G11: slapd here takes for its own the URL of peer 3, " in done.stdout, done.stdout
        assert "replicates-from-itself" not in done.stdout
        assert node.server.values("cn=config", "olcServerID") == ["3"] and len(node.syncrepl()) == 2
    node.id = int(remedies.line(told, "node-is")["node"])
    assert node.id == 3
    for one in cluster:
        one.apply_ok()
        one.assert_in_step()


def test_a_clock_that_differs_by_more_than_a_minute_is_told(cluster):
    node, peer = cluster
    access = peer.server.values(MONITOR, "olcAccess")[0].replace("by * none", "by * read")
    peer.server.modify(MONITOR, [(ldap.MOD_REPLACE, "olcAccess", access)])
    ahead = {**os.environ, **faketime.environment("+10m"),
             "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"}
    assert re.search(r"the clock of \S+ is (599|600) s behind this node's", held(node.run("apply", env=ahead)))
    assert not is_provider(node)
    node.apply_ok()


@pytest.mark.remedy("release-g11")
def test_a_machine_that_took_anothers_place_writes_only_when_a_person_says_so(cluster):
    node = cluster[0]
    path = os.path.join(node.state_dir, "machine.json")
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    ours, document["machine"] = document["machine"], "0" * 32
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file)
    for _ in range(2):
        done = node.apply()
        assert "this machine is not the one that has been peer 1 so far" in held(done)
    assert '"id": 3' in remedies.printed(done.stdout, "id-at-clone")
    assert not is_provider(node)
    remedies.run(node, done.stdout, "release-g11")
    assert is_provider(node)
    with open(path, encoding="utf-8") as file:
        assert json.load(file)["machine"] == ours
    assert node.apply().returncode == 0


def test_a_clone_under_an_id_of_its_own_is_another_node(cluster):
    node = cluster[0]
    path = os.path.join(node.state_dir, "machine.json")
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    document.update(machine="0" * 32, node=7)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file)
    node.apply_ok()
    assert is_provider(node)
