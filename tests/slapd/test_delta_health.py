# SPDX-License-Identifier: Apache-2.0
"""Links that read logs of changes, and how they are: a log that is too short for a peer that is away, and a link that begins
again and again."""

import time

import delta
import ldap
import pytest
import remedies
from cluster import Cluster, add_person, wait_entry
from daemon import Daemon
from slapd import SUFFIX, Database, wait_until
from test_delta_made import OF_LOGS, apply_until_delta, overlay_of, ring

REPLICATOR = "cn=replicator," + SUFFIX


def purge(node, value):
    node.server.modify(overlay_of(node), [(ldap.MOD_REPLACE, "olcAccessLogPurge", value)])


@pytest.mark.remedy("log-purge")
@OF_LOGS
def test_a_peer_that_is_away_too_long_for_the_log_is_foretold(slapd_factory, program):
    cluster = ring(slapd_factory, program, 2)
    delta.want_all(cluster)
    apply_until_delta(cluster)
    node, peer = cluster
    purge(node, "00+00:00:20 01+00:00")  # no purge is at work when it is changed
    assert delta.findings(node, "log-short") == []
    peer.server.stop()
    wait_until(lambda: delta.findings(node, "log-short"), "it is foretold", 30)
    (severity, text), = delta.findings(node, "log-short")
    assert severity == "warning" and peer.server.ldap_uri in text and "keeps 20 s" in text
    wait_until(lambda: "when it comes back it must read the whole database" in delta.findings(node, "log-short")[0][1],
               "the time is over", 30)
    found, = remedies.line(text, "log-purge").items()
    delta.want(node, cluster.document, **dict([found]))
    node.apply_ok()
    assert delta.findings(node, "log-short") == []
    peer.server.start()
    cluster.wait_persistent()
    delta.write_everywhere(cluster, "back")


@pytest.mark.remedy("log-write")
@OF_LOGS
def test_a_link_that_begins_again_and_again_is_told_with_its_cause(slapd_factory, program):
    """Logs that were begun with what there is, and nobody has written since: their consumers are refused at every retry."""
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb")], modules=["syncprov", "accesslog"])
    for node in cluster:
        delta.add_delta(node.server, [REPLICATOR])
    cluster.form_by_hand()
    for node in cluster:
        delta.read_log(node, cluster)
    cluster.document["databases"][0]["syncrepl"].update(delta.KEYWORDS)
    cluster.write()
    node = cluster[1]
    with Daemon(node) as daemon:
        wait_until(lambda: "it was reached and ended the try, at least" in node.run("status").stdout, "it is told", 60)
        told = node.run("status").stdout
        assert node.run("check").returncode == 2 and f"({cluster[0].server.ldap_uri}): it was reached" in told
        assert "does not fit its log of changes" in told
        remedies.printed(told, "log-write")
        delta.write_everywhere(cluster, "once")
        remedies.did("log-write")
        daemon.wait_for("link-up", timeout=30)
        assert "ended the try" not in node.run("status").stdout


OTHER = Database(suffix="o=other", backend="mdb")


@pytest.mark.long  # a fallback over a new connection is none that is counted, and how many of them are is chance
@pytest.mark.remedy("log-alone")
@OF_LOGS
def test_a_link_that_falls_back_again_and_again_is_told_and_so_is_the_cause(slapd_factory, program):
    """Another database's changes stand in the log: nothing is lost, but each has the consumer read the whole database."""
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb"), OTHER], modules=["syncprov", "accesslog"])
    peer, node = cluster
    for one in cluster:
        delta.add_delta(one.server, [REPLICATOR])
    del cluster.document["databases"][1], cluster.databases[1]
    cluster.write()
    cluster.form_by_hand()
    peer.server.seed(OTHER)
    for one in cluster:
        delta.read_log(one, cluster)
    cluster.document["databases"][0]["syncrepl"].update(delta.KEYWORDS)
    cluster.write()
    delta.write_everywhere(cluster, "first")
    cluster.wait_persistent()
    assert delta.findings(peer, "log-incomplete") == []
    delta.add_logging(peer.server, suffix=OTHER.suffix)
    (_, text), = delta.findings(peer, "log-incomplete")
    assert "another database" in text
    remedies.printed(text, "log-alone")
    with Daemon(node) as daemon:
        def is_told():
            add_person(peer.server, f"other{time.monotonic_ns()}", OTHER)
            wait_entry(node.server, add_person(peer.server, f"here{time.monotonic_ns()}"))
            daemon.reload()
            return "slapd here gave up its log of changes" in node.run("status").stdout
        wait_until(is_told, "it is told", 300)
        assert "[log-falls-back]" in node.run("status").stdout and node.run("check").returncode == 1
        writer, = (dn for dn, _ in peer.server.search(peer.server.database_dn(OTHER.suffix)) if "accesslog" in dn)
        peer.server.root.delete_s(writer)
        remedies.did("log-alone")
        assert delta.findings(peer, "log-incomplete") == []
    for one in cluster:
        one.server.stop()


@OF_LOGS
def test_a_peer_that_comes_back_behind_a_purge_reads_the_database_and_lacks_nothing(slapd_factory, program):
    cluster = ring(slapd_factory, program, 2)
    delta.want_all(cluster)
    apply_until_delta(cluster)
    node, peer = cluster
    gone = add_person(node.server, "gone")
    wait_entry(peer.server, gone)
    peer.server.stop()
    missed = [add_person(node.server, f"missed{i}") for i in range(3)]
    admin = node.server.admin()
    admin.delete_s(gone)

    def logged():
        return admin.search_s(delta.LOG, ldap.SCOPE_SUBTREE, "(|(objectClass=auditAdd)(objectClass=auditDelete))", ["reqDN"])
    assert logged()
    purge(node, "00+00:00:01 00+00:00:01")
    wait_until(lambda: not logged(), "the log is purged", 30)
    admin.unbind_s()
    peer.server.start()
    for dn in missed:
        wait_entry(peer.server, dn)
    wait_until(lambda: not peer.server.search(gone), "what was deleted meanwhile is gone there")
    cluster.wait_persistent()
    delta.write_everywhere(cluster, "back")
    assert delta.reads(peer) == 1
