# SPDX-License-Identifier: Apache-2.0
"""Settings under which what happens here reaches nobody, under an equal contextCSN: slapd stamps no change (olcLastMod:
FALSE), or tells nobody who was away what was deleted (olcSpNoPresent: TRUE, which guides give to an accesslog's overlay)."""

import ldap
import pytest
import remedies
from cluster import Cluster, add_person, finish_with_writes, wait_entry
from lone import Lone
from slapd import SUFFIX, Database
from test_guards import holds, in_step, is_provider
from whole import wait_equal, whole


def last_mod(node, value):
    node.edit([(ldap.MOD_REPLACE, "olcLastMod", value)])


def unstamped(node, code="unstamped"):
    """What plan finds: (severity, text); None: nothing."""
    return next(((f["severity"], f["text"]) for f in node.plan_json()["findings"] if f["code"] == code), None)


def follow(node, text):
    """Gives the database the line that the text wants."""
    name, value = remedies.attribute(text, "last-mod")
    node.edit([(ldap.MOD_REPLACE, name, value)])


@pytest.mark.remedy("last-mod")
def test_a_database_that_stamps_no_change_becomes_no_provider(slapd_factory, program):
    node = Lone(slapd_factory, program)
    last_mod(node, "FALSE")
    done = node.apply()
    assert done.returncode == 3, done.stdout + done.stderr
    hold, *others = holds(done.stdout)
    assert hold.guard == "database" and "no entryCSN" in hold.text
    assert [other.guard for other in others] == ["order"]  # the server ID waits for the overlay
    assert is_provider(node) == (False, False) and node.syncrepl() == []
    assert node.server.values("cn=config", "olcServerID") == []
    follow(node, hold.release)
    finish_with_writes(node)
    in_step(node)
    assert not unstamped(node)


@pytest.mark.remedy("last-mod", "unstamped-anew")
def test_a_provider_that_stamps_no_change_is_critical_and_what_it_kept_to_itself_comes_by_what_is_printed(
        slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2, modules=("syncprov",)).form_by_hand()
    one, other = cluster
    finish_with_writes(one)
    changed = add_person(one.server, "changed")
    wait_entry(other.server, changed)
    last_mod(one, "FALSE")
    added = add_person(one.server, "added")
    admin = one.server.admin()
    admin.modify_s(changed, [(ldap.MOD_REPLACE, "description", b"of one")])
    severity, text = unstamped(one)
    assert severity == "critical"
    assert added not in whole(other.server) and "description" not in whole(other.server)[changed]
    follow(one, text)
    remedies.printed(text, "unstamped-anew")
    (dn, entry), = admin.search_s(SUFFIX, ldap.SCOPE_SUBTREE, "(!(entryUUID=*))")
    assert dn == added
    admin.delete_s(dn)
    admin.add_s(dn, list(entry.items()))
    admin.modify_s(changed, [(ldap.MOD_REPLACE, "description", b"of one")])
    admin.unbind_s()
    remedies.did("unstamped-anew")
    assert wait_equal(cluster)[changed]["description"] == [b"of one"]
    assert not unstamped(one)


def no_present_phase(node):
    """The overlay as it was taken from the log's in a guide; returns its DN."""
    dn, = [dn for dn in node.server.config() if "syncprov" in dn]
    node.server.modify(dn, [(ldap.MOD_REPLACE, "olcSpNoPresent", "TRUE")])
    return dn


@pytest.mark.remedy("present", "present-compare")
def test_a_peer_that_was_away_keeps_what_was_deleted_where_there_is_no_present_phase(slapd_factory, program):
    cluster = Cluster(slapd_factory, program, 2, modules=("syncprov",)).form_by_hand()
    one, other = cluster
    finish_with_writes(one)
    gone = add_person(one.server, "gone")
    wait_entry(other.server, gone)
    dn = no_present_phase(one)
    other.server.stop()
    admin = one.server.admin()
    admin.delete_s(gone)
    admin.unbind_s()
    add_person(one.server, "new")
    other.server.start()
    cluster.wait_in_step()
    assert gone in whole(other.server) and gone not in whole(one.server)
    severity, text = unstamped(one, "no-present")
    assert severity == "critical" and dn in text
    name, value = remedies.attribute(text, "present")
    one.server.modify(dn, [(ldap.MOD_REPLACE, name, value)])
    assert not unstamped(one, "no-present")
    remedies.printed(text, "present-compare")
    assert gone in one.run("compare", "--lag", "0").stdout
    admin = other.server.admin()
    admin.delete_s(gone)
    admin.unbind_s()
    remedies.did("present-compare")
    wait_equal(cluster)


def test_a_database_without_present_phase_becomes_no_provider(slapd_factory, program):
    node = Lone(slapd_factory, program, [Database(backend="mdb", overlays=("syncprov",))])
    dn = no_present_phase(node)
    done = node.apply()
    assert done.returncode == 3, done.stdout + done.stderr
    hold = holds(done.stdout)[0]
    assert hold.guard == "database" and "olcSpNoPresent TRUE" in hold.text and node.syncrepl() == []
    name, value = remedies.attribute(hold.release, "present")
    node.server.modify(dn, [(ldap.MOD_REPLACE, name, value)])
    finish_with_writes(node)
    in_step(node)
