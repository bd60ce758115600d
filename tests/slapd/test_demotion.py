# SPDX-License-Identifier: Apache-2.0
"""A provider that peers.json makes a consumer: by a person's word its clients write nothing any more, and nothing gets lost."""

import contextlib

import ldap
import pytest
import remedies
from cluster import Cluster, add_person, apply_until_joined, wait_entry
from daemon import Daemon
from slapd import SUFFIX, wait_until
from test_consumer_role import rids
from test_promotion import go_on, is_open
from test_update_ref import referred_to, uris
from whole import wait_equal


@pytest.fixture(name="cluster")
def fixture_cluster(slapd_factory, program):
    return Cluster(slapd_factory, program, 3).form()


def demote(cluster, **more):
    """In the file; returns the node."""
    cluster.document["peers"][-1].update(role="consumer", **more)
    cluster.write()
    return cluster.nodes[-1]


def refuses(node):
    with pytest.raises((ldap.UNWILLING_TO_PERFORM, ldap.REFERRAL)):
        add_person(node.server, "refused")


@pytest.mark.remedy("release-role")
@pytest.mark.every_release
def test_a_provider_becomes_a_consumer(cluster):
    """Its changes are with all others, then it reads only; the others end their links by a person; it can be a provider again."""
    own = add_person(cluster[2].server, "written-here")
    node = demote(cluster)
    held = node.apply()
    assert held.returncode == 3 and "held role" in held.stdout and is_open(node), held.stdout
    remedies.run(node, held.stdout, "release-role", statuses=(0, 3))
    refuses(node)
    apply_until_joined(node)
    assert rids(node) == [1, 2]
    for other in cluster.nodes[:2]:
        held = other.apply()
        assert held.returncode == 3 and "peers.json makes it a consumer" in held.stdout, held.stdout
        other.apply_ok("--release", "G4")
        assert 3 not in rids(other)
    node.server.restart()
    refuses(node)
    late = add_person(cluster[0].server, "late")
    cluster[1].server.admin().delete_s(own)
    entries = wait_equal(cluster.nodes)
    assert late in entries and own not in entries
    for other in cluster:
        other.assert_in_step()

    cluster.document["peers"][-1]["role"] = "provider"
    cluster.write()
    held = node.apply()
    assert held.returncode == 3 and "held role" in held.stdout, held.stdout
    node.apply("--release", "role")
    go_on(cluster, node)
    again = add_person(node.server, "a-provider-again")
    assert again in wait_equal(cluster.nodes)


@pytest.mark.every_release
def test_what_the_others_lack_still_comes_to_them(cluster):
    """It is closed to clients, and not called a consumer, until everybody was seen to have its last change."""
    node = cluster[2]
    for other in cluster.nodes[:2]:
        other.server.stop()
    unsent = add_person(node.server, "unsent")
    demote(cluster)
    held = node.apply("--release", "role")
    assert not is_open(node)
    refuses(node)
    held = node.apply()
    assert held.returncode == 3 and "cannot be asked" in held.stdout, held.stdout
    node.server.restart()
    refuses(node)
    for other in cluster.nodes[:2]:
        other.server.start()
    wait_entry(cluster[0].server, unsent)
    apply_until_joined(node)
    assert unsent in wait_equal(cluster.nodes)


def test_who_lacks_its_changes_is_named(cluster):
    """Also to who releases: the link must stay."""
    node = cluster[2]
    for other in cluster.nodes[:2]:
        other.edit([(ldap.MOD_DELETE, other.server.flag(), None), (ldap.MOD_DELETE, "olcSyncrepl", None)])
    add_person(node.server, "unsent")
    demote(cluster)
    node.apply("--release", "role")
    for _ in range(2):
        held = node.apply("--release", "role")
        assert held.returncode == 3 and "lacks changes that they made before" in held.stdout, held.stdout
    assert not is_open(node)


@pytest.mark.remedy("peer-left")
def test_a_provider_that_is_gone_is_taken_out(cluster):
    cluster[0].server.stop()
    node = demote(cluster)
    node.apply("--release", "role")
    held = node.apply("--release", "role")
    assert held.returncode == 3 and "cannot be asked" in held.stdout, held.stdout
    remedies.printed(held.stdout, "peer-left")
    del cluster.document["peers"][0]
    cluster.write()
    node.apply("--release", "G4")
    remedies.did("peer-left")
    node.assert_in_step()


def test_daemons_and_a_referral(cluster):
    """After the release the daemon tells when it is over; clients are sent on at once."""
    node = demote(cluster, update_ref=True)
    with contextlib.ExitStack() as stack:
        for other in cluster:
            stack.enter_context(Daemon(other))
        wait_until(lambda: "becomes a consumer" in node.run("status").stdout or "is a consumer" in node.run("status").stdout, "it is held", 60)
        node.apply("--release", "role")
        assert not is_open(node) and referred_to(node) == uris(cluster.nodes[:2])
        wait_until(lambda: node.run("check").returncode == 0, "it is a consumer", 90)
    assert SUFFIX in wait_equal(cluster.nodes)


def test_the_only_one_that_has_the_entries_stays(slapd_factory, program):
    """It reads from nobody: what is here alone the first refresh would delete."""
    cluster = Cluster(slapd_factory, program, 2)
    cluster[0].server.seed()
    cluster.document["peers"][1]["role"] = "consumer"
    cluster.write()
    apply_until_joined(cluster[0])
    own = add_person(cluster[0].server, "only-here")
    cluster.document["peers"][0]["role"], cluster.document["peers"][1]["role"] = "consumer", "provider"
    cluster.write()
    held = cluster[0].apply("--release", "role")
    assert held.returncode == 3 and "reads from nobody" in held.stdout and cluster[0].syncrepl() == [], held.stdout
    wait_entry(cluster[0].server, own)
