# SPDX-License-Identifier: Apache-2.0
"""Clusters whose entries are older than their server IDs, and whether deletes of those arrive."""

import json
import os
import re

import ldap
from cluster import Cluster, add_person, apply_until_joined, wait_entry
from slapd import SUFFIX, Database, wait_until


def fill_people(server, database=None):
    """Entries of people."""
    return [add_person(server, name, database) for name in ("one", "two", "three")]


def fill(server, database=None):
    """As a stock slapd is filled: without server ID and overlay."""
    server.add_seed(database)
    return [add_person(server, name, database) for name in ("one", "two", "three")]


def see_changes_everywhere(cluster):
    """A change of each node arrives at all while others do: the links are past their refresh, which 2.4 does not tell."""
    for i in range(2):
        for node in cluster:
            dn = add_person(node.server, f"seen-{node.id}-{i}")
            for other in cluster:
                wait_entry(other.server, dn)
            connection = node.server.admin()
            connection.delete_s(dn)
            connection.unbind_s()
            for other in cluster:
                wait_until(lambda o=other, d=dn: not o.server.entries(d), f"{dn} is gone at {other.server}")


def deleted_while_away(cluster, away, name):
    """An old entry that is deleted at the others then stays where it is."""
    dn = f"cn={name},{SUFFIX}"
    cluster.wait_persistent()
    see_changes_everywhere(cluster)
    away.server.stop()
    others = [node for node in cluster if node is not away]
    connection = others[0].server.admin()
    connection.delete_s(dn)
    connection.unbind_s()
    for node in others:
        wait_until(lambda n=node: not n.server.entries(dn), "it is gone there")
    away.server.start()
    cluster.wait_in_step()


def sids(values):
    return sorted(value.split("#")[2] for value in values)


def assert_deletes_arrive(cluster, name="two"):
    """One is away while the other deletes an old entry, in both directions."""
    for here, away, dn in ((cluster[0], cluster[1], f"cn=one,{SUFFIX}"), (cluster[1], cluster[0], f"cn={name},{SUFFIX}")):
        wait_until(lambda n=away, d=dn: n.server.entries(d), f"{dn} is there")
        cluster.wait_in_step()  # what is deleted while a refresh goes on may stay
        cluster.wait_persistent()
        away.server.stop()
        connection = here.server.admin()
        connection.delete_s(dn)
        connection.unbind_s()
        away.server.start()
        wait_until(lambda n=away, d=dn: not n.server.entries(d), f"{dn} is gone at {away.server}")


def examined(node, *codes):
    """The doctor's findings about old entries, when it is asked for those checks."""
    document = json.loads(node.run("doctor", *codes, "--output", "json").stdout)
    check, = [check for check in document["checks"] if check["code"] == "old-entries"]
    return check["severity"], "\n".join(finding["text"] for finding in check["findings"])


def fill_all(cluster):
    for database in cluster[0].server.databases:
        fill(cluster[0].server, database)


def formed_as_0_1_0_did(slapd_factory, program, n=2, databases=None, prepare=fill_all):
    """The server ID first: contextCSN never gets that of the entries. prepare: fills the first node."""
    return form_as_0_1_0_did(Cluster(slapd_factory, program, n, databases or [Database(backend="mdb")]), prepare)


def form_as_0_1_0_did(cluster, prepare=fill_all):
    """The same with a cluster of the caller's."""
    prepare(cluster)
    for node in cluster:
        node.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID", str(node.id))])
        apply_until_joined(node)
    for database in cluster.document["databases"]:
        cluster.wait_in_step(database["suffix"])
    cluster.wait_persistent()
    return cluster


def load(server, database, change=lambda text: text):
    """Loads what a server without a server ID had of the database, as slapcat and slapadd do; change: of its LDIF."""
    path = os.path.join(server.directory, "loaded.ldif")
    fill(server, database)
    server.stop()
    server.tool("cat", "-b", database.suffix, "-l", path)
    with open(path, encoding="utf-8") as file:
        text = re.sub(r"#[0-9a-f]{3}#000000$", "#000#000000", file.read(), flags=re.MULTILINE)
    with open(path, "w", encoding="utf-8") as file:
        file.write(change(text))
    folder = next(iter(re.findall(r"^olcDbDirectory: (.*)$", server.tool(
        "cat", "-n0", "-a", f"(olcSuffix={database.suffix})").stdout, re.MULTILINE)))
    for name in os.listdir(folder):
        os.unlink(os.path.join(folder, name))
    server.tool("add", "-b", database.suffix, "-l", path)
    server.start()
