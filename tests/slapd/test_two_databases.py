# SPDX-License-Identifier: Apache-2.0
"""Several databases of one server are cared for at once, each by its own suffix."""

import contextlib

import ldap
import pytest
import remedies
from cluster import Cluster, add_person, apply_until_joined, finish_with_writes, wait_entry
from lone import Lone
from slapd import Database

ONE, TWO = "dc=one,dc=example", "o=two"


def test_two_databases_replicate_and_share_no_rid(slapd_factory, program):
    databases = [Database(suffix=ONE), Database(suffix=TWO)]
    cluster = Cluster(slapd_factory, program, 2, databases)
    cluster.document["databases"][1]["rid_offset"] = 100
    cluster.write()
    for database in databases:
        cluster[0].server.seed(database)
    for node in cluster:
        apply_until_joined(node)
    for database in databases:
        for node, other in ((cluster[0], cluster[1]), (cluster[1], cluster[0])):
            wait_entry(other.server, add_person(node.server, f"on{node.id}", database))
    for node in cluster:
        node.assert_in_step()
        assert "rid-shared" not in node.plan().stdout
    assert "rid=102" in cluster[0].syncrepl(TWO)[0]


@pytest.mark.remedy("rid-offset")
def test_rids_shared_by_two_databases_are_a_warning(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2, [Database(suffix=ONE), Database(suffix=TWO)])
    planned = cluster[0].plan()
    assert planned.stdout.count("[rid-shared]") == 1
    cluster.document["databases"][1].update(remedies.line(planned.stdout, "rid-offset"))
    cluster.write()
    assert "[rid-shared]" not in cluster[0].plan().stdout


def test_a_peer_that_does_not_hold_a_database_is_no_provider_of_it(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 3, [Database(suffix=ONE), Database(suffix=TWO)])
    cluster.document["databases"][1].update(peers=[1, 2], rid_offset=100)
    cluster.write()
    for suffix in (ONE, TWO):
        cluster[0].server.seed([d for d in cluster.databases if d.suffix == suffix][0])
    assert cluster[0].apply().returncode == 0
    assert len(cluster[0].syncrepl(ONE)) == 2
    assert len(cluster[0].syncrepl(TWO)) == 1
    assert cluster[2].apply().returncode in (0, 3)
    assert cluster[2].syncrepl(TWO) == []


def test_while_one_is_held_clients_go_on_writing_to_both(slapd_factory, program):
    """The server ID and both flags wait for it: links without them would close the other one to clients."""
    access = ["to attrs=userPassword by self write by anonymous auth by * none", "to * by * read"]
    databases = [Database(suffix=ONE), Database(suffix=TWO, attributes={"olcAccess": access})]
    node = Lone(slapd_factory, program, databases)
    for i in range(2):
        done = node.apply()
        assert done.returncode == 3 and "held G12" in done.stdout, done.stdout + done.stderr
        for database in databases:
            assert node.syncrepl(database.suffix) == []
            add_person(node.server, f"p{i}", database)
    node.document["databases"][1]["access"] = True
    node.write()
    finish_with_writes(node)
    for database in databases:
        assert len(node.syncrepl(database.suffix)) == 2
        add_person(node.server, "last", database)


@pytest.mark.every_release
def test_more_databases_than_a_thread_of_slapd_can_work_on_are_told(slapd_factory, program):
    """The fact that the finding rests on, and 27, with which all goes well."""
    def with_databases(n):
        node = Lone(slapd_factory, program, [Database(f"o=d{i}", backend="mdb") for i in range(n)], seed=False,
                    before_start=lambda node: node.document.update(databases=node.document["databases"][:1]))
        return node, {one["code"]: one["text"] for one in node.plan_json()["findings"]}
    node, found = with_databases(27)
    assert "many-databases" not in found and not refused(node.server, 20)
    node, found = with_databases(36)
    assert "36 mdb databases" in found["many-databases"] and refused(node.server, 200)


def refused(server, rounds):
    """True when a search of one of its databases was answered with 80."""
    connection = server.connect(server.ldap_uri)
    try:
        for _ in range(rounds):
            for database in server.databases:
                with contextlib.suppress(ldap.NO_SUCH_OBJECT):
                    connection.search_s(database.suffix, ldap.SCOPE_BASE, attrlist=["1.1"])
    except ldap.OTHER:
        return True
    finally:
        connection.unbind_s()
    return False
