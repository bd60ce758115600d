# SPDX-License-Identifier: Apache-2.0
"""A consumer with "update_ref": its slapd refers whoever writes to the providers that it reads (olcUpdateRef)."""

import subprocess

import ldap
import pytest
import remedies
from cluster import Cluster, add_person, apply_until_joined
from daemon import Daemon
from slapd import PASSWORD, SUFFIX, wait_until
from test_consumer_role import assert_refuses_writes, form_providers, make, rids
from whole import wait_equal

FOREIGN = "ldap://master.example.com"


def referred_to(node):
    """Where slapd sends a client that adds an entry, as LDAP carries it; [] where it takes the entry."""
    entry = f"dn: cn=referred,{SUFFIX}\nobjectClass: person\ncn: referred\nsn: x\n"
    done = subprocess.run(["ldapadd", "-x", "-D", f"cn=admin,{SUFFIX}", "-w", PASSWORD, "-H", node.server.ldap_uri],
                          input=entry, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode in (0, 10), done.stdout
    dn = f"/cn=referred,{SUFFIX}"
    found = [line.strip() for line in done.stdout.splitlines() if line.strip().startswith("ldap://")]
    assert all(uri.endswith(dn) for uri in found), done.stdout
    return sorted(uri[:-len(dn)] for uri in found)


def refs(node):
    return sorted(node.server.values(node.server.database_dn(), "olcUpdateRef"))


def set_refs(node, *uris):
    node.edit([(ldap.MOD_REPLACE, "olcUpdateRef", [uri.encode() for uri in uris])])


def uris(nodes):
    return sorted(node.server.ldap_uri for node in nodes)


def refer(cluster, value=True, **peer):
    cluster.document["peers"][-1].update(update_ref=value, **peer)
    cluster.write()


@pytest.fixture(name="cluster")
def fixture_cluster(slapd_factory, program):
    """Three providers and a consumer in step, which refers nobody."""
    cluster = make(slapd_factory, program, n_providers=3)
    cluster.document["peers"][-1]["reads"] = [1, 2]
    cluster.write()
    form_providers(cluster)
    apply_until_joined(cluster[-1])
    wait_equal(cluster.nodes)
    return cluster


@pytest.mark.every_release
def test_a_client_is_referred_to_what_the_consumer_reads(cluster):
    """The change of it alone drops no session; it follows what is read, and goes."""
    consumer = cluster[-1]
    cluster.wait_persistent()
    assert_refuses_writes(consumer.server)
    refer(cluster)
    before = consumer.server.tcp_peers()
    assert "referral of clients' writes" in consumer.apply_ok().stdout
    assert consumer.server.tcp_peers() == before
    assert referred_to(consumer) == uris(cluster.nodes[:2])
    consumer.assert_in_step()
    consumer.server.restart()
    assert referred_to(consumer) == uris(cluster.nodes[:2])
    consumer.assert_in_step()

    refer(cluster, reads=[3])
    consumer.apply("--release", "G4")
    apply_until_joined(consumer)
    assert rids(consumer) == [3] and referred_to(consumer) == uris(cluster.nodes[2:3])
    consumer.server.restart()
    late = add_person(cluster[0].server, "late")
    assert late in wait_equal(cluster.nodes)

    refer(cluster, False)
    consumer.apply_ok()
    assert refs(consumer) == [] and rids(consumer) == [3]
    assert_refuses_writes(consumer.server)
    consumer.assert_in_step()


@pytest.mark.every_release
def test_from_empty_it_refers_as_soon_as_it_reads(slapd_factory, program):
    """slapd takes no olcUpdateRef before the first link."""
    cluster = make(slapd_factory, program)
    refer(cluster)
    done = cluster[-1].apply()
    assert done.returncode == 3 and refs(cluster[-1]) == [], done.stdout
    form_providers(cluster)
    apply_until_joined(cluster[-1])
    assert referred_to(cluster[-1]) == uris(cluster.nodes[:2])
    assert cluster[-1].run("doctor", "restart").returncode == 0


def test_a_value_by_hand_stays_until_a_person_says_otherwise(cluster):
    consumer = cluster[-1]
    set_refs(consumer, FOREIGN)
    assert "Nothing to change" in consumer.apply_ok().stdout, "peers.json says nothing of it"
    refer(cluster)
    held = consumer.apply()
    assert held.returncode == 3 and "held G4" in held.stdout and refs(consumer) == [FOREIGN], held.stdout
    refer(cluster, False)
    consumer.apply_ok()
    assert refs(consumer) == [FOREIGN], "nor is it ours to take away"
    refer(cluster)
    remedies.printed(consumer.apply().stdout, "release-g4")
    consumer.apply_ok("--release", "G4")
    assert referred_to(consumer) == uris(cluster.nodes[:2])
    set_refs(consumer, FOREIGN)
    consumer.apply_ok()
    assert referred_to(consumer) == uris(cluster.nodes[:2]), "from now on it is drift, as any other"


def test_a_daemon_puts_it_back(cluster):
    consumer = cluster[-1]
    refer(cluster)
    with Daemon(consumer):
        wait_until(lambda: refs(consumer) == uris(cluster.nodes[:2]), "it is written", 60)
        consumer.edit([(ldap.MOD_DELETE, "olcUpdateRef", None)])
        wait_until(lambda: refs(consumer) == uris(cluster.nodes[:2]), "it is put back", 60)


@pytest.mark.every_release
@pytest.mark.parametrize("is_consumer", [True, False])
def test_who_leaves_takes_it_along(slapd_factory, program, is_consumer):
    """slapd does not start with olcUpdateRef on a database that reads from nobody, whoever wrote that."""
    if is_consumer:
        cluster = make(slapd_factory, program)
        refer(cluster)
        form_providers(cluster)
        apply_until_joined(cluster[-1])
    else:
        cluster = Cluster(slapd_factory, program, 2).form()
        set_refs(cluster[-1], FOREIGN)
    left = cluster[-1].run("leave")
    assert left.returncode == 0 and refs(cluster[-1]) == [], left.stdout
    cluster[-1].server.restart()
    held = cluster[-1].apply("--release", "left")
    if not is_consumer:  # the other one reads it again, and nothing was deleted
        remedies.run(cluster[-1], held.stdout, "release-joining", statuses=(0, 3))
    apply_until_joined(cluster[-1])
    assert refs(cluster[-1]) == (uris(cluster.nodes[:2]) if is_consumer else [])
    wait_equal(cluster.nodes)


@pytest.mark.every_release
def test_with_the_last_link_it_goes(slapd_factory, program):
    """A value by hand at a provider, whose only peer is taken out of peers.json."""
    cluster = Cluster(slapd_factory, program, 2).form()
    node = cluster[0]
    set_refs(node, FOREIGN)
    node.assert_in_step()
    del cluster.document["peers"][1]
    cluster.write()
    held = node.apply()
    assert held.returncode == 3 and refs(node) == [FOREIGN] and rids(node) == [2], held.stdout
    node.apply_ok("--release", "G4")
    assert refs(node) == [] and rids(node) == []
    node.server.restart()
    add_person(node.server, "alone")


@pytest.mark.every_release
def test_without_a_link_it_is_told_that_slapd_would_not_start(slapd_factory, program):
    """As somebody leaves it who ends replication by hand."""
    cluster = Cluster(slapd_factory, program, 2).form()
    node = cluster[0]
    set_refs(node, FOREIGN)
    node.edit([(ldap.MOD_DELETE, node.server.flag(), None), (ldap.MOD_DELETE, "olcSyncrepl", None)])
    told = node.plan().stdout
    assert "restart-unsafe" in told and "olcUpdateRef and reads from nobody" in told, told
    assert node.run("doctor", "restart").returncode == 2
    apply_until_joined(node)
    node.server.restart()
    assert refs(node) == [FOREIGN]
    wait_equal(cluster.nodes)
