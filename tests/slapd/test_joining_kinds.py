# SPDX-License-Identifier: Apache-2.0
"""Joining beside others of its kind: with daemons, with several databases under one server ID, with peers whose copies are old."""

import copy
import os

import ldap
import pytest
from backups import put_back, saved
from cluster import Cluster, add_person, apply_until_joined
from daemon import Daemon
from slapd import PASSWORD, SUFFIX, Database, wait_until
from test_joining import cut_refreshes, in_its_first_refresh, is_provider, load, replace_server
from whole import wait_equal, whole

OTHER = "o=two"


def flag_of(node, suffix):
    return node.server.values(node.server.database_dn(suffix), node.server.flag())


def two_databases(slapd_factory, program, n):
    databases = [Database(backend="mdb"), Database(backend="mdb", suffix=OTHER)]
    cluster = Cluster(slapd_factory, program, n, databases)
    cluster.document["databases"][1]["rid_offset"] = 100
    cluster.write()
    return cluster


@pytest.mark.long  # as below
@pytest.mark.newest_release
def test_a_daemon_whose_links_somebody_removes_while_it_joins_goes_on_joining(slapd_factory, program):
    cluster, node, undo = in_its_first_refresh(slapd_factory, program)
    with Daemon(node) as daemon:
        daemon.wait_for("joining")
        for _ in range(3):
            node.edit([(ldap.MOD_DELETE, "olcSyncrepl", None)])
            wait_until(node.syncrepl, "its link is back", 30)
            assert not is_provider(node)
        assert len(whole(node.server)) < len(whole(cluster[0].server))
        undo()
        wait_until(lambda: is_provider(node), "it has joined", 60)
    assert wait_equal(cluster)


@pytest.mark.long  # slapd itself may die of refreshes that a limit cuts again and again (2.6.10 did)
@pytest.mark.newest_release
def test_of_two_databases_the_one_whose_links_somebody_removes_goes_on_joining(slapd_factory, program):
    cluster = two_databases(slapd_factory, program, 2)
    first = cluster[0]
    for database in cluster.databases:
        first.server.seed(database)
    for node in cluster:
        apply_until_joined(node)
    load(first.server, 20)
    add_person(first.server, "other", cluster.databases[1])
    undo = cut_refreshes(first, cluster.databases[0].replicator)
    node = replace_server(slapd_factory, program, cluster, 1)

    def has_the_other_one():
        assert node.apply().returncode == 3
        return f"cn=other,{OTHER}" in whole(node.server, cluster.databases[1]) and len(whole(node.server)) > 1
    wait_until(has_the_other_one, "one is whole, of the other one a part is there", 30)
    os.unlink(os.path.join(node.state_dir, "databases.json"))
    for suffix in (SUFFIX, OTHER):
        node.edit([(ldap.MOD_DELETE, "olcSyncrepl", None)], suffix)
    for _ in range(2):
        held = node.apply()
        assert held.returncode == 3 and f"held joining: {SUFFIX}" in held.stdout, held.stdout
        assert not flag_of(node, SUFFIX)
    undo()
    apply_until_joined(node)
    for database in cluster.databases:
        wait_equal(cluster, database)


def account_in_another_database(slapd_factory, program):
    """One account for both, in the first; a peer has the second one already and nothing of the first."""
    cluster = two_databases(slapd_factory, program, 3)
    cluster.document["databases"][1]["syncrepl"]["binddn"] = cluster.databases[0].replicator
    cluster.write()
    for database in cluster.databases:
        cluster[0].server.seed(database)
    put_back(cluster[2].server, saved(cluster[0].server, OTHER), "-w", suffix=OTHER)
    return cluster


def copy_older_than_the_account(slapd_factory, program):
    """A peer was filled from a dump of before the account was made."""
    cluster = Cluster(slapd_factory, program, 3, [Database(backend="mdb")])
    cluster[0].server.seed()
    account = f"dn: {cluster.databases[0].replicator}\n"
    text = saved(cluster[0].server, context_csn=False)
    put_back(cluster[2].server, "\n\n".join(entry for entry in text.split("\n\n") if not entry.startswith(account)), "-w")
    return cluster


@pytest.mark.parametrize("make", [account_in_another_database, copy_older_than_the_account])
def test_a_peer_that_does_not_have_the_account_keeps_nobody_from_joining(slapd_factory, program, make):
    """It refuses the password, asked first: that is no word about the password."""
    cluster = make(slapd_factory, program)
    node = cluster[1]
    document = copy.deepcopy(cluster.document)
    document["peers"] = [peer for peer in document["peers"] if peer["id"] != 1]
    node.write(document)
    assert node.apply().returncode == 3
    node.write(cluster.document)

    def has_joined():
        told[:] = [one.apply().stdout for one in (cluster[0], node)]
        return all(flag_of(node, database.suffix) for database in cluster.databases)
    told = []
    try:
        wait_until(has_joined, "it has joined", 60)
    except TimeoutError as error:
        raise AssertionError(f"{error}:\n" + "\n".join(told)) from None
    for database in cluster.databases:
        wait_equal(cluster.nodes[:2], database)


def test_a_wrong_password_is_sent_once_to_each_peer_that_may_lack_the_account(slapd_factory, program):
    """They have it, and hide it from anonymous clients: each counts what it refuses."""
    hides = ["to attrs=userPassword by anonymous auth by * none", f'to dn.base="cn=replicator,{SUFFIX}" by * none', "to * by * read"]
    cluster = Cluster(slapd_factory, program, 3, [Database(backend="mdb", attributes={"olcAccess": hides})])
    cluster[1].server.seed()
    for peer in cluster.nodes[1:]:
        put_back(peer.server, saved(cluster[1].server, context_csn=False), "-w")
    node = cluster[0]
    node.write_secret("wrong")
    for _ in range(3):
        assert node.apply().returncode == 3
    assert [peer.server.log_count("RESULT tag=97 err=49") for peer in cluster.nodes[1:]] == [1, 1]
    node.write_secret(PASSWORD)
    wait_until(lambda: node.apply() and node.syncrepl(), "the right one is sent", 30)
