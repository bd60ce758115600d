# SPDX-License-Identifier: Apache-2.0
"""Links that read logs of changes, and how they are: a log that is too short for a peer that is away, and a link that begins
again and again."""

import delta
import ldap
import pytest
import remedies
from cluster import Cluster
from daemon import Daemon
from slapd import SUFFIX, Database, wait_until
from test_delta import findings
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
    assert findings(node, "log-short") == []
    peer.server.stop()
    wait_until(lambda: findings(node, "log-short"), "it is foretold", 30)
    (severity, text), = findings(node, "log-short")
    assert severity == "warning" and peer.server.ldap_uri in text and "keeps 20 s" in text
    wait_until(lambda: "when it comes back it must read the whole database" in findings(node, "log-short")[0][1],
               "the time is over", 30)
    found, = remedies.line(text, "log-purge").items()
    delta.want(node, cluster.document, **dict([found]))
    node.apply_ok()
    assert findings(node, "log-short") == []
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
