# SPDX-License-Identifier: Apache-2.0
"""Nodes that do not read everybody: gateways between sites, and how a cluster comes to have them."""

import ldap
import pytest
from cluster import Cluster, apply_until_joined
from daemon import Daemon
from slapd import SUFFIX, Database
from whole import wait_equal

SITES = ("a", "a", "b", "b")
PERSON = {"objectClass": ["person"], "sn": ["x"]}


def make(slapd_factory, program, **database):
    """Two sites of two nodes, of which 1 and 3 are the gateways."""
    cluster = Cluster(slapd_factory, program, 4, [Database(**database)])
    for peer, site in zip(cluster.document["peers"], SITES):
        peer["site"] = site
    return cluster


@pytest.fixture(name="cluster")
def fixture_cluster(slapd_factory, program):
    return make(slapd_factory, program)


def reads(node):
    """The rids that stand in cn=config."""
    return sorted(int(value.partition("rid=")[2][:3]) for value in node.syncrepl())


def gateways(cluster):
    cluster.document["topology"] = {"gateways": 1}
    cluster.write()


def test_what_is_written_anywhere_is_everywhere(cluster):
    """Adds, changes, renames and deletes go over up to three links."""
    gateways(cluster)
    cluster.form()
    assert [reads(node) for node in cluster] == [[2, 3], [1], [1, 4], [3]]
    cluster.wait_persistent()
    for node in cluster:
        admin = node.server.admin()
        for name in ("stays", "goes", "moves"):
            admin.add_s(f"cn={name}{node.id},{SUFFIX}", [(key, [item.encode() for item in [*values]])
                                                         for key, values in {**PERSON, "cn": [f"{name}{node.id}"]}.items()])
    wait_equal(cluster.nodes)
    for node, other in zip(cluster, [*cluster.nodes[1:], cluster[0]]):
        admin = node.server.admin()
        admin.delete_s(f"cn=goes{other.id},{SUFFIX}")
        admin.rename_s(f"cn=moves{other.id},{SUFFIX}", f"cn=moved{other.id}")
        admin.modify_s(f"cn=stays{other.id},{SUFFIX}", [(ldap.MOD_REPLACE, "sn", b"y")])
    entries = wait_equal(cluster.nodes)
    assert not any("goes" in dn or "moves" in dn for dn in entries) and sum("moved" in dn for dn in entries) == 4
    for node in cluster:
        node.assert_in_step()


def test_a_mesh_becomes_sites_by_release_and_nothing_is_lost(slapd_factory, program):
    """Gateways go on to read the other site. Who does not asks a person first (G4): nobody sees from there whether
    others do."""
    cluster = make(slapd_factory, program, overlays=("syncprov",))
    cluster.form_by_hand()
    for node in cluster:
        node.apply_ok()
    gateways(cluster)
    assert [node.apply().returncode for node in cluster] == [0, 3, 0, 3]
    assert [reads(node) for node in cluster] == [[2, 3], [1, 3, 4], [1, 4], [1, 2, 3]]
    for node in cluster:
        node.apply_ok("--release", "G4")
    assert [reads(node) for node in cluster] == [[2, 3], [1], [1, 4], [3]]
    done = cluster[2].run("leave")
    assert done.returncode == 3 and "in parts" in done.stdout and reads(cluster[2]) == [1, 4], done.stdout
    cluster[3].server.admin().modify_s(SUFFIX, [(ldap.MOD_REPLACE, "description", b"from the end")])
    wait_equal(cluster.nodes)


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
