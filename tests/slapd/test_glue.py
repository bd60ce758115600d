# SPDX-License-Identifier: Apache-2.0
"""Placeholders that slapd's consumers make where the entry above one that comes is not there (objectClass glue)."""

import json

import delta
import ldap
import messages
import pytest
import remedies
from cluster import wait_entry
from copies import change
from ldap.controls.simple import ManageDSAITControl
from slapd import SUFFIX, wait_until
from test_delta_made import OF_LOGS, apply_until_delta, ring

UNIT = "ou=unit," + SUFFIX
CHILD = "cn=child," + UNIT


def add(node, dn, classes, **attributes):
    connection = node.server.admin()
    node.server.add(dn, {"objectClass": classes, **attributes}, connection)
    connection.unbind_s()


def add_unit(node):
    add(node, UNIT, ["organizationalUnit"], ou="unit", description="real")


def add_child(node):
    add(node, CHILD, ["organizationalRole"], cn="child")


def found(node):
    """(severity, findings) of the doctor's check."""
    document = json.loads(node.run("doctor", "glue", "--output", "json").stdout)
    check, = [one for one in document["checks"] if one["code"] == "glue"]
    assert not [fault for one in check["findings"] for fault in messages.faults(one["text"])]
    return check["severity"], check["findings"]


def lose(node, dn):
    """The entry is gone from this copy, under the same contextCSN."""
    change(node.server, lambda records: {name: record for name, record in records.items() if name != dn})


def lost_at_the_first(cluster):
    first, second = cluster
    add_unit(second)
    wait_entry(first.server, UNIT)
    cluster.wait_in_step()
    assert [found(node) for node in cluster] == [("ok", [])] * 2
    lose(first, UNIT)
    cluster.wait_persistent()
    add_child(second)
    wait_entry(first.server, CHILD)
    return cluster


@pytest.mark.remedy("glue-write")
def test_a_placeholder_of_what_a_peer_has_becomes_the_entry(slapd_factory, program):
    first, second = lost_at_the_first(ring(slapd_factory, program, 2))
    severity, (finding,) = found(first)
    assert severity == "warning" and f"'{UNIT}'" in finding["text"]
    assert f"{second.server.ldap_uri} has the entry" in finding["text"] and found(second) == ("ok", [])
    remedies.printed(finding["remedy"], "glue-write")
    connection = second.server.admin()
    connection.modify_s(UNIT, [(ldap.MOD_REPLACE, "objectClass", [b"organizationalUnit"])])
    connection.unbind_s()
    wait_until(lambda: found(first) == ("ok", []), "the entry is there")
    assert dict(first.server.search(SUFFIX))[UNIT]["description"] == [b"real"]
    remedies.did("glue-write")


@pytest.mark.remedy("glue-anew")
@OF_LOGS
def test_with_logs_the_copy_is_made_anew(slapd_factory, program):
    cluster = ring(slapd_factory, program, 2)
    delta.want_all(cluster)
    apply_until_delta(cluster)
    first, second = lost_at_the_first(cluster)
    severity, (finding,) = found(first)
    remedies.printed(finding["remedy"], "glue-anew")
    assert severity == "warning" and f"{second.server.ldap_uri} has the entry" in finding["text"]
    connection = second.server.admin()  # what not to do
    connection.modify_s(UNIT, [(ldap.MOD_REPLACE, "objectClass", [b"organizationalUnit"])])
    connection.unbind_s()
    wait_entry(first.server, UNIT)
    assert "description" not in dict(first.server.search(SUFFIX))[UNIT], "only the change came"
    severity, (finding,) = found(first)
    assert severity == "warning" and f"'{UNIT}'" in finding["text"], "and it is found all the same"
    change(first.server, lambda records: {})
    remedies.did("glue-anew")
    wait_until(lambda: first.apply().returncode == 0, "it has joined", 60)
    assert found(first) == ("ok", [])
    assert dict(first.server.search(SUFFIX))[UNIT]["description"] == [b"real"]


@pytest.mark.remedy("glue-remove")
@pytest.mark.newest_release
def test_a_placeholder_that_nobody_has_the_entry_of_is_removed(slapd_factory, program):
    """It was deleted at one node, and got an entry below it at the other."""
    cluster = ring(slapd_factory, program, 2)
    first, second = cluster
    add_unit(first)
    wait_entry(second.server, UNIT)
    cluster.wait_in_step()
    second.server.stop()
    connection = first.server.admin()
    connection.delete_s(UNIT)
    connection.unbind_s()
    first.server.stop()
    second.server.start()
    add_child(second)
    first.server.start()
    cluster.wait_persistent()
    wait_entry(first.server, CHILD)
    wait_until(lambda: all(found(node)[0] == "warning" for node in cluster), "both have a placeholder")
    for node in cluster:
        (finding,) = found(node)[1]
        assert "no peer that could be asked shows the entry" in finding["text"]
    remedies.printed(finding["remedy"], "glue-remove")
    pytest.raises(ldap.ALREADY_EXISTS, add_unit, first)
    connection = first.server.admin()
    connection.delete_s(CHILD)
    connection.unbind_s()
    cluster.wait_in_step()
    for node in cluster:
        connection = node.server.admin()
        try:
            connection.delete_ext_s(UNIT, serverctrls=[ManageDSAITControl(True)])
        except ldap.NO_SUCH_OBJECT:
            assert node is second  # 2.6 takes the deletion from the first one
        connection.unbind_s()
    remedies.did("glue-remove")
    assert [found(node) for node in cluster] == [("ok", [])] * 2
    add_unit(first)
    wait_entry(second.server, UNIT)


def test_where_entries_may_be_hidden_it_is_not_known(slapd_factory, program):
    cluster = ring(slapd_factory, program, 2)
    first = cluster[0]
    first.edit([(ldap.MOD_REPLACE, "olcAccess", [f'to dn.subtree="{UNIT}" by * none', "to * by * read"])])
    assert found(first)[0] == "unknown" and found(first)[1]
