# SPDX-License-Identifier: Apache-2.0
"""history --conflicts: entries that clients wrote at two nodes before either had the other's change, by the log of changes
of the node that is asked."""

import json
import os
import time

import delta
import ldap
import pytest
import tools
from cluster import add_person, wait_entry
from jsonschema import Draft202012Validator
from slapd import SUFFIX
from test_delta_made import OF_LOGS, apply_until_delta, ring

NAMES = ("same", "other", "deleted", "revived")


def modify(node, dn, attribute, value):
    connection = node.server.admin()
    connection.modify_s(dn, [(ldap.MOD_REPLACE, attribute, value.encode())])
    connection.unbind_s()


def delete(node, dn):
    connection = node.server.admin()
    connection.delete_s(dn)
    connection.unbind_s()


def conflicts(node, *words):
    """(exit status, the one database) of history --conflicts."""
    done = node.run("history", "--conflicts", "--output", "json", *words)
    assert done.stdout, done.stderr
    document = json.loads(done.stdout)
    with open(os.path.join(tools.TOP, "etc/conflicts.schema.json"), encoding="utf-8") as file:
        Draft202012Validator(json.load(file)).validate(document)
    database, = document["databases"]
    return done.returncode, database


def by_name(database):
    return {one["dn"].split(",")[0].removeprefix("cn="): one for one in database["conflicts"]}


def write_apart(cluster, at_first, at_second):
    """The first node's clients write while the second is down, then the second's while the first is. The second one reads
    the first one's log then; the first one finds the second without its changes, and reads that one's database anew."""
    first, second = cluster
    second.server.stop()
    at_first()
    first.server.stop()
    second.server.start()
    at_second()
    first.server.start()
    cluster.wait_persistent(seconds=90)  # who failed five times tries again after a minute
    delta.write_everywhere(cluster, f"after{time.monotonic_ns()}")


def logged(slapd_factory, program, names):
    """(two nodes with logs, the DNs of entries that both have)"""
    cluster = ring(slapd_factory, program, 2)
    delta.want_all(cluster)
    apply_until_delta(cluster)
    dns = [add_person(cluster[0].server, name) for name in names]
    for dn in dns:
        wait_entry(cluster[1].server, dn)
    return cluster, dns


@pytest.fixture(name="apart")
def fixture_apart(slapd_factory, program):
    """Neither of two nodes had the other's change of these entries when it wrote its own."""
    cluster, (same, other, deleted, revived) = logged(slapd_factory, program, NAMES)
    first, second = cluster
    assert [conflicts(node)[0] for node in cluster] == [0, 0], "nobody wrote what another had not seen"

    def at_first():
        modify(first, same, "description", "geheim-1")
        modify(first, other, "description", "geheim-1")
        delete(first, deleted)
        modify(first, revived, "description", "geheim-1")

    def at_second():
        modify(second, same, "description", "geheim-2")
        modify(second, other, "street", "geheim-2")
        modify(second, deleted, "description", "geheim-2")
        delete(second, revived)
    write_apart(cluster, at_first, at_second)
    return cluster


def assert_the_same_attribute(one, cluster):
    assert one["sure"] and one["stands"] == "newer" and one["attributes"] == []
    older, newer = one["older"], one["newer"]
    assert (older["server_id"], newer["server_id"]) == (1, 2) and older["csn"] < newer["csn"]
    assert (older["peer"], newer["peer"]) == tuple(node.server.ldap_uri for node in cluster)
    assert older["dropped"] and not newer["dropped"]
    assert newer["type"] == "modify" and newer["attributes"] == ["description"]
    assert newer["by"] == cluster[1].server.databases[0].rootdn


@pytest.mark.since("2.6")  # 2.5.13 notes the older change whole, although it leaves out what the newer one has
def test_what_two_nodes_wrote_apart_is_shown_with_what_stands(apart):
    status, database = conflicts(apart[1])
    assert status == 1 and database["complete"] and database["log"] == delta.LOG
    found = by_name(database)
    assert set(found) == set(NAMES) and database["count"] == len(NAMES)
    assert_the_same_attribute(found["same"], apart)
    assert found["other"]["stands"] == "both" and found["other"]["older"]["attributes"] == ["description"]
    assert found["deleted"]["stands"] == "older" and found["deleted"]["older"]["type"] == "delete"
    assert found["revived"]["stands"] == "older" and found["revived"]["newer"]["type"] == "delete"
    assert all(one["sure"] for one in found.values())
    text = apart[1].run("history", "--conflicts").stdout
    assert "geheim" not in text + json.dumps(database)
    assert f"cn=same,{SUFFIX}\n" in text and "The newer one stands here." in text
    assert "syncward compare --attributes" in text


@OF_LOGS
def test_nothing_is_said_to_stand_that_was_overwritten(apart):
    """slapd 2.5 writes the older change down whole, also what it leaves out."""
    second = apart[1].server

    def values(dn, name):
        return [value.decode() for value in second.search(dn, scope=ldap.SCOPE_BASE)[0][1].get(name, [])]
    same, other = (by_name(conflicts(apart[1])[1])[name] for name in ("same", "other"))
    assert values(same["dn"], "description") == ["geheim-2"]
    assert same["stands"] == ("unknown" if second.release.version == "2.5" else "newer")
    assert values(other["dn"], "description") == ["geheim-1"] and values(other["dn"], "street") == ["geheim-2"]
    assert other["stands"] == "both"


@OF_LOGS
def test_the_other_node_cannot_tell_and_shows_what_lies_close_together(apart):
    """Its own log has both in their order: whether the second writer had the first change only the second node knows."""
    status, database = conflicts(apart[0], "--lag", "3600")
    found = by_name(database)
    assert status == 1 and found["same"]["stands"] == "newer" and found["same"]["attributes"] == ["description"]
    assert not any(one["sure"] for one in found.values())
    assert conflicts(apart[0], "--lag", "0")[0] == 0, "no two of them were made in one moment"
    assert conflicts(apart[1], "--lag", "0")[1]["count"] == len(NAMES), "what is sure may lie as far apart as it likes"


@OF_LOGS
def test_without_a_log_nobody_can_know(slapd_factory, program):
    cluster = ring(slapd_factory, program, 2)
    status, database = conflicts(cluster[0])
    assert status == 3 and not database["complete"] and database["log"] is None and "conflicts" not in database
    done = cluster[0].run("history", "--conflicts")
    assert done.returncode == 3 and "no log of changes is written here" in done.stdout


@OF_LOGS
def test_a_log_that_may_not_be_read_is_not_known(apart):
    node = apart[1]
    node.server.modify(node.server.database_dn(delta.LOG), [
        (ldap.MOD_REPLACE, "olcAccess", ["to attrs=reqMod by * none", "to * by * read"])])
    status, database = conflicts(node)
    assert not database["complete"] and "do not show whether" in database["problem"] and status in (1, 3)
    node.server.modify(node.server.database_dn(delta.LOG), [(ldap.MOD_REPLACE, "olcAccess", "to * by * none")])
    status, database = conflicts(node)
    assert status == 3 and not database["complete"]


@OF_LOGS
def test_a_long_log_is_read_by_pages(slapd_factory, program):
    cluster, (hot,) = logged(slapd_factory, program, ["hot"])
    first, second = cluster
    replicator = "cn=replicator," + SUFFIX

    def at_second():
        modify(second, hot, "description", "second")
        connection = second.server.admin()
        for i in range(1200):
            connection.modify_s(replicator, [(ldap.MOD_REPLACE, "description", str(i).encode())])
        connection.unbind_s()
    write_apart(cluster, lambda: modify(first, hot, "description", "first"), at_second)
    database = conflicts(second)[1]
    assert database["changes"] > 1200 and database["count"] == 1 and by_name(database)["hot"]["sure"]
