# SPDX-License-Identifier: Apache-2.0
"""olcDisabled of a database and of syncprov, which OpenLDAP has since 2.5."""

import os

import ldap
import pytest
import remedies
from booted import ROOT_BY_LDAPI
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


ASKED = r'SRCH base="cn=Databases,cn=Monitor" scope=1 .*olmMDBEntries'
CONFIG = "olcDatabase={0}config,cn=config"


def served(**options):
    return Database(overlays=("syncprov",), **options)


class Counted:
    """Two nodes, and whether `compare` here asks the peer how many entries its databases hold. Its account may read cn=monitor."""

    def __init__(self, farm, program, databases):
        self.cluster = Cluster(farm, program, 2, databases)
        self.peer = self.cluster.form_by_hand()[1].server
        self.peer.modify("olcDatabase={1}monitor,cn=config", [(ldap.MOD_REPLACE, "olcAccess", "to * by * read")])

    def __call__(self):
        before = self.peer.log_count(ASKED)
        done = self.cluster[0].run("compare")
        assert self.peer.is_running(), done.stdout + self.peer.log_tail()
        return self.peer.log_count(ASKED) > before

    def more(self, suffix, *attributes):
        """One more database at the peer, without syncprov; returns the DN of its configuration."""
        folder = os.path.join(self.peer.directory, "more")
        os.makedirs(folder)
        self.peer.add("olcDatabase={2}mdb,cn=config", {
            "objectClass": ["olcDatabaseConfig", "olcMdbConfig"], "olcDatabase": "{2}mdb", "olcDbDirectory": folder,
            "olcSuffix": suffix, "olcAccess": "to * by * read", **dict(attributes)})
        return "olcDatabase={2}mdb,cn=config"

    def disable(self, dn, value="TRUE"):
        self.peer.modify(dn, [(ldap.MOD_REPLACE, "olcDisabled", value)])

    def show_config(self, *rules):
        self.peer.modify(CONFIG, [(ldap.MOD_REPLACE, "olcAccess", [
            f'to * by dn.base="{ROOT_BY_LDAPI}" manage by * break', *rules])])


@pytest.mark.since("2.5")
@pytest.mark.one_release  # 2.5.13 dies of a search that reaches such a database in cn=monitor
def test_no_peer_dies_of_being_counted(slapd_factory, program):
    """Its account may read cn=monitor and not cn=config, and the disabled database looks like one that hides all."""
    other = served(suffix="dc=other,dc=org")
    counted = Counted(slapd_factory, program, [served(), other])
    assert counted(), "no disabled database: they are counted"
    disabled = counted.peer.database_dn(other.suffix)
    counted.disable(disabled)
    assert not counted()
    # cn=config is seen in part: another database, and this one without the attribute.
    counted.show_config(f'to dn.base="{counted.peer.database_dn()}" by users read',
                        'to dn.base="cn=config" by users search')
    assert not counted()
    counted.show_config("to attrs=olcDisabled by * none", "to * by users read")
    assert not counted()
    counted.show_config("to * by users read")
    assert not counted()
    counted.disable(disabled, "FALSE")
    assert counted()


@pytest.mark.since("2.5")
@pytest.mark.one_release
def test_no_peer_dies_of_being_counted_beside_one_that_does_not_replicate(slapd_factory, program):
    """Without syncprov a disabled database refuses its control like one that is enabled."""
    counted = Counted(slapd_factory, program, [served()])
    plain = counted.more("dc=plain,dc=org")
    assert not counted(), "one without entries, or that hides all, may be disabled"
    counted.show_config("to * by users read")
    assert counted()
    counted.show_config("to * by * none")
    counted.disable(plain)
    assert not counted()


@pytest.mark.since("2.5")
@pytest.mark.one_release
@pytest.mark.parametrize("suffix, hidden", ((f"ou=below,{SUFFIX}", "FALSE"), (SUFFIX, "TRUE")), ids=("below", "hidden"))
def test_no_peer_dies_of_being_counted_where_another_database_answers(slapd_factory, program, suffix, hidden):
    """The entry that is read there is the other's: what was once below it, or what an olcHidden one is to replace."""
    counted = Counted(slapd_factory, program, [served()])
    counted.cluster[0].server.add(f"ou=below,{SUFFIX}", {"objectClass": "organizationalUnit", "ou": "below"},
                                  counted.cluster[0].server.admin())
    wait_entry(counted.peer, f"ou=below,{SUFFIX}")
    more = counted.more(suffix, ("olcHidden", hidden))
    counted.show_config("to * by users read")
    assert counted()
    counted.disable(more)
    counted.show_config("to * by * none")
    assert not counted()


def test_a_release_without_olcdisabled_is_counted_whatever_is_hidden(slapd_factory, program):
    """Elsewhere nobody can tell it from one that is disabled."""
    other = served(suffix="dc=other,dc=org")
    counted = Counted(slapd_factory, program, [served(), other])
    counted.peer.modify(counted.peer.database_dn(other.suffix), [(ldap.MOD_REPLACE, "olcAccess", "to * by * none")])
    assert counted() == (counted.peer.release.version == "2.4")
