# SPDX-License-Identifier: Apache-2.0
"""Databases that were made apart, and peers that hide what would tell: nothing is merged, and nobody begins beside them."""

import contextlib

import ldap
import pytest
import remedies
from backups import put_back
from lone import Lone
from cluster import Cluster, Node, add_person, apply_until_joined, finish_with_writes
from whole import wait_equal, whole
from slapd import ROOT_DN, SUFFIX, Database, wait_until
from test_guards import holds
from test_joining import is_provider
from test_joining_lost import release_line, run_line

OTHER = "dc=other,dc=org"
REPLICATOR = f"cn=replicator,{SUFFIX}"


def hiding(what):
    """Rules under which the account sees all but that: an attribute of the suffix entry, or the entry itself."""
    target = f'dn.base="{SUFFIX}"' + ("" if what == "entry" else f" attrs={what}")
    return [f'to {target} by dn.exact="{ROOT_DN}" read by * none', "to * by * read"]


def test_one_of_two_databases_is_another_one(slapd_factory, program):
    """It is held, and the other one is replicated."""
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb"), Database(suffix=OTHER, backend="mdb")])
    cluster.document["databases"][1]["rid_offset"] = 100
    cluster.write()
    for node in cluster:
        node.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID", str(node.id))])
        node.server.seed(node.server.databases[1])
        add_person(node.server, f"only-at-{node.id}", node.server.databases[1])
    cluster[0].server.seed()
    before = [whole(node.server, node.server.databases[1]) for node in cluster]
    for _ in range(3):
        for node in cluster:
            done = node.apply()
            assert done.returncode == 3 and "held G10" in done.stdout, done.stdout + done.stderr
            assert node.syncrepl(OTHER) == [] and not node.server.values(node.server.database_dn(OTHER), node.server.flag())
    wait_equal(cluster, cluster.databases[0])
    wait_until(lambda: all(node.apply() and is_provider(node) for node in cluster), "the first database is replicated", 30)
    assert [whole(node.server, node.server.databases[1]) for node in cluster] == before


@pytest.mark.remedy("root-sees")
def test_a_database_that_root_may_not_see_is_not_an_empty_one(slapd_factory, program):
    """Nor does slapd count its entries: nothing is read into it before somebody let root look."""
    access = [f'to * by dn.exact="{REPLICATOR}" read by anonymous auth by * none']
    node = Lone(slapd_factory, program, [Database(backend="mdb", attributes={"olcAccess": access})])
    monitor, = (dn for dn in node.server.config() if "monitor" in dn.lower() and dn.startswith("olcDatabase="))
    node.server.modify(monitor, [(ldap.MOD_REPLACE, "olcAccess", ["to * by * none"])])
    done = node.apply()
    assert done.returncode == 3 and "whether it is empty is not known" in done.stdout, done.stdout + done.stderr
    assert node.syncrepl() == [] and not is_provider(node)
    name, value = remedies.attribute(done.stdout, "root-sees")
    node.server.modify(node.dn(), [(ldap.MOD_ADD, name, value)])
    done = node.apply()
    assert "is not known" not in done.stdout and "is empty" not in done.stdout, done.stdout


@pytest.mark.remedy("root-sees")
def test_root_that_may_only_know_of_the_entry_is_given_the_line(slapd_factory, program):
    """slapd refuses then (50), and does not say that there is no such object."""
    root = "gidNumber=0+uidNumber=0,cn=peercred,cn=external,cn=auth"
    access = [f'to * by dn.exact="{root}" auth by dn.exact="{REPLICATOR}" read by anonymous auth by * none']
    node = Lone(slapd_factory, program, [Database(backend="mdb", attributes={"olcAccess": access})])
    done = node.apply()
    assert done.returncode == 3 and "cannot be read here" in done.stdout, done.stdout + done.stderr
    name, value = remedies.attribute(done.stdout, "root-sees")
    node.server.modify(node.dn(), [(ldap.MOD_ADD, name, value)])
    assert "cannot be read here" not in node.apply().stdout


@pytest.mark.remedy("release-suffix")
def test_a_release_is_of_one_database_and_the_other_is_not_merged(slapd_factory, program):
    """Both are held: of one the peer hides what would tell, the other one was filled apart."""
    databases = [Database(backend="mdb"), Database(suffix=OTHER, backend="mdb")]
    cluster = Cluster(slapd_factory, program, 2, databases)
    cluster.document["databases"][1]["rid_offset"] = 100
    cluster.write()
    first, second = cluster
    first.server.seed()
    put_back(second.server, first.server.tool("cat", "-b", SUFFIX).stdout, "-w")
    first.server.modify(first.server.database_dn(), [(ldap.MOD_ADD, "olcAccess", hiding("entryUUID"))])
    for node in cluster:
        node.server.seed(databases[1])
    before = [whole(node.server, databases[1]) for node in cluster]
    done = second.apply("--release", "G10")
    assert done.returncode == 3 and "--release G10 let nothing pass" in done.stderr, done.stdout + done.stderr
    assert second.syncrepl() == [] and second.syncrepl(OTHER) == []
    lines = [hold.release for hold in holds(done.stdout) if hold.guard == "G10"]
    assert [remedies.unbound(line) for line in lines] == [f"syncward apply --release G10 --suffix {suffix}" for suffix in (SUFFIX, OTHER)]
    done = remedies.run(second, lines[0], "release-suffix", statuses=(3,))
    assert [hold.release for hold in holds(done.stdout) if hold.guard == "G10"] == lines[1:]
    assert second.syncrepl(OTHER) == []
    assert [whole(node.server, databases[1]) for node in cluster] == before


@pytest.mark.remedy("stranger")
def test_a_healthy_node_names_the_stranger_which_joins_when_it_was_emptied(slapd_factory, program):
    """Two that replicate and a third one that was filled apart: nobody is told to empty the cluster's own."""
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb")]).form()
    add_person(cluster[0].server, "ours")
    before = wait_equal(cluster)
    third = Node(program, slapd_factory([Database(backend="mdb")]), 3, slapd_factory.folder("third"))
    third.server.add_seed()
    add_person(third.server, "theirs")
    cluster.nodes.append(third)
    cluster.document["peers"].append({"id": 3, "uri": third.server.ldap_uri})
    cluster.write()
    for node in cluster.nodes[:2]:
        done = node.apply()
        assert done.returncode == 3 and "held G10" in done.stdout, done.stdout + done.stderr
        assert f"database of peer 3, {third.server.ldap_uri}" in remedies.printed(done.stdout, "stranger")
        assert "empty it" not in done.stdout and "--release G10" not in done.stdout
    assert f"cn=theirs,{SUFFIX}" in cluster[0].run("compare").stdout
    remedies.did("stranger")
    put_back(third.server, None)
    wait_until(lambda: all([node.apply().returncode == 0 for node in cluster]), "the third has joined", 60)
    assert wait_equal(cluster).keys() == before.keys()


def test_a_copy_just_taken_is_no_witness_between_two_peers(slapd_factory, program):
    """The first one is a provider with entries of its own, the second one with others; the third reads the first."""
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb", overlays=("syncprov",))])
    third = Node(program, slapd_factory([Database(backend="mdb")]), 3, slapd_factory.folder("third"))
    cluster.nodes.append(third)
    cluster.document["peers"].append({"id": 3, "uri": third.server.ldap_uri})
    cluster.write()
    first, second, _ = cluster
    for node, name in ((first, "ours"), (second, "theirs")):
        node.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID", str(node.id))])
        node.server.add_seed()
        add_person(node.server, name)
    before = [whole(node.server) for node in (first, second)]

    def held():
        done = third.apply()
        return "held G10" in done.stdout and done.stdout

    said = wait_until(held, "the third has the first one's copy", 30)
    assert len(third.syncrepl()) == 1 and not is_provider(third), said
    for node in (first, second):
        assert f"empty the database of peer {node.id}, {node.server.ldap_uri}" in said, said
    assert "another peer has what is here" not in said and "--release G10" not in said, said
    assert held() and not is_provider(third)
    cluster.document["peers"].remove({"id": 2, "uri": second.server.ldap_uri})
    cluster.write()
    wait_until(lambda: first.apply() and third.apply() and is_provider(third), "the third one is a provider", 60)
    assert whole(first.server).keys() == before[0].keys()


@pytest.mark.parametrize("what", ["contextCSN", "entryUUID", "entry"])
def test_a_stranger_that_hides_what_tells_it_apart_is_not_read(slapd_factory, program, what):
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb")]).form()
    add_person(cluster[0].server, "ours")
    before = wait_equal(cluster)
    databases = [Database(backend="mdb", attributes={"olcAccess": hiding(what)})]
    stranger = Node(program, slapd_factory(databases), 3, slapd_factory.folder("third"))
    stranger.server.add_seed()
    add_person(stranger.server, "theirs")
    cluster.nodes.append(stranger)
    cluster.document["peers"].append({"id": 3, "uri": stranger.server.ldap_uri})
    cluster.write()
    for _ in range(2):
        for node in cluster:
            done = node.apply()
            assert done.returncode == 3 and "held G10" in done.stdout, done.stdout + done.stderr
            assert not any(stranger.server.ldap_uri in value for value in node.syncrepl())
    assert stranger.syncrepl() == [] and not is_provider(stranger)
    cluster.nodes.pop()
    assert wait_equal(cluster) == before


@pytest.mark.parametrize("how", ["wrong password", "hidden suffix", "silent"])
def test_nobody_is_the_first_beside_peers_with_data_that_it_cannot_see(slapd_factory, program, how):
    access = {"olcAccess": hiding("entry")} if how == "hidden suffix" else {}
    cluster = Cluster(slapd_factory, program, 3, [Database(backend="mdb", attributes=access)])
    node, others = cluster[0], cluster.nodes[1:]
    for other in others:
        other.server.add_seed()
    if how == "wrong password":
        node.write_secret("wrong")
    with contextlib.ExitStack() as stack:
        for other in others if how == "silent" else []:
            stack.enter_context(other.server.frozen())
        for words in (("--first-node",), ("--first-node", "--empty", "2"), ()):
            done = node.apply(*words)
            assert done.returncode == 3 and "held joining" in done.stdout, done.stdout + done.stderr
            assert not words or node.server.config_writes() == 0
    assert node.syncrepl() == [] and not is_provider(node) and not any("syncprov" in dn for dn in node.server.config())


def hide_context_csn(cluster):
    """The first node is a provider; somebody tightened its rules."""
    provider = cluster[0]
    provider.server.seed()
    finish_with_writes(provider)
    add_person(provider.server, "one")
    provider.edit([(ldap.MOD_REPLACE, "olcAccess", hiding("contextCSN"))])
    return cluster.nodes


def test_who_joins_from_a_peer_that_hides_contextcsn_is_told_and_let_go_by_what_is_printed(slapd_factory, program):
    """Nothing proves that its refresh is complete; a person who looked may say so."""
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb")])
    provider, node = hide_context_csn(cluster)
    for _ in range(2):
        held = node.apply()
        assert "shows no contextCSN" in held.stdout and not is_provider(node), held.stdout
    run_line(node, release_line(held))
    expected = wait_equal(cluster)
    held = node.apply()
    if held.returncode == 3:
        assert "shows no contextCSN" in held.stdout, held.stdout
        assert run_line(node, release_line(held)).returncode == 0
    assert is_provider(node) and wait_equal(cluster) == expected
    add_person(node.server, "two")
    wait_equal(cluster)


def test_who_joins_goes_on_when_contextcsn_is_shown(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb")])
    provider, node = hide_context_csn(cluster)
    assert node.apply().returncode == 3
    provider.edit([(ldap.MOD_REPLACE, "olcAccess", ["to * by * read"])])
    apply_until_joined(node)
    wait_equal(cluster)
