# SPDX-License-Identifier: Apache-2.0
"""A release that was printed lets pass what it was printed for, and nothing that is held since."""

import re

import ldap
import pytest
import remedies
from daemon import Daemon
from lone import Lone
from test_guards import has_value, holds, in_step
from test_status import wait_document


@pytest.fixture(name="lone")
def fixture_lone(slapd_factory, program):
    """Makes a node whose peers are away."""
    def make(*arguments, **options):
        return Lone(slapd_factory, program, *arguments, **options)
    return make


def unlist(node, *ids):
    node.document["peers"] = [peer for peer in node.document["peers"] if peer["id"] not in ids]
    node.write()


def test_a_removal_is_released_by_what_was_printed_for_it_alone(lone):
    node = lone(n_peers=5)
    in_step(node)
    unlist(node, 2, 3)
    former, = holds(node.apply().stdout)
    assert former.guard == "G4" and re.fullmatch(r"syncward apply --release G4=[0-9a-f]{6}", former.release)
    # Before the person has typed it, peers.json takes a third one out. The text could be the same for three others.
    unlist(node, 4)
    node.edit([(ldap.MOD_DELETE, "olcDbIndex", None)])  # what is not held is written, and that is planned with again
    done = remedies.execute(node, former.release, statuses=(3,))
    assert "--release G4=... let nothing pass" in done.stderr, done.stderr
    assert all(has_value(node, node.uri(i)) for i in (2, 3, 4, 5))
    assert node.server.values(node.dn(), "olcDbIndex")
    hold, = holds(done.stdout)
    assert hold.release != former.release
    remedies.execute(node, hold.release)
    assert [has_value(node, node.uri(i)) for i in (2, 3, 4, 5)] == [False, False, False, True]
    # There is nothing left to release, and nothing to complain about.
    again = remedies.execute(node, hold.release)
    assert "let nothing pass" not in again.stderr
    node.assert_in_step()


def test_as_many_others_are_not_those_that_were_shown(lone):
    node = lone(n_peers=5)
    in_step(node)
    peers = list(node.document["peers"])
    unlist(node, 2, 3)
    former, = holds(node.plan().stdout)
    assert former.release in node.run("doctor", "pending").stdout
    node.document["peers"] = [peer for peer in peers if peer["id"] not in (4, 5)]
    node.write()
    hold, = holds(remedies.execute(node, former.release, statuses=(3,)).stdout)
    assert hold.text == former.text and hold.release != former.release
    assert len(node.syncrepl()) == 4


def test_the_bare_name_releases_what_is_held_now(lone):
    node = lone(n_peers=5)
    in_step(node)
    unlist(node, 2, 3)
    assert node.apply().returncode == 3
    unlist(node, 4)
    node.apply_ok("--release", "G4")
    assert len(node.syncrepl()) == 1


def test_what_the_daemon_reports_is_taken_by_apply(lone):
    node = lone(n_peers=5)
    in_step(node)
    with Daemon(node):
        unlist(node, 2, 3)
        found = wait_document(node, lambda document: document["holds"], "something is held")
        held, = [hold for hold in found["holds"] if hold["guard"] == "G4"]
        remedies.execute(node, held["release"])
    assert len(node.syncrepl()) == 2
