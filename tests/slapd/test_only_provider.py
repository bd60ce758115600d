# SPDX-License-Identifier: Apache-2.0
"""The only provider, made anew beside consumers that have what it lost: what is here would replace what they hold."""

import os
import time

import ldap
import pytest
import remedies
from cluster import add_person, apply_until_joined, finish_with_writes, wait_entry
from daemon import Daemon
from fence import refuses_writes
from slapd import SUFFIX, wait_until
from test_consumer_role import CONSUMER, form_providers, make
from test_emptied import has_seen_it_full, is_closed
from test_joining import dns, replace_server
from whole import wait_equal


@pytest.fixture(name="lost")
def fixture_lost(slapd_factory, program):
    """A provider and a consumer in step; the provider is a new, empty machine then."""
    cluster = make(slapd_factory, program, n_providers=1)
    form_providers(cluster)
    apply_until_joined(cluster[1])
    add_person(cluster[0].server, "kept")
    wait_equal(cluster.nodes)
    replace_server(slapd_factory, program, cluster, 0)
    return cluster


def wipe(server):
    folder, = server.values(server.database_dn(), "olcDbDirectory")
    server.stop()
    for name in os.listdir(folder):
        os.unlink(os.path.join(folder, name))


def dump(server):
    return server.tool("cat", "-b", SUFFIX).stdout


def load(server, ldif):
    """With slapadd -w, slapd stopped."""
    wipe(server)
    path = server.directory + "/fresh.ldif"
    with open(path, "w", encoding="utf-8") as file:
        file.write(ldif)
    server.tool("add", "-w", "-b", SUFFIX, "-l", path)
    server.start()


def assert_held(node, consumer, empty=str(CONSUMER)):
    """Whatever a person says, and nothing was lost."""
    before = dns(consumer.server)
    for words in ((), ("--first-node",), ("--first-node", "--empty", empty), ("--release", "joining")):
        held = node.apply(*words)
        assert held.returncode == 3 and f"{consumer.server.ldap_uri}, a consumer, holds" in held.stdout, held.stdout
        assert not any("syncprov" in dn for dn, _ in node.server.search("cn=config"))
    assert dns(consumer.server) == before and f"cn=kept,{SUFFIX}" in before
    return held


@pytest.mark.every_release
def test_an_empty_one_is_loaded_from_a_consumer_as_printed(lost):
    provider, consumer = lost
    held = assert_held(provider, consumer)
    assert consumer.server.ldap_uri in remedies.printed(held.stdout, "database-load")
    load(provider.server, dump(consumer.server))
    apply_until_joined(provider)
    late = add_person(provider.server, "late")
    wait_entry(consumer.server, late)
    assert f"cn=kept,{SUFFIX}" in wait_equal(lost.nodes)
    for node in lost:
        node.assert_in_step()


def test_what_was_put_into_it_is_another_database(lost):
    """A client was quicker than the administrator."""
    provider, consumer = lost
    provider.server.seed()
    assert_held(provider, consumer)
    load(provider.server, dump(consumer.server))
    apply_until_joined(provider)
    assert f"cn=kept,{SUFFIX}" in wait_equal(lost.nodes)


def test_an_old_dump_waits_for_what_the_consumer_has_since(slapd_factory, program):
    cluster = make(slapd_factory, program, n_providers=1)
    form_providers(cluster)
    apply_until_joined(cluster[1])
    old = dump(cluster[0].server)
    newest = add_person(cluster[0].server, "newest")
    wait_equal(cluster.nodes)
    provider = replace_server(slapd_factory, program, cluster, 0)
    load(provider.server, old)
    held = provider.apply()
    assert held.returncode == 3 and f"{cluster[1].server.ldap_uri}, a consumer, has changes that are not here" in held.stdout
    load(provider.server, dump(cluster[1].server))
    apply_until_joined(provider)
    assert newest in wait_equal(cluster.nodes)


def test_the_first_of_two_that_were_made_anew_asks_the_consumer(slapd_factory, program):
    """Whoever lost all providers has the last copy there."""
    cluster = make(slapd_factory, program)
    form_providers(cluster)
    apply_until_joined(cluster[2])
    add_person(cluster[0].server, "kept")
    wait_equal(cluster.nodes)
    for i in range(2):
        replace_server(slapd_factory, program, cluster, i)
    held = assert_held(cluster[0], cluster[2], empty=f"2,{CONSUMER}")
    assert cluster[2].server.ldap_uri in remedies.printed(held.stdout, "database-load")
    load(cluster[0].server, dump(cluster[2].server))
    held = cluster[0].apply()
    assert held.returncode == 3 and cluster[1].server.ldap_uri in held.stdout  # which lets nobody look, and may have more
    remedies.execute(cluster[0], remedies.printed(held.stdout, "release-joining"), statuses=(0, 3))
    for node in cluster:
        apply_until_joined(node)
    assert f"cn=kept,{SUFFIX}" in wait_equal(cluster.nodes)


def test_one_that_is_emptied_under_its_configuration_is_closed_until_it_is_loaded(slapd_factory, program):
    """Its overlay is there: what a client puts into it would come to the consumer at once."""
    cluster = make(slapd_factory, program, n_providers=1, backend="mdb")
    form_providers(cluster)
    provider, consumer = cluster
    apply_until_joined(consumer)
    add_person(provider.server, "kept")
    wait_equal(cluster.nodes)
    with Daemon(provider) as daemon:
        wait_until(lambda: has_seen_it_full(provider), "it was seen full")
        wipe(provider.server)
        last = int(time.time())
        wait_until(lambda: int(time.time()) > last, "another second: slapd tells when it was started to the second")
        provider.server.start()
        wait_until(lambda: is_closed(provider), "the daemon closes it", 60)
        assert refuses_writes(provider.server)
        wait_until(lambda: f"{consumer.server.ldap_uri}, a consumer, holds entries" in provider.run("status").stdout,
                   "it is told who has them", 60)
        load(provider.server, dump(consumer.server))
        wait_until(lambda: not is_closed(provider), "it opens", 60)
        assert daemon.pid
    wait_entry(consumer.server, add_person(provider.server, "late"))
    assert f"cn=kept,{SUFFIX}" in wait_equal(cluster.nodes)


@pytest.mark.remedy("consumer-anew")
def test_a_consumer_that_nobody_needs_is_emptied_as_printed(lost):
    """Then the new provider is the first node, which a person says where the consumer lets nobody look."""
    provider, consumer = lost
    held = assert_held(provider, consumer)
    remedies.printed(held.stdout, "consumer-anew")
    wipe(consumer.server)
    consumer.server.start()
    remedies.did("consumer-anew")
    held = provider.apply()
    assert held.returncode == 3 and "could not see whether" in held.stdout
    remedies.run(provider, held.stdout, "first-node-empty")
    provider.server.seed()
    apply_until_joined(consumer)
    assert f"cn=kept,{SUFFIX}" not in wait_equal(lost.nodes)


def test_a_new_fleet_whose_consumers_are_not_there_yet_begins_as_printed(slapd_factory, program):
    cluster = make(slapd_factory, program, n_providers=1)
    provider, consumer = cluster
    consumer.server.stop()
    held = provider.apply()
    assert held.returncode == 3
    remedies.run(provider, held.stdout, "first-node")
    provider.server.seed()
    consumer.server.start()
    apply_until_joined(consumer)
    wait_equal(cluster.nodes)


@pytest.mark.one_release
@pytest.mark.remedy("root-sees")
def test_one_that_hides_its_database_from_root_is_held_until_root_may_look(slapd_factory, program):
    """Nobody else could tell whether it is empty: its consumers may be away, and have nothing of their own."""
    cluster = make(slapd_factory, program, n_providers=1)
    node = cluster[0]
    node.server.seed()
    hides = f'to * by dn.exact="cn=replicator,{SUFFIX}" read by anonymous auth by * none'
    node.edit([(ldap.MOD_REPLACE, "olcAccess", [hides])])
    for words in ((), ("--first-node",)):
        held = node.apply(*words)
        assert held.returncode == 3, held.stdout + held.stderr
        assert "olcAccess" in held.stdout and "from root over ldapi" in held.stdout, held.stdout
        assert not any("syncprov" in dn for dn, _ in node.server.search("cn=config"))
    node.edit([(ldap.MOD_ADD, *remedies.attribute(held.stdout, "root-sees"))])
    finish_with_writes(node)
    node.assert_in_step()
    apply_until_joined(cluster[1])
    add_person(node.server, "afterwards")
    wait_equal(cluster.nodes)


@pytest.mark.every_release
def test_one_of_two_that_was_made_anew_waits_for_what_only_a_consumer_has(slapd_factory, program):
    """What the other provider shows is all here: only the consumer got its last change."""
    cluster = make(slapd_factory, program)
    form_providers(cluster)
    apply_until_joined(cluster[2])
    add_person(cluster[1].server, "first")
    wait_equal(cluster.nodes)
    cluster[0].server.stop()
    last = add_person(cluster[1].server, "last")
    wait_entry(cluster[2].server, last)
    cluster[1].server.stop()
    cluster[0].server.start()
    node = replace_server(slapd_factory, program, cluster, 1)

    def held():
        done = node.apply()
        assert done.returncode in (2, 3), done.stdout + done.stderr
        return "changes of this node's own server ID are neither here" in done.stdout

    wait_until(held, "it waits for what it wrote before", 60)
    assert refuses_writes(node.server) and last in dns(cluster[2].server)
    load(node.server, dump(cluster[2].server))
    apply_until_joined(node)
    assert last in wait_equal(cluster.nodes)
