# SPDX-License-Identifier: Apache-2.0
"""What a peer hid stays known until it is seen to show it, or a person lets it be read: not seen any more is not shown (G12)."""

import ldap
import pytest
import remedies
from daemon import Daemon
from slapd import SUFFIX, wait_until
from test_guards import holds
from test_readers import REPLICATOR, copied_pair, held_by_g12, touch, whole

# slapd lets the account compare what it may not read: of another version nobody can tell whether it has any.
COMPARED_ONLY = ["to attrs=description by * compare", "to * by * read"]
AGAIN = "was not seen to show it since"


def held_again(node):
    """Held by what was seen before, with nothing written."""
    held, = [hold for hold in holds(node.apply().stdout) if hold.guard == "G12"]
    assert AGAIN in held.text and "description of 1 of" in held.text, held
    assert node.syncrepl() == [] and not node.server.values(node.server.database_dn(), node.server.flag())
    return held


@pytest.fixture(name="pair")
def fixture_pair(slapd_factory, program):
    """A node that saw its peer hide a description, and the peer, which has changed the entry since."""
    first, node = copied_pair(slapd_factory, program)
    first.edit([(ldap.MOD_REPLACE, "olcAccess", COMPARED_ONLY)])
    held = held_by_g12(node.apply())
    assert AGAIN not in held.text and "description of 1 of" in held.text, held
    touch(first.server, "later")
    return first, node


def test_what_a_peer_hid_is_not_lost_by_a_first_link_behind_its_next_change(pair):
    first, node = pair
    before = whole(node.server)
    held_again(node)
    first.server.stop()
    assert "0 to change" in node.apply().stdout
    first.server.start()
    with Daemon(node) as daemon:
        daemon.wait_for("held", text=AGAIN)
        daemon.wait_at_rest()
    assert node.syncrepl() == [] and whole(node.server) == before
    first.edit([(ldap.MOD_DELETE, "olcAccess", "{0}")])
    wait_until(lambda: [one.apply().returncode for one in pair] == [0, 0], "both read each other", 60)
    wait_until(lambda: whole(node.server) == whole(first.server), "what was changed there is here")
    assert b"d" in whole(node.server)[f"cn=p1,{SUFFIX}"]["description"]


def test_a_person_lets_a_peer_be_read_that_hid_something(pair):
    first, node = pair
    remedies.run(node, held_again(node).text, "release-g12", statuses=(0, 3))  # it reads first
    assert [first.server.ldap_uri in value for value in node.syncrepl()] == [True]


def test_passwords_that_root_may_not_see_here_are_not_lost_by_a_first_link(slapd_factory, program):
    """Here they are shown to the account, and hidden from root; there from the account. What root compares has none."""
    first, node = copied_pair(slapd_factory, program)
    for one, reader in ((first, "self"), (node, f'dn.exact="{REPLICATOR}"')):
        one.edit([(ldap.MOD_REPLACE, "olcAccess", [
            f"to attrs=userPassword by {reader} read by anonymous auth by * none", "to * by * read"])])
    before = whole(node.server)
    touch(first.server, "later")
    held, = [hold for hold in holds(node.apply().stdout) if hold.guard == "G12"]
    assert f"{first.server.ldap_uri} hides from this node's account what is here: userPassword (whether" in held.text, held
    assert node.syncrepl() == [] and whole(node.server) == before


def add_licences(server):
    admin = server.admin()
    server.add(f"cn=p2,{SUFFIX}", {"objectClass": ["inetOrgPerson"], "cn": "p2", "sn": "s", "carLicense": ["one", "two"]}, admin)
    admin.unbind_s()


def test_single_values_that_a_peer_hides_are_not_lost_by_a_first_link(slapd_factory, program):
    """The account sees the attribute, and the other value of it: each later change of the entry would take that one away here."""
    first, node = copied_pair(slapd_factory, program, add_licences)
    rules = first.server.values(first.server.database_dn(), "olcAccess") or None
    first.edit([(ldap.MOD_REPLACE, "olcAccess", [
        f'to attrs=carLicense val.regex="^two$" by dn.exact="{REPLICATOR}" none by * read', "to * by * read"])])
    held, = [hold for hold in holds(node.apply().stdout) if hold.guard == "G12"]
    assert "hides from this node's account what is here: values of carLicense of 1 of" in held.text, held
    assert node.syncrepl() == []
    first.edit([(ldap.MOD_REPLACE, "olcAccess", rules)])
    wait_until(lambda: [one.apply().returncode for one in (first, node)] == [0, 0], "both read each other", 60)
    wait_until(lambda: whole(node.server) == whole(first.server), "both have both values")
