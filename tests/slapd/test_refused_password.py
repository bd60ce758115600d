# SPDX-License-Identifier: Apache-2.0
"""A node with entries of its own whose password every peer refuses: it waits, unless it was seen that nobody can have more.

slapd answers 49 to a wrong password and to an account that is not there, and hides all of a database from anonymous
clients as if it were empty; whether the syncprov overlay is there it tells them in any case.
"""

import ldap
import pytest
import remedies
from cluster import Cluster, apply_until_joined
from slapd import PASSWORD, SUFFIX, Database
from test_joining import is_provider
from whole import whole

ROOT = "gidNumber=0+uidNumber=0,cn=peercred,cn=external,cn=auth"
FIRST = [f'to * by dn.exact={ROOT} manage by dn.exact="cn=replicator,{SUFFIX}" read by * break',
         "to attrs=userPassword by anonymous auth by * none"]
SHOWN = [*FIRST, "to * by * read"]
HIDDEN = [*FIRST, "to * by users read by * none"]
WAITS = "was never compared with a peer"


def pair_with(slapd_factory, program, rules):
    """A node with a database of its own and a wrong password, and its peer."""
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb", attributes={"olcAccess": rules})], modules=("syncprov",))
    cluster[0].server.seed()
    cluster[0].write_secret("wrong")
    return cluster


def assert_waits(node):
    """Nobody can read it, and it reads nobody; returns what is printed."""
    for held in (node.plan(), node.apply()):
        assert held.returncode == 3 and WAITS in held.stdout and "syncward apply --release joining" in held.stdout, held.stdout
    assert not node.syncrepl() and not is_provider(node)
    return held.stdout


@pytest.mark.parametrize("rules", [SHOWN, HIDDEN], ids=["shown", "hidden"])
def test_a_provider_that_refuses_the_password_keeps_another_database_closed(slapd_factory, program, rules):
    """It was a whole cluster, whose nodes would have read this one and merged two databases."""
    cluster = pair_with(slapd_factory, program, rules)
    node, peer = cluster.nodes
    peer.server.seed()
    peer.connect_by_hand(cluster.nodes, cluster.databases[0])
    before = whole(peer.server)
    assert_waits(node)
    assert whole(peer.server) == before
    node.write_secret(PASSWORD)
    told = node.apply()
    assert told.returncode == 3 and "held G10" in told.stdout, told.stdout
    assert not node.syncrepl() and not is_provider(node)


def test_who_lets_nobody_look_before_a_bind_says_nothing(slapd_factory, program):
    """Empty or not, it does not tell. A person does."""
    cluster = pair_with(slapd_factory, program, SHOWN)
    node, peer = cluster.nodes
    peer.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcRequires", "authc")])
    remedies.run(node, assert_waits(node), "release-joining", statuses=(0, 3))
    assert WAITS not in node.plan().stdout and is_provider(node)


def test_an_account_that_is_seen_there_has_another_password(slapd_factory, program):
    """Both were filled, and none is a provider yet."""
    cluster = pair_with(slapd_factory, program, SHOWN)
    cluster[1].server.seed()
    assert_waits(cluster[0])


def test_a_filled_peer_that_shows_nothing_is_not_taken_for_an_empty_one(slapd_factory, program):
    """Nobody can tell them apart; but this node's own copy refuses that password as well, so the refusal says nothing."""
    cluster = pair_with(slapd_factory, program, HIDDEN)
    node, peer = cluster.nodes
    peer.server.seed()
    held = assert_waits(node)
    binds = node.server.log_count(r'BIND dn="cn=replicator')
    assert binds
    assert_waits(node)
    assert node.server.log_count(r'BIND dn="cn=replicator') - binds == 0, "a pass that repeats the bind may lock the account"
    remedies.run(node, held, "release-joining", statuses=(0, 3))
    assert WAITS not in node.plan().stdout and is_provider(node)


def test_an_empty_peer_that_refuses_keeps_no_first_node_waiting(slapd_factory, program):
    """Nothing is set up there, as in the ten lines of the README; test_guide.py has rules that show everything."""
    cluster = pair_with(slapd_factory, program, HIDDEN)
    cluster[0].write_secret(PASSWORD)
    for node in cluster:
        assert WAITS not in node.plan().stdout
        apply_until_joined(node)
    cluster.wait_in_step()
