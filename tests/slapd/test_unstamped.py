# SPDX-License-Identifier: Apache-2.0
"""Settings under which what happens here reaches nobody, under an equal contextCSN: slapd stamps no change (olcLastMod:
FALSE), or tells nobody who was away what was deleted (olcSpNoPresent: TRUE, which guides give to an accesslog's overlay)."""

import contextlib
import json
import re
import time

import ldap
import pytest
import remedies
from backups import put_back, put_back_all, saved
from cluster import Cluster, add_person, apply_until_joined, finish_with_writes, wait_entry
from daemon import Daemon
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


def with_context_csn(cluster, csn):
    """All nodes get the database of the first, with this contextCSN of its server ID."""
    cluster.wait_in_step()
    lines = [line for line in saved(cluster[0].server).split("\n") if not re.match("contextCSN: .*#001#", line)]
    lines.insert(1, f"contextCSN: {csn}")  # of the suffix entry, which comes first
    put_back_all([node.server for node in cluster], "\n".join(lines))


@pytest.mark.remedy("stamp-all")
def test_entries_that_were_never_stamped_are_told_until_they_are_loaded_anew(slapd_factory, program):
    """A peer's refresh ends at one of them ("empty or invalid syncUUID"): whoever joins waited without a word why."""
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb")])
    one, other = cluster
    one.server.seed()
    last_mod(one, "FALSE")
    add_person(one.server, "old")
    last_mod(one, "TRUE")
    finish_with_writes(one)
    assert other.apply().returncode == 3
    severity, text = unstamped(one, "unstamped-entries")
    assert severity == "critical" and "1 entries without entryUUID or entryCSN" in text
    with Daemon(one) as daemon:
        daemon.wait_for("finding", text="[unstamped-entries]")
        assert "CRITICAL" in one.run("check").stdout
    remedies.printed(text, "stamp-all")
    put_back(one.server, saved(one.server), "-w")
    remedies.did("stamp-all")
    assert not unstamped(one, "unstamped-entries")
    apply_until_joined(other)
    apply_until_joined(one)
    wait_equal(cluster)


@pytest.mark.parametrize("hidden", ["entryCSN,entryUUID", "entryUUID"])
def test_stamps_that_are_hidden_from_root_are_not_called_missing(slapd_factory, program, hidden):
    """Nobody knows then, and to load such a database anew would be an outage for nothing."""
    one = Cluster(slapd_factory, program, 2).form()[0]
    add_person(one.server, "stamped")
    one.edit([(ldap.MOD_REPLACE, "olcAccess", [f"to attrs={hidden} by * none", "to * by * read"])])
    shown, = one.server.search(f"cn=stamped,{SUFFIX}", attributes=["objectClass", "entryCSN", "entryUUID"], scope=ldap.SCOPE_BASE)
    assert set(shown[1]) == {"objectClass", "entryCSN", "entryUUID"} - set(hidden.split(","))
    assert not unstamped(one, "unstamped-entries"), one.plan().stdout


def test_a_change_from_the_future_is_told_while_it_hides_what_is_written_under_its_server_id(slapd_factory, program):
    """The clock ran ahead and was set back: the contextCSN are equal, and what a peer missed meanwhile never comes."""
    cluster = Cluster(slapd_factory, program, 2).form()
    one, other = cluster
    assert not unstamped(one, "ahead-of-time")
    # As two hours of a wrong clock leave it: libfaketime does not run with every release's slapd.
    ahead = time.strftime("%Y%m%d%H%M%S.000000Z#000000#001#000000", time.gmtime(time.time() + 7200))
    with_context_csn(cluster, ahead)
    other.server.stop()
    added = add_person(one.server, "added")
    other.server.start()
    cluster.wait_persistent()
    assert one.server.context_csns() == other.server.context_csns() and added not in whole(other.server)
    verified = one.run("verify")
    assert verified.returncode == 1 and "which proves nothing then" in verified.stdout and "All are" not in verified.stdout
    database, = json.loads(one.run("verify", "--output", "json").stdout)["databases"]
    assert "which has not come yet" in database["ahead_of_time"]
    for node in cluster:
        severity, text = unstamped(node, "ahead-of-time")
        assert severity == "critical" and f"server ID 1 (hex 001) is {ahead[:14]}Z, which has not come yet" in text
        with Daemon(node) as daemon:
            daemon.wait_for("finding", text="[ahead-of-time]")
            assert "CRITICAL" in node.run("check").stdout


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
    # A consumer that comes again now may be told what is there still, and deletes it by itself.
    assert gone in one.run("compare", "--lag", "0").stdout or gone not in whole(other.server)
    admin = other.server.admin()
    with contextlib.suppress(ldap.NO_SUCH_OBJECT):
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
