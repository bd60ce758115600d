# SPDX-License-Identifier: Apache-2.0
"""A consumer that peers.json makes a provider: it joins with the entries that it has, by a person's word."""

import contextlib

import pytest
import remedies
from cluster import add_person, apply_until_joined, wait_entry
from daemon import Daemon
from slapd import SUFFIX, wait_until
from test_consumer_role import assert_refuses_writes, changes, form_providers, is_plain, make, rids
from test_update_ref import referred_to, refs, uris
from whole import wait_equal, whole


@pytest.fixture(name="joined")
def fixture_joined(slapd_factory, program):
    """Two providers and a consumer in step."""
    return in_step(make(slapd_factory, program))


def in_step(cluster):
    form_providers(cluster)
    apply_until_joined(cluster[-1])
    wait_equal(cluster.nodes)
    cluster.wait_persistent()
    return cluster


def promote(cluster, peer_id=3):
    """In the file; returns the node."""
    cluster.document["peers"][-1].update(id=peer_id, role="provider")
    cluster.document["peers"][-1].pop("update_ref", None)
    cluster.nodes[-1].id = peer_id
    cluster.write()
    return cluster.nodes[-1]


def is_open(node):
    return node.server.values(node.server.database_dn(), node.server.flag()) == ["TRUE"]


def go_on(cluster, node):
    """The others read it, and it is open."""
    for other in cluster.nodes[:-1]:
        other.apply()
    apply_until_joined(node)
    for other in cluster.nodes[:-1]:
        apply_until_joined(other)
    assert is_open(node)
    cluster.wait_persistent()


@pytest.mark.remedy("release-role", "compare-attributes")
@pytest.mark.every_release
def test_a_consumer_becomes_a_provider_with_what_it_has(joined):
    """Every change goes every way then, also what came while it was away."""
    before = whole(joined[0].server)
    node = promote(joined)
    held = node.apply()
    assert held.returncode == 3 and "held role" in held.stdout and is_plain(node.server), held.stdout
    remedies.printed(held.stdout, "compare-attributes")
    compared = node.run("compare", "--attributes")
    assert compared.returncode in (0, 3) and "differ" not in compared.stdout.replace("othing differs", ""), compared.stdout
    remedies.did("compare-attributes")
    remedies.run(node, held.stdout, "release-role", statuses=(0, 3))
    assert not is_open(node)
    assert_refuses_writes(node.server)
    go_on(joined, node)
    assert node.server.values("cn=config", "olcServerID") == ["3"] and rids(node) == [1, 2]
    assert wait_equal(joined.nodes).keys() == before.keys(), "nobody lost or got an entry"
    own = add_person(node.server, "by-the-new-provider")
    assert own in wait_equal(joined.nodes)
    joined.nodes[0].server.stop()
    node.server.admin().delete_s(own)
    late = add_person(node.server, "late")
    joined.nodes[0].server.start()
    entries = wait_equal(joined.nodes)
    assert own not in entries and late in entries
    for other in joined:
        other.assert_in_step()


@pytest.mark.every_release
def test_what_it_did_not_read_keeps_it_closed(slapd_factory, program):
    """contextCSN is equal, and as a provider it would have the others delete what its filter left out."""
    cluster = make(slapd_factory, program)
    cluster.document["peers"][-1]["as_consumer"] = {"filter": "(!(cn=hidden*))"}
    cluster.write()
    form_providers(cluster)
    hidden = add_person(cluster[0].server, "hidden-from-it")
    for _ in range(3):
        cluster[-1].apply("--release", "G13")
        wait_entry(cluster[-1].server, SUFFIX)
    shown = add_person(cluster[1].server, "shown")
    wait_entry(cluster[-1].server, shown)
    del cluster.document["peers"][-1]["as_consumer"]
    cluster.write()
    apply_until_joined(cluster[-1])
    node = promote(cluster)
    for _ in range(2):
        held = node.apply("--release", "role")
        assert held.returncode == 3 and "as a provider this node would make others delete them" in held.stdout, held.stdout
        for other in cluster.nodes[:-1]:
            other.apply()
    assert is_plain(node.server)
    for other in cluster.nodes[:-1]:
        assert hidden in whole(other.server)


def test_a_link_that_reads_a_part_keeps_it_closed(slapd_factory, program):
    cluster = make(slapd_factory, program)
    cluster.document["peers"][-1]["as_consumer"] = {"exattrs": "description"}
    cluster.write()
    form_providers(cluster)
    for _ in range(3):
        cluster[-1].apply("--release", "G13")
        wait_entry(cluster[-1].server, SUFFIX)
    node = promote(cluster)
    held = node.apply("--release", "role")
    assert held.returncode == 3 and "held G13" in held.stdout and is_plain(node.server), held.stdout
    held = node.apply("--release", "role")
    assert held.returncode == 3 and not is_open(node), held.stdout


def test_it_does_not_open_while_nobody_can_be_asked(joined):
    """That it was complete as a consumer is no proof."""
    node = promote(joined)
    for other in joined.nodes[:-1]:
        other.server.stop()
    held = node.apply("--release", "role")
    assert held.returncode == 3 and "held joining" in held.stdout and is_plain(node.server), held.stdout
    for other in joined.nodes[:-1]:
        other.server.start()
    missed = add_person(joined[0].server, "missed")
    node.apply("--release", "role")
    go_on(joined, node)
    assert missed in wait_equal(joined.nodes)


@pytest.mark.every_release
def test_ended_in_the_middle_it_refuses_writes(joined):
    """slapd and syncward end after the release; what goes on then is the daemon's."""
    node = promote(joined)
    node.apply("--release", "role")
    assert node.server.values("cn=config", "olcServerID") == ["3"] and not is_open(node)
    node.server.kill()
    node.server.start()
    assert_refuses_writes(node.server)
    missed = add_person(joined[0].server, "missed")
    with contextlib.ExitStack() as stack:
        for other in joined:
            stack.enter_context(Daemon(other))
        wait_until(lambda: is_open(node), "the daemons bring it to its end", 120)
    own = add_person(node.server, "own")
    entries = wait_equal(joined.nodes)
    assert own in entries and missed in entries


def test_with_one_provider(slapd_factory, program):
    """Which gets the flag itself, as it reads somebody from now on."""
    cluster = in_step(make(slapd_factory, program, n_providers=1))
    node = promote(cluster, 2)
    node.apply("--release", "role")
    go_on(cluster, node)
    assert is_open(cluster[0])
    changes_both_ways(cluster)


def changes_both_ways(cluster):
    made = [add_person(node.server, f"by-{node.id}") for node in cluster]
    assert set(made) <= wait_equal(cluster.nodes).keys()
    for node, name in zip(cluster.nodes, reversed(made)):
        node.server.admin().delete_s(name)
    assert not set(made) & wait_equal(cluster.nodes).keys()


def test_it_refers_clients_until_it_takes_their_writes(slapd_factory, program):
    cluster = make(slapd_factory, program)
    cluster.document["peers"][-1]["update_ref"] = True
    cluster.write()
    in_step(cluster)
    node = promote(cluster)
    node.apply("--release", "role")
    assert not is_open(node) and referred_to(node) == uris(cluster.nodes[:2])
    go_on(cluster, node)
    assert refs(node) == []
    changes_both_ways(cluster)


def test_back_to_a_consumer_before_it_began(joined):
    """A hold alone changes nothing."""
    node = promote(joined)
    before = node.server.config_writes()
    node.apply()
    joined.document["peers"][-1].update(id=5003, role="consumer")
    node.id = 5003
    joined.write()
    node.assert_in_step()
    assert node.server.config_writes() == before
    changes(joined, "after")
