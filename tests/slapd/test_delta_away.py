# SPDX-License-Identifier: Apache-2.0
"""What a peer misses while it is away comes by the log when it is back, or behind a purge by the database: also where a session
log is at work in the log's own syncprov, and what is older than server IDs."""

import delta
import ldap
import pytest
from cluster import add_person, wait_entry
from slapd import SUFFIX, wait_until
from test_delta_health import purge
from test_delta_holds import from_old_data
from test_delta_made import OF_LOGS, apply_until_delta, contents, differences, ring


def provider_of(node, dn):
    """The syncprov overlay of that database."""
    found, = (overlay for overlay, _ in node.server.search(dn) if "syncprov" in overlay)
    return found


def miss(node, peer, gone):
    """While the peer is away one entry is modified, one added, then one deleted: what a session log replays in another order."""
    changed = add_person(node.server, "changed")
    for dn in (changed, gone):
        wait_entry(peer.server, dn)
    peer.server.stop()
    connection = node.server.admin()
    connection.modify_s(changed, [(ldap.MOD_REPLACE, "description", [b"new"])])
    added = add_person(node.server, "added")
    connection.delete_s(gone)
    connection.unbind_s()
    return changed, added


def assert_missed_nothing(cluster, gone, changed, added):
    peer = cluster[1]
    wait_until(lambda: gone not in contents(peer), "what was deleted is gone")
    delta.write_everywhere(cluster, "back")
    cluster.wait_in_step()
    there = contents(peer)
    assert there[changed]["description"] == [b"new"] and added in there and gone not in there
    assert differences(cluster, set()) == [] and delta.reads(peer) == 1


@OF_LOGS
def test_a_session_log_of_a_log_of_changes_loses_nothing(slapd_factory, program):
    """The log's own syncprov: what it would replay are entries that a purge deletes. That of the database stays critical, for
    behind a purge the database is read."""
    cluster = ring(slapd_factory, program, 2)
    delta.want_all(cluster)
    apply_until_delta(cluster)
    node, peer = cluster
    for database in (SUFFIX, delta.LOG):
        node.server.modify(provider_of(node, node.server.database_dn(database)), [(ldap.MOD_REPLACE, "olcSpSessionlog", "100")])
    assert [severity for severity, _ in delta.findings(node, "session-log")] == ["critical"]
    gone = add_person(node.server, "gone")
    missed = miss(node, peer, gone)
    peer.server.start()
    assert_missed_nothing(cluster, gone, *missed)


@OF_LOGS
@pytest.mark.parametrize("is_purged", [True, pytest.param(False, marks=pytest.mark.long)])
def test_what_is_older_than_server_ids_is_deleted_at_a_peer_that_was_away(slapd_factory, program, is_purged):
    cluster = from_old_data(slapd_factory, program, 2)
    apply_until_delta(cluster)
    node, peer = cluster
    gone = f"cn=old0,{SUFFIX}"
    missed = miss(node, peer, gone)
    if is_purged:
        connection = node.server.admin()
        purge(node, "00+00:00:01 00+00:00:01")
        wait_until(lambda: not connection.search_s(delta.LOG, ldap.SCOPE_SUBTREE, "(objectClass=auditDelete)", ["1.1"]),
                   "the log is purged", 30)
        connection.unbind_s()
    peer.server.start()
    assert_missed_nothing(cluster, gone, *missed)


@OF_LOGS
def test_who_lacks_what_was_written_before_a_log_began_reads_the_database_until_it_has_that(slapd_factory, program):
    """The log says that it begins with the contextCSN on disk, which is older: between that and its first change is a gap."""
    cluster = ring(slapd_factory, program, 2)
    first, second = cluster
    for node in cluster:
        node.server.restart()
    cluster.wait_persistent()
    delta.write_everywhere(cluster, "first")
    for node in cluster:
        node.apply_ok()
    delta.want(second, cluster.document)
    second.apply_ok()
    (value,) = second.syncrepl()
    second.edit([(ldap.MOD_REPLACE, "olcSyncrepl", value.replace("credentials=secret", "credentials=wrong"))])
    gap = add_person(first.server, "gap")
    delta.want(first, cluster.document)
    first.apply_ok()
    logged = add_person(first.server, "logged")
    add_person(second.server, "other")
    assert gap not in contents(second)
    second.apply()
    wait_entry(second.server, logged)
    wait_entry(second.server, gap)
    apply_until_delta(cluster)
