# SPDX-License-Identifier: Apache-2.0
"""Databases that are replicated here and that peers.json does not list: the server ID is theirs as well."""

import time

import ldap
from cluster import Cluster, add_person
from old_entries import sids
from slapd import Database, wait_until

LISTED, OTHER = "dc=one,dc=example", "o=two"


def one_listed(slapd_factory, program):
    databases = [Database(suffix=LISTED, backend="mdb"), Database(suffix=OTHER, backend="mdb", overlays=("syncprov",))]
    cluster = Cluster(slapd_factory, program, 2, databases)
    cluster.document["databases"] = cluster.document["databases"][:1]
    cluster.write()
    for database in databases:
        cluster[0].server.seed(database)
    return cluster[0], databases[1]


def server_id(node):
    return node.server.values("cn=config", "olcServerID")


def test_the_server_id_waits_until_the_context_csn_of_an_unlisted_database_is_on_disk(slapd_factory, program):
    """Written before, and slapd killed, it has entries of no server ID that its readers never delete."""
    node, other = one_listed(slapd_factory, program)
    server = node.server
    person = add_person(server, "before", other)
    held = node.apply()
    assert held.returncode == 3 and server_id(node) == []
    assert f"the server ID waits for contextCSN of {OTHER}, which peers.json does not list" in held.stdout
    newest = max(server.context_csns(OTHER))[:14]
    # slapd knows when it started to the second.
    wait_until(lambda: time.strftime("%Y%m%d%H%M%S", time.gmtime()) > newest, "the next second")
    server.restart()
    node.apply_ok()
    assert server_id(node) == ["1"]
    server.kill()
    server.start()
    assert "000" in sids(server.context_csns(OTHER))
    server.admin(other).search_s(person, ldap.SCOPE_BASE)


def test_a_server_id_under_which_an_unlisted_database_was_written_stays(slapd_factory, program):
    node, other = one_listed(slapd_factory, program)
    node.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID", "5")])
    add_person(node.server, "under5", other)
    held = node.apply()
    assert held.returncode == 3 and server_id(node) == ["5"]
    assert f"{OTHER}, which peers.json does not list, carries changes made under 5" in held.stdout
