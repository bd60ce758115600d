# SPDX-License-Identifier: Apache-2.0
"""olcDisabled of a database and of syncprov, which OpenLDAP has since 2.5."""

import ldap
import pytest
import remedies
from cluster import Cluster, add_person, wait_entry
from lone import Lone
from slapd import SUFFIX, Database
from test_guards import in_step
from test_read_only import found


@pytest.mark.since("2.5")
@pytest.mark.remedy("enabled")
def test_a_disabled_database_is_told_and_left_alone(slapd_factory, program):
    """slapd 2.5.13 dies of a search of cn=monitor then, and to a search the database looks emptied."""
    node = Lone(slapd_factory, program)
    in_step(node)
    node.server.modify(node.dn(), [(ldap.MOD_REPLACE, "olcDisabled", "TRUE")])
    written = node.server.config_writes()
    done = node.apply()
    assert node.server.is_running() and done.returncode == 3, done.stdout + node.server.log_tail()
    assert "held database" in done.stdout and "is disabled (olcDisabled: TRUE)" in done.stdout, done.stdout
    assert "take out of peers.json" not in done.stdout, done.stdout
    assert found(node) == [("critical", "restart-unsafe")], done.stdout
    assert node.run("doctor").returncode == 2
    adopted = node.run("adopt")
    assert adopted.returncode == 1 and "is disabled" in adopted.stderr, adopted.stderr
    assert node.server.is_running() and node.server.config_writes() == written
    remedies.run(node, done.stdout, "enabled")
    assert found(node) == [] and node.server.values(SUFFIX, "entryUUID")
    in_step(node)


@pytest.mark.since("2.5")
@pytest.mark.remedy("enabled")
def test_a_disabled_overlay_is_told(slapd_factory, program):
    """Nothing reached the peer any more, and no word of it was said here."""
    one, other = Cluster(slapd_factory, program, 2).form()
    overlay = one.server.search(one.server.database_dn(), "(olcOverlay=syncprov)", ["1.1"])[0][0]
    one.server.modify(overlay, [(ldap.MOD_REPLACE, "olcDisabled", "TRUE")])
    text = one.plan().stdout
    assert found(one) == [("critical", "unreadable")] and found(other) == [] and "olcDisabled of " in text, text
    told = other.run("doctor").stdout
    assert "if the overlay is disabled, `syncward plan` there has the line" in told, told
    remedies.run(one, text, "enabled")
    assert found(one) == []
    wait_entry(other.server, add_person(one.server, "back"))
    one.server.restart()  # slapd has no sync control before, as peers say rightly
    assert "if the overlay is disabled" not in other.run("doctor").stdout


@pytest.mark.since("2.5")
def test_the_server_id_waits_for_a_disabled_database(slapd_factory, program):
    """It looks empty, and its entries are back once it is enabled: older than the server ID, never deleted at a peer."""
    node = Lone(slapd_factory, program)
    node.server.modify(node.dn(), [(ldap.MOD_REPLACE, "olcDisabled", "TRUE")])
    done = node.apply()
    assert done.returncode == 3 and f"the server ID waits for {SUFFIX}" in done.stdout, done.stdout
    assert node.server.values("cn=config", "olcServerID") == []
    node.server.modify(node.dn(), [(ldap.MOD_REPLACE, "olcDisabled", "FALSE")])
    in_step(node)


@pytest.mark.one_release  # 2.5.13 dies of a search that reaches such a database in cn=monitor
def test_no_peer_dies_of_being_counted(slapd_factory, program):
    """Its account may read cn=monitor and not cn=config, and the disabled database looks like one that hides all."""
    other = Database(suffix="dc=other,dc=org")
    cluster = Cluster(slapd_factory, program, 2, [Database(), other])
    cluster[0].server.seed(cluster[0].server.databases[1])
    peer = cluster.form()[1].server
    peer.modify("olcDatabase={1}monitor,cn=config", [(ldap.MOD_REPLACE, "olcAccess", "to * by * read")])
    counts = len(peer.search("cn=Databases,cn=Monitor", "(olmMDBEntries=*)", ["1.1"], ldap.SCOPE_ONELEVEL))
    assert counts >= 2
    asked = r'SRCH base="cn=Databases,cn=Monitor" scope=1 .*olmMDBEntries'
    before = peer.log_count(asked)
    assert cluster[0].run("compare").returncode == 0
    assert peer.log_count(asked) > before, "no disabled database: they are counted"
    peer.modify(peer.database_dn(other.suffix), [(ldap.MOD_REPLACE, "olcDisabled", "TRUE")])
    before = peer.log_count(asked)
    cluster[0].run("compare")
    assert peer.is_running() and peer.log_count(asked) == before, peer.log_tail()
    peer.modify(peer.database_dn(other.suffix), [(ldap.MOD_REPLACE, "olcDisabled", "FALSE")])
