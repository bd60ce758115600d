# SPDX-License-Identifier: Apache-2.0
"""adopt on a node that only reads, and on a node of a cluster in which not everybody reads everybody."""

import copy
import json
import os
import subprocess

import ldap
import pytest
from by_hand import CONSUMER, adopt, assert_nothing_to_change, shape
from cluster import Node, add_person, wait_entry
from slapd import SUFFIX, Database, syncrepl, wait_until


def own(document, node):
    return next(peer for peer in document["peers"] if peer["id"] == node.id)


@pytest.mark.every_release
@pytest.mark.parametrize("sid", [None, 7], ids=["bare", "unused-id"])
def test_a_consumer_is_adopted_as_one(slapd_factory, program, sid):
    cluster = shape(slapd_factory, program, [[2], [1], [1, 2]], consumers={3})
    node = cluster[2]
    if sid:
        node.id = sid
        node.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID", str(sid))])
    before = node.server.config_writes()
    document, said = adopt(node)
    assert node.server.config_writes() == before
    assert own(document, node) | {"rid": 0} == {
        "id": node.id, "uri": node.server.ldap_uri, "role": "consumer", "hub": False, "update_ref": False, "reads": [1, 2], "rid": 0}
    assert [peer.get("role") for peer in document["peers"] if peer["id"] in (1, 2)] == [None, None]
    assert "does not see how its providers read each other" in said
    assert_nothing_to_change(node, document)
    document["policy"]["mode"] = "enforce"
    assert_nothing_to_change(node, document)
    dn = add_person(cluster[1].server, "later")
    wait_entry(node.server, dn)


def syncward(node, *words):
    """As on a node that nothing names."""
    line = node.command(*words)
    at = len(line) - 1 - line[::-1].index("--node")  # the node's own; a test may add another in front
    return subprocess.run(line[:at] + line[at + 2:], stdin=subprocess.DEVNULL, text=True, capture_output=True, timeout=120, check=False)


def test_a_consumer_that_nobody_called_anything_gets_an_id_that_stays(slapd_factory, program):
    node = shape(slapd_factory, program, [[], [1]], consumers={2})[1]
    adopt(node)
    ids = []
    for words in ([], [], [f"--peer-id={node.server.ldap_uri}=60000"]):
        done = syncward(node, "adopt", *words)
        assert done.returncode == 0, done.stderr
        ids += [peer["id"] for peer in json.loads(done.stdout)["peers"] if peer.get("role") == "consumer"]
        assert ("a consumer has no server ID" in done.stderr) == (not words)
    assert ids[0] == ids[1] and 4095 < ids[0] < 65536 and ids[2] == 60000


def test_an_id_that_a_provider_has_is_no_name_for_a_consumer(slapd_factory, program):
    node = shape(slapd_factory, program, [[], [1]], consumers={2})[1]
    done = syncward(node, "adopt", "--node", "1")
    assert (done.returncode, done.stdout) == (1, "")
    assert "has the server ID 1, which is the id of this consumer according to what names this node (--node)" in done.stderr


PARTS = {
    "filter": {"filter": "(|(objectClass=organization)(cn=kept*))"},
    "attrs": {"attrs": "objectClass,dc,o,cn,structuralObjectClass,entryUUID,entryCSN"},
    "exattrs": {"exattrs": "description,userPassword"},
}


@pytest.mark.every_release
@pytest.mark.parametrize("kind", PARTS)
def test_a_consumer_that_reads_a_part_stays_one_and_makes_no_provider_read_so(slapd_factory, program, kind):
    cluster = shape(slapd_factory, program, [[2], [1]])
    consumer = Node(program, slapd_factory([Database()]), CONSUMER, slapd_factory.folder("consumer"))
    dn = add_person(cluster[0].server, "kept")
    words = PARTS[kind]
    consumer.edit([(ldap.MOD_ADD, "olcSyncrepl", [
        syncrepl(node.id, node.server.ldap_uri, timeout=1, network_timeout=1, **words) for node in cluster])])
    wait_entry(consumer.server, dn)
    wait_until(lambda: consumer.server.context_csns() == cluster[0].server.context_csns(), "it has read all that it reads")
    document, _ = adopt(consumer)
    peer = own(document, consumer)
    assert peer["role"] == "consumer" and peer["reads"] == [1, 2]
    assert set(peer["as_consumer"]) == set(words)
    assert not set(document["databases"][0]["syncrepl"]) & set(words)
    assert not any("syncrepl" in other for other in document["peers"])
    assert_nothing_to_change(consumer, document)
    for node in cluster:  # as a provider takes the same file
        for change in [change for change in node_changes(node, document) if change["attribute"] == "olcSyncrepl"]:
            assert not any(word in change["why"] for word in words), change


def node_changes(node, document):
    with open(os.open(node.peers_file, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(document, file)
    return node.plan_json()["changes"]


def test_the_providers_of_another_database_are_none_of_this_one(slapd_factory, program):
    """A consumer of two databases, each from other servers."""
    databases = [Database(), Database(suffix="o=other")]
    first = shape(slapd_factory, program, [[]], databases=[databases[0]])
    second = shape(slapd_factory, program, [[]], databases=[databases[1]], name="second")
    second[0].server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID", "2")])
    consumer = Node(program, slapd_factory(copy.deepcopy(databases)), CONSUMER, slapd_factory.folder("consumer"))
    for rid, node in ((1, first[0]), (2, second[0])):
        suffix = node.server.databases[0].suffix
        consumer.edit([(ldap.MOD_ADD, "olcSyncrepl", syncrepl(rid, node.server.ldap_uri, suffix, timeout=1, network_timeout=1))], suffix)
        wait_until(lambda node=node, suffix=suffix: consumer.server.context_csns(suffix) == node.server.context_csns(suffix), "read")
    document, _ = adopt(consumer)
    assert [(database["suffix"], database["peers"]) for database in document["databases"]] == [
        (SUFFIX, [1, CONSUMER]), ("o=other", [2, CONSUMER])]
    assert_nothing_to_change(consumer, document)


@pytest.mark.every_release
def test_a_hub_is_adopted_as_one(slapd_factory, program):
    """What its readers need of it is described with it; its id is one by which they can call it."""
    cluster = shape(slapd_factory, program, [[2], [1], [1, 2], [3]], consumers={4}, hubs={3})
    hub, last = cluster[2:]
    before = hub.server.config_writes()
    document, said = adopt(hub)
    assert own(document, hub) | {"rid": 0} == {
        "id": hub.id, "uri": hub.server.ldap_uri, "role": "consumer", "hub": True, "update_ref": False, "reads": [1, 2], "rid": 0}
    assert "it is taken for a hub" in said and document["databases"][0]["syncprov"] is not False
    document["policy"]["mode"] = "enforce"
    assert_nothing_to_change(hub, document)
    assert hub.server.config_writes() == before
    dn = add_person(cluster[1].server, "later")
    wait_entry(last.server, dn)


def test_who_reads_a_hub_gives_it_the_id_that_it_has_there(slapd_factory, program):
    """A hub has no server ID that it could tell."""
    cluster = shape(slapd_factory, program, [[], [1], [2]], consumers={3}, hubs={2})
    hub, last = cluster[1:]
    adopt(hub)
    done = syncward(hub, "adopt")
    made = next(peer["id"] for peer in json.loads(done.stdout)["peers"] if peer.get("role") == "consumer")
    assert done.returncode == 0 and 3000 < made < 4096 and f"--peer-id {hub.server.ldap_uri}={made}" in done.stderr, done.stderr
    refused = last.run("adopt")
    assert refused.returncode == 1 and f"--peer-id {hub.server.ldap_uri}=N" in refused.stderr, refused.stderr
    document, _ = adopt(last, f"--peer-id={hub.server.ldap_uri}={made}")
    assert own(document, last)["reads"] == [made]


@pytest.mark.every_release
def test_a_provider_of_a_chain_is_adopted_with_those_that_it_reads(slapd_factory, program):
    """What the others read it cannot see: its own plan is empty, and they are none of its business."""
    cluster = shape(slapd_factory, program, [[2], [1, 3], [2]])
    for node, ids in zip(cluster, ([1, 2], [1, 2, 3], [2, 3])):
        document, _ = adopt(node)
        assert document["databases"][0]["peers"] == ids
        assert_nothing_to_change(node, document)
