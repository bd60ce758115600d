# SPDX-License-Identifier: Apache-2.0
"""A machine is made anew under its former server ID while the only peer that has its last acknowledged change is away from
the beginning, so that nobody ever told it of that change: its next write would have that peer delete it."""

import ldap
import pytest
import remedies
from cluster import Cluster, add_person, apply_until_joined, wait_entry
from slapd import wait_until
from test_joining import is_provider, let_time_pass, replace_server
from test_joining_lost import release_line
from whole import wait_equal, whole


@pytest.fixture(name="scene")
def scene_fixture(slapd_factory, program):
    """The cluster, whose first machine is new and has all that the third has, and the change that the second alone has. The
    second never wrote anything itself."""
    cluster = Cluster(slapd_factory, program, 3).form()
    before = add_person(cluster[0].server, "before")
    add_person(cluster[2].server, "other")
    cluster.wait_in_step()
    cluster.wait_persistent()
    cluster[2].server.stop()
    own = add_person(cluster[0].server, "own")
    wait_entry(cluster[1].server, own)
    cluster[1].server.stop()
    node = replace_server(slapd_factory, program, cluster, 0)
    cluster[2].server.start()
    assert own not in whole(cluster[2].server)
    node.apply()
    wait_entry(node.server, before)
    return cluster, own


def wait_held(cluster):
    """Applies until nothing but the second one is waited for."""
    node, away = cluster[0], cluster[1].server.ldap_uri

    def waits():
        done = node.apply()
        assert done.returncode == 3 and not is_provider(node), done.stdout + done.stderr
        return f"only at peers that were not asked yet: {away}: " in done.stdout and done
    let_time_pass(node)
    held = wait_until(waits, "it has all that the other one has", 60)
    with pytest.raises(ldap.UNWILLING_TO_PERFORM):
        add_person(node.server, "early")
    return held


def test_it_waits_for_who_was_never_asked_and_then_nothing_is_lost(scene):
    cluster, own = scene
    wait_held(cluster)
    cluster[1].server.start()
    apply_until_joined(cluster[0])
    later = add_person(cluster[0].server, "later")
    assert {own, later} <= set(wait_equal(cluster))


@pytest.mark.remedy("release-joining")
def test_a_release_says_whose_changes_are_given_up(scene):
    cluster, _ = scene
    node, away = cluster[0], cluster[1]
    line = release_line(wait_held(cluster))
    assert remedies.unbound(line) == "syncward apply --release joining"
    done = remedies.run(node, line)
    told = f"goes on without a look at peers that may alone have the last changes of this node's server ID: {away.server.ldap_uri}: "
    assert done.returncode == 0 and is_provider(node) and told in done.stdout and "[joining-released]" in done.stdout, done.stdout
    later = add_person(node.server, "later")
    away.server.start()
    wait_entry(away.server, later)  # slapd 2.6 does not delete it each time
