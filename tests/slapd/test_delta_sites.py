# SPDX-License-Identifier: Apache-2.0
"""Not everybody reads everybody: a log is read where its node brings nothing that the reader gets from it alone. Else slapd
that is killed between its database and its log would keep another node's change from those who read it there, for good. And
where its node reads logs only: what it gets in a refresh comes into its log in no order, and who reads that misses some."""

import random
import time

import delta
import ldap
import pytest
from changes import Changes
from cluster import Cluster, add_person, apply_until_joined, wait_entry
from slapd import SUFFIX, Database, wait_until
from test_delta_holds import touch
from test_delta_made import OF_LOGS, Writers, assert_equal
from whole import wait_equal

SITES = "aaabb"
READS = {1: {2, 3, 4}, 2: {1, 3}, 3: {1, 2}, 4: {1, 5}, 5: {4}}
BY_LOG = {1: set(), 2: set(), 3: set(), 4: {5}, 5: set()}  # 1 and 4 are the gateways
CONSUMERS = (5003, 5004, 5005)  # no server ID: slapd takes 4095 at most


def read_by_log(cluster, node):
    """Whose log the node reads."""
    return {peer.id for peer in cluster for value in node.syncrepl() if "logbase=" in value and peer.server.ldap_uri in value}


def apply_until(cluster, wanted, providers):
    def is_done():
        for node in providers:
            add_person(node.server, f"begins{time.monotonic_ns()}")
        for node in cluster:
            assert node.apply().returncode in (0, 3)
        return all(read_by_log(cluster, node) == wanted[node.id] for node in cluster)
    try:
        wait_until(is_done, "links read the logs that they may", 60)
    except TimeoutError as error:
        raise AssertionError("\n".join([f"{error}: {[read_by_log(cluster, node) for node in cluster]}",
                                        *(node.plan().stdout for node in cluster)])) from None
    cluster.wait_persistent()


@pytest.fixture(name="sites")
def fixture_sites(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, len(SITES), [Database(backend="mdb")], modules=["syncprov"])
    for peer, site in zip(cluster.document["peers"], SITES):
        peer["site"] = site
    cluster.document["topology"] = {"gateways": 1}
    for node in cluster:
        node.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID", str(node.id))])
    cluster[0].server.seed()
    for node in cluster:
        node.connect_by_hand([cluster[i - 1] for i in READS[node.id]], cluster.databases[0])
    cluster.write()
    cluster.wait_in_step()
    cluster.be_seen_to_work()
    delta.want_all(cluster)
    apply_until(cluster, BY_LOG, cluster.nodes)
    return cluster


def kill_the_gateway(cluster, n):
    """While clients write everywhere; what they had an answer for is everywhere afterwards."""
    with Writers(cluster) as writers:
        for _ in range(n):
            done = writers.n
            wait_until(lambda done=done: writers.n > done + 40, "clients go on")
            cluster[0].server.kill()
            cluster[0].server.start()
    cluster.wait_persistent()
    delta.write_everywhere(cluster, "last")
    touch(cluster[1], SUFFIX)
    assert_equal(cluster, set(writers.acknowledged))


def has_log(node):
    return any("accesslog" in dn for dn, _ in node.server.search("cn=config", "(objectClass=olcAccessLogConfig)"))


@OF_LOGS
def test_the_site_of_a_gateway_reads_no_logs_but_that_of_who_reads_the_gateway_alone(sites):
    for node in sites:
        node.assert_in_step()
        assert node.plan_json()["findings"] == [] and delta.doctor(node) == []
    assert [has_log(node) for node in sites] == [False, False, False, True, True]
    gone = add_person(sites[4].server, "gone")
    for node in sites:
        wait_entry(node.server, gone)
    connection = sites[1].server.admin()
    connection.delete_s(gone)
    connection.unbind_s()
    wait_until(lambda: not any(node.server.search(gone) for node in sites), "what was deleted is gone at both sites")
    kill_the_gateway(sites, 2)


@OF_LOGS
def test_what_a_gateway_took_while_it_was_cut_off_comes_whole_to_its_site(sites):
    """Where 2 and 3 read each other's log and the gateway's database 2.6.10 lost something in 15 of 20 such rounds."""
    gateway = sites[0].server
    changes = Changes(gateway, random.Random(3))
    listeners = list(gateway.listeners)
    for _ in range(3):
        gateway.stop()
        gateway.listeners = listeners[:1]
        gateway.start()
        changes.make(8)
        gateway.stop()
        gateway.listeners = listeners
        gateway.start()
        wait_equal(sites)


@pytest.mark.long
@OF_LOGS
def test_a_gateway_that_is_killed_again_and_again_keeps_nothing_from_its_site(sites):
    """Without the fence, slapd alone: 2.6.10 now and then has the gateway delete what it took from one side, when it reads the
    other one, which had not got it; then clients had an answer for what is nowhere."""
    kill_the_gateway(sites, 25)


def value(node, dn):
    return node.server.values(dn, "description")


def of_one(slapd_factory, program):
    """A provider, a consumer and a hub that read it, and who reads the hub."""
    cluster = Cluster(slapd_factory, program, 4, [Database(backend="mdb")], modules=["syncprov"])
    for peer, node, number in zip(cluster.document["peers"][1:], cluster.nodes[1:], CONSUMERS):
        peer.update(id=number, role="consumer")
        node.id = number
    hub, last = cluster.document["peers"][2:]
    hub.update(hub=True, reads=[1], rid=2)
    last["reads"] = [hub["id"]]
    cluster[0].server.seed()
    delta.want_all(cluster)
    for node in cluster:
        apply_until_joined(node)
    return cluster


@OF_LOGS
def test_who_reads_the_only_provider_reads_its_log(slapd_factory, program):
    """Of one provider changes come in their order: its readers need no log of their own."""
    cluster = of_one(slapd_factory, program)
    provider, *others = cluster.nodes
    apply_until(cluster, {1: set(), 5003: {1}, 5004: {1}, 5005: set()}, [provider])
    dn = add_person(provider.server, "changed")
    gone = add_person(provider.server, "gone")
    with Writers([provider]) as writers:
        for server in (provider.server, others[1].server):
            server.kill()
            server.start()
        wait_until(lambda: len(writers.acknowledged) > 100, "clients go on")
    connection = provider.server.admin()
    connection.modify_s(dn, [(ldap.MOD_REPLACE, "description", [b"new"])])
    connection.delete_s(gone)
    connection.unbind_s()
    for node in others:
        wait_until(lambda node=node: value(node, dn) == ["new"] and not node.server.search(gone), "both changes are there")
        assert not any("accesslog" in found for found, _ in node.server.search("cn=config"))
        node.assert_in_step()
        assert node.plan_json()["findings"] == [] and delta.doctor(node) == []
    assert_equal(cluster, set(writers.acknowledged))


@OF_LOGS
def test_a_second_provider_has_consumers_read_databases_again(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 3, [Database(backend="mdb")], modules=["syncprov"])
    provider, second, consumer = cluster.nodes
    whole = cluster.document["peers"]
    whole[2].update(id=CONSUMERS[0], role="consumer")
    consumer.id = CONSUMERS[0]
    provider.server.seed()
    cluster.document["peers"] = [whole[0], whole[2]]
    for node in (provider, consumer):
        delta.want(node, cluster.document)
        apply_until_joined(node)

    def reads_log():
        add_person(provider.server, f"begins{time.monotonic_ns()}")
        return consumer.apply().returncode == 0 and delta.reads(consumer) == 1
    wait_until(reads_log, "the consumer reads the log", 60)
    cluster.document["peers"] = whole
    delta.want_all(cluster)
    for node in cluster:
        apply_until_joined(node)
    assert len(consumer.syncrepl()) == 2 and delta.reads(consumer) == 0
    apply_until(cluster, {1: {2}, 2: {1}, consumer.id: set()}, [provider, second])
    for dn in [add_person(node.server, f"both{node.id}") for node in (provider, second)]:
        wait_entry(consumer.server, dn)
