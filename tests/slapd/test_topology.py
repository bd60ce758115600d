# SPDX-License-Identifier: Apache-2.0
"""Nodes that do not read everybody: gateways between sites, chains, and how a cluster comes to have them."""

import contextlib
import json
import time

import ldap
import pytest
import remedies
from cluster import Cluster, add_person, apply_until_joined, wait_entry
from daemon import Daemon
from ldap.syncrepl import SyncRequestControl
from slapd import PASSWORD, SUFFIX, Database, wait_until
from test_joining import replace_server
from whole import wait_equal

SITES = ("a", "a", "b", "b")
GATEWAYS = {1: (2, 3), 2: (1,), 3: (1, 4), 4: (3,)}
CHAIN = {1: (2,), 2: (1, 3), 3: (2, 4), 4: (3,)}


def make(slapd_factory, program, **database):
    """Two sites of two nodes, of which 1 and 3 are the gateways."""
    cluster = Cluster(slapd_factory, program, 4, [Database(**database)])
    for peer, site in zip(cluster.document["peers"], SITES):
        peer["site"] = site
    return cluster


def gateways(cluster):
    cluster.document["topology"] = {"gateways": 1}
    cluster.write()


def by_hand(cluster, links):
    """As an administrator would write it: syncward has no part in it."""
    nodes = {node.id: node for node in cluster}
    for node in cluster:
        node.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID", str(node.id))])
    cluster[0].server.seed()
    for node in cluster:
        node.connect_by_hand([nodes[i] for i in links[node.id]], cluster.databases[0])
    cluster.wait_in_step()
    cluster.wait_persistent()


@pytest.fixture(name="cluster")
def fixture_cluster(slapd_factory, program):
    return make(slapd_factory, program)


@pytest.fixture(name="sites")
def fixture_sites(slapd_factory, program):
    """Two sites whose gateways read each other, in step."""
    cluster = make(slapd_factory, program, overlays=("syncprov",))
    gateways(cluster)
    by_hand(cluster, GATEWAYS)
    return cluster


def reads(node):
    """The rids that stand in cn=config."""
    return sorted(int(value.partition("rid=")[2][:3]) for value in node.syncrepl())


def change_everywhere(cluster, name=""):
    """Adds at each node, then deletes, renames and changes what others added."""
    for node in cluster:
        admin = node.server.admin()
        for what in ("stays", "goes", "moves"):
            cn = f"{name}{what}{node.id}"
            admin.add_s(f"cn={cn},{SUFFIX}", [("objectClass", [b"person"]), ("sn", [b"x"]), ("cn", [cn.encode()])])
    wait_equal(cluster.nodes)
    for node, other in zip(cluster, [*cluster.nodes[1:], cluster[0]]):
        admin = node.server.admin()
        admin.delete_s(f"cn={name}goes{other.id},{SUFFIX}")
        admin.rename_s(f"cn={name}moves{other.id},{SUFFIX}", f"cn={name}moved{other.id}")
        admin.modify_s(f"cn={name}stays{other.id},{SUFFIX}", [(ldap.MOD_REPLACE, "sn", b"y")])
    entries = wait_equal(cluster.nodes)
    assert not any(f"={name}goes" in dn or f"={name}moves" in dn for dn in entries)
    assert sum(f"={name}moved" in dn for dn in entries) == len(cluster.nodes)


def make_chain(slapd_factory, program):
    """Four providers in a row, by hand as peers.json has it."""
    cluster = Cluster(slapd_factory, program, 4, [Database(overlays=("syncprov",))])
    for peer in cluster.document["peers"]:
        peer["reads"] = list(CHAIN[peer["id"]])
    cluster.write()
    by_hand(cluster, CHAIN)
    return cluster


@pytest.mark.every_release
def test_every_change_goes_through_a_chain(slapd_factory, program):
    """The nodes in the middle send on what they read. What is there is what peers.json says: nothing is written."""
    cluster = make_chain(slapd_factory, program)
    for node in cluster:
        node.apply_ok()
        assert reads(node) == list(CHAIN[node.id])
    change_everywhere(cluster)
    for node in cluster:
        node.assert_in_step()


@pytest.mark.long
@pytest.mark.every_release
def test_a_chain_whose_middle_was_wiped_loses_nothing(slapd_factory, program):
    """A new machine, behind which there is more than before it, and deletions: it takes no clients' writes before it has
    everything, and until then slapd tells who reads it nothing of what it lacks."""
    cluster = make_chain(slapd_factory, program)
    for node in cluster:
        node.apply_ok()
    change_everywhere(cluster, "a")
    wipe(slapd_factory, program, cluster, 1)
    change_everywhere(cluster, "b")
    for node in cluster:
        node.assert_in_step()


def wipe(slapd_factory, program, cluster, at):
    """The node is lost while others write and delete, and comes back as a new machine under its address."""
    gone, changed = (add_person(cluster[0].server, name) for name in ("to-go", "to-change"))
    wait_equal(cluster.nodes)
    cluster[at].server.kill()
    last = cluster[-1].server
    late = {add_person(cluster[0].server, "late-before"), add_person(last, "late-behind")}
    last.admin().delete_s(gone)
    cluster[0].server.admin().modify_s(changed, [(ldap.MOD_REPLACE, "description", b"z")])
    again = replace_server(slapd_factory, program, cluster, at)
    apply_until_joined(again, seconds=120)
    entries = wait_equal(cluster.nodes, seconds=60)
    assert late <= set(entries) and gone not in entries and entries[changed]["description"] == [b"z"]
    return again


def test_two_sites_from_empty_to_in_step(cluster):
    """What is written anywhere is everywhere, over up to three links."""
    gateways(cluster)
    cluster[0].server.seed()
    with contextlib.ExitStack() as stack:
        for node in cluster:
            stack.enter_context(Daemon(node))
        wait_until(lambda: all(node.run("check").returncode == 0 for node in cluster), "all are in step", 90)
        assert [reads(node) for node in cluster] == [list(GATEWAYS[node.id]) for node in cluster]
        cluster.wait_persistent()
        change_everywhere(cluster)
    for node in cluster:
        node.assert_in_step()


def test_what_is_there_is_recognised(sites):
    """adopt describes what a node reads; a file with the right topology changes nothing."""
    for node in sites:
        node.apply_ok()
    before = sites[1].server.config_writes()
    assert [node.plan().returncode for node in sites] == [0, 0, 0, 0]
    adopted = json.loads(sites[1].run("adopt", "--secrets", sites[1].folder + "/adopted").stdout)
    assert sites[1].server.config_writes() == before
    assert {peer["id"] for peer in adopted["peers"]} == {1, 2}


def test_everybody_is_asked_who_is_in_step_and_nobody_is_taken_for_it_who_was_not(sites):
    """verify and doctor ask also whom the node does not read; a password that it needs for none of its links may be
    missing, and is then no evidence."""
    far = sites[3]
    sites[1].apply_ok()
    done = sites[1].run("verify")
    assert done.returncode == 0 and far.server.ldap_uri in done.stdout, done.stdout
    sites.document["peers"][3]["syncrepl"] = {"credentials": {"file": sites[1].folder + "/of-four"}}
    sites.document["revision"] = 2
    sites[1].write(sites.document)
    sites[1].apply_ok()
    done = sites[1].run("verify")
    assert done.returncode == 1 and "of-four" in done.stdout, done.stdout
    assert "of-four" in sites[1].run("doctor", "in-step").stdout
    with Daemon(sites[1]) as daemon:
        wait_until(lambda: sites[1].run("check").returncode == 0, "the daemon goes by the new file")
        assert daemon.events("desired-refused") == []


def test_a_mesh_becomes_sites_by_release_and_nothing_is_lost(slapd_factory, program):
    """Whether others read whom a node shall not read any more cannot be seen from there: a person is asked (G4)."""
    cluster = make(slapd_factory, program, overlays=("syncprov",))
    cluster.form_by_hand()
    for node in cluster:
        node.apply_ok()
    gateways(cluster)
    held = [node.apply() for node in cluster]
    assert [done.returncode for done in held] == [3, 3, 3, 3]
    assert f"peers.json lists {cluster[3].server.ldap_uri}" in held[0].stdout
    assert [reads(node) for node in cluster] == [[2, 3, 4], [1, 3, 4], [1, 2, 4], [1, 2, 3]]
    for node in cluster:
        node.apply_ok("--release", "G4")
    assert [reads(node) for node in cluster] == [list(GATEWAYS[node.id]) for node in cluster]
    done = cluster[2].run("leave")
    assert done.returncode == 3 and "into parts" in done.stdout and reads(cluster[2]) == [1, 4], done.stdout
    cluster[3].server.admin().modify_s(SUFFIX, [(ldap.MOD_REPLACE, "description", b"from the end")])
    wait_equal(cluster.nodes)


@pytest.mark.remedy("leave-despite-readers")
def test_a_gateway_whose_line_is_gone_leaves_nobody_behind(sites):
    """Its file lets the others read each other, and they have it not yet: node 2 reads nobody but this one."""
    for node in sites:
        node.apply_ok()
    gateway, behind = sites.nodes[:2]
    del sites.document["topology"]
    sites.document["peers"].pop(0)
    sites.document["revision"] = 2
    gateway.write(sites.document)
    before = gateway.server.config_writes()
    done = gateway.run("leave", "--timeout", 1)
    assert done.returncode == 3 and "2 nodes read here, and by peers.json 0:" in done.stdout, done.stdout
    assert gateway.server.config_writes() == before and reads(gateway) == [2, 3]
    person = add_person(gateway.server, "of-the-gateway")
    wait_equal(sites.nodes)
    # Whoever has the file reads elsewhere, and then nobody is cut off.
    for node in sites.nodes[1:]:
        node.write(sites.document)
        node.apply()
    for node in sites.nodes[1:]:
        wait_until(lambda node=node: node.apply("--release", "G4").returncode == 0, "all its links work", 60)
    # One of another cluster may go on.
    with connection_that_reads(gateway):
        held = gateway.run("leave", "--timeout", 1)
        assert held.returncode == 3 and reads(gateway) == [2, 3], held.stdout
        remedies.run(gateway, held.stdout, "leave-despite-readers")
    assert reads(gateway) == [] and person in wait_equal([behind, *sites.nodes[2:]])


@contextlib.contextmanager
def connection_that_reads(node):
    """A search that goes on, by the account that nodes read with."""
    connection = node.server.bind(f"cn=replicator,{SUFFIX}", PASSWORD)
    control = SyncRequestControl(cookie=None, mode="refreshAndPersist")
    connection.search_ext(SUFFIX, ldap.SCOPE_SUBTREE, attrlist=["1.1"], serverctrls=[control])
    wait_until(lambda: node.server.sessions(f"cn=replicator,{SUFFIX}"), "it is seen")
    time.sleep(1.1)  # sessions of this second may end in it
    try:
        yield
    finally:
        connection.unbind_s()


def test_a_file_that_wants_a_mesh_parts_nothing_that_runs_in_sites(sites):
    """It drops "topology" and a gateway at once: what came by way of that one is read from elsewhere before it goes."""
    for node in sites:
        node.apply_ok()
    for node in sites.nodes[2:]:
        node.server.stop()
    del sites.document["topology"]
    gone = sites.document["peers"].pop(0)
    sites.document["revision"] = 2
    sites.write()
    done = sites[1].apply()
    assert done.returncode == 3 and f"does not list {gone['uri']} any more" in done.stdout, done.stdout
    assert reads(sites[1]) == [1, 3, 4]
    assert sites[1].apply().returncode == 3 and 1 in reads(sites[1])
    for node in sites.nodes[2:]:
        node.server.start()
    release = () if sites[1].server.release.version != "2.4" else ("--release", "G4")
    for node in sites.nodes[1:]:
        others = [id for id in (2, 3, 4) if id != node.id]
        wait_until(lambda node=node: node.apply(*release).returncode == 0, "all its links work", 60)
        assert reads(node) == others
    person = add_person(sites[3].server, "in-a-mesh")
    assert person in wait_equal(sites.nodes[1:])


def test_behind_a_gateway_nobody_begins_a_cluster_beside_another_one(cluster):
    """Node 4 reads node 3 alone, which is as empty; the data is at node 1."""
    gateways(cluster)
    cluster[0].server.seed()
    apply_until_joined(cluster[0])
    done = cluster[3].apply("--first-node")
    assert done.returncode != 0 and cluster[0].server.ldap_uri in done.stdout + done.stderr, done.stdout + done.stderr
    assert cluster[3].syncrepl() == []
    with Daemon(cluster[3]), Daemon(cluster[2]), Daemon(cluster[1]):
        wait_equal(cluster.nodes, seconds=90)


def test_a_gateway_that_was_killed_and_wiped_joins_again(slapd_factory, program, sites):
    """While it is away each site goes on by itself."""
    for node in sites:
        node.apply_ok()
    change_everywhere(sites, "a")  # and so everybody knows each server ID
    gone = add_person(sites[3].server, "to-go")
    wait_equal(sites.nodes)
    sites[2].server.kill()
    here, there = add_person(sites[1].server, "at-a"), add_person(sites[3].server, "at-b")
    own = add_person(sites[0].server, "at-the-other-gateway")
    sites[0].server.admin().delete_s(gone)
    wait_entry(sites[1].server, own)
    again = replace_server(slapd_factory, program, sites, 2)
    apply_until_joined(again, seconds=60)
    entries = wait_equal(sites.nodes, seconds=60)
    assert {here, there, own} <= set(entries) and gone not in entries
    assert reads(again) == [1, 4]
    change_everywhere(sites, "b")


def test_a_node_joins_while_a_far_one_is_down_that_has_more(slapd_factory, program, sites):
    """It reads what its site has, and takes clients' writes when the far node, which it never reads, is in step."""
    for node in sites:
        node.apply_ok()
    add_person(sites[3].server, "known-everywhere")  # so its server ID is
    wait_equal(sites.nodes)
    sites[2].server.stop()
    late = add_person(sites[3].server, "late")
    sites[3].server.stop()
    sites[2].server.start()
    new = Cluster(slapd_factory, program, 5, [Database()], name="x")[4]
    sites.document["peers"].append({"id": 5, "uri": new.server.ldap_uri, "site": "a"})
    sites.nodes.append(new)
    sites.write()
    for node in sites.nodes[:2]:
        node.apply_ok()
    wait_until(lambda: f"may come back: {sites[3].server.ldap_uri}" in new.apply().stdout,
               "it waits for the far node alone", 60)
    with pytest.raises(ldap.UNWILLING_TO_PERFORM):
        add_person(new.server, "too-early")
    sites[3].server.start()
    apply_until_joined(new, seconds=60)
    assert late in wait_equal(sites.nodes, seconds=60)
