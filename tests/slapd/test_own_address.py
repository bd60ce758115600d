# SPDX-License-Identifier: Apache-2.0
"""A peer whose URL leads back to this server by an address that slapd does not take for its own: no link is written to it."""

import ldap
import pytest
from cluster import Cluster
from lone import Lone
from test_guards import holds, with_itself, without_peer

# Of a server that listens at every address; 127.1 is one only to the resolver, as a name is.
ALIASES = ["ldap://0.0.0.0:{port}", "ldap://[::]:{port}", "ldap://[::ffff:127.0.0.1]:{port}", "ldap://127.0.0.9:{port}", "ldap://127.1:{port}"]


@pytest.fixture(name="lone")
def fixture_lone(slapd_factory, program):
    return lambda **options: Lone(slapd_factory, program, **options)


def is_held_alone(done):
    assert len(holds(done.stdout)) == 1, done.stdout
    hold, = holds(done.stdout)
    assert done.returncode == 3 and hold.guard == "self-named", done.stdout + done.stderr
    return hold


@pytest.mark.parametrize("alias", ALIASES)
def test_a_peer_at_another_address_of_this_server_is_held_and_the_others_go_ahead(lone, alias):
    node = with_itself(lone, alias)
    hold = is_held_alone(node.apply())
    assert "peer 4" in hold.text and "slapd here listens at that address and would read from itself" in hold.text
    assert len(node.syncrepl()) == 2 and not [value for value in node.syncrepl() if str(node.server.port) in value]
    without_peer(node, hold)
    node.assert_in_step()


@pytest.mark.parametrize("alias", ["ldap://0.0.0.0:{port}", "ldap://127.1:{port}"])
def test_a_link_of_a_cluster_is_not_changed_into_one_to_itself(slapd_factory, program, alias):
    node, peer = cluster = Cluster(slapd_factory, program, 2, modules=["syncprov"]).form()
    before = node.syncrepl()
    cluster.document["peers"][1]["uri"] = alias.format(port=node.server.port)
    cluster.write()
    hold = is_held_alone(node.apply())
    assert "peer 2" in hold.text and node.syncrepl() == before
    cluster.document["peers"][1]["uri"] = peer.server.ldap_uri
    cluster.write()
    node.assert_in_step()


@pytest.mark.parametrize("has_id", [True, False], ids=["by-its-id", "by-its-address"])
def test_one_server_under_two_urls_is_no_second_equal_copy(slapd_factory, program, has_id):
    node, peer, _ = cluster = Cluster(slapd_factory, program, 3, modules=["syncprov"]).form()
    cluster.wait_in_step()
    if not has_id:
        peer.edit([(ldap.MOD_DELETE, peer.server.flag(), None)])
        peer.server.modify("cn=config", [(ldap.MOD_DELETE, "olcServerID", None)])
        peer.server.restart()
    cluster.document["peers"][2]["uri"] = peer.server.ldap_uri.replace("127.0.0.1", "localhost")
    cluster.write()
    done = node.run("compare")
    assert done.returncode == 3 and "All copies are equal" not in done.stdout, done.stdout + done.stderr
    assert done.stdout.count("not comparable: it runs under server ID 2" if has_id else "not comparable: its address leads to the same server") == 1, done.stdout
