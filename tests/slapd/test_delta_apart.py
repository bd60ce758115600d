# SPDX-License-Identifier: Apache-2.0
"""Of two changes of one entry that were made at two nodes while they were apart the newer must win: slapd looks in its own log
of changes which one that is, with the rights of the database's rootdn. So a node that keeps no log reads none."""

import re
import time

import delta
import ldap
import pytest
import remedies
from cluster import Cluster, add_person, apply_until_joined, wait_entry
from slapd import SUFFIX, Database, wait_until

REPLICATOR = "cn=replicator," + SUFFIX
CONSUMER = 5003  # no server ID: slapd takes 4095 at most


@pytest.fixture(name="beside")
def fixture_beside(slapd_factory, program):
    """Two providers that read each other's log, and a consumer."""
    cluster = Cluster(slapd_factory, program, 3, [Database(backend="mdb")], modules=["syncprov"])
    cluster.document["peers"][-1].update(id=CONSUMER, role="consumer")
    cluster.nodes[-1].id = CONSUMER
    cluster[0].server.seed()
    delta.want_all(cluster)
    for node in cluster:
        apply_until_joined(node)
    providers = cluster.nodes[:-1]

    def is_delta():
        for node in providers:
            add_person(node.server, f"begins{time.monotonic_ns()}")
        for node in cluster:
            assert node.apply().returncode in (0, 3)
        return all(delta.reads(node) == 1 for node in providers)
    wait_until(is_delta, "the providers read logs", 60)
    cluster.wait_persistent()
    return cluster


def cut_off(node):
    """Has its links lead nowhere; returns what they were."""
    before = node.syncrepl()
    node.edit([(ldap.MOD_REPLACE, "olcSyncrepl", [re.sub(r"provider=\S+", "provider=ldap://127.0.0.1:1", value)
                                                  for value in before])])
    return before


def replace(node, dn, **values):
    connection = node.server.admin()
    connection.modify_s(dn, [(ldap.MOD_REPLACE, name, [value.encode()]) for name, value in values.items()])
    connection.unbind_s()


def write_apart(providers, dn, before=lambda: None):
    """One attribute at both, the first one first, while they do not hear of each other."""
    links = [cut_off(node) for node in providers]
    before()
    replace(providers[0], dn, description="old", ou="one")
    time.sleep(1.1)  # the later one is the newer one, whatever their clocks' grain
    replace(providers[1], dn, description="new", l="two")
    return links


def bring_together(providers, links):
    for node, values in zip(providers, links):
        node.edit([(ldap.MOD_REPLACE, "olcSyncrepl", values)])
    for i, node in enumerate(providers):
        dn = add_person(node.server, f"together{time.monotonic_ns()}")
        wait_entry(providers[1 - i].server, dn)


def held(nodes, dn):
    return [node.server.values(dn, "description") for node in nodes]


@pytest.mark.since("2.5")
def test_a_consumer_beside_logs_reads_the_database_and_has_the_newer_of_two_changes(beside):
    *providers, consumer = beside.nodes
    for node in beside:
        node.assert_in_step()
        assert node.plan_json()["findings"] == []
    assert delta.reads(consumer) == 0 and not any("accesslog" in dn for dn, _ in consumer.server.search("cn=config"))
    for node in providers:
        dn = add_person(node.server, f"new{node.id}")
        for other in beside:
            wait_entry(other.server, dn)
    dn = add_person(providers[0].server, "rival")
    for node in beside:
        wait_entry(node.server, dn)
    links = write_apart(providers, dn, consumer.server.stop)
    providers[0].server.stop()
    consumer.server.start()
    wait_until(lambda: held([consumer], dn) == [["new"]], "it has the newer one")
    providers[0].server.start()
    bring_together(providers, links)
    wait_until(lambda: held(beside, dn) == [["new"]] * 3, "all have the newer one")


@pytest.mark.since("2.5")
def test_a_log_that_the_rootdn_may_not_read_lets_the_older_change_win_and_is_told(slapd_factory, program):
    """The first node is given what syncward says, the second one is not."""
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb")], modules=["syncprov", "accesslog"])
    for node in cluster:
        delta.add_log(node.server, [REPLICATOR], rootdn="cn=admin," + delta.LOG)
        delta.add_log_provider(node.server)
        delta.add_logging(node.server)
    cluster.form_by_hand()
    for node in cluster:
        delta.read_log(node, cluster)
    cluster.document["databases"][0]["syncrepl"].update(delta.KEYWORDS)
    cluster.write()
    for node in cluster:
        (severity, text), = delta.findings(node, "log-incomplete")
        assert severity == "critical" and "rootdn of the database" in text
    server = cluster[0].server
    name, value = remedies.attribute(text, "log-access")
    server.modify(server.database_dn(delta.LOG), [(ldap.MOD_ADD, name, value)])
    assert delta.findings(cluster[0], "log-incomplete") == []
    delta.write_everywhere(cluster, "first")
    dn = add_person(server, "rival")
    wait_entry(cluster[1].server, dn)
    providers = [cluster[1], cluster[0]]
    bring_together(providers, write_apart(providers, dn))
    wait_until(lambda: held([cluster[0]], dn) == [["new"]], "the newer one")
    dn = add_person(server, "another")
    wait_entry(cluster[1].server, dn)
    bring_together(cluster.nodes, write_apart(cluster.nodes, dn))
    wait_until(lambda: held([cluster[1]], dn) == [["old"]], "the older one, behind the newer one")
