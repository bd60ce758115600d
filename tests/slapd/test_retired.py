# SPDX-License-Identifier: Apache-2.0
""""retired" in peers.json: server IDs of servers that are gone for good."""

import re

import ldap
import pytest
import remedies
from cluster import Cluster, add_person, apply_until_joined, wait_entry
from daemon import Daemon
from slapd import wait_until

LOST = 3


def doctor(node):
    done = node.run("doctor", "retired-ids")
    return done.returncode, done.stdout


def retire(cluster):
    """Its line goes, and its id is listed."""
    cluster.document["retired"] = [{"id": LOST}]
    cluster.write()


@pytest.fixture(name="cluster")
def fixture_cluster(slapd_factory, program):
    """Two nodes; the third one is lost for good, and they have removed it."""
    cluster = Cluster(slapd_factory, program, 3).form()
    lost = cluster.nodes.pop()
    name = add_person(lost.server, "of-the-lost")
    for node in cluster:
        wait_entry(node.server, name)
    cluster.wait_in_step()
    lost.server.stop()
    del cluster.document["peers"][2]
    cluster.write()
    for node in cluster:
        node.apply("--release", "G4")
        node.assert_in_step()
    return cluster


def test_a_retired_id_is_quiet_when_every_peer_has_its_last_change(cluster):
    status, told = doctor(cluster[0])
    assert status == 0 and f"server ID {LOST} (hex 003), which no peer has" in told, told
    retire(cluster)
    for node in cluster:
        status, told = doctor(node)
        assert status == 0 and "server ID" not in told.replace("every server ID", ""), told
        node.assert_in_step()


@pytest.mark.remedy("retired")
def test_who_lacks_its_last_change_is_named(cluster):
    """It came to one of them before that one was cut off from the other."""
    retire(cluster)
    for node in cluster:
        node.edit([(ldap.MOD_DELETE, node.server.flag(), None), (ldap.MOD_DELETE, "olcSyncrepl", None)])
    cluster[0].server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID", [str(LOST).encode()])])
    late = add_person(cluster[0].server, "its-last-change")
    cluster[0].server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID", [b"1"])])
    status, told = doctor(cluster[0])
    assert status == 1 and re.search(rf"{re.escape(cluster[1].server.ldap_uri)} lacks the last change of server ID {LOST}", told), told
    status, told = doctor(cluster[1])
    assert status == 1 and "this node lacks the last change" in told, told
    remedies.printed(told, "retired")
    for node in cluster:
        apply_until_joined(node)
    remedies.did("retired")
    wait_entry(cluster[1].server, late)
    cluster.wait_in_step()
    assert doctor(cluster[0])[0] == 0 and doctor(cluster[1])[0] == 0


def test_a_peer_that_cannot_be_asked_proves_nothing(cluster):
    retire(cluster)
    cluster[1].server.stop()
    status, told = doctor(cluster[0])
    assert status == 3 and "lacks" not in told and "not checked" in told, told


def test_status_does_not_wonder_about_it(cluster):
    def lines():
        return [line for line in cluster[0].run("status").stdout.splitlines() if f"server ID {LOST} " in line]
    for end in ("#000000, retired: no peer has it", "#000000, retired"):
        with Daemon(cluster[0]):
            wait_until(lambda end=end: any(line.endswith(end) for line in lines()), "it is told", 60)
        retire(cluster)


def test_nobody_gets_it_again(cluster):
    retire(cluster)
    cluster.document["peers"].append({"id": LOST, "uri": "ldap://127.0.0.1:1"})
    cluster.write()
    refused = cluster[0].plan()
    assert refused.returncode == 78 and 'this "id" is retired' in refused.stderr, refused.stderr
