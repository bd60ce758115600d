# SPDX-License-Identifier: Apache-2.0
"""What a peer misses while it is away arrives when it is back; a session log, which prevents that, is told and goes."""

import random

import ldap
import pytest
import remedies
from changes import Changes
from cluster import Cluster, add_person
from whole import wait_equal
from slapd import Database

pytestmark = pytest.mark.every_release

REMOVES = {"checkpoint": "100 10", "sessionlog": False}


def overlay(node):
    return node.server.search(node.server.database_dn(), "(objectClass=olcSyncProvConfig)", ["1.1"])[0][0]


def session_log(node):
    return node.server.values(overlay(node), "olcSpSessionlog")


def loses(node):
    return node.server.release.version != "2.4"


@pytest.mark.parametrize("seed", range(3))
def test_what_a_peer_misses_of_60_random_changes_arrives(slapd_factory, program, seed):
    cluster = Cluster(slapd_factory, program, 2).form()
    for i in range(10):
        add_person(cluster[0].server, f"p{i}")
    wait_equal(cluster)
    cluster.wait_persistent()
    cluster[1].server.stop()
    Changes(cluster[0].server, random.Random(seed)).make(60)
    cluster[1].server.start()
    wait_equal(cluster)
    assert session_log(cluster[0]) == []


def form_with_log(slapd_factory, program, **options):
    """A cluster as 0.1.0 made it: with session logs, of which its peers.json said nothing."""
    cluster = Cluster(slapd_factory, program, 2, **options).form()
    for node in cluster:
        node.server.modify(overlay(node), [(ldap.MOD_ADD, "olcSpSessionlog", "1000")])
    return cluster


@pytest.mark.every_release
@pytest.mark.remedy("session-log-off", "session-log-off-checkpoint")
@pytest.mark.parametrize("checkpoint", [True, False])
def test_a_live_log_stays_and_is_a_critical_finding_with_the_line_that_ends_it(slapd_factory, program, checkpoint):
    cluster = form_with_log(slapd_factory, program)
    if not checkpoint:
        cluster.document["databases"][0]["syncprov"] = {}
        cluster.write()
    node = cluster[0]
    planned = node.plan()
    assert planned.returncode == 0 and session_log(node) == ["1000"]
    assert ("[session-log]" in planned.stdout) == loses(node)
    if loses(node):
        cluster.document["databases"][0].update(remedies.line(
            planned.stdout, "session-log-off-checkpoint" if checkpoint else "session-log-off"))
    else:
        cluster.document["databases"][0]["syncprov"] = REMOVES
    for code in ("session-log-off-checkpoint", "session-log-off"):
        remedies.did(code)  # each is one of the runs, but on 2.4, which loses nothing
    cluster.write()
    for node in cluster:
        node.apply_ok()
        assert session_log(node) == [] and "[session-log]" not in node.plan().stdout
        node.assert_in_step()


def test_a_number_that_a_person_wrote_is_kept_and_told(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2)
    cluster.document["databases"][0]["syncprov"] = {"checkpoint": "100 10", "sessionlog": 300}
    cluster.write()
    node = cluster.form()[0]
    assert session_log(node) == ["300"]
    assert ("[session-log]" in node.plan().stdout) == loses(node)
    node.assert_in_step()


def test_a_log_is_not_removed_under_a_peer_that_is_away(slapd_factory, program):
    """The replay of what it holds is what loses changes."""
    cluster = form_with_log(slapd_factory, program)
    node, other = cluster
    cluster.document["databases"][0]["syncprov"] = REMOVES
    cluster.write()
    for name in ("one", "two"):
        add_person(node.server, name)
    wait_equal(cluster)
    cluster.wait_persistent()
    other.server.stop()
    add_person(node.server, "three")
    held = node.apply()
    if not loses(node):
        assert held.returncode == 0 and session_log(node) == []
        return
    assert held.returncode == 3 and "held session-log" in held.stdout and session_log(node) == ["1000"]
    other.server.start()
    wait_equal(cluster)
    node.apply_ok()
    assert session_log(node) == []
    # From now on nothing is lost.
    cluster.wait_persistent()
    other.server.stop()
    Changes(node.server, random.Random(7)).make(40)
    other.server.start()
    wait_equal(cluster)


@pytest.mark.every_release
@pytest.mark.remedy("release-session-log")
def test_a_log_goes_by_release_when_the_peer_that_is_away_is_gone_for_good(slapd_factory, program):
    cluster = form_with_log(slapd_factory, program)
    node, other = cluster
    cluster.document["databases"][0]["syncprov"] = REMOVES
    cluster.write()
    other.server.stop()
    applied = node.apply()
    assert applied.returncode == (3 if loses(node) else 0)
    if loses(node):
        remedies.run(node, applied.stdout, "release-session-log")
    else:
        remedies.is_not_printed(applied.stdout, "release-session-log")
    assert session_log(node) == []


@pytest.mark.every_release
@pytest.mark.remedy("session-log-source")
def test_a_source_of_the_log_is_told_and_goes_with_slapd_stopped(slapd_factory, program):
    """2.4 has none. Removed live, slapd 2.5.13 and 2.6.10 die of it now and then."""
    logs = Database(suffix="cn=log", backend="mdb", overlays=("syncprov",))
    cluster = Cluster(slapd_factory, program, 2, [Database(), logs], modules=("accesslog",))
    cluster.document["databases"].pop()
    cluster.write()
    node = cluster.form()[0]
    if not loses(node):
        with pytest.raises(ldap.UNDEFINED_TYPE):
            node.server.modify(overlay(node), [(ldap.MOD_ADD, "olcSpSessionlogSource", "cn=log")])
        remedies.is_not_printed(node.plan().stdout, "session-log-source")
        return
    node.server.add(f"olcOverlay=accesslog,{node.server.database_dn()}", {
        "objectClass": ["olcOverlayConfig", "olcAccessLogConfig"], "olcOverlay": "accesslog",
        "olcAccessLogDB": "cn=log", "olcAccessLogOps": "writes", "olcAccessLogSuccess": "TRUE"})
    node.server.modify(overlay(node), [(ldap.MOD_ADD, "olcSpSessionlogSource", "cn=log")])
    cluster.document["databases"][0]["syncprov"] = REMOVES
    node.write(cluster.document)
    node.assert_in_step()
    planned = node.plan().stdout
    node.server.stop()
    remedies.run(node, planned, "session-log-source")
    node.server.start()
    assert node.server.values(overlay(node), "olcSpSessionlogSource") == []
    assert "[session-log]" not in node.plan().stdout
