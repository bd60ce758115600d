# SPDX-License-Identifier: Apache-2.0
"""adopt: who the peers are, and which of them this node is, in a document whose plan is truly empty."""

import json
import os
import subprocess

import ldap
import pytest
import remedies
from cluster import Cluster, add_person, wait_entry
from slapd import SUFFIX

LOOPBACK = "127.0.0.1"


def syncward(node, command, *words):
    """Runs a command of the node's without --node, as an administrator does."""
    line = node.command(command, *words)
    at = len(line) - 1 - line[::-1].index("--node")  # the node's own; a test may add another in front
    line = line[:at] + line[at + 2:]
    return subprocess.run(line, stdin=subprocess.DEVNULL, text=True, capture_output=True, timeout=120, check=False)


def adopted(node, *words):
    """The node's document, written where plan reads it, and what adopt said."""
    done = syncward(node, "adopt", "--secrets", os.path.join(node.folder, "adopted"), *words)
    assert done.returncode == 0, done.stderr
    with open(node.peers_file, "w", encoding="utf-8") as file:
        file.write(done.stdout)
    return json.loads(done.stdout), done.stderr


def cluster_by_hand(slapd_factory, program, **options):
    cluster = Cluster(slapd_factory, program, 2, modules=("syncprov",), **options).form_by_hand()
    cluster.wait_persistent()
    return cluster


def test_a_node_that_is_read_by_its_address_knows_itself_by_it(network, slapd_factory, program):
    for node in cluster_by_hand(slapd_factory, program, network=network):
        document, said = adopted(node)
        assert not any("names" in peer for peer in document["peers"]) and "--node" not in said
        planned = syncward(node, "plan")
        assert planned.returncode == 0, planned.stdout + planned.stderr
        assert f"This node is peer {node.id}," in planned.stdout


def test_a_node_that_is_read_by_another_name_gets_its_own_one_into_names(slapd_factory, program):
    cluster = cluster_by_hand(slapd_factory, program)
    node = cluster[0]
    node.server.stop()
    node.server.listeners[1] = node.server.ldap_uri.replace(LOOPBACK, "localhost")
    node.server.start()
    document, said = adopted(node)
    own = next(peer for peer in document["peers"] if peer["id"] == node.id)
    assert own["names"] == [os.uname().nodename] or own["names"][0].startswith(os.uname().nodename)
    assert 'was added to "names"' in said
    planned = syncward(node, "plan")
    assert planned.returncode == 0, planned.stdout + planned.stderr


@pytest.mark.remedy("adopt-node")
def test_a_node_of_which_no_name_tells_is_told_how_to_say_it(slapd_factory, program):
    node = cluster_by_hand(slapd_factory, program)[1]
    _, said = adopted(node)
    assert "with --node 2" in said
    assert "G2" in syncward(node, "plan").stdout
    assert syncward(node, "plan", "--node", "2").returncode == 0
    settings = os.path.join(node.folder, "agent.json")
    with open(os.open(settings, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        json.dump(remedies.line(said, "adopt-node"), file)
    assert syncward(node, "plan", "--agent-config", settings).returncode == 0


@pytest.mark.remedy("adopt-which")
def test_a_name_that_is_another_peers_is_refused(slapd_factory, program):
    node = cluster_by_hand(slapd_factory, program)[0]
    done = syncward(node, "adopt", "--node", "2")
    assert (done.returncode, done.stdout) == (1, "")
    assert "olcServerID makes this node peer 1" in done.stderr and "peer 2" in done.stderr
    remedies.printed(done.stderr, "adopt-which")
    adopted(node, "--node", "1")
    remedies.did("adopt-which")
    assert syncward(node, "plan", "--node", "1").returncode == 0


def set_server_ids(cluster, ids, host):
    """Every server gets the whole list, by an address that only the servers themselves listen at."""
    urls = [node.server.ldap_uri.replace(LOOPBACK, host) for node in cluster]
    for node, url in zip(cluster, urls):
        node.server.stop()
        node.server.listeners.append(url)
        node.server.start()
        node.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID",
                                          [f"{sid} {url}" for sid, url in zip(ids, urls)])])
    return urls


def test_a_peer_that_is_read_by_another_url_than_olcserverid_gives_it_is_among_the_peers(slapd_factory, program):
    cluster = cluster_by_hand(slapd_factory, program)
    set_server_ids(cluster, (1, 2), "127.0.0.2")
    document, said = adopted(cluster[0])
    assert [peer["id"] for peer in document["peers"]] == [1, 2]
    assert "not among the peers" not in said


@pytest.mark.remedy("adopt-who-answers")
@pytest.mark.parametrize("where", ["option", "olcServerID"])
def test_what_a_server_says_of_itself_is_not_overruled(slapd_factory, program, where):
    cluster = cluster_by_hand(slapd_factory, program)
    node, other = cluster
    words = ["--peer-id", f"{other.server.ldap_uri}=3"]
    if where == "olcServerID":
        words = []
        node.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID",
                                          [f"1 {node.server.ldap_uri}", f"3 {other.server.ldap_uri}"])])
    done = syncward(node, "adopt", *words)
    assert (done.returncode, done.stdout) == (1, "")
    said_by = "--peer-id" if where == "option" else "olcServerID here"
    assert f"has the server ID 3 according to {said_by}, but 2 according to the server itself" in done.stderr
    remedies.printed(done.stderr, "adopt-who-answers")
    if where == "olcServerID":
        node.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID",
                                          [f"1 {node.server.ldap_uri}", f"2 {other.server.ldap_uri}"])])
    document, _ = adopted(node)
    remedies.did("adopt-who-answers")
    assert [peer["id"] for peer in document["peers"]] == [1, 2]
    assert syncward(node, "plan", "--node", "1").returncode == 0


@pytest.mark.remedy("adopt-id-shared")
def test_two_servers_under_one_id_are_no_cluster(slapd_factory, program):
    cluster = cluster_by_hand(slapd_factory, program)
    node, other = cluster
    other.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID", "1")])
    done = syncward(node, "adopt", "--peer-id", f"{other.server.ldap_uri}=2")
    assert (done.returncode, done.stdout) == (1, "")
    assert "has the server ID 2 according to --peer-id, but 1 according to the server itself" in done.stderr
    done = syncward(node, "adopt")
    assert (done.returncode, done.stdout) == (1, "")
    remedies.printed(done.stderr, "adopt-id-shared")
    other.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID", "7")])
    document, _ = adopted(node)
    remedies.did("adopt-id-shared")
    assert [peer["id"] for peer in document["peers"]] == [1, 7]
    for one, the_other in ((node, other), (other, node)):
        wait_entry(the_other.server, add_person(one.server, f"of-{one.id}"))
    assert syncward(node, "plan", "--node", "1").returncode == 0


@pytest.mark.remedy("adopt-one-name")
def test_two_names_of_one_server_become_one(slapd_factory, program):
    cluster = cluster_by_hand(slapd_factory, program)
    node, other = cluster
    link, = (value.split("}", 1)[-1] for value in node.syncrepl())
    alias = other.server.ldap_uri.replace(LOOPBACK, "localhost")
    node.edit([(ldap.MOD_ADD, "olcSyncrepl", [link.replace("rid=002", "rid=004").replace(other.server.ldap_uri, alias)])])
    done = syncward(node, "adopt")
    assert (done.returncode, done.stdout) == (1, "") and "have the same server ID 2" in done.stderr, done.stderr
    remedies.printed(done.stderr, "adopt-one-name")
    node.edit([(ldap.MOD_REPLACE, "olcSyncrepl", [link])])
    document, _ = adopted(node)
    remedies.did("adopt-one-name")
    assert [peer["id"] for peer in document["peers"]] == [1, 2]
    wait_entry(node.server, add_person(other.server, "stays"))
    assert syncward(node, "plan", "--node", "1").returncode == 0


@pytest.mark.every_release
@pytest.mark.remedy("adopt-no-server-id")
def test_a_node_without_a_server_id_gets_one_behind_its_context_csn(slapd_factory, program):
    """Else what it had before would stay at peers that were away when it is deleted."""
    cluster = Cluster(slapd_factory, program, 2, modules=("syncprov",))
    node, other = cluster
    other.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID", "2")])
    node.server.add_seed()
    add_person(node.server, "old")
    for one in cluster:
        one.connect_by_hand(cluster.nodes, cluster.databases[0])
    wait_entry(other.server, f"cn=old,{SUFFIX}")
    done = syncward(node, "adopt")
    assert (done.returncode, done.stdout) == (1, "") and "has no server ID" in done.stderr, done.stderr
    remedies.printed(done.stderr, "adopt-no-server-id")
    node.server.stop()
    node.server.start()
    node.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID", "1")])
    document, _ = adopted(node)
    remedies.did("adopt-no-server-id")
    assert [peer["id"] for peer in document["peers"]] == [1, 2]
    wait_entry(other.server, add_person(node.server, "new"))
    assert {value.split("#")[2] for value in node.server.context_csns()} >= {"000", "001"}
    assert "old-entries" not in syncward(node, "plan", "--node", "1").stdout


@pytest.mark.remedy("adopt-server-id")
def test_a_list_that_names_no_listener_is_corrected_first(slapd_factory, program):
    node, other = cluster_by_hand(slapd_factory, program)
    node.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID",
                                      ["1 ldap://ldap1.example.com:9", f"2 {other.server.ldap_uri}"])])
    done = syncward(node, "adopt")
    assert (done.returncode, done.stdout) == (1, "") and "slapd may not start again" in done.stderr, done.stderr
    remedies.printed(done.stderr, "adopt-server-id")
    node.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID",
                                      [f"1 {node.server.ldap_uri}", f"2 {other.server.ldap_uri}"])])
    document, _ = adopted(node)
    remedies.did("adopt-server-id")
    assert [peer["id"] for peer in document["peers"]] == [1, 2]
    node.server.stop()
    node.server.start()


def replicates_from_itself(slapd_factory, program):
    """Two nodes, of which the first one reads from itself as well, under a name that it does not know."""
    cluster = cluster_by_hand(slapd_factory, program)
    node = cluster[0]
    alias = node.server.ldap_uri.replace(LOOPBACK, "localhost")
    link, = node.syncrepl()
    node.edit([(ldap.MOD_ADD, "olcSyncrepl", [
        link.split("}", 1)[-1].replace("rid=002", "rid=004").replace(cluster[1].server.ldap_uri, alias)])])
    done = syncward(node, "adopt")
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{alias} has this node's own server ID 1: either slapd replicates from itself" in done.stderr
    return cluster, alias, done.stderr


@pytest.mark.remedy("links-anew")
def test_a_link_to_the_node_itself_goes_and_the_other_one_stays(slapd_factory, program):
    cluster, alias, said = replicates_from_itself(slapd_factory, program)
    node, other = cluster
    remedies.printed(said, "links-anew")
    node.edit([(ldap.MOD_REPLACE, "olcSyncrepl", [value.split("}", 1)[-1] for value in node.syncrepl() if alias not in value])])
    remedies.did("links-anew")
    cluster.wait_persistent()
    wait_entry(node.server, add_person(other.server, "stays"))
    assert node.server.release.has_consumer_monitor is False or [c.rid for c in node.server.consumers()] == [2]
    document, _ = adopted(node)
    assert [peer["id"] for peer in document["peers"]] == [1, 2]


def test_a_link_to_the_node_itself_is_none_when_slapd_has_its_url(slapd_factory, program):
    cluster, alias, said = replicates_from_itself(slapd_factory, program)
    node = cluster[0]
    assert remedies.printed(said, "listener").endswith(f" contains {alias}")
    node.server.stop()
    node.server.listeners[1] = alias
    node.server.start()
    document, _ = adopted(node)
    assert [peer["id"] for peer in document["peers"]] == [1, 2]
