# SPDX-License-Identifier: Apache-2.0
"""A log of changes in a ring that was there before: OpenLDAP 2.5 begins it with the contextCSN on disk, and then once more with
each server, unless the overlay finds it begun. Who was away is refused such a log at each connection, and reads the database;
beside clients' writes that ended with acknowledged entries deleted everywhere, contextCSN equal. 2.6 makes none such while
nobody writes. An overlay added with its operations writes before it has read how the log begins: beside 480 changes a second
41 of 120 such additions noted a server once more (2.5.13, 2.6.10), and none of 240 that got their operations afterwards; of
rings that turned `delta` on beside 75 changes a second 4 of 60 had such a log before, and none of 80 since."""

import time

import delta
import ldap
import pytest
import remedies
from cluster import add_person
from slapd import wait_until
from test_delta_made import OF_LOGS, REPLICATOR, apply_until_delta, overlay_of, ring

ACCESSLOG = [(ldap.MOD_ADD, "olcModuleLoad", "accesslog")]


def beginnings(node):
    """The server IDs with which its log begins."""
    connection = node.server.admin()
    (_, found), = connection.search_s(delta.LOG, ldap.SCOPE_BASE, attrlist=["minCSN"])
    connection.unbind_s()
    return sorted(value.split(b"#")[2] for value in found.get("minCSN", []))


def begins_once(node):
    return len(set(beginnings(node))) == len(beginnings(node)) > 0


def only_begin(node):
    """What a kill of syncward leaves of a log that it makes: read-only, and the overlay has only begun it."""
    server = node.server
    server.modify("cn=module{0},cn=config", ACCESSLOG)
    delta.add_log(server, [REPLICATOR], folder=delta.folder_of(node))
    server.modify(server.database_dn(delta.LOG), [(ldap.MOD_REPLACE, "olcReadOnly", "TRUE")])
    delta.add_log_provider(server)
    add_overlay(server)
    wait_until(lambda: is_begun(node), "slapd has begun the log")


def add_overlay(server, **more):
    """One without operations."""
    server.add("olcOverlay=accesslog," + server.database_dn(), {
        "objectClass": ["olcOverlayConfig", "olcAccessLogConfig"], "olcOverlay": "accesslog", "olcAccessLogDB": delta.LOG,
        **more})


def is_begun(node):
    connection = node.server.admin()
    try:
        return bool(connection.search_s(delta.LOG, ldap.SCOPE_BASE))
    except ldap.NO_SUCH_OBJECT:
        return False
    finally:
        connection.unbind_s()


@pytest.mark.one_release  # 2.5
def test_a_log_that_syncward_makes_in_a_ring_begins_once_with_each_server(slapd_factory, program):
    """Of the second node syncward was killed when slapd had begun the log, of the third one when what began it was gone and the
    overlay that writes had no operations yet."""
    cluster = ring(slapd_factory, program, 3)
    for node in cluster:
        node.server.restart()  # contextCSN is on disk
    delta.write_everywhere(cluster, "before")
    for node in cluster.nodes[1:]:
        only_begin(node)
    cluster[1].server.kill()
    cluster[1].server.start()
    cluster[2].server.root.delete_s(overlay_of(cluster[2]))
    add_overlay(cluster[2].server, olcAccessLogSuccess="TRUE")
    cluster.wait_persistent()
    delta.want_all(cluster)
    apply_until_delta(cluster)
    delta.write_everywhere(cluster, "between")
    for node in cluster:
        assert begins_once(node), beginnings(node)
        assert len(beginnings(node)) == len(node.server.context_csns())
        node.server.restart()
    delta.write_everywhere(cluster, "after")
    for node in cluster:
        assert begins_once(node), beginnings(node)
        node.assert_in_step()
        remedies.is_not_printed(node.plan().stdout, "log-twice")


@pytest.mark.remedy("log-twice")
@OF_LOGS
def test_a_log_made_by_hand_that_2_5_begins_twice_with_a_server_is_not_read_and_begins_anew(slapd_factory, program):
    cluster = ring(slapd_factory, program, 2)
    for node in cluster:
        node.server.restart()
    delta.write_everywhere(cluster, "before")
    for node in cluster:
        node.server.modify("cn=module{0},cn=config", ACCESSLOG)
        delta.add_delta(node.server, [REPLICATOR])
    delta.want_all(cluster, make_folder=False)
    if cluster[0].server.release.version != "2.5":
        apply_until_delta(cluster)
        remedies.is_not_printed(cluster[0].plan().stdout, "log-twice")
        assert all(begins_once(node) for node in cluster)
        return

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
    assert all(begins_once(node) for node in cluster)
