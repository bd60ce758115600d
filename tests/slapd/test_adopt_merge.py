# SPDX-License-Identifier: Apache-2.0
"""adopt --merge: one file of those of several nodes, with which each node's plan is empty; or where they disagree."""

import json
import os
import subprocess
from types import MappingProxyType

import ldap
import pytest
import remedies
from by_hand import adopt, assert_nothing_to_change, mesh, secrets_of, shape
from cluster import add_person, wait_entry
from slapd import PASSWORD, SUFFIX, Database, syncrepl


class Files:
    """What adopt wrote of each node, as files beside each other."""

    def __init__(self, cluster, folder, ids=MappingProxyType({})):
        """ids: what a person tells of peers' ids, per node that reads them."""
        self.cluster = cluster
        self.program = cluster[0].program
        self.folder = folder
        self.secrets = secrets_of(cluster[-1])  # the first may read from nobody
        self.documents = []
        for node in cluster:
            # A hub tells no server ID.
            document, _ = adopt(node, *(f"--peer-id={uri}={number}" for uri, number in ids.get(node.id, {}).items()))
            # On machines of their own all would have the same folder of passwords.
            self.documents.append(json.loads(json.dumps(document).replace(secrets_of(node), self.secrets)))

    def path(self, at):
        return os.path.join(self.folder, f"node{at + 1}.json")

    def write(self):
        for at, document in enumerate(self.documents):
            text = document if isinstance(document, str) else json.dumps(document)
            with open(os.open(self.path(at), os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
                file.write(text)

    def merge(self, *without):
        self.write()
        paths = [self.path(at) for at in range(len(self.documents)) if at not in without]
        done = subprocess.run([self.program, "adopt", "--merge", *paths], stdin=subprocess.DEVNULL, text=True, capture_output=True,
                              timeout=60, check=False)
        assert PASSWORD not in done.stdout + done.stderr
        return done

    def merged(self):
        done = self.merge()
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def refused(self, *without):
        """Why there is no file of all."""
        done = self.merge(*without)
        assert (done.returncode, done.stdout) == (1, ""), done.stdout + done.stderr
        return done.stderr

    def assert_empty_plans(self, document):
        for node in self.cluster:
            assert_nothing_to_change(node, document)


@pytest.fixture(name="files_of")
def fixture_files_of(slapd_factory, program):
    def make(reads, consumers=(), **options):
        return Files(shape(slapd_factory, program, reads, consumers, **options), slapd_factory.folder("files"))
    return make


def peers(document):
    return {peer["id"]: peer for peer in document["peers"]}


@pytest.mark.every_release
def test_the_files_of_a_mesh_become_one_without_a_word_on_who_reads_whom(files_of):
    files = files_of(mesh(3))
    document = files.merged()
    assert sorted(peers(document)) == [1, 2, 3] and document["databases"][0]["peers"] == [1, 2, 3]
    assert not any({"reads", "role", "syncrepl", "as_consumer"} & set(peer) for peer in document["peers"])
    assert "adopted_from" not in document and "topology" not in document
    files.assert_empty_plans(document)


@pytest.mark.every_release
def test_a_consumer_among_them_stays_one(files_of):
    files = files_of([[2], [1], [1, 2]], consumers={3})
    document = files.merged()
    consumer = peers(document)[files.cluster[2].id]
    assert consumer["role"] == "consumer" and consumer["reads"] == [1, 2]
    assert document["databases"][0]["syncprov"] is not False
    files.assert_empty_plans(document)
    document["policy"]["mode"] = "enforce"
    files.assert_empty_plans(document)
    wait_entry(files.cluster[2].server, add_person(files.cluster[0].server, "later"))


@pytest.mark.every_release
def test_a_hub_among_them_and_who_reads_it(slapd_factory, program):
    """Two providers, a hub of both, and two consumers: one of the hub alone, one of the hub and a provider."""
    cluster = shape(slapd_factory, program, [[2], [1], [1, 2], [3], [2, 3]], consumers={4, 5}, hubs={3})
    hub = {cluster[2].server.ldap_uri: 3}
    files = Files(cluster, slapd_factory.folder("files"), {cluster[3].id: hub, cluster[4].id: hub})
    document = files.merged()
    found = peers(document)
    assert found[3]["hub"] and found[3]["role"] == "consumer" and found[3]["reads"] == [1, 2]
    assert found[cluster[3].id]["reads"] == [3] and found[cluster[4].id]["reads"] == [2, 3]
    assert "role" not in found[1] and "reads" not in found[1] and not found[cluster[3].id]["hub"]
    files.assert_empty_plans(document)
    document["policy"]["mode"] = "enforce"
    files.assert_empty_plans(document)
    wait_entry(cluster[3].server, add_person(cluster[0].server, "later"))


@pytest.mark.every_release
def test_a_partial_mesh_is_written_as_whom_each_reads(files_of):
    files = files_of([[2, 4], [1, 3], [2, 4], [1, 3]])
    document = files.merged()
    assert {at: peer["reads"] for at, peer in peers(document).items()} == {1: [2, 4], 2: [1, 3], 3: [2, 4], 4: [1, 3]}
    files.assert_empty_plans(document)


@pytest.mark.remedy("adopt-merge")
def test_what_a_consumer_is_told_to_do_makes_one_file_of_all(files_of):
    files = files_of([[2], [1], [2]], consumers={3})
    _, said = adopt(files.cluster[2])
    remedies.printed(said, "adopt-merge")
    files.assert_empty_plans(files.merged())
    remedies.did("adopt-merge")


@pytest.mark.remedy("merge-missing")
def test_a_node_of_which_there_is_no_file_is_told(files_of):
    files = files_of(mesh(3))
    said = files.refused(1)
    assert f"no file describes peer 2 ({files.cluster[1].server.ldap_uri}), which {files.path(0)} names" in said
    remedies.printed(said, "merge-missing")
    files.assert_empty_plans(files.merged())
    remedies.did("merge-missing")


@pytest.mark.remedy("merge-anew")
def test_a_file_that_is_not_adopts_own_is_told(files_of):
    files = files_of(mesh(2))
    whole = json.loads(json.dumps(files.documents))
    del files.documents[0]["adopted_from"]
    files.documents[1]["retired"] = [{"id": 9}]
    said = files.refused()
    assert f"{files.path(0)} does not say on which node adopt wrote it" in said
    assert f'{files.path(1)} has "retired", which adopt does not write' in said
    remedies.printed(said, "merge-anew")
    files.documents = whole
    files.documents[0], _ = adopt(files.cluster[0])
    files.documents[0] = json.loads(json.dumps(files.documents[0]).replace(secrets_of(files.cluster[0]), files.secrets))
    files.assert_empty_plans(files.merged())
    remedies.did("merge-anew")


def test_two_files_of_one_node_and_a_password_in_a_file_are_refused(files_of):
    files = files_of(mesh(2))
    files.documents.append(files.documents[0])
    assert f"{files.path(0)} and {files.path(2)} are both of peer 1" in files.refused()
    files.documents.pop()
    files.documents[1]["databases"][0]["syncrepl"]["credentials"] = PASSWORD
    assert f"{files.path(1)} holds a password itself" in files.refused()
    files.documents[1] = "{"
    done = files.merge()
    assert (done.returncode, done.stdout) == (78, "")


@pytest.mark.remedy("merge-one-uri")
def test_a_node_that_calls_itself_otherwise_than_others_do(files_of):
    files = files_of(mesh(3))
    peer, = [peer for peer in files.documents[1]["peers"] if peer["id"] == 2]
    right, peer["uri"] = peer["uri"], "ldap://ldap2.example.com"
    said = files.refused()
    assert f"peer 2 is {right} in {files.path(0)} and ldap://ldap2.example.com in {files.path(1)}" in said
    remedies.printed(said, "merge-one-uri")
    peer["uri"] = right
    files.assert_empty_plans(files.merged())
    remedies.did("merge-one-uri")


def test_one_server_under_two_ids_and_two_servers_of_one_name_are_told(files_of):
    files = files_of(mesh(2))
    for peer in files.documents[1]["peers"]:
        if peer["id"] == 1:
            peer["id"] = 7
    files.documents[1]["databases"][0]["peers"] = [2, 7]
    assert f"is peer 1 in {files.path(0)} and peer 7 in {files.path(1)}" in files.refused()
    for peer in files.documents[1]["peers"]:
        if peer["id"] == 7:
            peer["id"] = 1
    files.documents[1]["databases"][0]["peers"] = [1, 2]
    for at, document in enumerate(files.documents):
        next(peer for peer in document["peers"] if peer["id"] == at + 1)["names"] = ["both.example.com"]
    assert "peer 1 and peer 2 are both called both.example.com" in files.refused()


@pytest.mark.remedy("merge-rid")
def test_two_nodes_that_call_each_other_by_one_rid(files_of):
    """As in many guides, in which each node has one value, rid=001."""
    files = files_of(mesh(2))
    for node, other in zip(files.cluster, reversed(files.cluster.nodes)):
        node.edit([(ldap.MOD_REPLACE, "olcSyncrepl", syncrepl(1, other.server.ldap_uri, timeout=1, network_timeout=1))])
    files.cluster.wait_persistent()
    files = Files(files.cluster, files.folder)
    said = files.refused()
    assert f"rid 001 is peer 1 in {files.path(1)} and peer 2 in {files.path(0)}" in said
    remedies.printed(said, "merge-rid")
    for document in files.documents:
        document["databases"][0]["rid_offset"] = 0
        for peer in document["peers"]:
            peer["rid"] = peer["id"]
    document = files.merged()
    assert_nothing_to_change(files.cluster[1], document)
    files.cluster[0].write(document)
    change, = files.cluster[0].plan_json()["changes"]
    assert "rid" in change["why"]
    remedies.did("merge-rid")


def set_links(cluster, keywords):
    """keywords: of each link, by (who reads, who is read)."""
    for node in cluster:
        node.edit([(ldap.MOD_REPLACE, "olcSyncrepl", [
            syncrepl(other.id, other.server.ldap_uri, **{"timeout": 1, "network_timeout": 1, **keywords.get((node.id, other.id), {})})
            for other in cluster if other is not node])])
    cluster.wait_in_step()
    cluster.wait_persistent()


def test_what_all_read_one_peer_with_is_said_of_that_peer(files_of):
    files = files_of(mesh(3))
    set_links(files.cluster, {(at, 2): {"keepalive": "240:10:30", "timeout": 9} for at in (1, 3)})
    files = Files(files.cluster, files.folder)
    document = files.merged()
    assert peers(document)[2]["syncrepl"] == {"keepalive": "240:10:30", "timeout": 9}
    assert not any("as_consumer" in peer for peer in document["peers"])
    files.assert_empty_plans(document)


def test_a_node_with_an_account_of_its_own_reads_with_it(files_of):
    files = files_of([[2, 3], [1, 3], [1, 2]])
    set_links(files.cluster, {(2, at): {"timeout": 9, "keepalive": "240:10:30"} for at in (1, 3)})
    files = Files(files.cluster, files.folder)
    document = files.merged()
    assert peers(document)[2]["as_consumer"] == {"keepalive": "240:10:30", "timeout": 9}
    files.assert_empty_plans(document)


@pytest.mark.remedy("merge-agree")
def test_what_no_level_can_say_is_told_and_goes_by_a_file_that_is_changed(files_of):
    files = files_of(mesh(3))
    set_links(files.cluster, {(1, 2): {"timeout": 9}})
    files = Files(files.cluster, files.folder)
    said = files.refused()
    assert f"in {files.path(0)} peer 1 reads peer 2 with another timeout than peer 3 reads peer 2 in {files.path(2)}" in said
    remedies.printed(said, "merge-agree")
    for peer in files.documents[0]["peers"]:
        peer.pop("syncrepl", None)
    files.documents[0]["databases"][0]["syncrepl"]["timeout"] = 1
    document = files.merged()
    for node in files.cluster.nodes[1:]:
        assert_nothing_to_change(node, document)
    files.cluster[0].write(document)
    change, = files.cluster[0].plan_json()["changes"]
    assert change["why"].startswith("timeout 9 -> 1")
    remedies.did("merge-agree")


def test_passwords_in_files_of_other_names_are_told_by_the_keyword_alone(files_of):
    files = files_of(mesh(3))
    files.documents[0]["peers"][1]["syncrepl"] = {"credentials": {"file": "/secrets/other"}}
    said = files.refused()
    assert "with another credentials" in said and "/secrets/other" not in said


def test_what_is_managed_at_some_nodes_only_is_left_to_each(files_of):
    files = files_of(mesh(2), databases=[Database(attributes={"olcDbIndex": "entryCSN,entryUUID eq"})])
    node = files.cluster[0]
    node.edit([(ldap.MOD_DELETE, "olcDbIndex", None)])
    overlay = next(dn for dn, _ in node.server.search(node.server.database_dn()) if "syncprov" in dn)
    node.server.modify(overlay, [(ldap.MOD_ADD, "olcSpCheckpoint", "100 10")])
    files = Files(files.cluster, files.folder)
    done = files.merge()
    assert f'"index" is there in {files.path(1)} and not in {files.path(0)}' in done.stderr
    assert '"checkpoint" of syncprov is not the same' in done.stderr
    document = json.loads(done.stdout)
    assert document["databases"][0]["index"] is False and document["databases"][0]["syncprov"] == {"sessionlog": False}
    files.assert_empty_plans(document)


def test_two_databases_on_some_of_the_nodes(files_of):
    """The second one is on two of three nodes."""
    databases = [Database(), Database(suffix="o=other")]
    files = files_of(mesh(3), databases=databases)
    node = files.cluster[2]
    for document in files.documents[:2]:
        document["databases"][1]["peers"] = [1, 2]
    files.documents[2]["databases"].pop()
    document = files.merged()
    assert [database["peers"] for database in document["databases"]] == [[1, 2, 3], [1, 2]]
    assert_nothing_to_change(node, document)


def test_whom_a_peer_reads_is_one_list_for_all_databases(files_of):
    files = files_of(mesh(3), databases=[Database(), Database(suffix="o=other")])
    files.documents[0]["databases"][1]["peers"] = [1, 2]
    said = files.refused()
    assert f"peer 1 ({files.path(0)}) reads peer 3 for {SUFFIX} and not for o=other, which both hold" in said


def test_a_consumers_own_account_is_no_promise_of_its_rights(files_of):
    """A provider's file knows of its own readers alone: limits of an account that only the consumer has are not known."""
    files = files_of([[2], [1], [1, 2]], consumers={3})
    for document in files.documents[:2]:
        document["databases"][0]["limits"] = True
    files.documents[2]["databases"][0]["syncrepl"]["binddn"] = f"cn=reader,{SUFFIX}"
    done = files.merge()
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["databases"][0]["limits"] is False and "whether everybody who reads at peer 1" in done.stderr
    assert peers(document)[files.cluster[2].id]["as_consumer"] == {"binddn": f"cn=reader,{SUFFIX}"}


def test_a_merge_takes_no_option_of_a_node(files_of):
    files = files_of(mesh(2))
    files.write()
    done = subprocess.run([files.program, "adopt", "--secrets", files.folder, "--merge", files.path(0), files.path(1)], text=True,
                          capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (64, "")


@pytest.mark.every_release
def test_one_provider_that_reads_nobody_and_its_consumers(files_of):
    """As most clusters were before there was a second provider."""
    files = files_of([[], [1], [1]], consumers={2, 3})
    document = files.merged()
    assert [peer.get("role") for peer in peers(document).values()] == [None, "consumer", "consumer"]
    assert document["databases"][0]["syncprov"] is not False and document["databases"][0]["limits"] is False
    files.assert_empty_plans(document)
    document["policy"]["mode"] = "enforce"
    files.assert_empty_plans(document)


def test_two_sites_that_gateways_connect_are_a_topology(files_of):
    files = files_of([[2, 3], [1], [1, 4], [3]])
    done = files.merge()
    document = json.loads(done.stdout)
    assert document["topology"] == {"gateways": 1} and "site-1 and so on" in done.stderr
    assert [peer["site"] for peer in document["peers"]] == ["site-1", "site-1", "site-2", "site-2"]
    files.assert_empty_plans(document)
