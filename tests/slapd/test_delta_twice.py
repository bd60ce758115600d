# SPDX-License-Identifier: Apache-2.0
"""A log of changes that OpenLDAP 2.5 makes in a ring that was there before: it begins with the contextCSN on disk, and then once
more with each server. Who was away is refused it at each connection, and reads the database; beside clients' writes that ended
with acknowledged entries deleted everywhere, contextCSN equal. 2.6 makes none such."""

import time

import delta
import ldap
import pytest
import remedies
from cluster import add_person
from slapd import wait_until
from test_delta_made import OF_JOINED, apply_until_delta, ring


def beginnings(node):
    """The server IDs with which its log begins."""
    connection = node.server.admin()
    (_, found), = connection.search_s(delta.LOG, ldap.SCOPE_BASE, attrlist=["minCSN"])
    connection.unbind_s()
    return sorted(value.split(b"#")[2] for value in found.get("minCSN", []))


@pytest.mark.remedy("log-twice")
@OF_JOINED
def test_a_log_that_2_5_begins_twice_with_a_server_is_not_read_and_begins_anew(slapd_factory, program):
    cluster = ring(slapd_factory, program, 2)
    delta.write_everywhere(cluster, "before")
    delta.want_all(cluster)
    if cluster[0].server.release.version != "2.5":
        apply_until_delta(cluster)
        remedies.is_not_printed(cluster[0].plan().stdout, "log-twice")
        assert all(len(set(beginnings(node))) == len(beginnings(node)) for node in cluster)
        return
    for node in cluster:
        node.apply_ok()

    def is_told(node):
        for other in cluster:
            add_person(other.server, f"begins{time.monotonic_ns()}")
        node.apply_ok()
        return any("begins twice" in text for _, text in delta.findings(node, "no-log"))
    for node in cluster:
        wait_until(lambda node=node: is_told(node), "it is told", 30)
        (severity, text), = delta.findings(node, "no-log")
        assert severity == "warning" and delta.reads(node) == 0
        remedies.printed(text, "log-twice")
    for node in cluster:
        delta.begin_anew(node)
    remedies.did("log-twice")
    apply_until_delta(cluster)
    delta.write_everywhere(cluster, "after")
    assert all(len(set(beginnings(node))) == len(beginnings(node)) for node in cluster)
