# SPDX-License-Identifier: Apache-2.0
"""What slapd loses where nobody runs syncward. The simulator (tests/sim/sim_judge.c) does not hold it against syncward, each
for the test here that shows it."""

import faketime
import ldap
import pytest
from cluster import Cluster, add_person
from slapd import SUFFIX, Database, wait_until

pytestmark = [pytest.mark.long, pytest.mark.since("2.5")]

BEHIND_SEC = 55  # less than G11 holds


def pair_make(slapd_factory, program, clock=None):
    """Two providers in step, connected by hand; each has written, and wrote contextCSN to its disk since. clock: the second one's."""
    cluster = Cluster(slapd_factory, program, 2, [Database(backend="mdb", overlays=("syncprov",))])
    cluster[1].server.environment = clock or {}
    cluster[1].server.restart()
    cluster.form_by_hand()
    for node in cluster:
        add_person(node.server, f"first{node.id}")
    settle(cluster)
    for node in cluster:
        node.server.restart()
    settle(cluster)
    return cluster


def settle(cluster):
    cluster.wait_persistent()
    cluster.wait_in_step()


def names(node):
    """Without those that each node has, by the DN."""
    return {dn for dn, _ in node.server.search(SUFFIX, "(objectClass=organizationalRole)", ["1.1"]) if "=first" not in dn}


def delete(server, dn):
    connection = server.admin()
    connection.delete_s(dn)
    connection.unbind_s()


def value_put(server, dn, value):
    connection = server.admin()
    connection.modify_s(dn, [(ldap.MOD_REPLACE, "description", value)])
    connection.unbind_s()


def test_what_a_killed_slapd_sent_to_nobody_is_lost_behind_its_next_change(slapd_factory, program):
    """contextCSN on disk is older than the change, so nobody is behind; with the next change everybody seems to have it; and
    when a peer that lacks it is read anew, it goes here, too."""
    cluster = pair_make(slapd_factory, program)
    one, other = cluster
    before = names(one)
    other.server.stop()
    unsent = add_person(one.server, "unsent")
    one.server.kill()
    one.server.start()
    other.server.start()
    settle(cluster)
    assert unsent in names(one) and unsent not in names(other)
    sent = add_person(one.server, "sent")
    settle(cluster)
    assert names(one) == before | {unsent, sent} and names(other) == before | {sent}
    one.server.stop()
    more = add_person(other.server, "more")
    one.server.start()
    settle(cluster)
    assert names(one) == names(other) == before | {sent, more}


def test_an_entry_that_is_made_again_by_a_late_clock_is_lost(slapd_factory, program):
    """It is older there than what it replaces at the others: these take the deletion, and not the new entry; and when they are
    read anew, it goes where it was made."""
    cluster = pair_make(slapd_factory, program, faketime.environment(f"-{BEHIND_SEC}s"))
    one, late = cluster
    before = names(one)
    dn = add_person(one.server, "again")
    settle(cluster)
    value_put(one.server, dn, b"changed")
    settle(cluster)
    one.server.stop()
    delete(late.server, dn)
    assert add_person(late.server, "again") == dn
    one.server.start()
    settle(cluster)
    assert names(one) == before and names(late) == before | {dn}
    late.server.stop()
    more = add_person(one.server, "more")
    late.server.start()
    wait_until(lambda: names(late) == names(one), "read anew")
    assert names(one) == names(late) == before | {more}
